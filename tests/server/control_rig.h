/* control_rig.h - a desk rig with the control socket served by a thread, and who asks over it: this
 * program, or trao-admin itself. */
#ifndef TRAO_TESTS_SERVER_CONTROL_RIG_H
#define TRAO_TESTS_SERVER_CONTROL_RIG_H

#include "server/control.h"
#include "tests/server/desk_rig.h"

struct asked {
    struct desk_rig desk;
    struct commands for_short, for_long;
    struct record *short_reader, *long_reader;
    struct enrol_desk enrol;
    struct spooler *spooler;
    struct lanes *lanes;
    struct control *control;
    pthread_t thread;
    char out[65536], err[4096];
};

/* Setup and teardown of a cmocka test. */
int open_asked(void **state);
int close_asked(void **state);

/* Exit status; what was said is in asked->out and asked->err. Words end with NULL. */
int ask(struct asked *asked, int fd, char *const *words);
#define ASK(asked, fd, ...) ask(asked, fd, (char *const[]){__VA_ARGS__, NULL})
/* tests/data/results.csv: 60 items. */
void import_list(struct asked *asked);

/* trao-admin itself, as the office starts it; its exit status. Words end with NULL. What it writes
 * goes to asked->out and asked->err. */
int run_admin(struct asked *asked, char *const *words);
#define ADMIN(asked, ...) run_admin(asked, (char *const[]){__VA_ARGS__, NULL})

#endif
