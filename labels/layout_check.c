/* Rules of place: what may stand where on a layout. */
#include "labels/layout.h"

#include <string.h>

/* A Code 128 needs its height to be read at an angle, µm (ux: least 12.5 mm). */
#define CODE128_HEIGHT_MIN_UM 12500
#define S10_MODULES 156       /* Code 128 of 13 characters AA + 9 digits + AA */
#define SERIAL_MODULES 123    /* Code 128 of BG-12345678 */
#define DATAMATRIX_MODULES 16 /* square, of either (ISO/IEC 16022) */

static bool overlap(struct page_rect a, struct page_rect b)
{
    return a.x_um < b.x_um + b.width_um && b.x_um < a.x_um + a.width_um &&
           a.y_um < b.y_um + b.height_um && b.y_um < a.y_um + a.height_um;
}

static bool on_page(const struct layout *layout, struct page_rect r)
{
    return r.x_um >= 0 && r.y_um >= 0 && r.x_um + r.width_um <= layout->width_um &&
           r.y_um + r.height_um <= layout->height_um;
}

static bool check_clears(const struct layout *layout, const char *id, struct page_rect rect,
                         struct error *err)
{
    if (!on_page(layout, rect))
        return error_set(err, ERROR_BAD_INPUT, "layout %s: '%s' lies outside the page",
                         layout->name, id);
    for (size_t i = 0; i < layout->n_clears; i++)
        if (overlap(rect, layout->clears[i].rect))
            return error_set(err, ERROR_BAD_INPUT,
                             layout->clears[i].window
                                 ? "layout %s: '%s' would be cut by the stock's window '%s'"
                                 : "layout %s: '%s' lies in '%s', which is kept clear",
                             layout->name, id, layout->clears[i].id);
    return true;
}

int32_t layout_shift_um(const struct layout *layout, int group, unsigned marks)
{
    int32_t shift = 0;
    for (int i = 0; i < group; i++)
        if ((marks & layout->groups[i].when) == 0)
            shift += layout->groups[i].advance_um;
    return shift;
}

static bool is_symbol(const struct layout_box *box)
{
    enum symbology kind;
    return layout_symbology(box->content, &kind);
}

/* What only a list's last sheet shows may stand where earlier sheets have rows. */
static struct page_rect table_rect(const struct layout *layout, int group)
{
    struct page_rect rect = layout->table.rect;
    if (group != LAYOUT_NO_GROUP && layout->groups[group].when == LAYOUT_WHEN_LAST_SHEET)
        rect.height_um = layout->table.last_um;
    return rect;
}

bool layout_check_art(const struct layout *layout, const struct layout_art *art,
                      struct page_rect rect, struct error *err)
{
    int32_t shift = layout_shift_um(layout, art->group, 0); /* as far left as it ever stands */
    rect.x_um -= shift;
    rect.width_um += shift;
    if (!check_clears(layout, art->id, rect, err))
        return false;
    for (size_t i = 0; i < layout->n_boxes; i++)
        if (is_symbol(&layout->boxes[i]) && overlap(rect, layout->boxes[i].rect))
            return error_set(err, ERROR_BAD_INPUT,
                             "layout %s: art '%s' lies in '%s', whose quiet zone must stay free",
                             layout->name, art->id, layout->boxes[i].id);
    if (overlap(rect, table_rect(layout, art->group)))
        return error_set(err, ERROR_BAD_INPUT, "layout %s: art '%s' lies in the rows of '%s'",
                         layout->name, art->id, layout->table.id);
    return true;
}

/* The rectangle round a path and its stroke; a curve lies within its control points. */
static struct page_rect path_bounds(const struct layout *layout, const struct layout_art *art)
{
    const struct page_segment *s = layout->segments + art->first;
    int32_t x0 = INT32_MAX, y0 = INT32_MAX, x1 = INT32_MIN, y1 = INT32_MIN;
    for (size_t i = 0; i < art->n; i++)
        for (int k = 0; k < (s[i].verb == PAGE_CURVE ? 3 : 1); k++) {
            x0 = s[i].x_um[k] < x0 ? s[i].x_um[k] : x0;
            x1 = s[i].x_um[k] > x1 ? s[i].x_um[k] : x1;
            y0 = s[i].y_um[k] < y0 ? s[i].y_um[k] : y0;
            y1 = s[i].y_um[k] > y1 ? s[i].y_um[k] : y1;
        }
    int32_t half = art->paint.stroked ? (art->paint.stroke_um + 1) / 2 : 0;
    return (struct page_rect){x0 - half, y0 - half, x1 - x0 + 2 * half, y1 - y0 + 2 * half};
}

static bool check_symbol(const struct layout *layout, const struct layout_box *box,
                         struct error *err)
{
    enum symbology kind;
    if (!layout_symbology(box->content, &kind))
        return true;
    int32_t modules = box->field == LABELS_SERIAL ? SERIAL_MODULES : S10_MODULES;
    if (kind == SYMBOL_QR)
        modules = SYMBOL_QR_MODULES;
    if (kind == SYMBOL_DATAMATRIX)
        modules = DATAMATRIX_MODULES;
    int32_t needed = (modules + 2 * symbol_quiet(kind)) * box->module_min_um;
    int32_t height = kind == SYMBOL_CODE128 ? CODE128_HEIGHT_MIN_UM : needed;
    if (box->rect.width_um < needed || box->rect.height_um < height)
        return error_set(err, ERROR_BAD_INPUT,
                         "layout %s: '%s' is too small, its symbol and quiet zone need %d x %d µm",
                         layout->name, box->id, needed, height);
    return true;
}

