/* import_inside.h - what the two files of an import share: a group of rows, and what becomes of
 * each. Nobody else includes it. */
#ifndef TRAO_SERVER_OFFICE_IMPORT_INSIDE_H
#define TRAO_SERVER_OFFICE_IMPORT_INSIDE_H

#include "server/office/import.h"
#include "server/office/locality.h"
#include "server/office/rows.h"
#include "server/record/procedures.h"

/* Some 20 ms of the writer's time; scans wait no longer than that. */
#define ROWS_AN_ACT 400

enum outcome {
    ADDED,
    ADDED_UNASKED, /* given a number, though nobody wrote that the citizen asked for the post */
    PRESENT,
    CHANGED_ADDRESS, /* and a label with the old one is printed */
    CHANGED_PHONE,   /* and it has ended */
    CORRECTED_ADDRESS,
    CORRECTED_PHONE,
    CHANGED_POSTAGE,
    CHANGED_FEES,
    CHANGED_OWNER_ONLY,
    ANOTHER_PERSON,
    EXCLUDED,
    WITHDREW,
    ELECTRONIC,
    NO_NUMBER,
    OUTCOMES
};

struct job {
    const struct import_config *config;
    const struct list *list;
    uint64_t id;
    struct issue issue[ROWS_AN_ACT];
    uint32_t row[ROWS_AN_ACT];
    enum outcome outcome[ROWS_AN_ACT];
    bool named[ROWS_AN_ACT]; /* something was said of the row before it went in */
    bool doubt[ROWS_AN_ACT]; /* of the address */
    struct complaint doubtful[ROWS_AN_ACT];
    struct number_run run;            /* of the running group */
    struct item_draws draws;          /* of all of them */
    struct procedure_set *procedures; /* as they stood at the first row */
    struct locality_memo memo;
    size_t n;
    uint32_t unnumbered;
};

/* One dossier, inside a group: where it goes, whether it is known, and what of that. */
bool import_take(struct record *record, struct job *job, size_t i, struct error *err) must_use;

#endif
