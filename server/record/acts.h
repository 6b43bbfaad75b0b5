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

#endif
