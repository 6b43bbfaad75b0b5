#include "tests/sim/fail.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/error.h"

#define FULL_FOR 3 /* steps: whoever tries again at once finds it full still */

static const char *const names[FAIL_KINDS] = {
    [FAIL_NONE] = "none",       [FAIL_STEP] = "step",     [FAIL_FULL] = "full",
    [FAIL_CORRUPT] = "corrupt", [FAIL_MEMORY] = "memory", [FAIL_WRITE] = "write",
    [FAIL_SYNC] = "sync"};

/* Views are caught up with by threads of the server: they count too. */
static atomic_bool servers_turn, happened;
static atomic_ulong counted;
static enum fail_kind armed;
static uint64_t from, until;

enum fail_kind fail_named(const char *name)
{
    for (int kind = FAIL_STEP; kind < FAIL_KINDS; kind++)
        if (strcmp(name, names[kind]) == 0)
            return (enum fail_kind)kind;
    return FAIL_NONE;
}

const char *fail_name(enum fail_kind kind)
{
    return names[kind];
}

void fail_arm(enum fail_kind kind, uint64_t nth)
{
    armed = kind;
    from = nth;
    until = nth + (kind == FAIL_FULL ? FULL_FOR : 1);
    atomic_store(&counted, 0);
    atomic_store(&happened, false);
}

uint64_t fail_counted(void)
{
    return atomic_load(&counted);
}

bool fail_happened(void)
{
    return atomic_load(&happened);
}

bool fail_turn(bool servers)
{
    return atomic_exchange(&servers_turn, servers);
}

bool fail_call(enum fail_kind kind)
{
    if (kind != armed || !atomic_load(&servers_turn))
        return false;
    uint64_t nth = atomic_fetch_add(&counted, 1) + 1;
    if (nth < from || nth >= until)
        return false;
    atomic_store(&happened, true);
    return true;
}

/* ---------------------------------------------------------------- steps */

int __real_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement);
int __real_sqlite3_errcode(sqlite3 *db);
int __wrap_sqlite3_errcode(sqlite3 *db);
int __real_sqlite3_extended_errcode(sqlite3 *db);
int __wrap_sqlite3_extended_errcode(sqlite3 *db);

static _Thread_local int said; /* by the step that just failed */

int __wrap_sqlite3_step(sqlite3_stmt *statement)
{
    said = SQLITE_OK;
    if (fail_call(FAIL_STEP))
        said = SQLITE_IOERR_READ;
    else if (fail_call(FAIL_FULL))
        said = SQLITE_FULL;
    else if (fail_call(FAIL_CORRUPT))
        said = SQLITE_CORRUPT;
    return said != SQLITE_OK ? said : __real_sqlite3_step(statement);
}

int __wrap_sqlite3_errcode(sqlite3 *db)
{
    return said != SQLITE_OK ? said & 0xFF : __real_sqlite3_errcode(db);
}

int __wrap_sqlite3_extended_errcode(sqlite3 *db)
{
    return said != SQLITE_OK ? said : __real_sqlite3_extended_errcode(db);
}

/* ---------------------------------------------------------------- memory */

void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t n);

void *__wrap_malloc(size_t n)
{
    return fail_call(FAIL_MEMORY) ? NULL : malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fail_call(FAIL_MEMORY) ? NULL : calloc(n, size);
}

void *__wrap_realloc(void *old, size_t n)
{
    return fail_call(FAIL_MEMORY) ? NULL : realloc(old, n);
}

static sqlite3_mem_methods memory;

static void *lite_malloc(int n)
{
    return fail_call(FAIL_MEMORY) ? NULL : memory.xMalloc(n);
}

static void *lite_realloc(void *old, int n)
{
    return fail_call(FAIL_MEMORY) ? NULL : memory.xRealloc(old, n);
}

void fail_install(void)
{
    sqlite3_mem_methods ours;
    invariant(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory) == SQLITE_OK);
    ours = memory;
    ours.xMalloc = lite_malloc;
    ours.xRealloc = lite_realloc;
    invariant(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK);
}
