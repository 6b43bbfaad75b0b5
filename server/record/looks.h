/* looks.h - who looked at whose data: a chain of its own, only added to, its head sealed at each
 * addition, so that a row that is edited or gone is found by `verify`. [domain.md section 1, rule
 * 4: access log; Law 91/2025/QH15; ASVS 5.0, 16.2]
 *
 * No personal data of receivers is in it: the person at the desk, the kind of page, how many rows,
 * the numbers of their items, the address he came from. Same threads and groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_LOOKS_H
#define TRAO_SERVER_RECORD_LOOKS_H

#include "server/record/record.h"

enum look_kind {
    LOOK_NONE = 0,
#define LOOK(KEY, wire, key, what) LOOK_##KEY = (wire),
#include "server/record/looks.def"
#undef LOOK
};
/* A command that somebody at a page or a program asked for, by its wire number of acts.def. */
#define LOOK_ACT(wire) ((enum look_kind)(100 + (wire)))
/* "names", a command's name; NULL for a kind this program does not know. */
const char *look_key(enum look_kind kind);

#define LOOK_CLIENT_MAX 46

struct look {
    uint64_t seq;      /* from 1; set by look_add */
    struct instant at; /* set by look_add */
    int64_t person;    /* people.h; 0 nobody known */
    enum look_kind kind;
    uint64_t rows;
    char client[LOOK_CLIENT_MAX]; /* address, "" the machine itself */
    /* Numbers of the items whose data was there, 13 characters each, one behind the other, at most
     * LOOK_ITEMS_MAX; borrowed, "" or NULL: none. */
    const char *items;
};

#define LOOK_ITEMS_MAX 500
bool look_has_item(const struct look *look, const struct item *item);

bool look_add(struct record *record, const struct look *look, struct error *err) must_use;

/* Newest first, of one person (0: all), from `from` up to but without `to`. `each` returns false to
 * stop. */
bool looks_each(struct record *record, int64_t person, struct instant from, struct instant to,
                bool (*each)(void *ctx, const struct look *look), void *ctx,
                struct error *err) must_use;

/* Walks the chain; BROKEN names the first look that does not hold. Part of record_verify. */
bool looks_verify(struct record *record, const struct seal_public *server_key, uint64_t *ret_n,
                  struct error *err) must_use;

#endif
