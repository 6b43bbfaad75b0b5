/* layout.h - where things stand on a page: a drawing in a documented subset of SVG, read once.
 *
 * The subset, with an example of each element, is written in layouts/README.md: art (path, rect,
 * line, circle, text) and rectangles with data-* attributes (boxes for fields, zones kept clear).
 * Everything else is refused by element and id, so that what a designer sees is what every writer
 * draws. The one door to expat. A layout may come from a stranger: bounded in size, depth and
 * count, no DTD, no entities of its own.
 *
 * Everything in micrometres from the top left corner. Read-only after layout_open: any thread.
 */
#ifndef TRAO_LABELS_LAYOUT_H
#define TRAO_LABELS_LAYOUT_H

#include "labels/labels.h"
#include "labels/page.h"
#include "labels/shown.h"
#include "labels/symbol.h"

#define LAYOUT_ID_BYTES SHOWN_BYTES
#define LAYOUT_TEXT_BYTES 128
#define LAYOUT_BOXES_MAX 32
#define LAYOUT_CLEAR_MAX 16
#define LAYOUT_FOLDS_MAX 8
#define LAYOUT_COLUMNS_MAX 16
#define LAYOUT_GROUPS_MAX 16
#define LAYOUT_ARTS_MAX 512
#define LAYOUT_SEGMENTS_MAX 8192
#define LAYOUT_BYTES_MAX 1048576

enum layout_content { LAYOUT_TEXT, LAYOUT_CODE128, LAYOUT_QR, LAYOUT_DATAMATRIX, LAYOUT_DIGITS };
enum layout_align { LAYOUT_START, LAYOUT_MIDDLE, LAYOUT_END }; /* left or top, ... */

/* A rectangle that a field fills. */
struct layout_box {
    char id[LAYOUT_ID_BYTES];
    enum labels_field field;
    enum layout_content content;
    struct page_rect rect;
    enum layout_align align;
    enum layout_align valign;
    enum font_weight weight;
    int32_t size_max_um;
    int32_t size_min_um;
    size_t lines;
    int32_t module_max_um; /* symbols: widest module */
    int32_t module_min_um;
    int32_t dot_um; /* symbols: modules and places are whole multiples of this; 1: free */
    int32_t gap_um; /* digits: between two boxes */
    /* Text: the box below that this one rests on; it slides down by what that one leaves free. */
    char rests_on[LAYOUT_ID_BYTES]; /* empty: none */
};

/* A zone that nothing may be printed in. */
struct layout_clear {
    char id[LAYOUT_ID_BYTES];
    struct page_rect rect;
    bool window; /* of the stock: what is printed there is cut away */
};

/* A line, level or upright, that no box may cross: there the paper is folded. */
struct layout_fold {
    char id[LAYOUT_ID_BYTES];
    struct page_rect rect; /* without width or without height */
};

/* A page on which the drawing is repeated. */
struct layout_sheet {
    unsigned columns, rows; /* 0: the page is the drawing */
    int32_t width_um, height_um;
    int32_t left_um, top_um; /* of the first label */
    int32_t gap_x_um, gap_y_um;
};

/* The rows of a list. The columns are drawn as the cells of the first row. */
struct layout_table {
    char id[LAYOUT_ID_BYTES]; /* empty: no table */
    struct page_rect rect;
    int32_t last_um; /* its height on the last sheet, totals included */
    int32_t row_um;
    char total[LAYOUT_TEXT_BYTES];   /* words before the sums */
    char recount[LAYOUT_TEXT_BYTES]; /* words of the row that is left for the pen; may be empty */
    size_t n_columns;
    struct layout_box columns[LAYOUT_COLUMNS_MAX];
};

/* Art that shows only with a mark or on a list's last sheet; when it does not, later groups move
 * left by advance_um. */
#define LAYOUT_WHEN_LAST_SHEET (1u << 8) /* beside enum labels_mark */
struct layout_group {
    unsigned when;
    int32_t advance_um;
};

#define LAYOUT_NO_GROUP (-1)

enum layout_art_kind { LAYOUT_ART_PATH, LAYOUT_ART_TEXT };

struct layout_art {
    char id[LAYOUT_ID_BYTES];
    enum layout_art_kind kind;
    int group; /* into groups, or LAYOUT_NO_GROUP */
    struct page_paint paint;
    size_t first; /* LAYOUT_ART_PATH: into segments */
    size_t n;
    char text[LAYOUT_TEXT_BYTES]; /* LAYOUT_ART_TEXT, from here on */
    enum font_weight weight;
    int32_t size_um;
    int32_t x_um;
    int32_t y_um;
    enum layout_align anchor;
};

struct layout {
    char name[64];
    char family[64];
    enum labels_use use;
    int32_t width_um;
    int32_t height_um;
    struct layout_sheet sheet;
    struct layout_table table;
    uint32_t fields; /* bit n: field n of enum labels_field has a box */
    size_t n_folds;
    struct layout_fold folds[LAYOUT_FOLDS_MAX];
    size_t n_boxes, n_clears, n_groups, n_arts, n_segments;
    struct layout_box boxes[LAYOUT_BOXES_MAX];
    struct layout_clear clears[LAYOUT_CLEAR_MAX];
    struct layout_group groups[LAYOUT_GROUPS_MAX];
    struct layout_art arts[LAYOUT_ARTS_MAX];
    struct page_segment segments[LAYOUT_SEGMENTS_MAX];
};

/* A name of ours, or a path when it holds a '/'. ERROR_NOT_FOUND, ERROR_BAD_INPUT (layout, line,
 * element, id, reason). layout_close accepts NULL. */
must_use bool layout_open(const char *name, struct layout **ret_layout, struct error *err);
void layout_close(struct layout *layout);

/* The same from bytes in memory; `name` is for sentences only. */
must_use bool layout_parse(const char *name, const char *svg, size_t n, struct layout **ret_layout,
                           struct error *err);

/* Rules of place (layout_check.c): boxes and art lie on the page, boxes apart from each other,
 * nothing in a clear zone, no art in a symbol's box, whose edge is its quiet zone. */
must_use bool layout_check(const struct layout *layout, struct error *err);

/* The same rules for one piece of art that covers `rect`: for text, which only a font measures. */
must_use bool layout_check_art(const struct layout *layout, const struct layout_art *art,
                               struct page_rect rect, struct error *err);

/* Whether a field may stand on paper of these uses (bits 1 << enum labels_use, or LAYOUT_ROW), and
 * in this shape: fields.def. */
#define LAYOUT_ROW (1u << 8)
bool layout_field_may(enum labels_field field, unsigned uses);
bool layout_field_shows_as(enum labels_field field, enum layout_content content);

/* The symbology of a box that is filled by a symbol; false for others. */
bool layout_symbology(enum layout_content content, enum symbology *ret_kind);

/* Adds a window of the stock. Room for one is kept; layout_check tells whether it cuts something.
 */
void layout_add_window(struct layout *layout, struct page_rect rect);

/* The box with that id, or NULL. */
const struct layout_box *layout_box_of(const struct layout *layout, const char *id);

/* How far a group of art stands left of where it is drawn when these marks show. */
int32_t layout_shift_um(const struct layout *layout, int group, unsigned marks);

#endif
