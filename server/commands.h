/* commands.h - the table of commands (commands.def), and what the server does for those that are
 * its own. Any thread; a `struct commands` serves one at a time. */
#ifndef TRAO_SERVER_COMMANDS_H
#define TRAO_SERVER_COMMANDS_H

#include <stdio.h>

#include "server/answer.h"
#include "protocol/box.h"
#include "server/config.h"
#include "server/field/devices.h"
#include "server/record/acts.h"
#include "server/views/views.h"

enum command_where { COMMAND_HERE, COMMAND_SERVER, COMMAND_ALONE };

struct command {
    const char *name;
    enum command_where where;
    int least, most;
    const char *arguments, *help;
};
/* The i-th row, NULL past the end. */
const struct command *command_row(size_t i);
const struct command *command_find(const char *name);

/* What commands work with; borrowed. */
struct dispatch;
struct notify;
struct push;
struct pages;
struct metrics;
struct finder;
struct spooler;

struct commands {
    const char *folder;  /* the data folder */
    const char *program; /* the server's own, started as `... --read-list` */
    const struct config *config;
    const uint8_t *secret; /* LINK_SECRET_BYTES of keys/secret.key */
    struct acts acts;
    struct views *views;
    struct record *record; /* a reader of its own */
    const struct enrol_desk *enrol;
    struct dispatch *dispatch;           /* what handhelds say; NULL: nothing is heard */
    struct notify *notify;               /* messages to phones; NULL: none go out */
    struct push *push;                   /* offices' own systems; NULL: nothing is told */
    const struct metrics *metrics;       /* what the server is in numbers; NULL: not known */
    struct finder *finder;               /* items by words; NULL: nothing is found */
    struct spooler *spooler;             /* jobs of printers; NULL: none can be reached */
    const struct box_public *box_public; /* what devices close attachments for */
    const struct box_secret *box_secret;
    struct pages *pages; /* of the record, for copies; NULL: none can be made */
    const struct seal_public *seal_public;
};

/* One command as it came: argv[0] is its name; `fd` is the file it reads or writes, -1 for none.
 * What it says goes to `answer`; `out` is answer_lines of it, for lines that have no names. */
struct call {
    int argc;
    char *const *argv;
    int fd;
    FILE *out;
    struct answer *answer;
    /* Whether whoever asked still waits; for what takes long and changes nothing. NULL: he does. */
    bool (*wanted)(void *ctx, struct error *err);
    void *ctx;
};

/* False with a sentence for whoever asked. */
bool commands_run(const struct commands *commands, const struct call *call,
                  struct error *err) must_use;

#endif
