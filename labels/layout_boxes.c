#include "labels/layout_boxes.h"

#include "labels/svg_values.h"

#include <stdio.h>
#include <string.h>

static const char *const aligns[] = {"start", "middle", "end", NULL};
static const char *const contents[] = {"text", "code128", "qr", "datamatrix", "digits", NULL};

bool layout_symbology(enum layout_content content, enum symbology *ret_kind)
{
    switch (content) {
    case LAYOUT_CODE128:
        *ret_kind = SYMBOL_CODE128;
        return true;
    case LAYOUT_QR:
        *ret_kind = SYMBOL_QR;
        return true;
    case LAYOUT_DATAMATRIX:
        *ret_kind = SYMBOL_DATAMATRIX;
        return true;
    case LAYOUT_TEXT:
    case LAYOUT_DIGITS:
        break;
    }
    return false;
}

static bool read_type(struct layout_reader *r, const char **attributes, struct layout_box *box)
{
    static const char *const weights[] = {"regular", "bold", NULL};
    int weight = 0;
    if (!layout_word(r, attributes, "data-weight", weights, 0, &weight) ||
        !layout_range(r, attributes, "data-size", svg_points_um, &box->size_min_um,
                      &box->size_max_um))
        return false;
    box->weight = (enum font_weight)weight;
    const char *lines = layout_attribute(attributes, "data-lines");
    box->lines = lines == NULL ? 1 : (size_t)(lines[0] - '0');
    if (lines != NULL && (lines[0] < '1' || lines[0] > '8' || lines[1] != '\0'))
        return layout_refuse(r, "data-lines is not 1 to 8");
    return layout_words(r, attributes, "data-rests-on", box->rests_on, sizeof box->rests_on);
}

/* data-dots="8": the printer's dots per mm (203 dpi); modules become whole dots. */
static bool read_symbol(struct layout_reader *r, const char **attributes, enum symbology kind,
                        struct layout_box *box)
{
    if (!layout_range(r, attributes, "data-module", svg_number_um, &box->module_min_um,
                      &box->module_max_um))
        return false;
    if (box->module_min_um < symbol_least_module_um(kind))
        return layout_refuse(r, "a module under %d µm is not read by cheap scanners",
                             symbol_least_module_um(kind));
    const char *dots = layout_attribute(attributes, "data-dots");
    box->dot_um = 1;
    if (dots != NULL && strcmp(dots, "8") != 0)
        return layout_refuse(r, "data-dots is not 8 (203 dpi)");
    if (dots != NULL)
        box->dot_um = 125;
    return true;
}

/* Which field: on paper of these uses, in a shape that suits it. */
static bool read_field(struct layout_reader *r, const char **attributes, const char *name,
                       unsigned uses, struct layout_box *box)
{
    const char *fields[LABELS_FIELDS + 1] = {NULL};
    for (enum labels_field f = 0; f < LABELS_FIELDS; f++)
        fields[f] = labels_field_name(f);
    int field, content, align, valign;
    if (!layout_word(r, attributes, name, fields, -1, &field) ||
        !layout_word(r, attributes, "data-symbology", contents, LAYOUT_TEXT, &content) ||
        !layout_word(r, attributes, "data-align", aligns, LAYOUT_START, &align) ||
        !layout_word(r, attributes, "data-valign", aligns, LAYOUT_START, &valign))
        return false;
    box->field = (enum labels_field)field;
    box->content = (enum layout_content)content;
    box->align = (enum layout_align)align;
    box->valign = (enum layout_align)valign;
    memcpy(box->id, r->id, sizeof box->id);
    if (!layout_field_may(box->field, uses))
        return layout_refuse(r, "field %s does not belong on this paper (data-use)", fields[field]);
    if (!layout_field_shows_as(box->field, box->content))
        return layout_refuse(r, "field %s cannot be shown as %s", fields[field], contents[content]);
    return true;
}

static bool begin_field(struct layout_reader *r, const char **attributes, struct page_rect rect)
{
    static const char *const known_text[] = {"data-field",  "data-symbology", "data-align",
                                             "data-valign", "data-weight",    "data-size",
                                             "data-lines",  "data-rests-on",  NULL};
    static const char *const known_digits[] = {"data-field", "data-symbology", "data-weight",
                                               "data-size",  "data-gap",       NULL};
    static const char *const known_symbol[] = {"data-field", "data-symbology", "data-module",
                                               "data-dots", NULL};
    struct layout *layout = r->layout;
    struct layout_box box = {.rect = rect};
    if (layout->n_boxes == LAYOUT_BOXES_MAX)
        return layout_refuse(r, "more than %d boxes", LAYOUT_BOXES_MAX);
    if (!read_field(r, attributes, "data-field", 1u << layout->use, &box))
        return false;
    enum symbology kind;
    bool good;
    if (layout_symbology(box.content, &kind))
        good =
            layout_only_data(r, attributes, known_symbol) && read_symbol(r, attributes, kind, &box);
    else if (box.content == LAYOUT_DIGITS)
        good = layout_only_data(r, attributes, known_digits) && read_type(r, attributes, &box) &&
               layout_length(r, attributes, "data-gap", 0, &box.gap_um);
    else
        good = layout_only_data(r, attributes, known_text) && read_type(r, attributes, &box);
    if (!good)
        return false;
    layout->boxes[layout->n_boxes++] = box;
    layout->fields |= 1u << box.field;
    return true;
}

