/* imports.h - what came of each import, for the clerk who reads it later. Not facts: a report
 * quotes cells of the list, so it is personal and may be purged. Same threads and groups as
 * record.h. */
#ifndef TRAO_SERVER_RECORD_IMPORTS_H
#define TRAO_SERVER_RECORD_IMPORTS_H

#include "server/record/record.h"

#define IMPORT_FILE_MAX 128
#define IMPORT_LINES_MAX (256u << 10) /* bytes; some 1,500 broken rows, more than anybody mends */

struct import_report {
    uint64_t id; /* also the `job` of the ISSUED facts it made */
    struct instant at;
    char file[IMPORT_FILE_MAX]; /* base name, UTF-8 */
    uint32_t rows;              /* dossiers in the list */
    uint32_t added;             /* numbers given out */
    uint32_t present;           /* were there already, nothing changed */
    uint32_t changed;           /* were there with another address or terms: mended or reported */
    uint32_t refused;           /* each named in the lines */
    uint32_t warned;  /* somebody should look: refused, or named in the lines, each once */
    uint32_t skipped; /* totals and signatures, each named in the lines */
};

/* `lines` is the report's text, UTF-8, '\n' after each line. */
bool import_put(struct record *record, const struct import_report *report, const char *lines,
                struct error *err) must_use;
/* The newest; NOT_FOUND before the first import. free(*new_lines). */
bool import_last(struct record *record, struct import_report *ret_report, char **new_lines,
                 struct error *err) must_use;

#endif
