/* page.h - one page, laid out: what every writer draws, and nothing of any writer's tongue.
 *
 * Everything is in micrometres from the page's top left corner, y downwards; a type size too is
 * in micrometres (1 pt = 352.78 µm). `ops` says what is drawn, in order; later covers earlier.
 * The arrays grow and are kept from page to page; a failed growth is remembered in `failed`.
 */
#ifndef TRAO_LABELS_PAGE_H
#define TRAO_LABELS_PAGE_H

#include "labels/font.h"
#include "labels/symbol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_UM_PER_INCH 25400
#define PAGE_PT_PER_INCH 72
#define PAGE_BLACK 0x000000u

enum page_verb { PAGE_MOVE, PAGE_LINE, PAGE_CURVE, PAGE_CLOSE };

/* A step of an outline; PAGE_CURVE is a cubic with two control points and its end, PAGE_MOVE and
 * PAGE_LINE use the first pair. */
struct page_segment {
    enum page_verb verb;
    int32_t x_um[3];
    int32_t y_um[3];
};

struct page_paint {
    bool filled; /* nonzero winding rule */
    bool stroked;
    uint32_t fill_rgb;
    uint32_t stroke_rgb;
    int32_t stroke_um;
};

struct page_path {
    size_t first; /* into segments */
    size_t n;
    struct page_paint paint;
};

struct page_rect {
    int32_t x_um;
    int32_t y_um;
    int32_t width_um;
    int32_t height_um;
};

/* One symbol: its black rectangles, painted as one shape (no seam between neighbours), and what
 * they stand for, so that a printer can draw them itself and the read-back knows what to find.
 * Each rectangle begins and ends on whole modules of `area`, which excludes the quiet zone. */
struct page_bars {
    enum symbology kind;
    char text[SYMBOL_TEXT_MAX + 1];
    struct page_rect area;
    int32_t module_um; /* Code 128: of a bar; QR, Data Matrix: square */
    int32_t least_um;  /* what the layout takes when modules become whole dots; 0: the kind's */
    size_t first;      /* into rects */
    size_t n;
};

/* A line of text; (x_um, y_um) is where its baseline begins. */
struct page_run {
    enum font_weight weight;
    int32_t size_um;
    int32_t x_um;
    int32_t y_um;
    uint32_t rgb;
    size_t first; /* into glyphs */
    size_t n;
    size_t text_first; /* into text; a glyph's text_first counts from here */
    size_t text_n;
};

enum page_kind { PAGE_PATH, PAGE_BARS, PAGE_RUN };

struct page_op {
    enum page_kind kind;
    size_t index; /* into paths, bars or runs */
};

struct page {
    int32_t width_um;
    int32_t height_um;
    int32_t origin_x_um; /* added to the place of whatever is added; 0 after page_clear */
    int32_t origin_y_um;
    struct page_op *ops;
    size_t n_ops, ops_room;
    struct page_path *paths;
    size_t n_paths, paths_room;
    struct page_segment *segments;
    size_t n_segments, segments_room;
    struct page_bars *bars;
    size_t n_bars, bars_room;
    struct page_rect *rects;
    size_t n_rects, rects_room;
    struct page_run *runs;
    size_t n_runs, runs_room;
    struct glyph *glyphs;
    size_t n_glyphs, glyphs_room;
    uint32_t *text;
    size_t n_text, text_room;
    bool failed;
};

/* Empties the page and gives it a size; the memory stays. */
void page_clear(struct page *page, int32_t width_um, int32_t height_um);
void page_done(struct page *page);

/* How much there is on a page; page_return takes off what was added since, a failure included. */
struct page_mark {
    size_t n_ops, n_paths, n_segments, n_bars, n_rects, n_runs, n_glyphs, n_text;
};
struct page_mark page_mark(const struct page *page);
void page_return(struct page *page, struct page_mark mark);

/* Adds an outline, moved by dx_um. */
void page_add_path(struct page *page, const struct page_segment *segments, size_t n,
                   const struct page_paint *paint, int32_t dx_um);
/* Room for one more rectangle; false, and failed, without memory. */
bool page_grow_rects(struct page *page);
/* Begins a symbol (kind, text, area and module are given); its rectangles follow by page_add_bar.
 */
void page_add_bars(struct page *page, const struct page_bars *symbol);
static inline void page_add_bar(struct page *page, struct page_rect rect)
{
    if (page->failed || (page->n_rects == page->rects_room && !page_grow_rects(page)))
        return;
    page->rects[page->n_rects++] =
        (struct page_rect){rect.x_um + page->origin_x_um, rect.y_um + page->origin_y_um,
                           rect.width_um, rect.height_um};
    page->bars[page->n_bars - 1].n++;
}
/* Adds a line: n glyphs, which stand for text[0 .. text_n). `run` gives weight, size, place and
 * colour; glyphs' text_first are counted from `text_base`. */
void page_add_run(struct page *page, const struct page_run *run, const struct glyph *glyphs,
                  size_t n, size_t text_base, const uint32_t *text, size_t text_n);

#endif
