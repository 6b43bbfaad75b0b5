/* desk_rig.h - a rig with what the office and its pages need beside the record: acts that run at
 * once, settings, a secret, lists read by this very test program. */
#ifndef TRAO_TESTS_SERVER_DESK_RIG_H
#define TRAO_TESTS_SERVER_DESK_RIG_H

#include <pthread.h>
#include <stdatomic.h>

#include "server/config.h"
#include "server/office/import.h"
#include "tests/server/rig.h"

struct desk_rig {
    struct rig rig;
    pthread_mutex_t lock;   /* acts come from several threads */
    _Atomic int64_t now_ms; /* rig.now, for threads that hold no lock */
    struct config config;
    uint8_t secret[LINK_SECRET_BYTES];
    uint32_t office;         /* whose results are imported; 0 the first */
    struct list_names names; /* of the office's columns */
    bool dry;                /* imports only look */
    uint32_t fail_at;        /* the n-th act to come is refused with LATER; 0 none */
    bool fail_on;            /* and all behind it, until this is false again */
    bool behind;             /* views do not follow acts, as where they fail to */
};

void desk_rig_open(struct desk_rig *desk);
void desk_rig_close(struct desk_rig *desk);
struct acts desk_rig_acts(struct desk_rig *desk);
/* The rig's time, readable from any thread, and how it passes. */
struct clock desk_rig_clock(struct desk_rig *desk);
void desk_rig_pass(struct desk_rig *desk, int64_t ms);
/* The numbers of its post office. */
struct numbers desk_rig_numbers(struct desk_rig *desk);
/* Imports the text as "ketqua.csv"; free(*new_lines). */
bool desk_rig_import(struct desk_rig *desk, const char *text, struct import_report *ret_report,
                     char **new_lines, struct error *err);
/* Issues one dossier with this phone and postage; returns its number. */
struct item desk_rig_issue(struct desk_rig *desk, const char *dossier, const char *phone,
                           const char *postage);
/* One scan of an item with any number, arrived now, made `ago_ms` before. */
void desk_rig_scan(struct desk_rig *desk, struct rig_device *device, const struct item *item,
                   uint32_t event, int64_t ago_ms);

/* Printers' jobs in its folder, looked at every 20 ms; spooler_close. */
struct spooler;
struct spooler *desk_rig_spooler(struct desk_rig *desk);

int desk_rig_child(const char *charset, const char *names_text);
/* main() of a test that reads lists: the child's life when it is one. */
#define DESK_RIG_CHILD(argc, argv)                                                                 \
    do {                                                                                           \
        if ((argc) > 1 && strcmp((argv)[1], "--read-list") == 0)                                   \
            return desk_rig_child((argv)[2], (argc) > 3 ? (argv)[3] : NULL);                       \
    } while (0)

#endif
