/* readers.h - a few read-only connections to the record for the threads that answer requests: each
 * takes one for the moment of its question. Own lock inside, any thread. */
#ifndef TRAO_SERVER_WEB_READERS_H
#define TRAO_SERVER_WEB_READERS_H

#include "server/config.h"
#include "server/delivery/fold.h"
#include "server/record/premises.h"

struct readers;

bool readers_open(const char *record_path, struct readers **ret_readers,
                  struct error *err) must_use;
void readers_close(struct readers *readers); /* NULL is fine */
/* Waits for a free one: microseconds, since nobody keeps one over an answer. */
struct record *readers_take(struct readers *readers);
void readers_give(struct readers *readers, struct record *record);

/* The settings with the name, address and phone of this item's own office and the name of the post
 * office it is at, as the registry has them at `at`; as they are when it cannot be asked. */
struct config readers_config(struct readers *readers, const struct config *config,
                             const struct state *state, struct instant at);

/* The place and name of a pickup point as the registry has it now. */
struct pickup {
    uint32_t number;
    char name[PREMISES_NAME_MAX + 1], address[PREMISES_ADDRESS_MAX + 1];
};
#define PICKUPS_MAX 12 /* of one post office on one page */
/* Those of a post office in force at `at`, by their codes; returns how many, 0 also when the
 * registry cannot be asked. */
size_t readers_pickups(struct readers *readers, uint32_t post_office, struct instant at,
                       struct pickup out[PICKUPS_MAX]);
/* There is one in force, of whatever post office. */
bool readers_any_pickup(struct readers *readers, struct instant at);
/* That one; false when there is none any more. */
bool readers_pickup(struct readers *readers, uint32_t number, struct instant at,
                    struct pickup *ret_pickup);

/* Who an issued item is for. NOT_FOUND when it was deleted. */
bool readers_addressee(struct readers *readers, const struct office_fact *issued,
                       struct addressee *ret_who, struct error *err) must_use;

#endif
