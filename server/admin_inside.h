/* admin_inside.h - what the files of trao-admin share. Nobody else includes it. */
#ifndef TRAO_SERVER_ADMIN_INSIDE_H
#define TRAO_SERVER_ADMIN_INSIDE_H

#include <sysexits.h>

#include "server/answer.h"

/* Usage is 64 in all three programs, as argp has it [sysexits.h]. */
enum exit_status { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_NO_SERVER = 3, EXIT_USAGE = EX_USAGE };

struct admin {
    const char *folder; /* NULL: none was named */
    bool json;
    int argc; /* of the command, its name first */
    char **argv;
};

enum exit_status admin_refused(const struct admin *admin, const struct error *err);
/* A sentence of what this process did, as `trao-admin` says it. */
enum exit_status admin_done(struct answer *answer);

/* The server holds the same lock while it runs. REFUSED then; close(*ret_lock). */
bool admin_lock(const char *folder, int *ret_lock, struct error *err) must_use;

/* admin_keeping.c */
/* A backup where no server runs, which is asked otherwise; as control_ask. */
bool backup_at_rest(const struct admin *admin, int fd, FILE *out, int *ret_status,
                    struct error *err) must_use;
enum exit_status here_backupkey(const struct admin *admin);
enum exit_status here_check(const struct admin *admin);
enum exit_status here_restore(const struct admin *admin);
enum exit_status here_drill(const struct admin *admin);

#endif
