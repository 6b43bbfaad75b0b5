/* spool_inside.h - what spool.c (the folder) and spool_job.c (one job of it) share. For them alone.
 */
#ifndef TRAO_LABELS_SPOOL_INSIDE_H
#define TRAO_LABELS_SPOOL_INSIDE_H

#include "labels/spool.h"
#include "labels/spool_file.h"

#define SPOOL_FOLDER_BYTES 3072
#define SPOOL_ID_DIGITS 6

/* A number that was printed, or may have been. */
struct printed {
    char number[SPOOL_NUMBER_BYTES];
    unsigned copies;
    unsigned long job;
};

struct spool {
    char folder[SPOOL_FOLDER_BYTES];
    int lock;
    unsigned long last_job;
    bool has_job;            /* one is open */
    struct printed *printed; /* by number */
    size_t n_printed, printed_room;
};

/* Room for n more numbers. */
bool spool_reserve(struct spool *spool, size_t n, struct error *err) must_use;
/* Takes in what a job put on paper, or may have; room was made before. */
void spool_take_job(struct spool *spool, unsigned long id, const struct spool_file *file);
void spool_job_path(const struct spool *spool, unsigned long id,
                    char path[SPOOL_FOLDER_BYTES + 64]);
/* The number of a job file's name; 0: it is none. */
unsigned long spool_id_of(const char *name);

#endif
