/* trial.h - a sheet that goes to nobody, to see how a printer prints: the very layout, with the
 * line of 50 mm to be measured. Any thread. */
#ifndef TRAO_SERVER_OFFICE_TRIAL_H
#define TRAO_SERVER_OFFICE_TRIAL_H

#include "protocol/error.h"

/* One PDF page to `fd`, from its start. NOT_FOUND: no such layout; BAD_INPUT: a layout for slips or
 * lists. */
bool trial_write(const char *layout, const char *sender, int fd, struct error *err) must_use;

struct labels;

/* The same as a page of a job that is open, of any layout of envelopes or labels. */
bool trial_draw(struct labels *labels, const char *sender, struct error *err) must_use;

#endif
