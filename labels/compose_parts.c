#include "labels/compose_parts.h"

#include <string.h>

/* Where something of a given size begins in a box: none, half or all of what is left before it. */
static int32_t aligned(int32_t start, int32_t room, int32_t size, enum layout_align align)
{
    return start + (room - size) * (int32_t)align / 2;
}

/* The first glyph of character `at` or of a later one. In a plain text each character is a glyph.
 */
static size_t glyph_of(const struct text *text, size_t at)
{
    if (text->n_glyphs == text->n)
        return at;
    size_t glyph = 0;
    while (glyph < text->n_glyphs && text->glyphs[glyph].text_first < at)
        glyph++;
    return glyph;
}

void compose_characters(struct page *page, const struct text *text, size_t first, size_t n,
                        struct page_run run)
{
    size_t from = glyph_of(text, first);
    size_t to = glyph_of(text, first + n);
    run.weight = text->weight;
    page_add_run(page, &run, text->glyphs + from, to - from, first, text->characters + first, n);
}

/* Draws the lines of a fitted text; the ellipsis of a shortened one is a run of its own. */
static bool add_lines(struct composer *c, const struct layout_box *box, const struct text *text,
                      const struct text_fit *fit, struct error *err)
{
    struct fonts *fonts = c->fonts;
    const struct font_metrics *metrics = font_metrics(fonts, text->weight);
    int32_t line_um = text_line_height_um(fonts, text->weight, fit->size_um);
    int32_t top =
        aligned(box->rect.y_um, box->rect.height_um, line_um * (int32_t)fit->n_lines, box->valign);
    int32_t ascent = (int32_t)((int64_t)metrics->ascender * fit->size_um / metrics->units_per_em);
    for (size_t i = 0; i < fit->n_lines; i++) {
        const struct text_line *line = &fit->lines[i];
        struct page_run run = {
            .size_um = fit->size_um,
            .x_um = aligned(box->rect.x_um, box->rect.width_um, line->width_um, box->align),
            .y_um = top + (int32_t)i * line_um + ascent,
            .rgb = PAGE_BLACK};
        compose_characters(c->page, text, line->first, line->n, run);
        struct text dots;
        if (line->ellipsis && !text_read("…", fonts, text->weight, &dots, err))
            return false;
        run.x_um += text_width_um(text, fonts, line->first, line->n, fit->size_um);
        if (line->ellipsis)
            compose_characters(c->page, &dots, 0, dots.n, run);
    }
    return true;
}

bool compose_fit(struct composer *c, const struct layout_box *box, const char *value,
                 struct compose_fitted *to, struct error *err)
{
    if (!text_read(value, c->fonts, box->weight, &to->text, err))
        return error_add(err, "%s", labels_field_name(box->field));
    struct text_box room = {.width_um = box->rect.width_um,
                            .height_um = box->rect.height_um,
                            .lines_max = box->lines,
                            .size_max_um = box->size_max_um,
                            .size_min_um = box->size_min_um};
    text_fit(&to->text, c->fonts, &room, &to->fit);
    return true;
}

bool compose_fitted(struct composer *c, const struct layout_box *box,
                    const struct compose_fitted *fitted, struct error *err)
{
    c->report.shortened |= (uint32_t)fitted->fit.shortened << box->field;
    c->report.substituted |= (uint32_t)fitted->text.substituted << box->field;
    return add_lines(c, box, &fitted->text, &fitted->fit, err);
}

bool compose_text(struct composer *c, const struct layout_box *box, const char *value,
                  struct error *err)
{
    return value[0] == '\0' ||
           (compose_fit(c, box, value, &c->fitted, err) && compose_fitted(c, box, &c->fitted, err));
}

