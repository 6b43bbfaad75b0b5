#include "server/web/panel_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static bool is_missing(const struct panel_field *field, const char *value)
{
    return value[strspn(value, " \t\r\n")] == '\0' && field->input != NULL &&
           strstr(field->input, "required") != NULL;
}

static bool say_missing(const struct panel_field *field, struct error *err)
{
    return error_set(err, ERROR_BAD_INPUT, "«%s» còn trống. / is empty", field->label);
}

static bool add_field(struct words *words, const struct panel_field *field, char *value,
                      struct error *err)
{
    char before[48];
    bool typed = field->place == PANEL_WORD || field->place == PANEL_LONG ||
                 field->place == PANEL_FILE ||
                 (field->place == PANEL_OPTION && field->choices != NULL);
    if (typed && is_missing(field, value))
        return say_missing(field, err);
    switch (field->place) {
    case PANEL_WORD:
    case PANEL_LONG:
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

bool panel_read_field(const struct http_request *request, const struct panel_field *field,
                      char *out, size_t size)
{
    return field->place == PANEL_TICKS
               ? ticks_read(request, field->name, field->choices, out, size)
               : form_value(request->body, request->body_n, field->name, out, size);
}

/* What a command wanted and nobody typed: an option that it might have known already. It speaks of
 * its own words then, which nobody at a page needs to know. */
static bool name_missing(const struct panel *panel, const struct panel_form *form, char *value,
                         struct error *err)
{
    for (size_t i = 0; i < PANEL_FIELDS_MAX && form->fields[i].name; i++) {
        const struct panel_field *field = &form->fields[i];
        (void)panel_read_field(panel->request, field, value, HTTP_BODY_MAX);
        if (err->code == ERROR_BAD_INPUT && field->place == PANEL_OPTION &&
            is_missing(field, value))
            return say_missing(field, err);
    }
    return false;
}

static bool run_words(struct panel *panel, const struct panel_form *form, struct words *words,
                      char *value, struct error *err)
{
    const struct http_request *request = panel->request;
    bool good = add(words, "", form->verb, err);
    for (size_t i = 0; good && i < PANEL_FIELDS_MAX && form->fields[i].name; i++) {
        const struct panel_field *field = &form->fields[i];
        (void)panel_read_field(request, field, value, HTTP_BODY_MAX);
        good = add_field(words, field, value, err);
    }
    return good && (act_run(panel->web, request, &panel->seat, words->argc, words->argv, words->fd,
                            &panel->said, err) ||
                    name_missing(panel, form, value, err));
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
    char to[256]; /* a Location */
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
    return panel_open_with(panel, web, request, right, path, title, NULL, forms, answer);
}

bool panel_open_with(struct panel *panel, struct web *web, const struct http_request *request,
                     enum right right, const char *path, const char *title, const char *script,
                     const struct panel_form *forms, struct http_answer *answer)
{
    if (!panel_sit_all(panel, web, request, right, path, title, answer))
        return false;
    panel->head.script = script;
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
