/* gps_report.h - one report of gpsd, out of libgps' struct. Private to gps.c, its test and its
 * fuzzer. libgps keeps what was said before: only what this report sets is read, the rest counts as
 * not said [reliability.md, fault 14]. */
#ifndef TRAO_HANDHELD_GPS_REPORT_H
#define TRAO_HANDHELD_GPS_REPORT_H

#include <gps.h>

#include "handheld/fix.h"

#define GPS_LINE_MAX 4096 /* gpsd writes no longer line */

/* True for a TPV report, which is in `data` then. libgps 3.22 never comes back from JSON that is
 * cut off or holds members it does not know: it is shown the members that are used, written anew
 * into `line` (docs/decisions/0104). */
bool gps_unpack_line(char line[GPS_LINE_MAX], struct gps_data_t *data);
struct fix_report gps_report(const struct gps_data_t *data, struct tick arrived);

#endif
