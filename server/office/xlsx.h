/* xlsx.h - a workbook of Office Open XML (ECMA-376) as rows of texts (case I11).
 *
 * Read: shared and inline strings, their runs joined, phonetic text left out, _xHHHH_ undone;
 * numbers as whole digits where they are whole; days by the format of their cell, counted from 1900
 * or 1904, as dd/MM/yyyy; formulas by their last value. Parts are found by their relations,
 * whatever their names. Cells without an address follow one another; rows and cells that are not
 * there are not walked over. A document type declaration is refused; parts are unpacked to
 * XLSX_UNPACKED_MAX in all and no part to more than XLSX_RATIO_MAX times its size.
 *
 * Opens nothing: all from memory. One thread at a time; for the reading child.
 */
#ifndef TRAO_SERVER_OFFICE_XLSX_H
#define TRAO_SERVER_OFFICE_XLSX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/error.h"

#define XLSX_UNPACKED_MAX ((uint64_t)512 << 20)
#define XLSX_RATIO_MAX 500  /* a sheet of alike rows packs to a two-hundredth */
#define XLSX_CELLS_MAX 256u /* columns that are looked at */

bool xlsx_is(const char *bytes, size_t n); /* begins as a zip file does */

struct xlsx;
/* `bytes` stay the caller's and must outlive it. BAD_INPUT: it is no workbook, or is packed beyond
 * the limits; LATER without memory. */
bool xlsx_open(const char *bytes, size_t n, struct xlsx **ret_xlsx, struct error *err) must_use;
void xlsx_close(struct xlsx *xlsx); /* NULL is fine */

size_t xlsx_sheets(const struct xlsx *xlsx);
const char *xlsx_sheet_name(const struct xlsx *xlsx, size_t sheet);
bool xlsx_sheet_is_hidden(const struct xlsx *xlsx, size_t sheet);
bool xlsx_counts_from_1904(const struct xlsx *xlsx);

struct xlsx_cell {
    const char *text; /* UTF-8, not terminated */
    size_t n;
    bool is_error; /* "#N/A" and its like: no value */
};

struct xlsx_sink {
    /* A row as the sheet numbers it, with its cells from the first column on; false ends the walk.
     */
    bool (*row)(void *ctx, uint32_t number, bool hidden, const struct xlsx_cell *cells, size_t n);
    void *ctx;
};
/* Walks the rows that are there, in the file's order. BAD_INPUT names sheet and row. */
bool xlsx_walk(struct xlsx *xlsx, size_t sheet, struct xlsx_sink sink, struct error *err) must_use;

#endif
