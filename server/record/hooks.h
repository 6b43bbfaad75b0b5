/* hooks.h - webhooks: where an office's own system is told what became of its items
 * (notify/push.h). Of each: an address, whose items, which statuses, and the secret that signs,
 * closed by a key that is not in the record (notify/hook_key.h); after a change of it the one
 * before, as long as both count. Rows beside the chain that change; each change is written to the
 * chain of looks by the command that makes it. Same threads and groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_HOOKS_H
#define TRAO_SERVER_RECORD_HOOKS_H

#include "server/record/people.h"

#define HOOKS_MAX 64 /* each has its own list of what it is to hear [design] */
#define HOOK_URL_MAX 512
#define HOOK_CLOSED_MAX 96

struct hook_secret {
    uint8_t bytes[HOOK_CLOSED_MAX];
    size_t n; /* 0: none */
};

struct hook {
    uint32_t id; /* from 1; 0: the one of trao.conf, which is not in the record */
    char name[PERSON_NAME_MAX + 1];
    char url[HOOK_URL_MAX];
    uint32_t events;                      /* 1 << enum status */
    uint32_t offices[PERSON_OFFICES_MAX]; /* numbers of premises.h whose items it hears of */
    size_t offices_n;                     /* 0: of all */
    bool on;
    struct hook_secret secret, before;
    struct instant before_until; /* `before` signs too until then */
    struct instant made;         /* what arrived before is not told */
    uint64_t changed;            /* grows with each change of any; set by hook_put */
};

bool hook_hears(const struct hook *hook, uint32_t office);

/* Adds it (id 0, set then) or replaces the one of its id. REPEATED: the name is another's; REFUSED:
 * there are HOOKS_MAX. */
bool hook_put(struct record *record, struct hook *hook, struct error *err) must_use;
/* NOT_FOUND. */
bool hook_find(struct record *record, const char *name, struct hook *ret_hook,
               struct error *err) must_use;
/* All, by name; at most HOOKS_MAX. */
bool hooks_read(struct record *record, struct hook ret_hooks[HOOKS_MAX], size_t *ret_n,
                struct error *err) must_use;
/* Of the last change, 0 without any. */
bool hooks_changed(struct record *record, uint64_t *ret_changed, struct error *err) must_use;

/* Items of which a telling to a webhook failed and none was answered since, the latest failure of
 * each, by webhook and then by number. `receiver` -1: of all, and of the one of trao.conf (0).
 * `each` returns false to stop. */
bool dead_letters_read(struct record *record, int64_t receiver,
                       bool (*each)(void *ctx, uint32_t receiver, const struct item *item),
                       void *ctx, struct error *err) must_use;

#endif
