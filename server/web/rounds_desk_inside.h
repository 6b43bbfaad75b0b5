/* rounds_desk_inside.h - what the two files of the dispatcher's desk share: the steps
 * (rounds_desk.c) and what is shown (rounds_desk_put.c). Nobody else includes it. */
#ifndef TRAO_SERVER_WEB_ROUNDS_DESK_INSIDE_H
#define TRAO_SERVER_WEB_ROUNDS_DESK_INSIDE_H

#include "server/web/rounds_desk.h"

#define ROUNDS_PATH "/quay/dieu-phoi"
#define ROUNDS_ITEMS_MAX 400   /* scanned for one round */
#define ROUNDS_COMMUNES_MAX 80 /* marked at a time; a province has some */
#define ROUNDS_SCAN_MAX 80
#define ROUNDS_TARGET_MAX 24

enum rounds_mode { GIVE, MOVE, WHO, CLOSE, MODES };

struct rounds_mode_words {
    const char *key, *word, *phim, *prompt;
};
const struct rounds_mode_words *rounds_mode_words(enum rounds_mode mode);

struct rounds_desk {
    struct panel *panel;
    enum rounds_mode mode;
    char scan[ROUNDS_SCAN_MAX];
    char target[ROUNDS_TARGET_MAX]; /* TH-12, BD-000005 or QUAY; "" none yet */
    char stays[ITEM_CHARS + 1];     /* an envelope whose reason is asked for */
    char items[ROUNDS_ITEMS_MAX][ITEM_CHARS + 1];
    size_t n;
    uint32_t communes[ROUNDS_COMMUNES_MAX];
    size_t communes_n;
    char done[400];
};

#endif
