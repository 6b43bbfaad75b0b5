#include "labels/layout_elements.h"

#include "labels/layout_boxes.h"
#include "labels/shown.h"
#include "labels/svg_values.h"

#include <stdio.h>
#include <string.h>

/* A number from 1 to 999 at *at, which moves behind it. */
static bool read_count(const char **at, unsigned *ret_count)
{
    unsigned count = 0;
    *at += strspn(*at, " ");
    for (; **at >= '0' && **at <= '9' && count < 1000; ++*at)
        count = 10 * count + (unsigned)(**at - '0');
    *ret_count = count;
    return count >= 1 && count <= 999;
}

/* data-grid="3 8": labels side by side and one below the other. */
static bool read_grid(struct layout_reader *r, const char **attributes, struct layout_sheet *sheet)
{
    const char *at = layout_attribute(attributes, "data-grid");
    if (at == NULL || !read_count(&at, &sheet->columns) || *at != ' ' ||
        !read_count(&at, &sheet->rows) || *at != '\0')
        return layout_refuse(r, "data-grid is not two numbers from 1 to 999");
    return true;
}

/* A sheet of labels: the drawing is one of them. */
static bool read_sheet(struct layout_reader *r, const char **attributes)
{
    struct layout *layout = r->layout;
    struct layout_sheet *sheet = &layout->sheet;
    if (layout_attribute(attributes, "data-sheet") == NULL)
        return true;
    if (!layout_pair(r, attributes, "data-sheet", -1, &sheet->width_um, &sheet->height_um) ||
        !layout_pair(r, attributes, "data-margin", 0, &sheet->left_um, &sheet->top_um) ||
        !layout_pair(r, attributes, "data-gap", 0, &sheet->gap_x_um, &sheet->gap_y_um) ||
        !read_grid(r, attributes, sheet))
        return false;
    int64_t right = sheet->left_um + sheet->columns * (int64_t)layout->width_um +
                    (sheet->columns - 1) * (int64_t)sheet->gap_x_um;
    int64_t bottom = sheet->top_um + sheet->rows * (int64_t)layout->height_um +
                     (sheet->rows - 1) * (int64_t)sheet->gap_y_um;
    return (right <= sheet->width_um && bottom <= sheet->height_um) ||
           layout_refuse(r, "the labels of data-grid reach beyond data-sheet");
}

static bool begin_svg(struct layout_reader *r, const char **attributes)
{
    static const char *const own[] = {"width",    "height",     "viewBox",   "version",
                                      "data-use", "data-sheet", "data-grid", "data-margin",
                                      "data-gap", NULL};
    static const char *const uses[] = {"envelope", "slip", "list", NULL};
    struct layout *layout = r->layout;
    int use = 0;
    if (!layout_length(r, attributes, "width", -1, &layout->width_um) ||
        !layout_length(r, attributes, "height", -1, &layout->height_um) ||
        !layout_attributes(r, attributes, own))
        return false;
    const char *box = layout_attribute(attributes, "viewBox");
    int32_t view[4] = {-1, -1, -1, -1};
    bool good = box != NULL;
    for (size_t i = 0; good && i < 4; i++)
        good = svg_number_um(&box, &view[i]);
    if (!good || view[0] != 0 || view[1] != 0 || view[2] != layout->width_um ||
        view[3] != layout->height_um || layout->width_um <= 0 || layout->height_um <= 0)
        return layout_refuse(r, "viewBox must be '0 0 width height' with one unit to the mm");
    if (r->styles[0].family[0] == '\0')
        return layout_refuse(r, "font-family is missing");
    memcpy(layout->family, r->styles[0].family, sizeof layout->family);
    if (!layout_word(r, attributes, "data-use", uses, LABELS_FOR_ENVELOPE, &use))
        return false;
    layout->use = (enum labels_use)use;
    return read_sheet(r, attributes);
}

