#include "server/web/device_mark.h"

#include <string.h>

#include "server/web/form.h"

#define FRESH_MS (INT64_C(3600) * 1000)
#define SECOND_CHARS 19 /* 2026-11-25T09:41:00 */

static const json_t *row_of(const json_t *rows, const char *device)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "device"));
        if (name != NULL && strcmp(name, device) == 0)
            return row;
    }
    return NULL;
}

/* A machine that is enrolled again keeps its old row until it has scanned the new code. */
static bool is_fresh(const struct panel *panel, const json_t *row)
{
    struct instant since = panel->web->config.clock.now(panel->web->config.clock.self);
    char text[CLOCK_TEXT_MAX];
    const char *enrolled = json_string_value(json_object_get(row, "enrolled"));
    since.ms -= FRESH_MS;
    clock_iso_local(since, text, sizeof text);
    return enrolled != NULL && strncmp(enrolled, text, SECOND_CHARS) >= 0; /* of one zone */
}

static void put_question(struct panel *panel, const char *device, const json_t *row)
{
    struct html *html = &panel->html;
    html_format(html, "<h2>Máy hiện đúng như dưới đây?</h2><p>%s: <code class=ma-chu>", device);
    html_text(html, json_string_value(json_object_get(row, "mark")));
    html_format(html,
                "</code></p><p>Dấu hiện trên máy ngay khi cấp xong, và ở trang máy (phím →).</p>"
                "<p><a href=\"%s\">Khớp, xong</a> · <a href=\"/quay/may#m3\">Không khớp: khóa máy "
                "này</a></p>",
                panel->path);
}

void device_mark_put(struct panel *panel, const char *device)
{
    struct html *html = &panel->html;
    if (!device_name_is_good(device))
        return;
    json_t *said = panel_ask(panel, "devices", NULL);
    const json_t *row = row_of(json_object_get(said, "devices"), device);
    html_put(html, "<section class=muc role=status>");
    if (is_fresh(panel, row))
        put_question(panel, device, row);
    else
        html_format(html,
                    "<h2>Chưa máy nào dùng mã này</h2><p>Quét mã trên máy %s, rồi <a "
                    "href=\"%s?vua=%s\">xem lại</a>.</p>",
                    device, panel->path, device);
    html_put(html, "</section>");
    json_decref(said);
}

void device_mark_link(struct panel *panel)
{
    char device[DEVICE_NAME_MAX + 1];
    form_value(panel->request->body, panel->request->body_n, "may", device, sizeof device);
    if (device_name_is_good(device))
        html_format(&panel->html, "<p><a href=\"%s?vua=%s\">Máy đã quét? So dấu của máy</a></p>",
                    panel->path, device);
}
