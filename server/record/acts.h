/* acts.h - how web pages, commands and messages get something written: they hand an act to the
 * writer, which runs it on its own thread inside its next group and answers after COMMIT. */
#ifndef TRAO_SERVER_RECORD_ACTS_H
#define TRAO_SERVER_RECORD_ACTS_H

#include "server/record/record.h"

/* Runs inside a group; what it returns false for is undone alone. Never blocks, never commits. */
typedef bool (*act)(struct record *record, void *arg, struct error *err);

struct acts {
    /* True after COMMIT and after the views have taken in what was added; false with the act's own
     * error, or LATER when the record cannot be written. Any thread but the writer's. */
    bool (*run)(void *self, act act, void *arg, struct error *err);
    void *self;
};

/* For a command that is done once whatever becomes of its answer: it runs on the writer's thread,
 * in one group with what is written down of it. Both run there too. */
struct act_kept {
    /* Before it: false (REPEATED) when it was done already, and it is not done again. */
    bool (*before)(void *ctx, struct record *record, struct error *err);
    /* After it, with what it said (JSON); `why` is its error where it was not done. What it did
     * until then is kept in either case. */
    bool (*after)(void *ctx, struct record *record, bool done, const struct error *why,
                  const char *said, struct error *err);
    void *ctx;
};

#endif
