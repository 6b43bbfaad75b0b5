/* fail.h - in the server's turn one call fails: a step of a statement, a write or a sync of a
 * database, an allocation of the server's own or of SQLite's. Counted from the arming on, so that
 * each of a run can fail in turn (reliability.md, part d).
 *
 * Steps and allocations of the programs' code are led here by the linker (CMakeLists.txt); the
 * simulation's own files are compiled to the real ones.
 */
#ifndef TRAO_TESTS_SIM_FAIL_H
#define TRAO_TESTS_SIM_FAIL_H

#include <stdbool.h>
#include <stdint.h>

enum fail_kind {
    FAIL_NONE,
    FAIL_STEP,    /* a disk that cannot be read or written */
    FAIL_FULL,    /* three steps: no room */
    FAIL_CORRUPT, /* a damaged file */
    FAIL_MEMORY,  /* an allocation */
    FAIL_WRITE,   /* half of it is written */
    FAIL_SYNC,
    FAIL_KINDS
};
enum fail_kind fail_named(const char *name); /* FAIL_NONE for no such name */
const char *fail_name(enum fail_kind kind);

/* Before any database is opened; once. */
void fail_install(void);
/* The nth (from 1) of this kind is to fail; counts from 0. FAIL_NONE: none, and nothing counts. */
void fail_arm(enum fail_kind kind, uint64_t nth);
uint64_t fail_counted(void);
bool fail_happened(void); /* since the arming */

/* Whether it is the server's turn; returns what was before. Nothing fails outside it. */
bool fail_turn(bool servers);
/* Of the layer below SQLite: counts; true when this one is to fail. */
bool fail_call(enum fail_kind kind);

#endif
