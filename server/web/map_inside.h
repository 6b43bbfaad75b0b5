/* map_inside.h - what the files of the map page share. Nobody else includes it. */
#ifndef TRAO_SERVER_WEB_MAP_INSIDE_H
#define TRAO_SERVER_WEB_MAP_INSIDE_H

#include "server/views/stops.h"
#include "server/web/board.h"

struct map {
    struct web *web;
    struct board_ask ask; /* its days are those of the stops */
    bool board;           /* he may see whether terms are kept */
    bool items;           /* he may open an item */
    uint64_t outlines;    /* which loading, 0 none */
    unsigned questions;   /* only stops with one of these, 0 all */
    uint32_t badge;       /* only of this postman, 0 all */
    struct stops stops;
};

/* Begins a link to the same days with only these stops ("buu-cuc"; NULL: all), of this postman (0:
 * of all). */
void map_days_link(const struct map *map, const char *key, uint32_t badge, struct html *html);
/* A table by postman, of those with a question or without places; nothing when there are none. */
void map_postmen_put(const struct map *map, struct html *html);

#endif
