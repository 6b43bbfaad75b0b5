/* readback_child.h - what a read-back and the processes it starts say to each other. For
 * readback.c, which notes and asks, and readback_child.c, which draws and decodes. Nobody else
 * includes it.
 *
 * A child is this program begun anew (/proc/self/exe under READBACK_CHILD_NAME) and not a fork of
 * it: what another thread of a server holds at that moment, a lock or half a list, would stay so in
 * a fork for ever. */
#ifndef TRAO_LABELS_READBACK_CHILD_H
#define TRAO_LABELS_READBACK_CHILD_H

#include "labels/printed.h"
#include "labels/readback_symbol.h"

#define READBACK_CHILD_NAME "trao-readback" /* argv[0]; then first page and step, in digits */
#define READBACK_JOB 0                      /* file descriptors: what is to be judged */
#define READBACK_VERDICT 3                  /* and where to say it, in one write below PIPE_BUF */

struct readback_page {
    size_t end; /* of its bytes in the job */
    size_t first;
    size_t n; /* into symbols */
};

/* A job in memory (memfd): this, its pages, its symbols and its bytes behind one another. */
struct readback_job {
    char tongue[8];
    unsigned dpi;
    size_t pages;
    size_t symbols;
    size_t bytes;
};

struct readback_verdict {
    bool good;
    size_t page; /* the first bad one */
    int32_t narrowest_um;
    struct error err;
};

/* How a tongue is read; `*ret_read` NULL: PDF. False: it goes to no printer. */
bool readback_reads(const char *tongue, printed_read **ret_read);

#endif
