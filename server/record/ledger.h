/* ledger.h - what was given on of the money that was taken: sums handed from postman to post
 * office, from there to the office, received there («gạch nợ»), differences that were named, and
 * sums paid after the door. Look-ups kept in step with the office chain as those of lookups.h; an
 * entry that was taken back stays and says so. Money is in whole đồng, postage and State fees
 * apart. Same threads.
 */
#ifndef TRAO_SERVER_RECORD_LEDGER_H
#define TRAO_SERVER_RECORD_LEDGER_H

#include "server/record/record.h"

struct ledger_entry {
    uint64_t seq;   /* the fact: REMITTED, MONEY_NAMED or PAID_LATER */
    uint32_t event; /* event.def */
    uint32_t kind;  /* enum remittance or naming */
    uint32_t badge; /* of the shift; 0 a postman nobody can name */
    uint32_t office;
    struct item item;        /* PAID_LATER */
    struct instant from, to; /* within the shift's day; the days of an office's remittance */
    struct instant at;
    uint64_t postage_vnd, fees_vnd;
    uint64_t cleared_seq; /* of the fact CLEARED, 0 none */
    bool taken_back;
};

/* NOT_FOUND when the fact is none of money. */
bool ledger_get(struct record *record, uint64_t seq, struct ledger_entry *ret_entry,
                struct error *err) must_use;

/* Entries of one event whose `from` lies in first..last, by seq; those taken back too. `each`
 * returns false to stop. */
bool ledger_between(struct record *record, uint32_t event, struct instant first,
                    struct instant last, bool (*each)(void *ctx, const struct ledger_entry *entry),
                    void *ctx, struct error *err) must_use;

#endif