static bool begin_g(struct layout_reader *r, const char **attributes)
{
    static const char *const own[] = {"data-when", "data-advance", NULL};
    static const char *const whens[] = {"owner-only", "to-collect", "do-not-bend",
                                        "keep-dry",   "last-sheet", NULL};
    static const unsigned bits[] = {LABELS_OWNER_ONLY, LABELS_TO_COLLECT, LABELS_DO_NOT_BEND,
                                    LABELS_KEEP_DRY, LAYOUT_WHEN_LAST_SHEET};
    if (!layout_attributes(r, attributes, own))
        return false;
    if (layout_attribute(attributes, "data-when") == NULL)
        return true;
    struct layout *layout = r->layout;
    int when = 0;
    int32_t advance = 0;
    if (!layout_word(r, attributes, "data-when", whens, -1, &when) ||
        !layout_length(r, attributes, "data-advance", 0, &advance))
        return false;
    if (r->groups[r->depth] != LAYOUT_NO_GROUP || layout->n_groups == LAYOUT_GROUPS_MAX)
        return layout_refuse(r, "data-when stands in another, or there are more than %d",
                             LAYOUT_GROUPS_MAX);
    if (advance < 0)
        return layout_refuse(r, "data-advance is negative");
    r->groups[r->depth] = (int)layout->n_groups;
    layout->groups[layout->n_groups++] =
        (struct layout_group){.when = bits[when], .advance_um = advance};
    return true;
}

static struct layout_art *add_art(struct layout_reader *r, enum layout_art_kind kind)
{
    struct layout *layout = r->layout;
    if (layout->n_arts == LAYOUT_ARTS_MAX) {
        layout_refuse(r, "more than %d pieces of art", LAYOUT_ARTS_MAX);
        return NULL;
    }
    struct layout_art *art = &layout->arts[layout->n_arts++];
    *art = (struct layout_art){
        .kind = kind, .group = r->groups[r->depth], .paint = r->styles[r->depth].paint};
    memcpy(art->id, r->id, sizeof art->id);
    return art;
}

/* Art of n segments that were put behind the layout's last one; moved as the elements say. */
static bool add_path(struct layout_reader *r, size_t n)
{
    struct layout *layout = r->layout;
    const struct layout_style *style = &r->styles[r->depth];
    struct layout_art *art = add_art(r, LAYOUT_ART_PATH);
    if (art == NULL)
        return false;
    for (size_t i = layout->n_segments; i < layout->n_segments + n; i++)
        for (int k = 0; k < 3; k++) {
            layout->segments[i].x_um[k] += style->dx_um;
            layout->segments[i].y_um[k] += style->dy_um;
        }
    art->first = layout->n_segments;
    art->n = n;
    layout->n_segments += n;
    return true;
}

static struct page_segment *room_for(struct layout_reader *r, size_t n)
{
    struct layout *layout = r->layout;
    if (layout->n_segments + n <= LAYOUT_SEGMENTS_MAX)
        return layout->segments + layout->n_segments;
    layout_refuse(r, "the drawing has more than %d steps", LAYOUT_SEGMENTS_MAX);
    return NULL;
}

static bool begin_path(struct layout_reader *r, const char **attributes)
{
    static const char *const own[] = {"d", NULL};
    if (!layout_attributes(r, attributes, own))
        return false;
    const char *d = layout_attribute(attributes, "d");
    struct layout *layout = r->layout;
    size_t n = 0;
    if (d == NULL || !svg_path(d, layout->segments + layout->n_segments,
                               LAYOUT_SEGMENTS_MAX - layout->n_segments, &n))
        return layout_refuse(r, "d is not made of M L H V C Z alone, or is too long");
    return add_path(r, n);
}