/* One frame for each digit, its digit in the middle; frames without digits are left for the pen. */
bool compose_digits(struct composer *c, const struct layout_box *box, const char *digits,
                    struct error *err)
{
    static const struct page_paint frame = {.stroked = true, .stroke_um = 250};
    int32_t width =
        (box->rect.width_um - (LABELS_POSTAL_CHARS - 1) * box->gap_um) / LABELS_POSTAL_CHARS;
    for (int i = 0; i < LABELS_POSTAL_CHARS; i++) {
        struct layout_box cell = *box;
        cell.rect.x_um += i * (width + box->gap_um);
        cell.rect.width_um = width;
        cell.align = cell.valign = LAYOUT_MIDDLE;
        int32_t x0 = cell.rect.x_um, y0 = cell.rect.y_um;
        int32_t x1 = x0 + width, y1 = y0 + cell.rect.height_um;
        const struct page_segment outline[] = {
            {PAGE_MOVE, {x0}, {y0}}, {PAGE_LINE, {x1}, {y0}},  {PAGE_LINE, {x1}, {y1}},
            {PAGE_LINE, {x0}, {y1}}, {PAGE_CLOSE, {x0}, {y0}},
        };
        page_add_path(c->page, outline, sizeof outline / sizeof *outline, &frame, 0);
        char digit[2] = "";
        if (digits[0] != '\0')
            digit[0] = digits[i];
        if (!compose_text(c, &cell, digit, err))
            return false;
    }
    return true;
}

/* Where a symbol stands in its box. */
struct place {
    int32_t x_um, y_um;
    int32_t module_um;
    int32_t row_um; /* height of a row of modules */
};

/* Modules as wide as the box lets them be, whole printer dots, the quiet zone inside the box; the
 * place on the page is on whole dots too. */
static bool place_symbol(const struct layout_box *box, const struct symbol *symbol,
                         const struct page *page, struct place *ret_place, struct error *err)
{
    bool square = symbol->kind != SYMBOL_CODE128;
    int32_t across = symbol->columns + 2 * symbol_quiet(symbol->kind);
    int32_t module = box->rect.width_um / across;
    if (square && box->rect.height_um < box->rect.width_um)
        module = box->rect.height_um / across;
    module = module > box->module_max_um ? box->module_max_um : module;
    module -= module % box->dot_um;
    if (module < box->module_min_um)
        return error_set(err, ERROR_BAD_INPUT,
                         "%s: %d modules and the quiet zone do not fit box '%s'",
                         labels_field_name(box->field), symbol->columns, box->id);
    int32_t row = square ? module : box->rect.height_um;
    int32_t x =
        aligned(box->rect.x_um, box->rect.width_um, symbol->columns * module, LAYOUT_MIDDLE);
    int32_t y = aligned(box->rect.y_um, box->rect.height_um, symbol->rows * row, LAYOUT_MIDDLE);
    x -= (page->origin_x_um + x) % box->dot_um;
    y -= (page->origin_y_um + y) % box->dot_um;
    *ret_place = (struct place){x, y, module, row};
    return true;
}

bool compose_symbol(struct composer *c, const struct layout_box *box, enum symbology kind,
                    const char *code, struct error *err)
{
    struct symbol symbol;
    struct place at = {0};
    invariant(code != NULL);
    if (!symbol_make(c->maker, kind, code, &symbol, err))
        return error_add(err, "%s", labels_field_name(box->field));
    if (!place_symbol(box, &symbol, c->page, &at, err))
        return false;
    struct page_bars bars = {
        .kind = kind,
        .area = {at.x_um, at.y_um, symbol.columns * at.module_um, symbol.rows * at.row_um},
        .module_um = at.module_um,
        .least_um = box->module_min_um,
    };
    memcpy(bars.text, code, strlen(code) + 1);
    page_add_bars(c->page, &bars);
    for (int row = 0; row < symbol.rows; row++) {
        int edges[SYMBOL_COLUMNS_MAX];
        size_t n = symbol_edges(&symbol, row, edges);
        for (size_t i = 0; i < n; i += 2)
            page_add_bar(c->page, (struct page_rect){
                                      at.x_um + edges[i] * at.module_um, at.y_um + row * at.row_um,
                                      (edges[i + 1] - edges[i]) * at.module_um, at.row_um});
    }
    return true;
}

void compose_rule(struct page *page, int32_t x0, int32_t y0, int32_t x1, int32_t y1)
{
    static const struct page_paint thin = {.stroked = true, .stroke_um = 200};
    const struct page_segment steps[] = {{PAGE_MOVE, {x0}, {y0}}, {PAGE_LINE, {x1}, {y1}}};
    page_add_path(page, steps, sizeof steps / sizeof *steps, &thin, 0);
}
