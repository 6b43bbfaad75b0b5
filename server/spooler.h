/* spooler.h - the print jobs of all printers: which there are, how each stands, and a thread for
 * each printer that has one. A printer has one job at a time, oldest first; a job that stopped
 * waits for somebody to say how it goes on, and lets the next one pass.
 *
 * What a job holds and how far it came is on disk before and after every step (DIR/spool/JOB,
 * labels/spool.h), who wanted it is a fact PRINT_SENT: after a restart a job that a queue has is
 * followed again, every other one stands where it stopped. An item is in one job at a time.
 *
 * Any thread; own lock inside. Jobs are started by what runs one command at a time (lanes.h).
 */
#ifndef TRAO_SERVER_SPOOLER_H
#define TRAO_SERVER_SPOOLER_H

#include "labels/printer.h"
#include "server/config.h"
#include "server/record/acts.h"
#include "server/views/views.h"

#define SPOOLER_WORDS_MAX 256

struct spooler;

struct spooler_config {
    const char *folder; /* DIR/spool, made when missing */
    const char *record_path;
    struct acts acts;
    struct views *views;
    const struct config *config;
    const uint8_t *secret;      /* LINK_SECRET_BYTES */
    unsigned every_ms;          /* between two looks at a printer; 0: PRINTER_LOOK_MS */
    void (*changed)(void *ctx); /* a job stands otherwise; any thread. May be NULL */
    void *ctx;
};

bool spooler_open(const struct spooler_config *config, struct spooler **ret_spooler,
                  struct error *err) must_use;
/* Follows what queues had when the server stopped; the writer runs now. */
void spooler_start(struct spooler *spooler);
/* Leaves printers alone, waits for its threads: some seconds at most. */
void spooler_stop(struct spooler *spooler);
void spooler_close(struct spooler *spooler); /* NULL is fine */

struct spooler_order {
    const char *printer; /* printers.h */
    const struct spool_item *items;
    size_t n;
    uint32_t reason, user;
    uint64_t handover; /* the items are the sheets of its list; 0: envelopes, or a trial sheet */
};
/* REFUSED: an item is in a job that has not ended, and both are named. */
bool spooler_send(struct spooler *spooler, const struct spooler_order *order, uint64_t *ret_job,
                  struct error *err) must_use;

enum spooler_state {
    SPOOLER_WAITING, /* for its printer */
    SPOOLER_GOING,   /* `printing` says how it stands */
    SPOOLER_STOPPED, /* until spooler_resume or spooler_cancel */
    SPOOLER_FINISHED,
    SPOOLER_CANCELLED
};
/* "waiting", "going", ... */
const char *spooler_state_key(enum spooler_state state);

struct spooler_job {
    uint64_t job;
    char printer[64];
    uint64_t handover;
    uint32_t user;
    struct instant at;
    size_t n, done;  /* items, and how many of them have left */
    size_t left_out; /* items beside those, void since it was sent; of this run of the server */
    enum spooler_state state;
    enum printer_state printing;   /* while it goes */
    char words[SPOOLER_WORDS_MAX]; /* what the printer says, why it stopped, or what is not known of
                                      it */
    char first[SPOOL_NUMBER_BYTES]; /* number of the first item, */
    char next[SPOOL_NUMBER_BYTES];  /* and of the first that has not left; "" */
};

/* Those that have not ended, and the last that have since the server started; newest first. `each`
 * returns false to stop; it may not ask the spooler. */
void spooler_each(struct spooler *spooler,
                  bool (*each)(void *ctx, const struct spooler_job *job,
                               const struct spool_item *items),
                  void *ctx);
/* The job that holds an item; 0 none. */
uint64_t spooler_holds(struct spooler *spooler, const char *number);

/* A stopped job goes on; `from`, when not 0, is the first of its items that is to be printed, from
 * 1: those before it are on paper, somebody saw. NOT_FOUND; REFUSED: it does not stand still, or
 * `from` lies before what counts as printed; of a job whose every item is, `from` says nothing. */
bool spooler_resume(struct spooler *spooler, uint64_t job, size_t from, struct error *err) must_use;
/* It ends, here and at the printer; what has left stays printed. */
bool spooler_cancel(struct spooler *spooler, uint64_t job, struct error *err) must_use;

#endif
