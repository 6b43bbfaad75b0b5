/* setup.h - what a new server still lacks, worked out from what is recorded; a printer's measured
 * line; whose care a handheld is in. Readers: any thread with a reader of its own; what writes goes
 * through acts, any thread but the writer's.
 */
#ifndef TRAO_SERVER_OFFICE_SETUP_H
#define TRAO_SERVER_OFFICE_SETUP_H

#include "server/record/acts.h"
#include "server/record/record.h"

/* ------------------------------------------------------------------ a printer */

/* Every layout has a line of 50 mm; a page that a driver scales is read no more by machines, and
 * its address slips out of the window [ux.md section 6]. */
#define LINE_TENTHS_MM 500
#define LINE_OFF_TENTHS_MM 5 /* what a ruler tells, either way [design] */

struct measured {
    char layout[FACT_KEY_MAX + 1];
    int64_t tenths_mm;
    struct instant at;
};
/* Records what was measured, right or not. BAD_INPUT: no such layout, or no such length. */
bool line_measure(struct acts acts, const char *layout, int64_t tenths_mm, uint32_t user,
                  struct error *err) must_use;
/* "50", "49.8" or "49,8", in tenths. BAD_INPUT. */
bool line_read(const char *text, int64_t *ret_tenths_mm, struct error *err) must_use;
bool line_is_right(const struct measured *measured);
/* The last of any layout; NOT_FOUND. */
bool line_last(struct record *record, struct measured *ret_measured, struct error *err) must_use;

/* ------------------------------------------------------------------ a handheld */

struct care {
    uint32_t badge; /* 0: in the cupboard */
    struct instant since;
};
/* NOT_FOUND: no such handheld, or no such badge in force; REFUSED: it is revoked. */
bool device_assign(struct acts acts, const char *device, uint32_t badge, uint32_t user,
                   struct error *err) must_use;
/* NOT_FOUND: it was never given to anybody. */
bool device_care(struct record *record, const char *device, struct care *ret_care,
                 struct error *err) must_use;

/* ------------------------------------------------------------------ seven steps */

enum setup_step {
    SETUP_OFFICE,      /* an office in force has an address and a phone for citizens to call */
    SETUP_POST_OFFICE, /* a post office in force has an address, and numbers are set aside */
    SETUP_CALENDAR,    /* days off of this year or later were confirmed */
    SETUP_PEOPLE,      /* somebody may work at the desk beside the first administrator */
    SETUP_PRINTER,     /* the last measured line was right */
    SETUP_HANDHELD,    /* a handheld is enrolled and in force */
    SETUP_SCAN,        /* a scan has come in */
    SETUP_STEPS
};
struct setup {
    bool done[SETUP_STEPS];
    enum setup_step next; /* the first that is not; SETUP_STEPS: all are */
};
bool setup_read(struct record *record, struct instant now, struct setup *ret_setup,
                struct error *err) must_use;

#endif
