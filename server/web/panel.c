#include "server/web/panel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/chain.h"
#include "server/web/face.h"
#include "server/web/form.h"
#include "server/web/ticks.h"

#define WORDS_MAX 600 /* of a command: a round's envelopes, by scan */

/* ------------------------------------------------------------------ a form becomes a command */

struct words {
    char *block; /* values, decoded */
    size_t n, room;
    const char *argv[WORDS_MAX];
    int argc;
    int fd;
};

static bool add(struct words *words, const char *before, const char *value, struct error *err)
{
    size_t n = strlen(before) + strlen(value) + 1;
    if (words->argc == WORDS_MAX || words->n + n > words->room)
        return error_set(err, ERROR_BAD_INPUT, "nhiều quá, chia làm hai lần. / too much at once");
    (void)snprintf(words->block + words->n, n, "%s%s", before, value);
    words->argv[words->argc++] = words->block + words->n;
    words->n += n;
    return true;
}

static bool add_many(struct words *words, char *value, struct error *err)
{
    char *rest = NULL;
    for (char *word = strtok_r(value, " ,;\t\r\n", &rest); word != NULL;
         word = strtok_r(NULL, " ,;\t\r\n", &rest))
        if (!add(words, "", word, err))
            return false;
    return true;
}

/* A form is below HTTP_BODY_MAX, so it fits into a pipe, and nobody need read meanwhile. */
static bool give_file(struct words *words, const char *value, struct error *err)
{
    int ends[2];
    size_t n = strlen(value);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(err, ERROR_LATER, "pipe: %s", strerror(errno));
    bool written = write(ends[1], value, n) == (ssize_t)n;
    close(ends[1]);
    words->fd = ends[0];
    return written || error_set(err, ERROR_LATER, "pipe: %s", strerror(errno));
}

static bool add_field(struct words *words, const struct panel_field *field, char *value,
                      struct error *err)
{
    char before[48];
    switch (field->place) {
    case PANEL_WORD:
    case PANEL_LONG:
        if (*value == '\0' && field->input && strstr(field->input, "required"))
            return error_set(err, ERROR_BAD_INPUT, "«%s» còn trống. / is empty", field->label);
        return *value == '\0' || add(words, "", value, err);
    case PANEL_FIXED:
        return add(words, "", field->choices, err);
    case PANEL_MANY:
        return add_many(words, value, err);
    case PANEL_OPTION:
    case PANEL_TICKS:
        (void)snprintf(before, sizeof before, "%s=", field->name);
        return *value == '\0' || add(words, before, value, err);
    case PANEL_FILE:
        return give_file(words, value, err);
    }
    return false;
}

static bool read_field(const struct http_request *request, const struct panel_field *field,
                       char *out, size_t size)
{
    return field->place == PANEL_TICKS
               ? ticks_read(request, field->name, field->choices, out, size)
               : form_value(request->body, request->body_n, field->name, out, size);
}

static bool run_words(struct panel *panel, const struct panel_form *form, struct words *words,
                      char *value, struct error *err)
{
    const struct http_request *request = panel->request;
    bool good = add(words, "", form->verb, err);
    for (size_t i = 0; good && i < PANEL_FIELDS_MAX && form->fields[i].name; i++) {
        const struct panel_field *field = &form->fields[i];
        (void)read_field(request, field, value, HTTP_BODY_MAX);
        good = add_field(words, field, value, err);
    }
    return good && act_run(panel->web, request, &panel->seat, words->argc, words->argv, words->fd,
                           &panel->said, err);
}

static bool run_form(struct panel *panel, const struct panel_form *form, struct error *err)
{
    struct words *words = calloc(1, sizeof *words);
    size_t room = HTTP_BODY_MAX + (size_t)PANEL_FIELDS_MAX * 64;
    char *block = malloc(room), *value = malloc(HTTP_BODY_MAX);
    bool good = (words && block && value) || error_set(err, ERROR_LATER, "out of memory");
    if (good) {
        *words = (struct words){.block = block, .room = room, .fd = -1};
        good = run_words(panel, form, words, value, err);
        if (words->fd >= 0)
            close(words->fd);
    }
    free(words);
    free(value);
    free(block);
    return good;
}

static const struct panel_form *form_named(const struct panel_form *forms, const char *verb,
                                           const char *title)
{
    for (; forms->verb != NULL; forms++)
        if (strcmp(forms->verb, verb) == 0 && (*title == '\0' || strcmp(forms->title, title) == 0))
            return forms;
    return NULL;
}

