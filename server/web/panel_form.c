/* Forms as they stand on a page: empty, filled from the address, or refused and shown again. */
#include <stdio.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/web/panel_inside.h"
#include "server/web/ticks.h"

/* What was sent with a refused form stands in it again; else what the address says. */
static void value_of(const struct panel *panel, const struct panel_form *form,
                     const struct panel_field *field, char *out, size_t size)
{
    const struct http_request *request = panel->request;
    *out = '\0';
    if (panel->failed == form) {
        (void)panel_read_field(request, field, out, size);
    } else if (!request->is_post) {
        const char *asked = http_query(request, field->name);
        (void)snprintf(out, size, "%s", asked ? asked : "");
    }
    const char *known = json_string_value(json_object_get(panel->values, field->name));
    if (*out == '\0' && panel->failed != form && known)
        (void)snprintf(out, size, "%s", known);
}

static void put_options(struct html *html, const char *choices, const char *value)
{
    size_t chosen = strlen(value);
    while (*choices != '\0') {
        size_t row = strcspn(choices, ";"), n = strcspn(choices, "|");
        bool is = n == chosen && strncmp(choices, value, n) == 0;
        html_format(html, "<option value=\"%.*s\"%s>%.*s</option>", (int)n, choices,
                    is ? " selected" : "", (int)(row - n - 1), choices + n + 1);
        choices += row + (choices[row] == ';');
    }
}

static void put_why(struct panel *panel, const char *said)
{
    html_put(&panel->html, "<p class=loi role=alert id=vi-sao>");
    html_sentence(&panel->html, said);
    html_put(&panel->html, "</p>");
}

/* One thing is asked on this page: the first field that is seen has the focus. */
static bool begins_at(const struct panel *panel, const struct panel_form *form, size_t i)
{
    if (panel->failed != NULL || panel->first != form)
        return false;
    for (size_t j = 0; j < i; j++)
        if (form->fields[j].place != PANEL_FIXED && form->fields[j].label != NULL)
            return false;
    return true;
}

static void put_field(struct panel *panel, const struct panel_form *form, size_t i)
{
    struct html *html = &panel->html;
    const struct panel_field *field = &form->fields[i];
    char value[4096], id[96];
    struct panel_wrong at = {.named = false};
    if (panel->failed == form)
        at = panel_wrong(panel, form);
    bool wrong = panel->failed == form && at.field == i;
    const char *focus = !wrong     ? begins_at(panel, form, i) ? " autofocus" : ""
                        : at.named ? " autofocus aria-invalid=true aria-describedby=vi-sao"
                                   : " autofocus aria-describedby=vi-sao";
    if (field->place == PANEL_FIXED)
        return;
    (void)snprintf(id, sizeof id, "%s-%s-%zu", form->verb, field->name, i);
    value_of(panel, form, field, value, sizeof value);
    if (field->label == NULL) {
        html_format(html, "<input type=hidden name=\"%s\" value=\"", field->name);
        html_text(html, value);
        html_put(html, "\">");
        return;
    }
    if (field->place == PANEL_TICKS) {
        if (wrong && at.named)
            put_why(panel, at.said);
        ticks_put(html, field->name, field->label, field->choices, id, value);
        return;
    }
    html_format(html, "<label for=\"%s\">%s</label>", id, field->label);
    if (wrong && at.named)
        put_why(panel, at.said);
    if (field->choices) {
        html_format(html, "<select id=\"%s\" name=\"%s\" %s%s>", id, field->name,
                    field->input ? field->input : "", focus);
        put_options(html, field->choices, value);
        html_put(html, "</select>");
    } else if (field->place == PANEL_MANY || field->place == PANEL_FILE ||
               field->place == PANEL_LONG) {
        html_format(html, "<textarea id=\"%s\" name=\"%s\" rows=4 spellcheck=false %s%s>", id,
                    field->name, field->input ? field->input : "", focus);
        html_text(html, value);
        html_put(html, "</textarea>");
    } else {
        html_format(html, "<input id=\"%s\" name=\"%s\" %s%s value=\"", id, field->name,
                    field->input ? field->input : "", focus);
        html_text(html, value);
        html_put(html, "\">");
    }
    chain_wipe(value, sizeof value);
}

void panel_form(struct panel *panel, const struct panel_form *form)
{
    struct html *html = &panel->html;
    if (!act_offered(&panel->seat, form->verb))
        return;
    if (panel->forms)
        html_format(html, "<section class=muc id=m%d>", (int)(form - panel->forms));
    else
        html_put(html, "<section class=muc>");
    html_format(html, "<h2>%s</h2>", form->title);
    if (panel->failed == form && !panel_wrong(panel, form).named)
        put_why(panel, panel->why.text);
    html_format(html, "<form class=the method=post action=\"%s\">", panel->path);
    seat_put_csrf(&panel->seat, html);
    html_format(html,
                "<input type=hidden name=viec value=\"%s\"><input type=hidden name=muc value=\"",
                form->verb);
    html_raw(html, form->title); /* which form it is: in one language */
    html_put(html, "\">");
    for (size_t i = 0; i < PANEL_FIELDS_MAX && form->fields[i].name != NULL; i++)
        put_field(panel, form, i);
    html_format(html, "<button>%s</button></form></section>", form->button);
}

void panel_list(struct panel *panel, const char *id, const json_t *rows, const char *key,
                const char *word)
{
    size_t i;
    json_t *row;
    html_format(&panel->html, "<datalist id=\"%s\">", id);
    json_array_foreach(rows, i, row)
    {
        const char *value = json_string_value(json_object_get(row, key));
        const char *beside = json_string_value(json_object_get(row, word));
        if (!value)
            continue;
        html_put(&panel->html, "<option value=\"");
        html_text(&panel->html, value);
        html_put(&panel->html, "\">");
        html_word(&panel->html, beside ? beside : "");
        html_put(&panel->html, "</option>");
    }
    html_put(&panel->html, "</datalist>");
}
