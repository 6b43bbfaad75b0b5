/* press.h - one job of a printer, from the record to paper: what is left of it is laid out, read
 * back from the very bytes, sent, followed to its end (labels/printer.h). Each envelope that has
 * left becomes a fact PRINTED as soon as the printer tells; what was in doubt when a job stopped
 * goes out as the next copy, marked so (labels/spool.h).
 *
 * A job holds envelopes, or the sheets of one list ("BG-000007-1", ...), or one trial sheet. What
 * it holds is in its spool file; who wanted it in the fact PRINT_SENT.
 * Threads: what one is given serves one thread at a time.
 */
#ifndef TRAO_SERVER_OFFICE_PRESS_H
#define TRAO_SERVER_OFFICE_PRESS_H

#include "labels/printer.h"
#include "server/office/print.h"

struct press {
    struct print_config config; /* reason and user too; its folder is not used */
    struct printer_profile profile;
    uint64_t job;
    uint64_t handover; /* of a list; 0: envelopes or a trial sheet */
    struct printer_ear ear;
};

/* The number of a trial sheet, as an item of a job. */
#define PRESS_TRIAL "XX000000000XX"

/* The n-th sheet of a list, from 0, as an item of a job. */
void press_sheet_number(uint64_t handover, size_t sheet, char out[SPOOL_NUMBER_BYTES]);

/* Sends what has not left, or follows what its queue has. Errors as printer_print; besides,
 * REFUSED and NOT_FOUND: an item cannot be printed any more, and is named. Whatever comes of it,
 * what has left is in the record. */
bool press_run(const struct press *press, struct spool_job *job, struct error *err) must_use;

/* Envelopes of a job whose labels were voided since it was sent are left out of what is to come, so
 * that the others do not wait for ever; what may be on paper all the same is in the record. For a
 * job that has just been resumed; nothing while a queue has it. */
bool press_leave_out(const struct press *press, struct spool_job *job, struct error *err) must_use;

/* Ends a job that stands: what has left is in the record, and so is what may have left, for its
 * next print must be marked as another; the rest is as if it had never been asked for. */
bool press_cancel(const struct press *press, struct spool_job *job, struct error *err) must_use;

#endif
