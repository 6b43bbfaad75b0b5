/* inside.h - what the files of the API share: one request as an `ask`, the table of operations, the
 * ways to answer. Nobody else includes it. */
#ifndef TRAO_SERVER_WEB_API_INSIDE_H
#define TRAO_SERVER_WEB_API_INSIDE_H

#include <pthread.h>

#include "server/record/api_keys.h"
#include "server/web/act.h"
#include "server/web/api/api.h"

#define API_ROOT "/api/v1"
#define API_VARS 2 /* parameters in one path */
#define API_VAR_MAX 96

struct ask;

enum api_method { API_GET, API_POST };

struct api_op {
    const char *id;
    enum api_method method;
    const char *path;
    uint32_t scope; /* 0: open to all */
    bool slow;
    void (*run)(struct ask *ask);
    const char *query, *words, *schema, *vi, *en;
};
/* NULL past the end. */
const struct api_op *api_op_row(size_t i);

/* Keys found lately: a question of where an item stands asks the record for nothing but its office.
 */
#define API_KNOWN 64
#define API_KNOWN_MS 1000 /* so long a revoked key may still be answered */
struct known_key {
    struct link hash; /* of the whole token */
    int64_t at_ms;    /* 0 free */
    struct api_key key;
};

struct api {
    json_t *shapes; /* shapes.json */
    char *document; /* what describes it all */
    size_t document_n;
    struct instant opened;
    pthread_mutex_t lock; /* guards what follows */
    struct known_key known[API_KNOWN];
};

struct ask {
    struct web *web;
    struct api *api;
    const struct http_request *request;
    struct http_answer *answer;
    const struct api_op *op;
    char vars[API_VARS][API_VAR_MAX]; /* what stands in the path, decoded by the library */
    struct seat seat;                 /* the key, as if it sat at a desk */
    uint32_t scopes;
};

/* ------------------------------------------------------------------ answers (answer.c) */

/* Takes the document over; an ETag goes with it, and 304 instead where the asker has it. */
void api_give(struct ask *ask, unsigned status, json_t *document);
/* The item's answer as it was given lately, without names: the same to every key that may see it;
 * false: there is none. And keeps what was just given. */
bool api_give_kept(struct ask *ask, const struct view *view);
void api_keep(struct ask *ask, const struct view *view);
/* RFC 9457: `field` is what it is about, NULL nothing in particular. */
void api_problem(struct ask *ask, unsigned status, const char *code, const char *field,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));
void api_problem_error(struct ask *ask, const char *field, const struct error *err);
/* The document of a problem. */
json_t *api_problem_document(unsigned status, const char *code, const char *field,
                             const char *detail);

/* ------------------------------------------------------------------ what is asked (params.c) */

/* Checks every parameter of the query and the path by its shape; the answer says which is wrong. */
bool api_params_check(struct ask *ask);
/* The first `name` of the path or query; NULL when it is not there. */
const char *api_param(const struct ask *ask, const char *name);
bool api_param_flag(const struct ask *ask, const char *name);
/* 1..; `otherwise` when it is not given. */
size_t api_param_number(const struct ask *ask, const char *name, size_t otherwise);
/* Checks a value by a shape of shapes.json ("limit"); false with what is wrong. */
bool api_shape_fits(const json_t *shape, const char *name, const json_t *value, struct error *err);
/* The same of a query's text. Pure. */
bool api_value_fits(const struct api *api, const char *name, const char *text, struct error *err);
const json_t *api_shape(const struct api *api, const char *name);

/* A place in a list: the number of what was given last. "" and 0: its beginning or end. */
#define API_CURSOR_MAX 24
bool api_cursor_read(struct ask *ask, uint64_t *ret_at);
/* The same of a text; NULL: none. */
bool api_cursor_take(struct ask *ask, const char *text, uint64_t *ret_at);
void api_cursor_put(json_t *document, uint64_t at);

/* ------------------------------------------------------------------ things (thing.c) */

/* The item of the path, if it may be seen; else the answer says that there is none. */
bool api_find_item(struct ask *ask, struct view *ret_view);
bool api_sees(const struct ask *ask, const struct view *view);
/* `named`: with whom it goes to. */
json_t *api_item_json(struct ask *ask, const struct view *view, bool named);
/* The office that was asked for in the query: its number; 0 when none was. False: answered. */
bool api_find_office(struct ask *ask, uint32_t *ret_office);
/* Writes a look at names down; false: it could not be, and the answer says so. */
bool api_looked(struct ask *ask, enum look_kind kind, uint64_t rows);
/* The same for the data of these items. */
bool api_looked_at(struct ask *ask, enum look_kind kind, const struct view *views, size_t n);

/* ------------------------------------------------------------------ what is done (acts.c, body.c)
 */

#define API_WORDS_MAX 4096 /* items named at once, and a few options */
struct api_words {
    const char *argv[API_WORDS_MAX];
    int argc;
    char *bytes;
    size_t n, room;
};
/* One word of api.def: "{item}", "evidence", "badge!", "pages=", "reason?", "opener:from?",
 * "items*". */
struct api_word {
    char name[32],
        option[32];      /* what it is called here; the key of the command's option, "" none */
    char kind;           /* '\0', '!', '=', '?', '*' */
    bool in_path, fixed; /* of the path; the word `name` itself, which nobody says */
};
struct api_word api_word_read(const char *word);

struct api_words *api_words_new(void); /* NULL without memory */
void api_words_free(struct api_words *words);
/* VALUE, or KEY=VALUE; false when there are too many. */
bool api_word_add(struct api_words *words, const char *key, const char *value);
/* The operation's words, from path, body and query. False: the answer says what is missing. */
bool api_words_take(struct ask *ask, const json_t *body, struct api_words *words);

/* An object of the members that the operation's words name, each as its shape wants it; NULL with
 * the member that is not. Pure. */
json_t *api_body_read(const struct api *api, const struct api_op *op, const char *bytes, size_t n,
                      char ret_field[32], struct error *err);
/* The same of the request; false: answered. */
bool api_body_take(struct ask *ask, json_t **new_body);
bool api_body_is(const struct ask *ask, const char *type);

/* Does it, once for its Idempotency-Key if there is one, and answers (once.c). `finish` may change
 * what is said. */
void api_once_short(struct ask *ask, const struct api_words *words);
void api_once_long(struct ask *ask, const struct api_words *words, int fd,
                   void (*finish)(struct ask *ask, json_t *said));

/* ------------------------------------------------------------------ operations */

void api_describe(struct ask *ask);
void api_items(struct ask *ask);
void api_item(struct ask *ask);
void api_events(struct ask *ask);
void api_act(struct ask *ask);
void api_rows(struct ask *ask);
void api_search(struct ask *ask);
void api_import(struct ask *ask);
void api_export(struct ask *ask);
void api_report(struct ask *ask);
void api_report_file(struct ask *ask);
void api_print(struct ask *ask);
void api_print_file(struct ask *ask);
void api_person(struct ask *ask);
void api_shown(struct ask *ask);
void api_act_long(struct ask *ask);

/* Makes api->document out of the table and the shapes. False without memory, or when the table
 * names a shape there is none of. */
bool api_describe_make(struct api *api, struct error *err) must_use;

#endif
