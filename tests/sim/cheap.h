/* cheap.h - for most seeds: seals that are keyed hashes, and boxes between whose keys no curve is
 * multiplied. They keep what the worlds are about: bytes that were changed, or that are for another
 * key, are refused; what is closed is closed by libsodium's own cipher. Anybody could forge them.
 */
#ifndef TRAO_TESTS_SIM_CHEAP_H
#define TRAO_TESTS_SIM_CHEAP_H

#include <stdbool.h>

/* Before a world begins: keys of the one kind are nothing to the other. */
void cheap_use(bool cheap);

#endif
