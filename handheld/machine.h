/* machine.h - what the machine says of itself: battery, and room on the disk. Read again and again;
 * what cannot be read is unknown, never an error: no scan depends on it.
 */
#ifndef TRAO_HANDHELD_MACHINE_H
#define TRAO_HANDHELD_MACHINE_H

#include "handheld/app.h"

#define MACHINE_POWER "/sys/class/power_supply"
#define MACHINE_EVERY_MS 30000 /* a battery falls slowly */

/* The emptiest battery under `power` (folders with type, capacity, status, as the kernel lays them
 * out), and the free space of the disk that holds `dir`. Leaves the certificate's end as it is. */
void machine_read(const char *power, const char *dir, struct app_machine *machine);

#endif
