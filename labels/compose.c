#include "labels/compose_parts.h"

#include <stdlib.h>
#include <string.h>

#define CONTROL_LINE_UM 50000
#define CONTROL_WORDS_UM 12000  /* room for "50 mm" behind it */
#define CONTROL_MARGIN_UM 10000 /* least margin: printers leave the last 4 mm white */

/* ------------------------------------------------------------------ what only a font can tell */

/* A line of art text becomes a run of the stencil. */
static bool read_art(struct composer *c, const struct layout_art *art, struct error *err)
{
    const struct layout *layout = c->layout;
    struct text text;
    if (!text_read(art->text, c->fonts, art->weight, &text, err))
        return error_add(err, "layout %s: '%s'", layout->name, art->id);
    if (text.substituted)
        return error_set(err, ERROR_BAD_INPUT, "layout %s: '%s' has a letter the font lacks",
                         layout->name, art->id);
    int32_t width = text_width_um(&text, c->fonts, 0, text.n, art->size_um);
    int32_t height = text_line_height_um(c->fonts, art->weight, art->size_um);
    struct page_run run = {.size_um = art->size_um,
                           .x_um = art->x_um - (int32_t)art->anchor * width / 2,
                           .y_um = art->y_um,
                           .rgb = art->paint.fill_rgb};
    struct page_rect ink = {run.x_um, art->y_um - height * 3 / 4, width, height};
    compose_characters(&c->stencil, &text, 0, text.n, run);
    return layout_check_art(layout, art, ink, err);
}

static bool check_lines(const struct composer *c, const struct layout_box *box, struct error *err)
{
    enum symbology kind;
    if (layout_symbology(box->content, &kind))
        return true;
    int32_t line = text_line_height_um(c->fonts, box->weight, box->size_min_um);
    return line * (int32_t)box->lines <= box->rect.height_um ||
           error_set(err, ERROR_BAD_INPUT,
                     "layout %s: '%s' is too low for %zu lines of its least size", c->layout->name,
                     box->id, box->lines);
}

static bool check(struct composer *c, struct error *err)
{
    const struct layout *layout = c->layout;
    for (size_t i = 0; i < layout->n_boxes; i++)
        if (!check_lines(c, &layout->boxes[i], err))
            return false;
    for (size_t i = 0; i < layout->table.n_columns; i++)
        if (!check_lines(c, &layout->table.columns[i], err))
            return false;
    page_clear(&c->stencil, layout->width_um, layout->height_um);
    for (size_t i = 0; i < layout->n_arts; i++)
        if (layout->arts[i].kind == LAYOUT_ART_TEXT && !read_art(c, &layout->arts[i], err))
            return false;
    return !c->stencil.failed ||
           error_set(err, ERROR_LATER, "no memory for layout %s", layout->name);
}

/* Which boxes rest on which, once for all labels. A box that another rests on rests on none: the
 * layout says so (layout_check). */
static void find_rests(struct composer *c)
{
    const struct layout *layout = c->layout;
    for (size_t i = 0; i < layout->n_boxes; i++)
        if (layout->boxes[i].rests_on[0] != '\0') {
            c->rests[i].below = layout_box_of(layout, layout->boxes[i].rests_on);
            c->rests[c->rests[i].below - layout->boxes].has_upper = true;
        }
}

bool composer_open(const struct layout *layout, struct fonts *fonts, struct composer **ret_composer,
                   struct error *err)
{
    struct composer *c = calloc(1, sizeof *c);
    if (c == NULL)
        return error_set(err, ERROR_LATER, "no memory for layout %s", layout->name);
    c->layout = layout;
    c->fonts = fonts;
    find_rests(c);
    if (!symbol_maker_open(&c->maker, err) || !check(c, err)) {
        composer_close(c);
        return false;
    }
    *ret_composer = c;
    return true;
}

void composer_close(struct composer *c)
{
    if (c == NULL)
        return;
    symbol_maker_close(c->maker);
    page_done(&c->stencil);
    free(c);
}

/* ------------------------------------------------------------------ boxes and art */

/* A text whose box rests on another: the upper one slides down by what the lower one leaves free;
 * both are drawn, the upper one first, as they are read. */
static bool add_resting(struct composer *c, const struct layout_box *box,
                        const struct layout_box *below, const struct values *values,
                        struct error *err)
{
    struct layout_box moved = *box;
    if (!compose_fit(c, below, values->of[below->field], &c->below, err))
        return false;
    int32_t line_um = text_line_height_um(c->fonts, below->weight, c->below.fit.size_um);
    moved.rect.y_um += below->rect.height_um - line_um * (int32_t)c->below.fit.n_lines;
    return compose_text(c, &moved, values->of[box->field], err) &&
           compose_fitted(c, below, &c->below, err);
}

static bool add_box(struct composer *c, size_t i, const struct values *values, struct error *err)
{
    const struct layout_box *box = &c->layout->boxes[i];
    const char *value = values->of[box->field];
    enum symbology kind;
    if (c->rests[i].has_upper)
        return true; /* drawn with that one */
    if (c->rests[i].below != NULL)
        return add_resting(c, box, c->rests[i].below, values, err);
    if (layout_symbology(box->content, &kind))
        return compose_symbol(c, box, kind, values->code[box->field], err);
    if (box->content == LAYOUT_DIGITS)
        return compose_digits(c, box, value, err);
    return compose_text(c, box, value, err);
}