/* A column of a list: the cell of its first row. */
static bool begin_column(struct layout_reader *r, const char **attributes, struct page_rect rect)
{
    static const char *const known[] = {"data-column", "data-align", "data-valign", "data-weight",
                                        "data-size",   "data-lines", NULL};
    struct layout_table *table = &r->layout->table;
    struct layout_box box = {.rect = rect};
    if (r->layout->use != LABELS_FOR_LIST)
        return layout_refuse(r, "a column belongs on paper with data-use='list'");
    if (table->n_columns == LAYOUT_COLUMNS_MAX)
        return layout_refuse(r, "more than %d columns", LAYOUT_COLUMNS_MAX);
    if (!layout_only_data(r, attributes, known) ||
        !read_field(r, attributes, "data-column", LAYOUT_ROW, &box) ||
        !read_type(r, attributes, &box))
        return false;
    table->columns[table->n_columns++] = box;
    return true;
}

/* The place for a list's rows. */
static bool begin_table(struct layout_reader *r, const char **attributes, struct page_rect rect)
{
    static const char *const known[] = {"data-table", "data-row",     "data-last",
                                        "data-total", "data-recount", NULL};
    struct layout_table *table = &r->layout->table;
    if (r->layout->use != LABELS_FOR_LIST || table->id[0] != '\0' || r->id[0] == '\0')
        return layout_refuse(r, "a table has an id, and its paper data-use='list' and no other");
    if (!layout_only_data(r, attributes, known) ||
        !layout_length(r, attributes, "data-row", -1, &table->row_um) ||
        !layout_length(r, attributes, "data-last", -1, &table->last_um) ||
        !layout_words(r, attributes, "data-total", table->total, sizeof table->total) ||
        !layout_words(r, attributes, "data-recount", table->recount, sizeof table->recount))
        return false;
    table->rect = rect;
    memcpy(table->id, r->id, sizeof table->id);
    return true;
}

void layout_add_window(struct layout *layout, struct page_rect rect)
{
    invariant(layout->n_clears < LAYOUT_CLEAR_MAX);
    layout->clears[layout->n_clears++] =
        (struct layout_clear){.id = "window", .rect = rect, .window = true};
}

/* A zone kept clear, or a window of the stock. One place is left for the window of another stock.
 */
static bool begin_clear(struct layout_reader *r, const char **attributes, struct page_rect rect)
{
    static const char *const known_clear[] = {"data-clear", NULL};
    static const char *const known_window[] = {"data-window", NULL};
    struct layout *layout = r->layout;
    bool window = layout_attribute(attributes, "data-window") != NULL;
    if (layout->n_clears == LAYOUT_CLEAR_MAX - 1)
        return layout_refuse(r, "more than %d clear zones", LAYOUT_CLEAR_MAX - 1);
    if (!layout_only_data(r, attributes, window ? known_window : known_clear))
        return false;
    struct layout_clear *clear = &layout->clears[layout->n_clears++];
    *clear = (struct layout_clear){.rect = rect, .window = window};
    memcpy(clear->id, r->id, sizeof clear->id);
    return true;
}

bool layout_box_begin(struct layout_reader *r, const char **attributes, struct page_rect rect,
                      bool *ret_is_art)
{
    static const char *const known_none[] = {"art", NULL};
    static const struct {
        const char *attribute;
        bool (*begin)(struct layout_reader *, const char **, struct page_rect);
    } kinds[] = {
        {"data-field", begin_field}, {"data-column", begin_column}, {"data-table", begin_table},
        {"data-clear", begin_clear}, {"data-window", begin_clear},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (layout_attribute(attributes, kinds[i].attribute) != NULL) {
            *ret_is_art = false;
            return kinds[i].begin(r, attributes, rect);
        }
    *ret_is_art = true;
    return layout_only_data(r, attributes, known_none);
}

bool layout_fold_begin(struct layout_reader *r, int32_t x1, int32_t y1, int32_t x2, int32_t y2)
{
    struct layout *layout = r->layout;
    const struct layout_style *style = &r->styles[r->depth];
    if (x1 != x2 && y1 != y2)
        return layout_refuse(r, "a fold is level or upright");
    if (layout->n_folds == LAYOUT_FOLDS_MAX)
        return layout_refuse(r, "more than %d folds", LAYOUT_FOLDS_MAX);
    struct layout_fold *fold = &layout->folds[layout->n_folds++];
    memcpy(fold->id, r->id, sizeof fold->id);
    fold->rect =
        (struct page_rect){(x1 < x2 ? x1 : x2) + style->dx_um, (y1 < y2 ? y1 : y2) + style->dy_um,
                           x1 < x2 ? x2 - x1 : x1 - x2, y1 < y2 ? y2 - y1 : y1 - y2};
    return true;
}
