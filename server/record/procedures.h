/* procedures.h - what offices have published about their procedures: may the result go by post,
 * may only its owner take it [QĐ 45/2016; domain.md section 1, rules 1 and 5]. Rows with validity,
 * not facts: an issued fact says itself what was applied. Same threads and groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_PROCEDURES_H
#define TRAO_SERVER_RECORD_PROCEDURES_H

#include "server/record/record.h"

#define PROCEDURE_NAME_MAX 512
#define PROCEDURE_CODE_MAX 64

struct procedure {
    int64_t id;
    char folded[PROCEDURE_NAME_MAX]; /* compared by this: text_fold of the name */
    char name[PROCEDURE_NAME_MAX];   /* code or beginning of its name, as published */
    bool bcci_allowed;               /* false: the post may not return it */
    bool owner_only;
    struct instant from, to; /* to: 0 open */
    char citation[CITATION_MAX + 1];
    char code[PROCEDURE_CODE_MAX]; /* mã TTHC folded as the name is, empty: known by name alone */
};

/* Ends what held for the same folded name at `from`, then adds; sets id. */
bool procedure_put(struct record *record, struct procedure *procedure, struct error *err) must_use;

/* Those in force at `at`, oldest first; all with `at` 0. */
bool procedures_each(struct record *record, struct instant at,
                     bool (*each)(void *ctx, const struct procedure *procedure), void *ctx,
                     struct error *err) must_use;

/* The rules in force at one moment, in memory: for the length of a list, whose rows are each held
 * against all of them. */
struct procedure_set;
bool procedure_set_load(struct record *record, struct instant at, struct procedure_set **ret_set,
                        struct error *err) must_use;
void procedure_set_free(struct procedure_set *set); /* NULL is fine */
/* The rule whose code, or else whose folded name, stands in `folded` as whole words; the longest of
 * several, of like ones the oldest. Borrowed from the set; NULL when none does. */
const struct procedure *procedure_set_match(const struct procedure_set *set, const char *folded);

#endif
