/* gps_report.h - one line of gpsd [gpsd_json(5), TPV], as fix.h judges it. Pure.
 *
 * libgps 3.22 never comes back from JSON that is cut off or holds members it does not know: it is
 * shown the members that are used, written anew (docs/decisions/0104). What a report does not say
 * is not said, whatever the one before it did [reliability.md, fault 14].
 */
#ifndef TRAO_HANDHELD_GPS_REPORT_H
#define TRAO_HANDHELD_GPS_REPORT_H

#include "handheld/gps.h"

#define GPS_LINE_MAX 4096 /* gpsd writes no longer line */

/* False for all that is no TPV with a mode. `line` is changed; `*ret_device` is empty when the
 * report names no receiver. */
bool gps_report(char line[GPS_LINE_MAX], struct tick arrived, struct fix_report *ret_report,
                char ret_device[GPS_DEVICE_MAX]);

#endif
