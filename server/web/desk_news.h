/* desk_news.h - what desks were told lately, by number, so that a page that was cut off for a while
 * hears of what it missed (case W07). Numbers rise over starts of the server too. No lock inside.
 */
#ifndef TRAO_SERVER_WEB_DESK_NEWS_H
#define TRAO_SERVER_WEB_DESK_NEWS_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/clock.h"
#include "protocol/item.h"

#define DESK_NEWS_KEPT 256

struct desk_news {
    uint64_t first; /* the number before the first that this start told */
    uint64_t last;
    struct item item[DESK_NEWS_KEPT]; /* by number; no text: a print job */
};

/* What came after a number, each item once. */
struct desk_missed {
    struct item item[DESK_NEWS_KEPT];
    size_t n;
    bool printed;
};

void desk_news_begin(struct desk_news *news, struct instant now);
/* The item's, or with NULL a print job's; its number. */
uint64_t desk_news_add(struct desk_news *news, const struct item *item);
/* False: that was too long ago, or another start's. */
bool desk_news_since(const struct desk_news *news, uint64_t known, struct desk_missed *ret_missed);

#endif
