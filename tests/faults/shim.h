/* shim.h - what shim.so, preloaded into a real program, tells the test that started it: a page that
 * both map (TRAO_SHIM_PAGE). It counts calls, makes the n-th one fail, or cuts the power at the
 * n-th write or sync: whatever was not synced is put back, and the process is gone.
 *
 *   LD_PRELOAD       .../shim.so
 *   TRAO_SHIM_PAGE   a file of at least sizeof(struct shim_page), made and mapped by the test
 *   TRAO_SHIM_DIR    files below it are on the disk that loses power, and fails
 */
#ifndef TRAO_TESTS_FAULTS_SHIM_H
#define TRAO_TESTS_FAULTS_SHIM_H

#include <stdint.h>

enum shim_call { SHIM_MALLOC, SHIM_WRITE, SHIM_SYNC, SHIM_CALLS };
enum shim_cut {
    SHIM_DROP_ALL,
    SHIM_TEAR
}; /* of what is unsynced: all goes, or sectors by chance */

struct shim_page {
    /* set by the test before the start */
    int64_t fail_nth[SHIM_CALLS]; /* from 1; 0 never */
    int64_t fail_times;           /* that one and the following, this many in all */
    int64_t cut_nth;              /* write or sync at which the power goes; 0 never */
    uint64_t seed;                /* of the sectors that tear */
    int32_t cut_how;
    int64_t sync_us; /* a sync takes this much longer: the disk of a handheld, not a RAM disk */
    int32_t lies;    /* a sync says yes and does nothing: a planted fault */
    /* by the program */
    int32_t cut; /* the power went */
    int64_t calls[SHIM_CALLS];
    int64_t failed;   /* calls that were made to fail */
    int64_t unsynced; /* pieces written and not yet synced, just now; of what may not be lost (not
                       * views.db, *.mark): over 0 is inside a commit */
    int64_t dropped;  /* sectors that were put back */
};

#endif