/* Run i of the stencil, moved left. */
static void add_art_line(const struct page *stencil, size_t i, int32_t shift_um, struct page *page)
{
    struct page_run run = stencil->runs[i];
    run.x_um -= shift_um;
    page_add_run(page, &run, stencil->glyphs + run.first, run.n, 0, stencil->text + run.text_first,
                 run.text_n);
}

static void add_art(const struct composer *c, unsigned when, struct page *page)
{
    const struct layout *layout = c->layout;
    size_t line = 0;
    for (size_t i = 0; i < layout->n_arts; i++) {
        const struct layout_art *art = &layout->arts[i];
        size_t own_line = line;
        line += art->kind == LAYOUT_ART_TEXT ? 1 : 0;
        if (art->group != LAYOUT_NO_GROUP && (when & layout->groups[art->group].when) == 0)
            continue;
        int32_t shift = layout_shift_um(layout, art->group, when);
        if (art->kind == LAYOUT_ART_TEXT)
            add_art_line(&c->stencil, own_line, shift, page);
        else
            page_add_path(page, layout->segments + art->first, art->n, &art->paint, -shift);
    }
}

bool compose_drawing(struct composer *c, const struct values *values, unsigned when,
                     struct page *page, struct error *err)
{
    c->page = page;
    c->report = (struct labels_report){0};
    add_art(c, when, page);
    for (size_t i = 0; i < c->layout->n_boxes; i++)
        if (!add_box(c, i, values, err))
            return false;
    return !page->failed || error_set(err, ERROR_LATER, "no memory for a page");
}

/* ------------------------------------------------------------------ one label */

/* The last part of an address stands before the postal boxes if it fits there whole; else the
 * address keeps it. */
static bool place_province(struct composer *c, struct values *values, struct error *err)
{
    const struct layout *layout = c->layout;
    for (size_t i = 0; i < layout->n_boxes && values->province[0] != '\0'; i++) {
        const struct layout_box *box = &layout->boxes[i];
        if (box->field != LABELS_PROVINCE)
            continue;
        if (!compose_fit(c, box, values->province, &c->fitted, err))
            return false;
        if (c->fitted.fit.shortened)
            break;
        values->address[values->before_province] = '\0';
        return true;
    }
    values->province[0] = '\0';
    return true;
}

size_t compose_places(const struct layout *layout)
{
    return layout->sheet.columns == 0 ? 1 : (size_t)layout->sheet.columns * layout->sheet.rows;
}

void compose_size(const struct layout *layout, int32_t *ret_width_um, int32_t *ret_height_um)
{
    bool sheet = layout->sheet.columns != 0;
    *ret_width_um = sheet ? layout->sheet.width_um : layout->width_um;
    *ret_height_um = sheet ? layout->sheet.height_um : layout->height_um;
}

/* A ruler in the margin below the labels of a sheet, where there is one: a print that was scaled to
 * fit shows at once (case B09). Single labels have it in their drawing. */
static bool add_control_line(struct composer *c, struct error *err)
{
    const struct layout_sheet *sheet = &c->layout->sheet;
    int32_t bottom = sheet->top_um + (int32_t)sheet->rows * c->layout->height_um +
                     (int32_t)(sheet->rows - 1) * sheet->gap_y_um;
    int32_t x0 = sheet->left_um, x1 = x0 + CONTROL_LINE_UM;
    int32_t y = (bottom + sheet->height_um) / 2;
    if (sheet->height_um - bottom < CONTROL_MARGIN_UM || x1 + CONTROL_WORDS_UM > sheet->width_um)
        return true;
    compose_rule(c->page, x0, y, x1, y);
    compose_rule(c->page, x0, y - 1000, x0, y + 1000);
    compose_rule(c->page, x1, y - 1000, x1, y + 1000);
    struct layout_box words = {.rect = {x1 + 1500, y - 2000, CONTROL_WORDS_UM, 4000},
                               .valign = LAYOUT_MIDDLE,
                               .size_max_um = 2500,
                               .size_min_um = 2500,
                               .lines = 1};
    return compose_text(c, &words, "50 mm", err);
}

bool compose_begin(struct composer *c, struct page *page, struct error *err)
{
    int32_t width, height;
    compose_size(c->layout, &width, &height);
    page_clear(page, width, height);
    c->page = page;
    return c->layout->sheet.columns == 0 || add_control_line(c, err);
}

/* Where a label's own zero lies on the page. */
static void set_origin(const struct layout *layout, size_t place, struct page *page)
{
    const struct layout_sheet *sheet = &layout->sheet;
    page->origin_x_um = page->origin_y_um = 0;
    if (sheet->columns == 0)
        return;
    int32_t column = (int32_t)(place % sheet->columns);
    int32_t row = (int32_t)(place / sheet->columns);
    page->origin_x_um = sheet->left_um + column * (layout->width_um + sheet->gap_x_um);
    page->origin_y_um = sheet->top_um + row * (layout->height_um + sheet->gap_y_um);
}

bool compose_label(struct composer *c, const struct label *label, size_t place, struct page *page,
                   struct labels_report *ret_report, struct error *err)
{
    struct values values;
    struct page_mark before = page_mark(page);
    set_origin(c->layout, place, page);
    if (!values_read(label, c->layout->fields, &values, err) || !place_province(c, &values, err) ||
        !compose_drawing(c, &values, label->marks, page, err)) {
        page_return(page, before);
        return false;
    }
    *ret_report = c->report;
    return true;
}
