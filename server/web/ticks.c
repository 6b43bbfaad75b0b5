#include "server/web/ticks.h"

#include <stdio.h>
#include <string.h>

#include "server/web/form.h"

bool ticks_read(const struct http_request *request, const char *name, const char *choices,
                char *out, size_t size)
{
    size_t used = 0;
    *out = '\0';
    for (const char *at = choices; *at != '\0';) {
        size_t row = strcspn(at, ";");
        int n = (int)strcspn(at, "|");
        char box[64], on[4];
        (void)snprintf(box, sizeof box, "%s-%.*s", name, n, at);
        if (form_value(request->body, request->body_n, box, on, sizeof on)) {
            int more = snprintf(out + used, size - used, "%s%.*s", used > 0 ? "," : "", n, at);
            if (more < 0 || (size_t)more >= size - used)
                return false;
            used += (size_t)more;
        }
        at += row + (at[row] == ';');
    }
    return true;
}

static bool holds(const char *list, const char *word, size_t n)
{
    for (size_t len; *list != '\0'; list += len + (list[len] == ',')) {
        len = strcspn(list, ",");
        if (len == n && strncmp(list, word, n) == 0)
            return true;
    }
    return false;
}

void ticks_put(struct html *html, const char *name, const char *label, const char *choices,
               const char *id, const char *value)
{
    html_format(html, "<fieldset id=\"%s\"><legend>%s</legend>", id, label);
    for (const char *at = choices; *at != '\0';) {
        size_t row = strcspn(at, ";"), n = strcspn(at, "|");
        html_format(
            html, "<label class=lua><input type=checkbox name=\"%s-%.*s\" value=1%s> %.*s</label>",
            name, (int)n, at, holds(value, at, n) ? " checked" : "", (int)(row - n - 1),
            at + n + 1);
        at += row + (at[row] == ';');
    }
    html_put(html, "</fieldset>");
}