/* True when the page is to be shown; false when the answer is given. */
bool panel_post(struct panel *panel, const struct panel_form *forms)
{
    const struct http_request *request = panel->request;
    char verb[32], title[96];
    form_value(request->body, request->body_n, "viec", verb, sizeof verb);
    form_value(request->body, request->body_n, "muc", title, sizeof title);
    const struct panel_form *form = form_named(forms, verb, title);
    if (!form || !seat_sent(panel->web, request, &panel->seat)) {
        seat_old_form(panel->web, panel->answer);
        return false;
    }
    if (!run_form(panel, form, &panel->why)) {
        panel->failed = form;
        return true;
    }
    if (form->shows)
        return true;
    char to[192];
    (void)snprintf(to, sizeof to, "%s?xong=%s%s%s", panel->path, verb, panel->carry ? "&" : "",
                   panel->carry ? panel->carry : "");
    page_redirect(to, panel->answer);
    return false;
}

static void panel_init(struct panel *panel, struct web *web, const struct http_request *request,
                       const char *path, const char *title, struct http_answer *answer)
{
    *panel = (struct panel){.web = web, .request = request, .answer = answer, .path = path};
    panel->head = (struct page_head){.title = title, .wide = "rong", .here = path};
}

bool panel_sit(struct panel *panel, struct web *web, const struct http_request *request,
               enum right right, const char *path, const char *title, struct http_answer *answer)
{
    panel_init(panel, web, request, path, title, answer);
    return seat_may(web, request, right, &panel->seat, answer);
}

bool panel_sit_all(struct panel *panel, struct web *web, const struct http_request *request,
                   enum right right, const char *path, const char *title,
                   struct http_answer *answer)
{
    panel_init(panel, web, request, path, title, answer);
    return seat_may_all(web, request, right, &panel->seat, answer);
}

void panel_begin(struct panel *panel)
{
    const char *title = panel->head.title, *end = strstr(title, " · ");
    seat_begin(&panel->html, &panel->seat, &panel->head);
    html_format(&panel->html, "<h1 id=dau tabindex=-1>%.*s</h1>",
                (int)(end ? (size_t)(end - title) : strlen(title)), title);
}

bool panel_open(struct panel *panel, struct web *web, const struct http_request *request,
                enum right right, const char *path, const char *title,
                const struct panel_form *forms, struct http_answer *answer)
{
    if (!panel_sit_all(panel, web, request, right, path, title, answer))
        return false;
    panel->forms = forms;
    if (request->is_post && !panel_post(panel, forms)) {
        json_decref(panel->said);
        return false;
    }
    panel_begin(panel);
    if (!request->is_post && http_query(request, "xong"))
        html_put(&panel->html, "<p class=xong role=status>Đã ghi.</p>");
    return true;
}

void panel_close(struct panel *panel)
{
    page_end(&panel->html, panel->web, &panel->head);
    unsigned status = panel->status ? panel->status : 200;
    page_give(&panel->html, panel->failed ? act_status(panel->why.code) : status, panel->answer);
    json_decref(panel->said);
    json_decref(panel->values);
}

/* ------------------------------------------------------------------ what is read */

json_t *panel_ask(struct panel *panel, const char *verb, ...)
{
    const char *argv[8] = {verb};
    int argc = 1;
    json_t *said = NULL;
    struct error err;
    va_list words;
    va_start(words, verb);
    for (const char *word; argc < 8 && (word = va_arg(words, const char *)) != NULL;)
        argv[argc++] = word;
    va_end(words);
    if (act_read(panel->web, &panel->seat, argc, argv, &said, &err))
        return said;
    html_put(&panel->html, "<p class=loi role=alert>");
    html_sentence(&panel->html, err.text);
    html_put(&panel->html, "</p>");
    return NULL;
}

const char *panel_word(const char *choices, const char *value, size_t *ret_n)
{
    size_t n = strlen(value);
    for (const char *at = choices; at != NULL && *at != '\0';) {
        size_t row = strcspn(at, ";");
        if (row > n && at[n] == '|' && strncmp(at, value, n) == 0) {
            *ret_n = row - n - 1;
            return at + n + 1;
        }
        at += row + (at[row] == ';');
    }
    return NULL;
}

/* ------------------------------------------------------------------ tables */

static void put_choice(struct html *html, const char *choices, const char *value)
{
    size_t n = 0;
    const char *word = panel_word(choices, value, &n);
    if (word)
        html_format(html, "%.*s", (int)n, word);
    else
        html_text(html, value);
}

