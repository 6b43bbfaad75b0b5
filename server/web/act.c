#include "server/web/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "protocol/log.h"
#include "server/office/handover.h"
#include "server/record/lookups.h"
#include "server/record/premises.h"

static const struct act_row {
    const char *verb;
    int wire;
    enum right right;
    const char *words;
    int by;
} rows[] = {
#define ACT(verb, wire, RIGHT, words, by) {#verb, wire, RIGHT_##RIGHT, words, by},
#include "server/record/acts.def"
#undef ACT
};
#define ROWS (sizeof rows / sizeof *rows)

static const struct act_row *row_of(const char *verb)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].verb, verb) == 0)
            return &rows[i];
    return NULL;
}

bool act_row(size_t i, const char **ret_verb, enum right *ret_right, const char **ret_words,
             bool *ret_by)
{
    if (i >= ROWS)
        return false;
    *ret_verb = rows[i].verb;
    *ret_right = rows[i].right;
    *ret_words = rows[i].words;
    *ret_by = rows[i].by != 0;
    return true;
}

bool act_offered(const struct seat *seat, const char *verb)
{
    const struct act_row *row = row_of(verb);
    return row && person_may(&seat->person, row->right);
}

unsigned act_status(enum error_code code)
{
    switch (code) {
    case ERROR_NONE:
        return 200;
    case ERROR_BAD_INPUT:
        return 400;
    case ERROR_NOT_FOUND:
        return 404;
    case ERROR_REFUSED:
    case ERROR_REPEATED:
        return 409;
    case ERROR_LATER:
        return 503;
    case ERROR_BROKEN:
        return 500;
    }
    return 500;
}

/* ------------------------------------------------------------------ what is his */

static bool refuse(struct error *err)
{
    return error_set(err, ERROR_REFUSED,
                     "việc này không thuộc tài khoản này. / this account may not do that");
}

/* Of an office that he does not serve it is said what is said of a number that was never given. */
static bool sees_item(struct web *web, const struct seat *seat, const struct item *item,
                      const char *text, struct error *err)
{
    struct view view;
    if (views_item(web->config.views, item, &view) && view.state.issued &&
        person_sees(&seat->person, view.marks.office))
        return true;
    return error_set(err, ERROR_NOT_FOUND, "%.40s: không thấy số này. / no such item", text);
}

static bool sees_item_text(struct web *web, const struct seat *seat, const char *text,
                           struct error *err)
{
    struct item item;
    struct error why;
    if (item_parse(text, strlen(text), &item, &why))
        return sees_item(web, seat, &item, text, err);
    return error_set(err, ERROR_BAD_INPUT,
                     "%.40s: không phải số phong bì, xem lại 13 ký tự. / not an item number, check "
                     "its 13 characters",
                     text);
}

/* A dossier of which nothing was issued is nobody's yet. */
static bool sees_dossier(struct web *web, const struct seat *seat, const char *text,
                         struct error *err)
{
    struct item item;
    struct record *record = readers_take(web->readers);
    bool found = record_item_of_dossier(record, text, &item, err);
    readers_give(web->readers, record);
    return found ? sees_item(web, seat, &item, text, err) : err->code == ERROR_NOT_FOUND;
}

static bool sees_office(struct web *web, const struct seat *seat, const char *code,
                        struct error *err)
{
    struct premises premises;
    struct record *record = readers_take(web->readers);
    bool found = premises_last(record, PREMISES_OFFICE, code, &premises, err);
    readers_give(web->readers, record);
    if (!found)
        return false;
    return person_sees(&seat->person, premises.number) || refuse(err);
}

/* What a command says when a page itself wants to know: nobody asked. */
static bool say(struct web *web, int argc, const char *const argv[], json_t **new_said,
                struct error *err)
{
    const struct web_commands *commands = &web->config.commands;
    char *json = NULL, *words[4] = {NULL};
    invariant(argc < 4);
    for (int i = 0; i < argc; i++)
        words[i] = strdup(argv[i]);
    bool ok = commands->run(commands->ctx, argc, words, -1, &json, err);
    *new_said = ok ? json_loads(json, 0, NULL) : NULL;
    for (int i = 0; i < argc; i++)
        free(words[i]);
    free(json);
    return ok && (*new_said || error_set(err, ERROR_LATER, "what %s said", argv[0]));
}

struct seeing {
    struct web *web;
    const struct seat *seat;
    size_t n, seen;
    bool any; /* one is enough */
};

static bool see_one(void *ctx, const struct item *item)
{
    struct seeing *seeing = ctx;
    struct error none;
    bool seen = sees_item(seeing->web, seeing->seat, item, item->text, &none);
    seeing->n++;
    seeing->seen += seen;
    return seen != seeing->any;
}

