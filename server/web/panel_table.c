/* Rows of what a reading command says, cell by cell as people read it. */
#include <stdio.h>
#include <string.h>

#include "server/web/face.h"
#include "server/web/panel_inside.h"

static void put_choice(struct html *html, const char *choices, const char *value)
{
    size_t n = 0;
    const char *word = panel_word(choices, value, &n);
    if (word)
        html_format(html, "%.*s", (int)n, word);
    else
        html_text(html, value);
}

void panel_put_time(struct html *html, const char *iso, bool with_time)
{
    int year, month, day;
    char rest[8] = "";
    /* NOLINTNEXTLINE(cert-err34-c): a width bounds each number */
    if (sscanf(iso, "%4d-%2d-%2dT%5[0-9:]", &year, &month, &day, rest) < 3) {
        html_text(html, iso);
        return;
    }
    if (with_time && *rest)
        html_format(html, "%s, ", rest);
    html_format(html, "%02d/%02d/%04d", day, month, year);
}

static void put_escaped(struct html *html, const char *value)
{
    for (const unsigned char *at = (const unsigned char *)value; *at != '\0'; at++)
        html_format(html,
                    strchr("-_.", *at) || (*at >= '0' && *at <= '9') ||
                            (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z')
                        ? "%c"
                        : "%%%02X",
                    *at);
}

static bool has_field(const struct panel_form *form, const char *name)
{
    for (size_t i = 0; i < PANEL_FIELDS_MAX && form->fields[i].name != NULL; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return true;
    return false;
}

/* Where the form is that this field stands in: behind a long table it is not seen else. */
static void put_place(const struct panel *panel, struct html *html, const char *name)
{
    for (const struct panel_form *form = panel->forms; form && form->verb != NULL; form++)
        if (has_field(form, name) && act_offered(&panel->seat, form->verb)) {
            html_format(html, "#m%d", (int)(form - panel->forms));
            return;
        }
}

static void put_link(const struct panel *panel, struct html *html, const char *name,
                     const char *value)
{
    html_format(html, "<a href=\"%s?%s=", panel->path, name);
    put_escaped(html, value);
    put_place(panel, html, name);
    html_put(html, "\">");
    html_text(html, value);
    html_put(html, "</a>");
}

/* `pairs`: "bi=item;loai=kind|Trả lời". A day goes along without its hour. */
static void put_fill(const struct panel *panel, struct html *html, const char *pairs,
                     const json_t *row)
{
    char field[32] = "", key[32], first[32] = "";
    const char *words = strchr(pairs, '|') + 1, *sign = "?";
    html_format(html, "<a href=\"%s", panel->path);
    for (const char *at = pairs; at < words; at += strcspn(at, ";|") + 1) {
        if (sscanf(at, "%31[^=]=%31[^;|]", field, key) != 2)
            continue;
        const char *value = json_string_value(json_object_get(row, key));
        if (!value)
            continue;
        char cut[64];
        (void)snprintf(cut, sizeof cut, "%.*s", strcmp(key, "day") == 0 ? 10 : 63, value);
        html_format(html, "%s%s=", sign, field);
        put_escaped(html, cut);
        sign = "&amp;";
        if (*first == '\0')
            (void)snprintf(first, sizeof first, "%s", field);
    }
    put_place(panel, html, first);
    html_put(html, "\">");
    html_put(html, words);
    html_put(html, "</a>");
}

static void put_number(struct html *html, const struct panel_column *column, json_int_t number)
{
    char amount[48];
    if (column->kind == PANEL_VND && number >= 0)
        html_put(html, face_amount((uint64_t)number, html->english, amount, sizeof amount));
    else
        html_format(html, "%lld", (long long)number);
}

static void put_number_link(const struct panel *panel, struct html *html, const char *name,
                            json_int_t number)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%lld", (long long)number);
    put_link(panel, html, name, digits);
}

static void put_array(struct html *html, const json_t *cell, const char *choices)
{
    size_t i;
    json_t *word;
    json_array_foreach(cell, i, word)
    {
        html_put(html, i > 0 ? ", " : "");
        put_choice(html, choices, json_is_string(word) ? json_string_value(word) : "");
    }
}

static void put_item(struct html *html, const char *text)
{
    struct item item;
    if (item_parse(text, strlen(text), &item, NULL))
        desk_put_item(html, &item);
    else
        html_text(html, text);
}

static void put_event(struct html *html, const char *keys)
{
    char key[64];
    size_t n = strcspn(keys, ":");
    (void)snprintf(key, sizeof key, "%.*s", (int)n, keys);
    const struct event_info *info = event_find(key);
    html_word(html, info != NULL ? info->vi : key);
    if (keys[n] == ':') {
        html_put(html, ": ");
        put_event(html, keys + n + 1);
    }
}

static void put_code(struct html *html, const char *text)
{
    html_put(html, "<code class=so-ma>");
    html_text(html, text);
    html_put(html, "</code>");
}

static void put_cell(struct panel *panel, const json_t *cell, const struct panel_column *column)
{
    struct html *html = &panel->html;
    const char *text = json_is_string(cell) ? json_string_value(cell) : NULL;
    if (json_is_boolean(cell))
        put_choice(html, column->choices, json_is_true(cell) ? "true" : "false");
    else if (json_is_integer(cell) && column->kind == PANEL_LINK)
        put_number_link(panel, html, column->choices, json_integer_value(cell));
    else if (json_is_integer(cell))
        put_number(html, column, json_integer_value(cell));
    else if (json_is_real(cell))
        html_format(html, "%.2f", json_real_value(cell));
    else if (json_is_array(cell))
        put_array(html, cell, column->kind == PANEL_CHOICE ? column->choices : NULL);
    else if (!text)
        html_put(html, "–");
    else if (column->kind == PANEL_CHOICE)
        put_choice(html, column->choices, text);
    else if (column->kind == PANEL_DAY || column->kind == PANEL_TIME)
        panel_put_time(html, text, column->kind == PANEL_TIME);
    else if (column->kind == PANEL_ITEM)
        put_item(html, text);
    else if (column->kind == PANEL_EVENT)
        put_event(html, text);
    else if (column->kind == PANEL_CODE)
        put_code(html, text);
    else if (column->kind == PANEL_OURS)
        html_word(html, text);
    else if (column->kind == PANEL_LINK)
        put_link(panel, html, column->choices, text);
    else
        html_text(html, text);
}

#define LONG_BYTES                                                                                 \
    48 /* what is longer goes on in a second line, so that no row leaves the page                  \
        */

static const char *class_of(const struct panel_column *column, const json_t *cell)
{
    bool number = column->kind == PANEL_NUMBER || column->kind == PANEL_VND;
    bool sentence = json_is_string(cell) && json_string_length(cell) > LONG_BYTES;
    return number ? " class=so" : sentence ? " class=loi-dai" : "";
}

/* Has nothing to say: a card on a phone leaves it out. */
static bool is_empty(const struct panel_column *column, const json_t *cell)
{
    return column->kind != PANEL_FILL && (cell == NULL || json_is_null(cell) ||
                                          (json_is_string(cell) && json_string_length(cell) == 0) ||
                                          (json_is_array(cell) && json_array_size(cell) == 0));
}

void panel_table(struct panel *panel, const char *caption, const json_t *rows,
                 const struct panel_column *columns, const char *empty)
{
    struct html *html = &panel->html;
    size_t i;
    json_t *row;
    if (json_array_size(rows) == 0) {
        html_format(html, "<p>%s</p>", empty);
        return;
    }
    html_format(html,
                "<div class=cuon role=region tabindex=0 aria-label=\"%s\"><table class=\"it bang\">"
                "<caption class=an>%s</caption><thead><tr>",
                caption, caption);
    for (const struct panel_column *at = columns; at->key != NULL; at++)
        html_format(html, "<th scope=col%s>%s</th>", class_of(at, NULL), at->head);
    html_put(html, "</tr></thead><tbody>");
    json_array_foreach(rows, i, row)
    {
        html_put(html, "<tr>");
        for (const struct panel_column *at = columns; at->key != NULL; at++) {
            const json_t *cell = json_object_get(row, at->key);
            html_format(html, "<td%s data-ten=\"%s\">",
                        is_empty(at, cell) ? " class=trong" : class_of(at, cell), at->head);
            if (at->kind == PANEL_FILL)
                put_fill(panel, html, at->choices, row);
            else
                put_cell(panel, cell, at);
            html_put(html, "</td>");
        }
        html_put(html, "</tr>");
    }
    html_put(html, "</tbody></table></div>");
}
