/* printer.h - a job is sent to a printer and followed to its end.
 *
 * Where to:
 *   ipp://HOST[:PORT]/PATH    a queue of CUPS (ipp://localhost/printers/NAME) or a printer that
 * speaks IPP; ipps:// with TLS. The job is handed over whole and followed. tcp://HOST[:PORT] the
 * raw port of a thermal printer, 9100: label by label. Printers that answer are asked before each
 * whether they have paper. file:PATH                 written aside, synced, renamed: whole or not
 * there. Or the name of a profile (printer_find).
 *
 * What left is noted in the job's spool file before and after (spool.h), so that a job that stops
 * at an item goes on there.
 * Threads: a `struct printer` serves one at a time.
 */
#ifndef TRAO_LABELS_PRINTER_H
#define TRAO_LABELS_PRINTER_H

#include "labels/buffer.h"
#include "labels/labels.h"
#include "labels/spool.h"

#define PRINTER_WORDS_BYTES 128

/* How a printer is known by name: where it is, and what its labels are. */
struct printer_profile {
    char name[64];
    char where[256];
    char tongue[16];  /* "pdf", "zpl", ... */
    unsigned dpi;     /* 203, 300, 600 */
    char media[64];   /* IPP media: "iso_dl_110x220mm", "custom_100x150mm_100x150mm"; "": as set */
    char layout[64];  /* the layout that is loaded; "": none said */
    bool native_text; /* its fonts are known to have all Vietnamese letters */
};

/* Reads one profile of a file of lines
 *     NAME where=ipp://localhost/printers/quay1 tongue=pdf dpi=600 media=iso_dl_110x220mm layout=dl
 * with # before remarks. `native-text=yes` is the last key. ERROR_NOT_FOUND: no such file or name,
 * and names those there are; ERROR_BAD_INPUT names file and line. */
must_use bool printer_find(const char *path, const char *name, struct printer_profile *ret_profile,
                           struct error *err);

/* One profile from its words alone, "where=... tongue=..."; its name stays empty. `line` is taken
 * apart. ERROR_BAD_INPUT names the word. */
must_use bool printer_read(char *line, struct printer_profile *ret_profile, struct error *err);

/* Whether what a layout is for can go to such a printer: the raw port of a printer cuts labels
 * apart, what is a document goes to a queue. ERROR_BAD_INPUT says why not. */
must_use bool printer_takes(const struct printer_profile *profile, enum labels_use use,
                            struct error *err);

/* What a job becomes on its way: collects what a labels_sink is given, and where each page of a
 * thermal printer ends, since each is one write. printer_data_done afterwards. */
struct printer_data {
    struct buffer bytes;
    size_t *ends;
    size_t n_ends, ends_room;
};
struct labels_sink printer_data_sink(struct printer_data *data);
void printer_data_done(struct printer_data *data);

enum printer_state {
    PRINTER_SENDING,
    PRINTER_WAITING,  /* in its queue */
    PRINTER_PRINTING, /* on its way to paper */
    PRINTER_HELD,     /* held in its queue, or paused at its panel */
    PRINTER_NO_PAPER,
    PRINTER_STOPPED, /* cover open, jam, no ribbon, out of reach: words say what */
    PRINTER_FINISHED,
    PRINTER_CANCELLED
};

struct printer_progress {
    enum printer_state state;
    size_t done;                     /* items that have left */
    size_t n;                        /* items of the job */
    char words[PRINTER_WORDS_BYTES]; /* the printer's own, "" when it said nothing more */
};

/* Hears of every change, and of the same state again at each look while waiting. False: cancel; of
 * PRINTER_FINISHED: the job does not end now, ERROR_LATER, and only its end is left of it. */
struct printer_ear {
    bool (*hear)(void *ctx, const struct printer_progress *progress);
    /* True: look no longer, ERROR_LATER; the printer goes on, and the job can be followed again
     * (printer_follow). NULL: never. */
    bool (*leave)(void *ctx);
    void *ctx;
    unsigned every_ms; /* between two looks at a printer; 0: PRINTER_LOOK_MS */
};
#define PRINTER_LOOK_MS 1000

/* Sends what has not left of a job and follows it until the last item is on paper as far as the
 * printer tells; then the spool job is finished. `data` holds the items from spool_job_next on:
 * pages of `items_a_page`; for tcp as many ends as pages.
 * ERROR_REFUSED: cancelled, here or at the printer; ERROR_LATER: out of reach, sending broke off,
 * or the printer gave the job up. Either way the spool job can be gone on with, except when `ear`
 * cancelled it. ERROR_BAD_INPUT: `where` is no place. */
must_use bool printer_print(const struct printer_profile *profile, struct spool_job *job,
                            const struct printer_data *data, size_t items_a_page,
                            struct printer_ear ear, struct error *err);

/* Goes on following a job that a queue has (spool_job_remote is not 0), sending nothing. */
must_use bool printer_follow(const struct printer_profile *profile, struct spool_job *job,
                             size_t items_a_page, struct printer_ear ear, struct error *err);

/* "no paper", "held", ...: Vietnamese, for people. */
const char *printer_state_words(enum printer_state state);
/* The first reason that a printer's own words name ("media-jam-error", RFC 8011 5.4.12), for
 * people: "kẹt giấy". NULL: none that is known. */
const char *printer_reason_words(const char *words);

#endif
