/* rows.h - the record's rows beyond a mark, unpacked and dated as the fold wants them, a handful at
 * a time. Private to this folder. */
#ifndef TRAO_SERVER_VIEWS_ROWS_H
#define TRAO_SERVER_VIEWS_ROWS_H

#include "server/views/facts.h"
#include "server/views/packed.h"

/* Facts at one go: short enough that no reading pins the log (reliability.md (c) 40), and that
 * taking them in keeps no page waiting. At least a batch. */
#define ROWS_FACTS 200

struct row_fact {
    ref ref;
    uint64_t seq;
    struct item item;
    uint32_t event;
    bool is_scan, sets_rule;
    uint16_t bytes; /* packed */
    uint32_t at;    /* its words in `packed` begin there */
};

struct rows {
    size_t n, words;
    struct mark mark;     /* all up to here is taken in with these */
    bool more;            /* there was more when they were read */
    struct instant until; /* the arrival of the last */
    struct row_fact fact[ROWS_FACTS];
    uint64_t packed[ROWS_FACTS * PACKED_MAX / sizeof(uint64_t)]; /* `words` of them are used */
};

/* Appends a fact; there is room for it. */
void rows_add(struct rows *rows, ref one, const struct fact *fact);

/* Where reading stands. */
struct rows_at {
    struct mark mark;
    struct mark end;                    /* the record's, as it was when one kind last ran out */
    struct instant scans_at, office_at; /* arrival of the last of each kind */
};

enum rows_kind { ROWS_SCANS, ROWS_OFFICE };

/* Reads on from `at`, one kind alone, as rows_next does both. */
bool rows_next_of(struct facts *facts, enum rows_kind kind, struct rows_at *at,
                  struct rows *ret_rows, struct error *err) must_use;

/* Reads on from `at`. Of a long history scans and office facts are read in step, so that an item's
 * facts come together. What cannot be read of a batch has its verdict in the receipt and belongs to
 * no item. BROKEN if a stored batch or office fact itself cannot be read. */
bool rows_next(struct facts *facts, struct rows_at *at, struct rows *ret_rows,
               struct error *err) must_use;

#endif
