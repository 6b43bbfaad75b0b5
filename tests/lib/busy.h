/* busy.h - whether others use this machine too: then how long something took by the clock is not
 * the program's doing, and is said but not judged. */
#ifndef TRAO_TESTS_LIB_BUSY_H
#define TRAO_TESTS_LIB_BUSY_H

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define BUSY_PROCESSES 2.0 /* that run or wait to run, for each processor: the minute's mean */

static inline bool machine_is_busy(void)
{
    double load;
    return getloadavg(&load, 1) == 1 &&
           load > BUSY_PROCESSES * (double)sysconf(_SC_NPROCESSORS_ONLN);
}

#endif