bool act_sees_handover(struct web *web, const struct seat *seat, const char *text, bool any)
{
    struct seeing seeing = {.web = web, .seat = seat, .any = any};
    struct error none;
    uint64_t handover;
    if (!handover_read(text, &handover, &none))
        return false;
    struct record *record = readers_take(web->readers);
    bool read = record_handover_items(record, handover, see_one, &seeing, &none);
    readers_give(web->readers, record);
    return read && seeing.seen > 0 && (any || seeing.seen == seeing.n);
}

bool act_sees_job(struct web *web, const struct seat *seat, const json_t *job)
{
    const json_t *about = json_array_get(json_object_get(job, "jobs"), 0), *row;
    const char *handover = json_string_value(json_object_get(about, "handover"));
    struct error none;
    size_t i;
    if (seat->person.offices_n == 0)
        return about != NULL;
    if (handover)
        return act_sees_handover(web, seat, handover, false);
    json_array_foreach(json_object_get(job, "items"), i, row)
    {
        const char *item = json_string_value(json_object_get(row, "item"));
        if (!item || !sees_item_text(web, seat, item, &none))
            return false;
    }
    return about != NULL;
}

/* Of another's job it is said what is said of one that is over. */
static bool sees_job_named(struct web *web, const struct seat *seat, const char *text,
                           struct error *err)
{
    const char *argv[] = {"printjobs", text};
    json_t *job = NULL;
    bool sees = say(web, 2, argv, &job, err) && act_sees_job(web, seat, job);
    bool known = job != NULL;
    json_decref(job);
    return sees || (!known && err->code != ERROR_NOT_FOUND ? false
                                                           : error_set(err, ERROR_NOT_FOUND,
                                                                       "không còn lệnh in %.20s. / "
                                                                       "there is no such print job",
                                                                       text));
}

static bool sees_word(struct web *web, const struct seat *seat, char what, const char *word,
                      struct error *err)
{
    switch (what) {
    case 'd':
        return sees_dossier(web, seat, word, err);
    case 'i':
    case '*':
        return sees_item_text(web, seat, word, err);
    case 'p':
        return sees_job_named(web, seat, word, err);
    case 'h':
    case 'H':
        return act_sees_handover(web, seat, word, what == 'H') ||
               error_set(err, ERROR_NOT_FOUND,
                         "%.40s: không thấy lần bàn giao này. / no such "
                         "handover",
                         word);
    default:
        return true;
    }
}

/* Every word that names something names what is his, and something is named. */
static bool words_are_his(struct web *web, const struct seat *seat, const struct act_row *row,
                          int argc, const char *const argv[], struct error *err)
{
    const char *kind = row->words;
    bool named = false, many = false;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        many = many || *kind == '*';
        char what = *kind;
        if (many)
            what = '*';
        if (what == 'o' && strncmp(word, "office=", 7) == 0) { /* elsewhere it would be a text */
            named = true;
            if (!sees_office(web, seat, word + 7, err))
                return false;
            continue;
        }
        if ((what == '*' || what == '\0' || what == 'o') && strchr(word, '='))
            continue;
        if (what == '\0' || what == 'o') /* a word more than the row knows of */
            return refuse(err);
        if (!sees_word(web, seat, what, word, err))
            return false;
        named = named || what != '.';
        kind += *kind != '\0' && !many;
    }
    return named || refuse(err);
}

static bool is_his(struct web *web, const struct seat *seat, const struct act_row *row, int argc,
                   const char *const argv[], struct error *err)
{
    if (!row || !person_may(&seat->person, row->right)) {
        log_line(LOG_LEVEL_INFO, "act refused", "person=%lld act=%s", (long long)seat->person.id,
                 row ? row->verb : "?");
        return refuse(err);
    }
    for (int i = 1; row->by && i < argc; i++) /* to a board it is something else */
        if (strncmp(argv[i], "by=", 3) == 0)
            return error_set(err, ERROR_BAD_INPUT, "by= is who sits here, and not given");
    return seat->person.offices_n == 0 || *row->words == '\0' ||
           words_are_his(web, seat, row, argc, argv, err);
}

/* ------------------------------------------------------------------ done */

static bool look_act(struct record *record, void *arg, struct error *err)
{
    return look_add(record, arg, err);
}

/* What of the words is an item's number. */
static void name_items(int argc, const char *const argv[],
                       char items[LOOK_ITEMS_MAX * ITEM_CHARS + 1])
{
    struct item item;
    struct error none;
    size_t n = 0;
    for (int i = 1; i < argc && n < LOOK_ITEMS_MAX; i++)
        if (item_parse(argv[i], strlen(argv[i]), &item, &none))
            memcpy(items + ITEM_CHARS * n++, item.text, ITEM_CHARS + 1);
}