static bool crosses(struct page_rect fold, struct page_rect rect)
{
    return fold.width_um == 0
               ? rect.x_um < fold.x_um && fold.x_um < rect.x_um + rect.width_um &&
                     fold.y_um < rect.y_um + rect.height_um &&
                     rect.y_um < fold.y_um + fold.height_um
               : rect.y_um < fold.y_um && fold.y_um < rect.y_um + rect.height_um &&
                     fold.x_um < rect.x_um + rect.width_um && rect.x_um < fold.x_um + fold.width_um;
}

/* A fold through a symbol or a line of writing wears it away. */
static bool check_folds(const struct layout *layout, const struct layout_box *box,
                        struct error *err)
{
    for (size_t i = 0; i < layout->n_folds; i++)
        if (crosses(layout->folds[i].rect, box->rect))
            return error_set(err, ERROR_BAD_INPUT, "layout %s: the fold '%s' runs through '%s'",
                             layout->name, layout->folds[i].id, box->id);
    return true;
}

const struct layout_box *layout_box_of(const struct layout *layout, const char *id)
{
    for (size_t i = 0; i < layout->n_boxes; i++)
        if (strcmp(layout->boxes[i].id, id) == 0)
            return &layout->boxes[i];
    return NULL;
}

/* What a sliding box covers is its own place and that of the box it rests on, nothing else. (Two
 * that rest on the same one would overlap.) */
static bool check_rest(const struct layout *layout, const struct layout_box *box, struct error *err)
{
    const struct layout_box *below = layout_box_of(layout, box->rests_on);
    if (below == NULL || below->content != LAYOUT_TEXT || box->content != LAYOUT_TEXT ||
        below->valign != LAYOUT_END || below->rests_on[0] != '\0' ||
        below->rect.x_um != box->rect.x_um || below->rect.width_um != box->rect.width_um ||
        below->rect.y_um != box->rect.y_um + box->rect.height_um)
        return error_set(err, ERROR_BAD_INPUT,
                         "layout %s: '%s' can rest only on a text box with data-valign='end' "
                         "of its width, just below it, that rests on none",
                         layout->name, box->id);
    return true;
}

static bool check_box(const struct layout *layout, size_t i, struct error *err)
{
    const struct layout_box *box = &layout->boxes[i];
    if (!check_clears(layout, box->id, box->rect, err) || !check_symbol(layout, box, err) ||
        !check_folds(layout, box, err) ||
        (box->rests_on[0] != '\0' && !check_rest(layout, box, err)))
        return false;
    for (size_t k = 0; k < i; k++)
        if (overlap(box->rect, layout->boxes[k].rect))
            return error_set(err, ERROR_BAD_INPUT, "layout %s: boxes '%s' and '%s' overlap",
                             layout->name, layout->boxes[k].id, box->id);
    if (overlap(box->rect, layout->table.rect))
        return error_set(err, ERROR_BAD_INPUT, "layout %s: '%s' lies in the rows of '%s'",
                         layout->name, box->id, layout->table.id);
    return true;
}

/* Columns are the cells of the first row, from left to right; the last sheet has room for one row,
 * the totals and the recount. */
static bool check_table(const struct layout *layout, struct error *err)
{
    const struct layout_table *table = &layout->table;
    int32_t x = table->rect.x_um;
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct layout_box *column = &table->columns[i];
        if (column->rect.x_um < x || column->rect.y_um < table->rect.y_um ||
            column->rect.x_um + column->rect.width_um > table->rect.x_um + table->rect.width_um ||
            column->rect.y_um + column->rect.height_um > table->rect.y_um + table->row_um)
            return error_set(err, ERROR_BAD_INPUT,
                             "layout %s: column '%s' is not a cell of the first row of '%s', right "
                             "of the column before it",
                             layout->name, column->id, table->id);
        x = column->rect.x_um + column->rect.width_um;
    }
    if (table->n_columns == 0 || table->row_um <= 0 || table->last_um < 3 * table->row_um ||
        table->last_um > table->rect.height_um)
        return error_set(err, ERROR_BAD_INPUT,
                         "layout %s: '%s' needs columns, a data-row, and a data-last of three rows "
                         "or more that is not above its height",
                         layout->name, table->id);
    return check_clears(layout, table->id, table->rect, err);
}

bool layout_check(const struct layout *layout, struct error *err)
{
    bool is_list = layout->use == LABELS_FOR_LIST;
    if (layout->n_boxes == 0)
        return error_set(err, ERROR_BAD_INPUT, "layout %s has no rect with data-field",
                         layout->name);
    if (is_list != (layout->table.id[0] != '\0') || (is_list && layout->sheet.columns != 0))
        return error_set(
            err, ERROR_BAD_INPUT,
            "layout %s: data-use='list' needs a rect with data-table and no data-sheet",
            layout->name);
    if ((layout->table.n_columns > 0 || is_list) && !check_table(layout, err))
        return false;
    for (size_t i = 0; i < layout->n_boxes; i++)
        if (!check_box(layout, i, err))
            return false;
    for (size_t i = 0; i < layout->n_arts; i++) {
        const struct layout_art *art = &layout->arts[i];
        if (art->kind == LAYOUT_ART_PATH &&
            !layout_check_art(layout, art, path_bounds(layout, art), err))
            return false;
    }
    return true;
}
