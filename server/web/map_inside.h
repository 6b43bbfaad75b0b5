/* map_inside.h - what the files of the map page share. Nobody else includes it. */
#ifndef TRAO_SERVER_WEB_MAP_INSIDE_H
#define TRAO_SERVER_WEB_MAP_INSIDE_H

#include "server/views/stops.h"
#include "server/web/board.h"

struct map {
    struct web *web;
    struct board_ask ask;  /* its days are those of the stops */
    bool board;            /* he may see whether terms are kept */
    bool items;            /* he may open an item */
    uint64_t outlines;     /* which loading, 0 none */
    unsigned kinds;        /* only stops with one of these bits, 0 all */
    uint32_t one;          /* whose, 0 nobody's */
    const uint32_t *badge; /* &one: only his; NULL all */
    struct stops stops;
};

/* hoi=, the=: which stops are asked for; what is neither of them asks for all. */
void map_chosen_read(const struct http_request *request, struct map *map);
/* A number of stops that opens them: the same days, only those ("buu-cuc"; NULL: all), of this
 * postman (0: where nobody had signed in; NULL: of all). Nothing is opened by a nought. */
void map_number_put(const struct map *map, const char *key, const uint32_t *badge, uint64_t n,
                    struct html *html);
/* What there is of each kind. */
void map_counts_put(const struct map *map, struct html *html);
/* Which of them are listed, and a link to all. */
void map_chosen_put(const struct map *map, struct html *html);
/* A table by postman, of those with a question or without places; nothing when there are none. */
void map_postmen_put(const struct map *map, struct html *html);

#endif