static bool write_down(struct web *web, const struct http_request *request, const struct seat *seat,
                       const struct act_row *row, int argc, const char *const argv[],
                       struct error *err)
{
    char items[LOOK_ITEMS_MAX * ITEM_CHARS + 1] = "";
    struct look look = {.person = seat->person.id,
                        .kind = LOOK_ACT(row->wire),
                        .rows = (uint64_t)(argc - 1),
                        .items = items};
    name_items(argc, argv, items);
    (void)snprintf(look.client, sizeof look.client, "%s", request->client);
    return web->config.acts.run(web->config.acts.self, look_act, &look, err);
}

/* Where by= belongs: behind all words, but before any number of items. */
static int place_of_by(const struct act_row *row, int argc)
{
    int many = (int)strcspn(row->words, "*") + 1;
    return row->words[many - 1] == '*' && many < argc ? many : argc;
}

/* 2: only where it names items does the command do anything. */
static bool says_by(const struct act_row *row, int argc)
{
    return row->by == 1 || (row->by == 2 && place_of_by(row, argc) < argc);
}

/* A copy of the words with by= among them; one block of memory. */
static char **words_by(const struct act_row *row, const struct seat *seat, int argc,
                       const char *const argv[])
{
    size_t n = sizeof(char *) * ((size_t)argc + 2), by = strlen(seat->person.name) + 4;
    for (int i = 0; i < argc; i++)
        n += strlen(argv[i]) + 1;
    char **words = malloc(n + by);
    char *at = (char *)(words ? words + argc + 2 : NULL);
    bool says = says_by(row, argc);
    int by_at = says ? place_of_by(row, argc) : argc;
    for (int i = 0; words && i < argc; i++) {
        size_t length = strlen(argv[i]) + 1;
        words[i + (says && i >= by_at)] = memcpy(at, argv[i], length);
        at += length;
    }
    if (words && says) {
        (void)snprintf(at, by, "by=%s", seat->person.name);
        words[by_at] = at;
    }
    if (words)
        words[argc + says] = NULL;
    return words;
}

/* `kept` NULL: as it comes. */
static bool run(struct web *web, const struct act_row *row, const struct seat *seat, int argc,
                const char *const argv[], int fd, const struct act_kept *kept, json_t **new_said,
                struct error *err)
{
    char *json = NULL;
    char **words = words_by(row, seat, argc, argv);
    if (!words)
        return error_set(err, ERROR_LATER, "out of memory");
    const struct web_commands *commands = &web->config.commands;
    argc += says_by(row, argc);
    bool ok = kept ? commands->run_kept(commands->ctx, argc, words, kept, &json, err)
                   : commands->run(commands->ctx, argc, words, fd, &json, err);
    free(words);
    if (ok) {
        json_error_t why;
        *new_said = json_loads(json, 0, &why);
        ok = *new_said || error_set(err, ERROR_LATER, "what %s said: %s", row->verb, why.text);
    }
    if (json)
        chain_wipe(json, strlen(json)); /* a one-time code may stand in it */
    free(json);
    return ok;
}

static bool run_his(struct web *web, const struct http_request *request, const struct seat *seat,
                    int argc, const char *const argv[], int fd, const struct act_kept *kept,
                    json_t **new_said, struct error *err)
{
    const struct act_row *row = row_of(argv[0]);
    *new_said = NULL;
    if (!web->config.commands.run)
        return error_set(err, ERROR_LATER, "no commands here");
    return is_his(web, seat, row, argc, argv, err) &&
           write_down(web, request, seat, row, argc, argv, err) &&
           run(web, row, seat, argc, argv, fd, kept, new_said, err);
}

bool act_run(struct web *web, const struct http_request *request, const struct seat *seat, int argc,
             const char *const argv[], int fd, json_t **new_said, struct error *err)
{
    return run_his(web, request, seat, argc, argv, fd, NULL, new_said, err);
}

bool act_run_kept(struct web *web, const struct http_request *request, const struct seat *seat,
                  int argc, const char *const argv[], const struct act_kept *kept,
                  json_t **new_said, struct error *err)
{
    return run_his(web, request, seat, argc, argv, -1, kept, new_said, err);
}

bool act_read(struct web *web, const struct seat *seat, int argc, const char *const argv[],
              json_t **new_said, struct error *err)
{
    const struct act_row *row = row_of(argv[0]);
    *new_said = NULL;
    if (!web->config.commands.run)
        return error_set(err, ERROR_LATER, "no commands here");
    return is_his(web, seat, row, argc, argv, err) &&
           run(web, row, seat, argc, argv, -1, NULL, new_said, err);
}

json_t *act_document(int fd)
{
    off_t n = lseek(fd, 0, SEEK_END);
    char *bytes = n > 0 ? mmap(NULL, (size_t)n, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    if (bytes == MAP_FAILED)
        return NULL;
    json_t *document = json_loadb(bytes, (size_t)n, 0, NULL);
    munmap(bytes, (size_t)n);
    return document;
}