static bool begin_line(struct layout_reader *r, const char **attributes)
{
    static const char *const own[] = {"x1", "y1", "x2", "y2", "data-fold", NULL};
    int32_t x1, y1, x2, y2;
    struct page_segment *s = room_for(r, 2);
    if (s == NULL || !layout_attributes(r, attributes, own) ||
        !layout_length(r, attributes, "x1", 0, &x1) ||
        !layout_length(r, attributes, "y1", 0, &y1) ||
        !layout_length(r, attributes, "x2", 0, &x2) || !layout_length(r, attributes, "y2", 0, &y2))
        return false;
    if (layout_attribute(attributes, "data-fold") != NULL)
        return layout_fold_begin(r, x1, y1, x2, y2);
    s[0] = (struct page_segment){.verb = PAGE_MOVE, .x_um = {x1}, .y_um = {y1}};
    s[1] = (struct page_segment){.verb = PAGE_LINE, .x_um = {x2}, .y_um = {y2}};
    r->styles[r->depth].paint.filled = false;
    return add_path(r, 2);
}

static bool begin_circle(struct layout_reader *r, const char **attributes)
{
    static const char *const own[] = {"cx", "cy", "r", NULL};
    int32_t cx, cy, radius;
    struct page_segment *s = room_for(r, SVG_CIRCLE_SEGMENTS);
    if (s == NULL || !layout_attributes(r, attributes, own) ||
        !layout_length(r, attributes, "cx", 0, &cx) ||
        !layout_length(r, attributes, "cy", 0, &cy) ||
        !layout_length(r, attributes, "r", -1, &radius))
        return false;
    if (radius <= 0)
        return layout_refuse(r, "r is not greater than 0");
    return add_path(r, svg_circle(cx, cy, radius, s));
}

static bool begin_rect(struct layout_reader *r, const char **attributes)
{
    static const char *const own[] = {"x",  "y",  "width",         "height",
                                      "rx", "ry", LAYOUT_ANY_DATA, NULL};
    struct page_rect rect;
    int32_t rx, ry;
    if (!layout_attributes(r, attributes, own) ||
        !layout_length(r, attributes, "x", 0, &rect.x_um) ||
        !layout_length(r, attributes, "y", 0, &rect.y_um) ||
        !layout_length(r, attributes, "width", -1, &rect.width_um) ||
        !layout_length(r, attributes, "height", -1, &rect.height_um) ||
        !layout_length(r, attributes, "rx", 0, &rx) || !layout_length(r, attributes, "ry", rx, &ry))
        return false;
    if (rect.width_um <= 0 || rect.height_um <= 0)
        return layout_refuse(r, "width and height are not greater than 0");
    if (rx < 0 || rx != ry || 2 * rx > rect.width_um || 2 * rx > rect.height_um)
        return layout_refuse(r, "corners rx and ry differ or are larger than the rectangle");
    struct page_rect moved = rect;
    moved.x_um += r->styles[r->depth].dx_um;
    moved.y_um += r->styles[r->depth].dy_um;
    bool is_art = true;
    if (!layout_box_begin(r, attributes, moved, &is_art) || !is_art)
        return !r->failed;
    struct page_segment *s = room_for(r, SVG_RECT_SEGMENTS);
    return s != NULL && add_path(r, svg_rect(rect, rx, s));
}

/* Place and type of a line of text, from its text element or the tspan in it. */
static bool place_text(struct layout_reader *r, const char **attributes, int32_t x, int32_t y)
{
    static const char *const own[] = {"x", "y", NULL};
    const struct layout_style *style = &r->styles[r->depth];
    struct layout_art *art = r->text;
    int32_t x_um, y_um;
    if (!layout_attributes(r, attributes, own) || !layout_length(r, attributes, "x", x, &x_um) ||
        !layout_length(r, attributes, "y", y, &y_um))
        return false;
    art->x_um = x_um + style->dx_um;
    art->y_um = y_um + style->dy_um;
    art->weight = style->weight;
    art->size_um = style->size_um;
    art->anchor = style->anchor;
    art->paint = style->paint;
    if (style->size_um == 0)
        return layout_refuse(r, "font-size is missing");
    if (style->paint.stroked || !style->paint.filled)
        return layout_refuse(r, "text is filled, not stroked");
    return true;
}

