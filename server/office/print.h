/* print.h - items become envelopes: one PDF a job, then a PRINTED fact for each page.
 *
 * The PDF is durable (DIR/print/JOB.pdf, written aside, synced, read back, renamed) before the
 * facts say so: a crash between leaves a file that nobody counts, never a fact without a page. Read
 * back (labels/readback.h): each symbol of each page is decoded from the very bytes at 203 dpi and
 * compared; one bad symbol stops the job and nothing is printed. Only one job runs at a time: the
 * copy number comes from the views.
 */
#ifndef TRAO_SERVER_OFFICE_PRINT_H
#define TRAO_SERVER_OFFICE_PRINT_H

#include "server/office/link.h"
#include "server/record/acts.h"
#include "server/views/views.h"

#define PRINT_PATH_MAX 4096

struct print_config {
    struct acts acts;
    struct views *views;
    struct record *record; /* a reader of the calling thread */
    const char *folder;    /* DIR/print, made when missing */
    const char *sender, *sender_address;
    const char *public_url; /* base of the link in the QR, upper-cased there */
    const uint8_t *secret;  /* LINK_SECRET_BYTES */
    uint32_t reason, user;  /* of the facts: why it is printed again, and who does it; 0 none */
    /* One line for the clerk about an item: shortened text, a letter the font lacks, why it was
     * left out. No personal data in it. May be NULL. */
    void (*note)(void *ctx, const char *line);
    void *ctx;
};

struct print_result {
    uint64_t job;
    size_t pages, left_out;
    char path[PRINT_PATH_MAX];
};

/* How an envelope is looked at: in which layout, and as a printer of `dpi` (72..600) puts it on
 * paper: in its very dots (203, 300 or 600), or smooth. */
struct print_look {
    const char *layout;
    unsigned dpi;
    bool dots;
};

/* One envelope as a picture (PNG) in its true size, as the next print of it would be; nothing is
 * written down. Errors as print_run. */
bool print_preview(const struct print_config *config, const struct item *item,
                   const struct print_look *look, int fd, struct error *err) must_use;

/* Void, never issued and unprintable items are left out with a note; BAD_INPUT when nothing is
 * left; REFUSED names page and symbol that cannot be read. */
bool print_run(const struct print_config *config, const struct item *items, size_t n,
               struct print_result *ret_result, struct error *err) must_use;

#endif