/* "2026-11-25T09:41:00.000+07:00" as people read it. */
static void put_time(struct html *html, const char *iso, bool with_time)
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
        put_time(html, text, column->kind == PANEL_TIME);
    else if (column->kind == PANEL_ITEM)
        put_item(html, text);
    else if (column->kind == PANEL_EVENT)
        put_event(html, text);
    else if (column->kind == PANEL_OURS)
        html_word(html, text);
    else if (column->kind == PANEL_LINK)
        put_link(panel, html, column->choices, text);
    else
        html_text(html, text);
}

static const char *class_of(const struct panel_column *column)
{
    return column->kind == PANEL_NUMBER || column->kind == PANEL_VND ? " class=so" : "";
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
        html_format(html, "<th scope=col%s>%s</th>", class_of(at), at->head);
    html_put(html, "</tr></thead><tbody>");
    json_array_foreach(rows, i, row)
    {
        html_put(html, "<tr>");
        for (const struct panel_column *at = columns; at->key != NULL; at++) {
            html_format(html, "<td%s data-ten=\"%s\">", class_of(at), at->head);
            if (at->kind == PANEL_FILL)
                put_fill(panel, html, at->choices, row);
            else
                put_cell(panel, json_object_get(row, at->key), at);
            html_put(html, "</td>");
        }
        html_put(html, "</tr>");
    }
    html_put(html, "</tbody></table></div>");
}

/* ------------------------------------------------------------------ forms */

/* What was sent with a refused form stands in it again; else what the address says. */
static void value_of(const struct panel *panel, const struct panel_form *form,
                     const struct panel_field *field, char *out, size_t size)
{
    const struct http_request *request = panel->request;
    *out = '\0';
    if (panel->failed == form) {
        (void)read_field(request, field, out, size);
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

/* Does the sentence begin with this field's name, as in "«Số điện thoại» còn trống."? */
static bool is_named(const struct panel *panel, const struct panel_field *field)
{
    static const char open[] = "«", shut[] = "»";
    const char *why = panel->why.text;
    size_t n = field->label ? strlen(field->label) : 0;
    return n > 0 && strncmp(why, open, sizeof open - 1) == 0 &&
           strncmp(why + sizeof open - 1, field->label, n) == 0 &&
           strncmp(why + sizeof open - 1 + n, shut, sizeof shut - 1) == 0;
}

/* The field that the sentence of a refused form belongs to; the form's first when it names none. */
static size_t wrong_field(const struct panel *panel, const struct panel_form *form, bool *ret_named)
{
    size_t first = PANEL_FIELDS_MAX;
    *ret_named = false;
    for (size_t i = 0; i < PANEL_FIELDS_MAX && form->fields[i].name != NULL; i++) {
        const struct panel_field *field = &form->fields[i];
        if (field->place == PANEL_FIXED || field->place == PANEL_TICKS || field->label == NULL)
            continue;
        *ret_named = is_named(panel, field);
        if (*ret_named)
            return i;
        first = first == PANEL_FIELDS_MAX ? i : first;
    }
    return first;
}

static void put_why(struct panel *panel)
{
    html_put(&panel->html, "<p class=loi role=alert id=vi-sao>");
    html_sentence(&panel->html, panel->why.text);
    html_put(&panel->html, "</p>");
}

static void put_field(struct panel *panel, const struct panel_form *form, size_t i)
{
    struct html *html = &panel->html;
    const struct panel_field *field = &form->fields[i];
    char value[4096], id[96];
    bool named = false;
    bool wrong = panel->failed == form && wrong_field(panel, form, &named) == i;
    const char *focus = !wrong  ? ""
                        : named ? " autofocus aria-invalid=true aria-describedby=vi-sao"
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
        ticks_put(html, field->name, field->label, field->choices, id, value);
        return;
    }
    html_format(html, "<label for=\"%s\">%s</label>", id, field->label);
    if (wrong && named)
        put_why(panel);
    if (field->choices) {
        html_format(html, "<select id=\"%s\" name=\"%s\"%s>", id, field->name, focus);
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
    bool named = false;
    if (panel->forms)
        html_format(html, "<section class=muc id=m%d>", (int)(form - panel->forms));
    else
        html_put(html, "<section class=muc>");
    html_format(html, "<h2>%s</h2>", form->title);
    if (panel->failed == form)
        (void)wrong_field(panel, form, &named);
    if (panel->failed == form && !named)
        put_why(panel);
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
