/* spool_file.h - one job file of spool.h: read, made, added to. For spool.c only. */
#ifndef TRAO_LABELS_SPOOL_FILE_H
#define TRAO_LABELS_SPOOL_FILE_H

#include "labels/spool.h"

struct spool_file {
    struct spool_item *items;
    size_t n_items, items_room;
    char reason[SPOOL_REASON_BYTES]; /* "": none */
    size_t done;                     /* items before it have left */
    size_t touched;                  /* items before it may have begun to leave */
    size_t doubt_from, doubt;        /* items from the one to before the other became their next
                                        copy, and have not begun to leave as that */
    int remote;                      /* 0: none */
    bool begun;                      /* all items are there */
    bool no_memory;                  /* for its items: what was read is not all */
    bool ended;
    size_t bytes; /* of whole lines */
};

/* ERROR_BROKEN names file and line. spool_file_done afterwards. */
must_use bool spool_file_read(const char *path, struct spool_file *ret_file, struct error *err);
void spool_file_done(struct spool_file *file);

/* A new file, whole on disk when this returns, or not there at all. */
must_use bool spool_file_create(const char *path, const struct spool_item *items, size_t n,
                                const char *reason, struct error *err);

/* Opens a file for more lines, behind its last whole one. */
must_use bool spool_file_append(const char *path, const struct spool_file *file, int *ret_append,
                                struct error *err);
/* Adds a line, on disk when this returns. `value` is written behind those words that have one. */
must_use bool spool_file_add(int append, const char *word, size_t value, struct error *err);

/* What the lines mean. */
void spool_file_sending(struct spool_file *file, size_t item);
void spool_file_done_to(struct spool_file *file, size_t done);
void spool_file_recall(struct spool_file *file);
void spool_file_resume(struct spool_file *file);
void spool_file_leave_out(struct spool_file *file, size_t item);

bool spool_number_is_good(const char *number);
bool spool_reason_is_good(const char *reason);

#endif
