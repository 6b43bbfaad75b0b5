/* admit.h - what a revoked handheld handed in: listed for an administrator, and admitted scan by
 * scan, each by a fact of the item that names the scan, with who and why (settled point 9). Any
 * thread but the writer's.
 */
#ifndef TRAO_SERVER_OFFICE_ADMIT_H
#define TRAO_SERVER_OFFICE_ADMIT_H

#include "server/delivery/fold.h"
#include "server/office/cases.h"
#include "server/record/acts.h"

struct aside {
    const char *device;
    uint64_t epoch;
    struct scan scan;
    struct instant arrival;
    struct when when;
    bool admitted;
};

/* Scans set aside of one device, or of all with NULL, in the order of arrival; `each` returns false
 * to stop. NOT_FOUND: no such device. */
bool aside_list(struct record *record, const char *device,
                bool (*each)(void *ctx, const struct aside *aside), void *ctx,
                struct error *err) must_use;

/* Admits what is set aside of a device and not admitted yet, or the one scan that `scan` names
 * ("00000000000000e1-12", NULL all). Whatever was admitted before it failed stays admitted: the
 * rest is admitted by calling it again. NOT_FOUND: no such device, or no such scan set aside;
 * BAD_INPUT: no reason; REPEATED: nothing is left to admit. */
bool aside_admit(struct acts acts, struct record *record, const char *device, const char *scan,
                 const struct ground *ground, size_t *ret_n, struct error *err) must_use;

#endif
