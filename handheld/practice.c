#include "handheld/practice.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ the day */

static const struct stop sample = {
    .place = 1,
    .name = "Nguyễn Văn Mẫu",
    .address = "Số 1, Đường Tập, X. Mẫu",
    .office = "Cơ quan mẫu",
    .fees_vnd = 135000,
    .postage_vnd = 33000,
};
static const struct round_list list = {.round = 0, .name = "TẬP"};

static const struct round_list *round_of(void *ctx)
{
    (void)ctx;
    return &list;
}

static const struct stop *stop_of(void *ctx, const struct item *item)
{
    (void)ctx;
    (void)item;
    return &sample;
}

static const struct stop *no_stop_at(void *ctx, uint32_t i)
{
    (void)ctx;
    (void)i;
    return NULL;
}

static const struct neighbour *no_neighbour(void *ctx, const struct item *item)
{
    (void)ctx;
    (void)item;
    return NULL;
}

static const struct handover_list *no_handover(void *ctx, uint64_t serial)
{
    (void)ctx;
    (void)serial;
    return NULL;
}

static enum day_unlocked no_unlock(void *ctx, uint32_t badge, const char *pin, uint32_t *ret_left)
{
    (void)ctx;
    (void)badge;
    (void)pin;
    *ret_left = 0;
    return DAY_NO_ROUND;
}

static void no_lock(void *ctx)
{
    (void)ctx;
}

const struct day *practice_day(void)
{
    static const struct day day = {.round = round_of,
                                   .stop = stop_of,
                                   .stop_at = no_stop_at,
                                   .neighbour = no_neighbour,
                                   .handover = no_handover,
                                   .unlock = no_unlock,
                                   .lock = no_lock};
    return &day;
}

/* ------------------------------------------------------------------ the frame */

/* "TẬP----------KHÔNG GHI THẬT----------TẬP" on the second and the last row, T down the edges where
 * they are free. */
static void draw_bar(struct face *face, int row, const char *word, const char *not_real)
{
    face_rule(face, row, '-');
    face_put(face, row, 0, FACE_BOLD, word);
    face_right(face, row, FACE_BOLD, word);
    face_center(face, row, FACE_BOLD, not_real);
}

void practice_frame(struct face *face, const char *word, const char *not_real)
{
    draw_bar(face, 1, word, not_real);
    draw_bar(face, face->h - 1, word, not_real);
    for (int row = 2; row < face->h - 1; row++) {
        if (face->cell[row][0].point == ' ' && face->cell[row][1].point == ' ')
            face_put(face, row, 0, FACE_BOLD, "T");
        if (face->cell[row][face->w - 1].point == ' ' && face->cell[row][face->w - 2].point == ' ')
            face_put(face, row, face->w - 1, FACE_BOLD, "T");
    }
}
