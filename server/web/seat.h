/* seat.h - who sits at a desk page: cookie, login, and the token that proves a form is ours.
 *
 * The cookie is 256 random bits, `__Host-` and Secure wherever TLS is; the record knows only its
 * hash. Before the login the same cookie carries the form's token, and it is changed at login, so a
 * stranger can neither log a clerk in as somebody else nor fix a session (case W04).
 */
#ifndef TRAO_SERVER_WEB_SEAT_H
#define TRAO_SERVER_WEB_SEAT_H

#include "server/record/looks.h"
#include "server/record/people.h"
#include "server/web/inside.h"

#define SEAT_TOKEN_CHARS 64
#define SEAT_CSRF_CHARS 32

struct seat {
    char token[SEAT_TOKEN_CHARS + 1]; /* the cookie's value, "" none */
    char csrf[SEAT_CSRF_CHARS + 1];   /* belongs into its forms */
    bool logged_in;
    bool half; /* the password was right, the second factor is still to come; opens nothing */
    struct person person; /* when logged in, or half */
    struct instant until; /* when logged in: the end of the login */
    bool english;         /* pages are read in English, by a cookie of its own */
};

/* Reads the cookie and looks the login up. */
struct seat seat_of(struct web *web, const struct http_request *request);
struct link seat_hash(const struct seat *seat);
/* A fresh token, set as the answer's cookie. */
void seat_renew(struct web *web, const struct http_request *request, struct seat *seat,
                struct http_answer *answer);
void seat_forget(struct web *web, const struct http_request *request, struct http_answer *answer);
/* True if the POST is a form of this seat: ours by origin, with its token. */
bool seat_sent(const struct web *web, const struct http_request *request, const struct seat *seat);
/* The answer to one that is not. */
void seat_old_form(const struct web *web, struct http_answer *answer);
void seat_put_csrf(const struct seat *seat, struct html *html);

/* Roles by commas, or "none", as bits. BAD_INPUT: no such role. */
bool seat_roles_read(const char *text, unsigned *ret_roles, struct error *err) must_use;
/* His role comes in only with a second factor. */
bool seat_wants_second(const struct web *web, const struct seat *seat);
/* Logged in, with a password of his own and the second factor his role wants: pages are open. */
bool seat_is_ready(const struct web *web, const struct seat *seat);
bool seat_run(struct web *web, act what, void *arg, struct error *err) must_use;
/* A look of a person, in the act that it is of. */
bool seat_write_down(struct record *record, int64_t person, enum look_kind kind, uint64_t rows,
                     const char *client, struct error *err) must_use;
/* A wrong password or code: counted against where it came from and, when the name is known
 * (`person` not 0), against the person, whom the fifth locks; one count for both factors. */
void seat_wrong(struct web *web, const struct http_request *request, int64_t person);
bool seat_is_locked(const struct web *web, const struct person *person);

/* Seated, with a password of his own, and his role gives the right; else the answer says where to
 * go, or that it is not his. */
bool seat_may(struct web *web, const struct http_request *request, enum right right,
              struct seat *ret_seat, struct http_answer *answer);
/* The same for what is not kept by office: only for those who are bound to none. */
bool seat_may_all(struct web *web, const struct http_request *request, enum right right,
                  struct seat *ret_seat, struct http_answer *answer);
/* Writes a look down before it is had; false: it could not be, and the answer says so. On a thread
 * of web_work, for it waits for the writer. */
bool seat_looked(struct web *web, const struct http_request *request, int64_t person,
                 enum look_kind kind, uint64_t rows, struct http_answer *answer);
/* The same for the data of these items, at most LOOK_ITEMS_MAX. */
bool seat_looked_at(struct web *web, const struct http_request *request, int64_t person,
                    enum look_kind kind, const struct view *views, size_t n,
                    struct http_answer *answer);
/* The same, of items by their numbers. */
bool seat_looked_items(struct web *web, const struct http_request *request, int64_t person,
                       enum look_kind kind, const struct item *(*item)(const void *rows, size_t i),
                       const void *rows, size_t n, struct http_answer *answer);
/* The desk's search box (desk_search.c). */
void desk_search_put(const struct seat *seat, const char *text, struct html *html);
/* A page of one sentence, in the seat's language and with the way to the others. */
void seat_sentence(struct web *web, const struct seat *seat, unsigned status, const char *vi,
                   const char *en, struct http_answer *answer);
/* Where his day begins. */
const char *seat_home(struct web *web, const struct seat *seat);
/* The language of its pages, and the way to the other. */
void seat_language(const struct seat *seat, struct page_head *head);
/* Something stands for him on the page that leads to the administrator's (admin.c). */
bool admin_leads(const struct seat *seat);
/* A page's beginning, with the way to the others that he may open. */
void seat_begin(struct html *html, const struct seat *seat, const struct page_head *head);

#endif
