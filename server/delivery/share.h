/* share.h - a share as the national on-time rule tells it: in hundredths of a per cent, rounded
 * half up [domain.md section 5: two decimals]. Pure. */
#ifndef TRAO_SERVER_DELIVERY_SHARE_H
#define TRAO_SERVER_DELIVERY_SHARE_H

#include <stdint.h>

/* Fewer than this say little: one of them is more than three of a hundred. */
#define SHARE_FEW 30

/* 9412 is 94,12 %. `whole` is not 0; both are below 2^49. */
static inline uint64_t share_hundredths(uint64_t part, uint64_t whole)
{
    return (part * 20000 + whole) / (2 * whole);
}

#endif
