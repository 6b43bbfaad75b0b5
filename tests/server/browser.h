/* browser.h - a browser before a desk's pages: one cookie, the token of the last form. For tests of
 * what people at desks may do. The person "quay" is an administrator with BROWSER_PASSWORD. */
#ifndef TRAO_TESTS_SERVER_BROWSER_H
#define TRAO_TESTS_SERVER_BROWSER_H

#include "server/record/people.h"
#include "tests/server/web_rig.h"

#define BROWSER_PASSWORD "mot mat khau rat dai"

struct browser {
    struct web_rig rig;
    char cookie[160]; /* "Cookie: trao=...\r\n" or "" */
    bool english;     /* reads pages in English: a cookie of its own */
    char csrf[64];
};

/* For cmocka: sets *state up, and frees it. */
int browser_open(void **state);
int browser_close(void **state);
void browser_in_group(struct browser *browser, act what, void *arg);
/* One more person, who knows the same password; `office` 0: bound to none. */
struct person browser_person(struct browser *browser, const char *name, enum role role,
                             uint32_t office);
/* The status of the answer; cookie and token are remembered. */
int browser_get(struct browser *browser, const char *path);
int browser_post(struct browser *browser, const char *path, const char *fields);
int browser_post_from(struct browser *browser, const char *path, const char *more_headers,
                      const char *fields);
/* Opens the page and posts to it; fails, with what the page says, unless that is done (303). */
void browser_done(struct browser *browser, const char *path, const char *fields);
void browser_log_in_as(struct browser *browser, const char *name);
void browser_log_in(struct browser *browser); /* as "quay", with the list open */
bool browser_is_logged_in(struct browser *browser);

#endif
