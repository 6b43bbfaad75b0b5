/* rows.h - a row of a list becomes what the record keeps, or sentences that say why not; and the
 * text of these sentences. Pure but for the memory of the text.
 */
#ifndef TRAO_SERVER_OFFICE_ROWS_H
#define TRAO_SERVER_OFFICE_ROWS_H

#include "protocol/fact.h"
#include "server/office/fields.h"
#include "server/office/list.h"
#include "server/record/imports.h"

/* Lines of an import's report: two a complaint, Vietnamese, then English indented, beginning with
 * file:row:column. Beyond IMPORT_LINES_MAX they are only counted. */
struct lines {
    const char *file;        /* base name */
    const struct list *list; /* for the columns' places */
    char *text;              /* never NULL after lines_init */
    size_t n;
    struct line *line; /* what stands in the text, as it came */
    size_t line_n;
    uint32_t left_out;
    uint64_t said; /* of rows, in the text or left out */
};
bool lines_init(struct lines *lines, const char *file, const struct list *list,
                struct error *err) must_use;
void lines_done(struct lines *lines);
void lines_add(struct lines *lines, uint32_t row, enum list_column column,
               const struct complaint *complaint);
/* A line about the whole list, "\n" at its end; it stands below those of rows. */
void lines_say(struct lines *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Puts the lines in order of rows, and says how many were left out, if any. LATER without memory.
 */
bool lines_close(struct lines *lines, struct error *err) must_use;

struct issue {
    struct office_fact fact; /* EVENT_ISSUED without item, addressee and job */
    struct addressee who;
};

/* Says what somebody should look at, though the row is fine: that it is hidden, that an old
 * encoding lost its capitals. */
void row_look(const struct list_row *row, enum charset charset, struct lines *lines);

/* True when the row is a dossier that can be issued; complaints, those that do not stop it too, go
 * to `lines`. */
bool row_check(const struct list_row *row, struct instant now, struct lines *lines,
               struct issue *ret_issue) must_use;

#endif