static bool begin_text(struct layout_reader *r, const char **attributes)
{
    r->text = add_art(r, LAYOUT_ART_TEXT);
    r->had_tspan = false;
    return r->text != NULL && place_text(r, attributes, 0, 0);
}

static bool begin_tspan(struct layout_reader *r, const char **attributes)
{
    if (r->text == NULL)
        return layout_refuse(r, "stands outside text");
    if (r->had_tspan)
        return layout_refuse(r, "a text element holds one line; draw another text element");
    r->had_tspan = true;
    const struct layout_style *above = &r->styles[r->depth - 1];
    int32_t x = r->text->x_um - above->dx_um;
    int32_t y = r->text->y_um - above->dy_um;
    return place_text(r, attributes, x, y);
}

static bool begin_skipped(struct layout_reader *r, const char **attributes)
{
    (void)attributes;
    r->skipping = 1;
    return true;
}

static bool begin_defs(struct layout_reader *r, const char **attributes)
{
    (void)attributes;
    r->in_defs = true;
    return true;
}

static const struct {
    const char *name;
    bool (*begin)(struct layout_reader *, const char **);
} elements[] = {
    {"svg", begin_svg},          {"g", begin_g},
    {"path", begin_path},        {"rect", begin_rect},
    {"line", begin_line},        {"circle", begin_circle},
    {"text", begin_text},        {"tspan", begin_tspan},
    {"title", begin_skipped},    {"desc", begin_skipped},
    {"metadata", begin_skipped}, {"defs", begin_defs},
};

void layout_element_begin(struct layout_reader *r, const char *local, const char **attributes)
{
    const char *id = layout_attribute(attributes, "id");
    shown(id == NULL ? "" : id, id == NULL ? 0 : strlen(id), r->id);
    if (r->depth + 1 == LAYOUT_DEPTH_MAX) {
        layout_refuse(r, "stands deeper than %d elements", LAYOUT_DEPTH_MAX);
        return;
    }
    bool root = r->depth < 0;
    r->depth++;
    r->styles[r->depth] = root ? layout_style_initial() : r->styles[r->depth - 1];
    r->groups[r->depth] = root ? LAYOUT_NO_GROUP : r->groups[r->depth - 1];
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strcmp(elements[i].name, local) == 0 && root == (i == 0) && !r->in_defs &&
            (r->text == NULL || elements[i].begin == begin_tspan)) {
            elements[i].begin(r, attributes);
            return;
        }
    layout_refuse(r, r->in_defs        ? "definitions are outside the subset"
                     : r->text != NULL ? "stands inside text"
                                       : "the element is outside the subset");
}

static void trim_text(struct layout_art *art)
{
    size_t n = strlen(art->text);
    size_t blanks = strspn(art->text, " \t\r\n");
    while (n > blanks && strchr(" \t\r\n", art->text[n - 1]) != NULL)
        n--;
    memmove(art->text, art->text + blanks, n - blanks);
    art->text[n - blanks] = '\0';
}

void layout_element_end(struct layout_reader *r, const char *name)
{
    r->depth--;
    if (strcmp(name, "defs") == 0)
        r->in_defs = false;
    if (strcmp(name, "text") != 0)
        return;
    trim_text(r->text);
    if (r->text->text[0] == '\0')
        r->layout->n_arts--;
    r->text = NULL;
}

void layout_element_words(struct layout_reader *r, const char *bytes, size_t n)
{
    if (r->text == NULL)
        return;
    size_t used = strlen(r->text->text);
    if (used + n >= sizeof r->text->text) {
        layout_refuse(r, "text is longer than %d bytes", LAYOUT_TEXT_BYTES - 1);
        return;
    }
    memcpy(r->text->text + used, bytes, n);
    r->text->text[used + n] = '\0';
}
