/* gps.h - reports from gpsd on this machine, through libgps (API 11), into a struct fix.
 *
 * Never blocks: gpsd is only looked for on the loopback, where a connect answers at once; it is
 * read only when there is something to read. A gpsd that is absent, killed or silent is looked for
 * again, later and later (1 s doubling to 30 s). Of several receivers one is listened to: the one
 * that is named, else the first that spoke, until it has been silent for FIX_STALE_MS: a second one
 * that is plugged in does not mix in (case G13).
 */
#ifndef TRAO_HANDHELD_GPS_H
#define TRAO_HANDHELD_GPS_H

#include "handheld/fix.h"
#include "protocol/error.h"

struct gps;

#define GPS_DEVICE_MAX 128 /* libgps' own bound on a device's path */

/* `where`: "[HOST:]PORT[:DEVICE]" with a HOST of this machine and the receiver's path as gpsd has
 * it
 * ("/dev/ttyACM0"), or "off". BAD_INPUT for anything else. */
bool gps_new(const char *where, const struct clock *clock, struct gps **ret_gps,
             struct error *err) must_use;
void gps_free(struct gps *gps);    /* NULL is fine */
int gps_fd(const struct gps *gps); /* to poll for reading, or -1 */
/* Reads what is there, connects when it is time. Call when the descriptor is readable and at
 * gps_due. */
void gps_work(struct gps *gps);
struct tick gps_due(const struct gps *gps); /* INT64_MAX: nothing by itself */
const struct fix *gps_last(const struct gps *gps);

#endif
