/* panel.h - a page of tables and forms over commands: what it shows is what a reading command says,
 * what it does is a command too (act.h), so a page has no second way to do a thing. Right without
 * JavaScript; one form for each act, in reading order.
 *
 * A form that was refused is shown again as it was sent, with the command's sentence at the field
 * it names, else at the form's head, and the focus there: nobody looks for it down the page. A form
 * that was done leads back to the page, so that loading it again does nothing twice; only what
 * is shown once (a code, a password) is shown by the answer itself.
 *
 * On a thread of web_work; one panel serves one request.
 */
#ifndef TRAO_SERVER_WEB_PANEL_H
#define TRAO_SERVER_WEB_PANEL_H

#include "server/web/act.h"

#define PANEL_FIELDS_MAX 14

enum panel_place {
    PANEL_WORD,   /* a word of the command, in order; one left empty must be the last */
    PANEL_MANY,   /* as many words as there are, by blanks: numbers of envelopes, scanned */
    PANEL_LONG,   /* a word of several lines */
    PANEL_OPTION, /* name=value; left out when empty */
    PANEL_TICKS,  /* name=value,value of the boxes that are ticked; left out when none is */
    PANEL_FILE,   /* what the command reads from its file */
    PANEL_FIXED   /* a word nobody types: `choices` is it */
};

struct panel_field {
    enum panel_place place;
    const char *name;    /* of the form, and before the '=' */
    const char *label;   /* NULL: of PANEL_FIXED, and of what is carried along unseen */
    const char *input;   /* attributes of the input, ours: "type=date required"; NULL: text */
    const char *choices; /* "value|Word;value|Word": a list to choose or tick from; NULL: typed */
};

struct panel_form {
    const char *verb, *title, *button;
    bool shows; /* what it says is shown once, by the answer */
    struct panel_field fields[PANEL_FIELDS_MAX];
};

struct panel {
    struct web *web;
    const struct http_request *request;
    struct http_answer *answer;
    struct seat seat;
    struct page_head head;
    struct html html;
    const char *path;
    const struct panel_form *forms;  /* of panel_open; NULL where the page runs its forms itself */
    const char *carry;               /* "bi=RA...": behind the address after an act; NULL none */
    json_t *said;                    /* of the form that shows */
    json_t *values;                  /* what stands in fields nobody filled yet; NULL: nothing */
    const struct panel_form *first;  /* where the focus is to begin; NULL: at the page's head */
    const struct panel_form *failed; /* the form that was refused, */
    struct error why;                /* and why */
    unsigned status;                 /* of the answer; 0: 200, or what the failed form asks for */
};

/* A page's seat, checked, and its form run when it is a POST. False: the answer is given (to the
 * login, not his, done). Else the page is begun and panel_close is to follow. `forms` end with a
 * form without a verb. */
bool panel_open(struct panel *panel, struct web *web, const struct http_request *request,
                enum right right, const char *path, const char *title,
                const struct panel_form *forms, struct http_answer *answer);
/* ... with a script of ours, as page_head.script names it; NULL: none. */
bool panel_open_with(struct panel *panel, struct web *web, const struct http_request *request,
                     enum right right, const char *path, const char *title, const char *script,
                     const struct panel_form *forms, struct http_answer *answer);
void panel_close(struct panel *panel);

/* The same for a page that also serves who is bound to offices, and runs its forms itself: only the
 * seat is checked; head.script and the like may still be set. Then panel_begin, panel_close. */
bool panel_sit(struct panel *panel, struct web *web, const struct http_request *request,
               enum right right, const char *path, const char *title, struct http_answer *answer);
/* ... where who is bound to offices has no business. */
bool panel_sit_all(struct panel *panel, struct web *web, const struct http_request *request,
                   enum right right, const char *path, const char *title,
                   struct http_answer *answer);
void panel_begin(struct panel *panel);
/* Its form, run as panel_open does. False: the answer is given. */
bool panel_post(struct panel *panel, const struct panel_form *forms);

/* What a reading command says: words to NULL. NULL with a sentence on the page when it fails;
 * json_decref it. */
json_t *panel_ask(struct panel *panel, const char *verb, ...) __attribute__((sentinel));

/* Its form, for whoever may; `values`: what it begins with, from the address (name=value). */
void panel_form(struct panel *panel, const struct panel_form *form);
/* A list of what may be chosen in a field with list=ID: cells `key` of rows, and a word beside. */
void panel_list(struct panel *panel, const char *id, const json_t *rows, const char *key,
                const char *word);

enum panel_kind {
    PANEL_TEXT,
    PANEL_CODE,  /* signs nobody reads aloud: may break anywhere */
    PANEL_OURS,  /* words of the program's own tables */
    PANEL_ITEM,  /* a number, as the way to its page */
    PANEL_EVENT, /* a key of event.def, "paper_entry:delivered" two: by its words */
    PANEL_NUMBER,
    PANEL_VND,
    PANEL_DAY,
    PANEL_TIME,
    PANEL_CHOICE, /* `choices` says the words; true and false for flags */
    PANEL_LINK,   /* leads to this page's form with a field of that name, filled in; `choices` is it
                   */
    PANEL_FILL    /* the same of several fields: `choices` is "field=key;field=key|Word" */
};
struct panel_column {
    const char *key, *head;
    enum panel_kind kind;
    const char *choices;
};
/* `columns` end with one without a key. Without rows the sentence stands. */
void panel_table(struct panel *panel, const char *caption, const json_t *rows,
                 const struct panel_column *columns, const char *empty);
/* "2026-11-25T09:41:00.000+07:00" as people read it, without its hour unless `with_time`. */
void panel_put_time(struct html *html, const char *iso, bool with_time);
/* The word for a value in "value|Word;value|Word", or NULL. Borrowed, `*ret_n` bytes. */
const char *panel_word(const char *choices, const char *value, size_t *ret_n);

#endif
