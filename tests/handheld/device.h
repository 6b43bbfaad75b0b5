/* device.h - the real program in a folder of its own, enrolled, with no broker behind it. For the
 * tests of this folder that start it. */
#ifndef TRAO_TESTS_HANDHELD_DEVICE_H
#define TRAO_TESTS_HANDHELD_DEVICE_H

#include "tests/lib/proc.h"

struct device {
    char top[64];  /* removed at the end */
    char data[80]; /* --data */
    char log[80];  /* standard error of what was started */
    struct proc proc;
};

void device_init(struct device *device); /* makes the folders, enrols */
void device_done(struct device *device); /* kills what runs, removes the folders */
/* Starts it led by lines; `more` are further options, ended by NULL, or NULL. */
void device_start(struct device *device, const char *const *more);
/* The same under another program, named with its own arguments, ended by NULL. */
void device_start_in(struct device *device, const char *const *wrapper, const char *const *more);
/* The next line it says; fails the test unless it begins so. */
void device_heard(struct device *device, const char *begin);
/* Says a line for each of these lines, NULL at the end. */
void device_led(struct device *device, const char *const *lines);
/* Ends by itself within 10 s; its exit status. */
int device_ended(struct device *device);
/* All of its standard error so far. */
const char *device_errors(struct device *device);
/* Scans that are kept and unreceipted, read from its folder while it does not run. */
unsigned long device_unsent(struct device *device);

#endif
