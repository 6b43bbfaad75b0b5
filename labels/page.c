#include "labels/page.h"

#include <stdlib.h>
#include <string.h>

void page_clear(struct page *page, int32_t width_um, int32_t height_um)
{
    page->width_um = width_um;
    page->height_um = height_um;
    page->origin_x_um = page->origin_y_um = 0;
    page->n_ops = page->n_paths = page->n_segments = page->n_bars = 0;
    page->n_rects = page->n_runs = page->n_glyphs = page->n_text = 0;
    page->failed = false;
}

void page_done(struct page *page)
{
    free(page->ops);
    free(page->paths);
    free(page->segments);
    free(page->bars);
    free(page->rects);
    free(page->runs);
    free(page->glyphs);
    free(page->text);
    *page = (struct page){0};
}

struct page_mark page_mark(const struct page *page)
{
    return (struct page_mark){page->n_ops,   page->n_paths, page->n_segments, page->n_bars,
                              page->n_rects, page->n_runs,  page->n_glyphs,   page->n_text};
}

void page_return(struct page *page, struct page_mark mark)
{
    page->n_ops = mark.n_ops;
    page->n_paths = mark.n_paths;
    page->n_segments = mark.n_segments;
    page->n_bars = mark.n_bars;
    page->n_rects = mark.n_rects;
    page->n_runs = mark.n_runs;
    page->n_glyphs = mark.n_glyphs;
    page->n_text = mark.n_text;
    page->failed = false;
}

/* Room for `more` items at the end of an array of the page; NULL, and failed, without memory. */
static void *room(struct page *page, void *array, size_t n, size_t *capacity, size_t more,
                  size_t item_bytes)
{
    void **items = array;
    if (page->failed || !buffer_grow(items, capacity, n + more, item_bytes)) {
        page->failed = true;
        return NULL;
    }
    return (char *)*items + n * item_bytes;
}

static void add_op(struct page *page, enum page_kind kind, size_t index)
{
    struct page_op *op = room(page, &page->ops, page->n_ops, &page->ops_room, 1, sizeof *op);
    if (op == NULL)
        return;
    *op = (struct page_op){.kind = kind, .index = index};
    page->n_ops++;
}

void page_add_path(struct page *page, const struct page_segment *segments, size_t n,
                   const struct page_paint *paint, int32_t dx_um)
{
    struct page_path *path =
        room(page, &page->paths, page->n_paths, &page->paths_room, 1, sizeof *path);
    struct page_segment *to =
        room(page, &page->segments, page->n_segments, &page->segments_room, n, sizeof *to);
    if (path == NULL || to == NULL)
        return;
    memcpy(to, segments, n * sizeof *to);
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) {
            to[i].x_um[k] += page->origin_x_um + dx_um;
            to[i].y_um[k] += page->origin_y_um;
        }
    *path = (struct page_path){.first = page->n_segments, .n = n, .paint = *paint};
    page->n_segments += n;
    add_op(page, PAGE_PATH, page->n_paths++);
}

void page_add_bars(struct page *page, const struct page_bars *symbol)
{
    struct page_bars *bars =
        room(page, &page->bars, page->n_bars, &page->bars_room, 1, sizeof *bars);
    if (bars == NULL)
        return;
    *bars = *symbol;
    bars->area.x_um += page->origin_x_um;
    bars->area.y_um += page->origin_y_um;
    bars->first = page->n_rects;
    bars->n = 0;
    add_op(page, PAGE_BARS, page->n_bars++);
}

bool page_grow_rects(struct page *page)
{
    return room(page, &page->rects, page->n_rects, &page->rects_room, 1, sizeof *page->rects) !=
           NULL;
}

void page_add_run(struct page *page, const struct page_run *run, const struct glyph *glyphs,
                  size_t n, size_t text_base, const uint32_t *text, size_t text_n)
{
    struct page_run *added =
        room(page, &page->runs, page->n_runs, &page->runs_room, 1, sizeof *run);
    struct glyph *to = room(page, &page->glyphs, page->n_glyphs, &page->glyphs_room, n, sizeof *to);
    uint32_t *characters =
        room(page, &page->text, page->n_text, &page->text_room, text_n, sizeof *characters);
    if (added == NULL || to == NULL || characters == NULL)
        return;
    memcpy(to, glyphs, n * sizeof *to);
    for (size_t i = 0; i < n; i++)
        to[i].text_first = (uint16_t)(to[i].text_first - text_base);
    memcpy(characters, text, text_n * sizeof *text);
    *added = *run;
    added->x_um += page->origin_x_um;
    added->y_um += page->origin_y_um;
    added->first = page->n_glyphs;
    added->n = n;
    added->text_first = page->n_text;
    added->text_n = text_n;
    page->n_glyphs += n;
    page->n_text += text_n;
    add_op(page, PAGE_RUN, page->n_runs++);
}
