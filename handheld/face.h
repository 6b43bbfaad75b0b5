/* face.h - what the postman sees: a grid of cells that screens draw on. terminal.c paints it; tests
 * and scripts read it. Values only, no I/O.
 *
 * Rows and columns count from 0. Text is UTF-8 in NFC; one code point fills one cell (Vietnamese
 * and English need no more), so combining marks must have been composed. What does not fit is cut
 * at the edge.
 */
#ifndef TRAO_HANDHELD_FACE_H
#define TRAO_HANDHELD_FACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FACE_W_MIN 40 /* below this the screens do not fit: face_fits */
#define FACE_H_MIN 20
#define FACE_W_MAX 132
#define FACE_H_MAX 60
#define FACE_LINE_MAX (FACE_W_MAX * 4 + 1) /* bytes of one row as UTF-8 */

/* The colour of the whole screen [ux.md section 8: contrast at least 4.5]; signs and words say the
 * same without it. */
/* DARK: white on black, whatever the outcome [section 8, the option]. */
enum face_tone { FACE_PLAIN, FACE_GREEN, FACE_AMBER, FACE_RED, FACE_DARK };

enum face_attr { FACE_NORMAL, FACE_BOLD, FACE_REVERSE };

/* 9 by 5 blanks in reverse video: readable with any font, at arm's length. */
enum face_sign { FACE_SIGN_DONE, FACE_SIGN_AGAIN, FACE_SIGN_NO, FACE_SIGN_LOOK };

struct face_cell {
    uint32_t point;
    enum face_attr attr;
};

struct face {
    int w, h;
    enum face_tone tone;
    struct face_cell cell[FACE_H_MAX][FACE_W_MAX];
};

/* From 1 by 1 to the most; other sizes are brought to that. */
void face_init(struct face *face, int w, int h);
/* Whether there is room for a screen. */
bool face_fits(const struct face *face);
void face_clear(struct face *face, enum face_tone tone);
void face_put(struct face *face, int row, int column, enum face_attr attr, const char *text);
void face_center(struct face *face, int row, enum face_attr attr, const char *text);
void face_right(struct face *face, int row, enum face_attr attr, const char *text);
/* As face_put within `room` cells; what is longer ends in "…". */
void face_fit(struct face *face, int row, int column, enum face_attr attr, int room,
              const char *text);
/* A whole row of one character. */
void face_rule(struct face *face, int row, char c);
/* Breaks at blanks into rows from `row` on, one column in from each side; returns the rows used. */
int face_wrap(struct face *face, int row, const char *text);
/* How many cells a text fills. */
int face_width(const char *text);
/* Centred, five rows from `row` on. */
void face_sign(struct face *face, int row, enum face_sign sign);
/* One row as UTF-8 without trailing blanks; a reverse-video blank is '#'. */
char *face_line(const struct face *face, int row, char out[FACE_LINE_MAX]);
/* True if a row contains the text. */
bool face_has(const struct face *face, const char *text);
bool face_equal(const struct face *a, const struct face *b);

#endif
