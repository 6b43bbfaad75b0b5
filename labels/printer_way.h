/* printer_way.h - the ways to a printer, behind printer.h, and what they share. For printer*.c. */
#ifndef TRAO_LABELS_PRINTER_WAY_H
#define TRAO_LABELS_PRINTER_WAY_H

#include "labels/printer.h"

#define PRINTER_HOST_BYTES 128
#define PRINTER_PATH_BYTES 256

struct printer_place {
    char host[PRINTER_HOST_BYTES];
    int port;
    char path[PRINTER_PATH_BYTES]; /* with its '/' */
    bool tls;
};

/* A job on its way. */
struct printer_run {
    const struct printer_profile *profile;
    struct printer_place place;
    struct spool_job *job;
    const struct printer_data *data; /* NULL: only followed */
    size_t items_a_page;
    size_t first; /* the item that the data begins with */
    size_t n;     /* items of the job */
    struct printer_ear ear;
};

/* Tells the ear; false, and ERROR_REFUSED, when it cancels. */
must_use bool printer_tell(const struct printer_run *run, enum printer_state state,
                           const char *words, struct error *err);

/* Between two looks at the printer. */
int printer_look_ms(const struct printer_run *run);

/* The item that follows those of `pages` pages of the data. */
size_t printer_items(const struct printer_run *run, size_t pages);

must_use bool printer_raw(struct printer_run *run, struct error *err);
must_use bool printer_ipp(struct printer_run *run, struct error *err);

#endif
