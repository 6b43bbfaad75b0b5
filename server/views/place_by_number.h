/* place_by_number.h - rows that stand in order of the number each begins with. Private to this
 * folder. */
#ifndef TRAO_SERVER_VIEWS_PLACE_BY_NUMBER_H
#define TRAO_SERVER_VIEWS_PLACE_BY_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* Where the row of this number is, or would be: 0..n. `rows` of `each` bytes, a uint32_t first. */
size_t place_by_number(const void *rows, size_t n, size_t each, uint32_t number);

#endif
