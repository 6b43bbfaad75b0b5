/* Rows of views.db, as a damaged disk gives them back: refused, or entries of which the table
 * counts each, and which are written as they were read. Any number, each behind two bytes of its
 * length. */
#include <stdlib.h>

#include "fuzz.h"
#include "server/views/board.h"
#include "server/views/saved.h"

static size_t read_rows(const uint8_t *bytes, size_t n, struct table *table)
{
    size_t taken = 0;
    for (size_t at = 0; at + 2 <= n;) {
        size_t length = (size_t)(bytes[at] << 8 | bytes[at + 1]);
        struct error err = {ERROR_NONE, ""};
        at += 2;
        length = length < n - at ? length : n - at;
        if (saved_read(bytes + at, length, table, &err))
            taken++;
        else
            invariant(err.code == ERROR_BROKEN);
        at += length;
    }
    return taken;
}

static void write_rows(struct table *table, struct saved *saved)
{
    for (size_t i = 0; i < table->entries.n; i++)
        if (!table->entries.all[i]->dirty) {
            table->entries.all[i]->dirty = true;
            invariant(list_add(&table->dirty, table->entries.all[i]));
        }
    invariant(saved_dirty(table, saved));
    invariant(saved->rows == table->entries.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct table table = {.slots_n = 0}, again = {.slots_n = 0};
    struct saved saved = {.row = NULL}, twice = {.row = NULL};
    size_t taken = read_rows(bytes, n, &table);
    uint64_t counted = 0;
    for (size_t status = 0; status < VIEW_STATUSES; status++)
        counted += table.counts[status];
    invariant(table.entries.n <= taken && counted <= table.entries.n);
    invariant(table_list_issued(&table) && table.issued.n <= table.entries.n);
    write_rows(&table, &saved);
    const uint8_t *row = saved.bytes;
    for (size_t i = 0; i < saved.rows; row += saved.row[i++].n) {
        struct error err = {ERROR_NONE, ""};
        invariant(saved_read(row, saved.row[i].n, &again, &err));
    }
    write_rows(&again, &twice);
    invariant(twice.n == saved.n &&
              (saved.n == 0 || memcmp(twice.bytes, saved.bytes, saved.n) == 0));
    saved_free(&saved);
    saved_free(&twice);
    table_done(&table);
    table_done(&again);
    return 0;
}
