#include "labels/layout.h"

#include "labels/layout_style.h"
#include "labels/layouts/embedded.h"
#include "labels/svg_values.h"

#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SVG "http://www.w3.org/2000/svg|"
#define DEPTH_MAX 32

/* What the drawing program keeps for itself; draws nothing. */
static const char *const editors[] = {
    "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd|",
    "http://www.inkscape.org/namespaces/inkscape|",
};

/* A layout being read. Styles stack up by depth; art points at the text being read, if any. */
struct reader {
    XML_Parser parser;
    struct layout *layout;
    struct error *err;
    bool failed;
    int skipping; /* depth inside something that draws nothing */
    bool in_defs;
    int depth;
    struct layout_style styles[DEPTH_MAX];
    int groups[DEPTH_MAX];
    struct layout_art *text;
    bool had_tspan;
    const char *element;
    char id[LAYOUT_ID_BYTES];
};

static bool refuse(struct reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool refuse(struct reader *r, const char *format, ...)
{
    char why[160];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    r->failed = true;
    XML_StopParser(r->parser, XML_FALSE);
    return error_set(r->err, ERROR_BAD_INPUT, "layout %s line %lu: <%s> '%s': %s", r->layout->name,
                     (unsigned long)XML_GetCurrentLineNumber(r->parser), r->element, r->id, why);
}

static const char *attribute(const char **attributes, const char *name)
{
    for (; attributes[0] != NULL; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return NULL;
}

/* A length that must stand there, or `missing` when missing is not negative. */
static bool length(struct reader *r, const char **attributes, const char *name, int32_t missing,
                   int32_t *ret_um)
{
    const char *value = attribute(attributes, name);
    if (value == NULL && missing >= 0) {
        *ret_um = missing;
        return true;
    }
    if (value == NULL)
        return refuse(r, "attribute %s is missing", name);
    return svg_length_um(value, ret_um) || refuse(r, "attribute %s is not a length in mm", name);
}

/* The word's place in a list that ends with NULL; `missing` when the attribute is not there. */
static bool word(struct reader *r, const char **attributes, const char *name,
                 const char *const *words, int missing, int *ret_index)
{
    const char *value = attribute(attributes, name);
    if (value == NULL && missing < 0)
        return refuse(r, "attribute %s is missing", name);
    int found = value == NULL ? missing : -1;
    for (int i = 0; value != NULL && words[i] != NULL; i++)
        if (strcmp(words[i], value) == 0)
            found = i;
    if (found < 0)
        return refuse(r, "%s='%.40s' is not known", name, value);
    *ret_index = found;
    return true;
}

/* data-size="9 11", data-module="0.25 0.375": least and greatest; one number is both. */
static bool range(struct reader *r, const char **attributes, const char *name,
                  bool (*read)(const char **, int32_t *), int32_t *ret_min, int32_t *ret_max)
{
    const char *at = attribute(attributes, name);
    if (at == NULL)
        return refuse(r, "attribute %s is missing", name);
    int32_t least = 0;
    int32_t most = 0;
    bool good = read(&at, &least);
    most = least;
    if (good && *at != '\0')
        good = read(&at, &most);
    if (!good || *at != '\0' || least <= 0 || most < least)
        return refuse(r, "%s is not one or two growing numbers", name);
    *ret_min = least;
    *ret_max = most;
    return true;
}

/* Attributes an element knows by itself; all others must be style, or neutral. */
static bool check_attributes(struct reader *r, const char **attributes, const char *const *own)
{
    for (const char **at = attributes; at[0] != NULL; at += 2) {
        bool known = strchr(at[0], '|') != NULL || strcmp(at[0], "id") == 0;
        for (size_t i = 0; !known && own[i] != NULL; i++)
            known = strcmp(own[i], at[0]) == 0;
        char which[LAYOUT_ID_BYTES];
        const char *why = NULL;
        if (!known && !layout_style_set(&r->styles[r->depth], at[0], at[1], which, &why))
            return refuse(r, "%s %s", which, why);
    }
    return true;
}

static bool begin_svg(struct reader *r, const char **attributes)
{
    static const char *const own[] = {"width", "height", "viewBox", "version", NULL};
    struct layout *layout = r->layout;
    if (r->depth != 0)
        return refuse(r, "stands inside another element");
    if (!length(r, attributes, "width", -1, &layout->width_um) ||
        !length(r, attributes, "height", -1, &layout->height_um) ||
        !check_attributes(r, attributes, own))
        return false;
    const char *box = attribute(attributes, "viewBox");
    int32_t view[4] = {-1, -1, -1, -1};
    bool good = box != NULL;
    for (size_t i = 0; good && i < 4; i++)
        good = svg_number_um(&box, &view[i]);
    if (!good || view[0] != 0 || view[1] != 0 || view[2] != layout->width_um ||
        view[3] != layout->height_um || layout->width_um <= 0 || layout->height_um <= 0)
        return refuse(r, "viewBox must be '0 0 width height' with one unit to the mm");
    if (r->styles[0].family[0] == '\0')
        return refuse(r, "font-family is missing");
    memcpy(layout->family, r->styles[0].family, sizeof layout->family);
    return true;
}

static bool begin_g(struct reader *r, const char **attributes)
{
    static const char *const own[] = {"data-when", "data-advance", NULL};
    static const char *const marks[] = {"owner-only", "to-collect", "do-not-bend", "keep-dry",
                                        NULL};
    if (!check_attributes(r, attributes, own))
        return false;
    if (attribute(attributes, "data-when") == NULL)
        return true;
    struct layout *layout = r->layout;
    int mark = 0;
    int32_t advance = 0;
    if (!word(r, attributes, "data-when", marks, -1, &mark) ||
        !length(r, attributes, "data-advance", -1, &advance))
        return false;
    if (r->groups[r->depth] != LAYOUT_NO_GROUP || layout->n_groups == LAYOUT_GROUPS_MAX)
        return refuse(r, "data-when stands in another, or there are more than %d",
                      LAYOUT_GROUPS_MAX);
    if (advance < 0)
        return refuse(r, "data-advance is negative");
    r->groups[r->depth] = (int)layout->n_groups;
    layout->groups[layout->n_groups++] =
        (struct layout_group){.when = (enum labels_mark)(1 << mark), .advance_um = advance};
    return true;
}

static struct layout_art *add_art(struct reader *r, enum layout_art_kind kind)
{
    struct layout *layout = r->layout;
    if (layout->n_arts == LAYOUT_ARTS_MAX) {
        refuse(r, "more than %d pieces of art", LAYOUT_ARTS_MAX);
        return NULL;
    }
    struct layout_art *art = &layout->arts[layout->n_arts++];
    *art = (struct layout_art){
        .kind = kind, .group = r->groups[r->depth], .paint = r->styles[r->depth].paint};
    memcpy(art->id, r->id, sizeof art->id);
    return art;
}

/* Art of n segments that were put behind the layout's last one; moved as the elements say. */
static bool add_path(struct reader *r, size_t n)
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

static struct page_segment *room_for(struct reader *r, size_t n)
{
    struct layout *layout = r->layout;
    if (layout->n_segments + n <= LAYOUT_SEGMENTS_MAX)
        return layout->segments + layout->n_segments;
    refuse(r, "the drawing has more than %d steps", LAYOUT_SEGMENTS_MAX);
    return NULL;
}

static bool begin_path(struct reader *r, const char **attributes)
{
    static const char *const own[] = {"d", NULL};
    if (!check_attributes(r, attributes, own))
        return false;
    const char *d = attribute(attributes, "d");
    struct layout *layout = r->layout;
    size_t n = 0;
    if (d == NULL || !svg_path(d, layout->segments + layout->n_segments,
                               LAYOUT_SEGMENTS_MAX - layout->n_segments, &n))
        return refuse(r, "d is not made of M L H V C Z alone, or is too long");
    return add_path(r, n);
}

static bool begin_line(struct reader *r, const char **attributes)
{
    static const char *const own[] = {"x1", "y1", "x2", "y2", NULL};
    int32_t x1, y1, x2, y2;
    struct page_segment *s = room_for(r, 2);
    if (s == NULL || !check_attributes(r, attributes, own) ||
        !length(r, attributes, "x1", 0, &x1) || !length(r, attributes, "y1", 0, &y1) ||
        !length(r, attributes, "x2", 0, &x2) || !length(r, attributes, "y2", 0, &y2))
        return false;
    s[0] = (struct page_segment){.verb = PAGE_MOVE, .x_um = {x1}, .y_um = {y1}};
    s[1] = (struct page_segment){.verb = PAGE_LINE, .x_um = {x2}, .y_um = {y2}};
    r->styles[r->depth].paint.filled = false;
    return add_path(r, 2);
}

static bool begin_circle(struct reader *r, const char **attributes)
{
    static const char *const own[] = {"cx", "cy", "r", NULL};
    int32_t cx, cy, radius;
    struct page_segment *s = room_for(r, SVG_CIRCLE_SEGMENTS);
    if (s == NULL || !check_attributes(r, attributes, own) ||
        !length(r, attributes, "cx", 0, &cx) || !length(r, attributes, "cy", 0, &cy) ||
        !length(r, attributes, "r", -1, &radius))
        return false;
    if (radius <= 0)
        return refuse(r, "r is not greater than 0");
    return add_path(r, svg_circle(cx, cy, radius, s));
}

static const char *const aligns[] = {"start", "middle", "end", NULL};
static const char *const contents[] = {"text", "code128", "qr", "digits", NULL};

/* Which way of showing suits which field. The link has no way as text. */
static bool suits(enum labels_field field, enum layout_content content)
{
    switch (content) {
    case LAYOUT_TEXT:
        return field != LABELS_LINK && field != LABELS_POSTAL;
    case LAYOUT_CODE128:
        return field == LABELS_NUMBER;
    case LAYOUT_QR:
        return field == LABELS_LINK;
    case LAYOUT_DIGITS:
        return field == LABELS_POSTAL;
    }
    invariant(false);
}

static bool read_type(struct reader *r, const char **attributes, struct layout_box *box)
{
    static const char *const weights[] = {"regular", "bold", NULL};
    int weight = 0;
    if (!word(r, attributes, "data-weight", weights, 0, &weight) ||
        !range(r, attributes, "data-size", svg_points_um, &box->size_min_um, &box->size_max_um))
        return false;
    box->weight = (enum font_weight)weight;
    const char *below = attribute(attributes, "data-rests-on");
    snprintf(box->rests_on, sizeof box->rests_on, "%s", below == NULL ? "" : below);
    const char *lines = attribute(attributes, "data-lines");
    box->lines = lines == NULL ? 1 : (size_t)(lines[0] - '0');
    if (lines != NULL && (lines[0] < '1' || lines[0] > '8' || lines[1] != '\0'))
        return refuse(r, "data-lines is not 1 to 8");
    return true;
}

/* data-dots="8": the printer's dots per mm (203 dpi); modules become whole dots. */
static bool read_symbol(struct reader *r, const char **attributes, struct layout_box *box)
{
    if (!range(r, attributes, "data-module", svg_number_um, &box->module_min_um,
               &box->module_max_um))
        return false;
    enum symbology kind = box->content == LAYOUT_QR ? SYMBOL_QR : SYMBOL_CODE128;
    if (box->module_min_um < symbol_least_module_um(kind))
        return refuse(r, "a module under %d µm is not read by cheap scanners",
                      symbol_least_module_um(kind));
    const char *dots = attribute(attributes, "data-dots");
    box->dot_um = 1;
    if (dots != NULL && strcmp(dots, "8") != 0)
        return refuse(r, "data-dots is not 8 (203 dpi)");
    if (dots != NULL)
        box->dot_um = 125;
    return true;
}

static bool begin_box(struct reader *r, const char **attributes, struct page_rect rect)
{
    struct layout *layout = r->layout;
    if (layout->n_boxes == LAYOUT_BOXES_MAX)
        return refuse(r, "more than %d boxes", LAYOUT_BOXES_MAX);
    const char *fields[LABELS_FIELDS + 1] = {NULL};
    for (enum labels_field f = LABELS_SENDER; f < LABELS_FIELDS; f++)
        fields[f] = labels_field_name(f);
    int field, content, align, valign;
    if (!word(r, attributes, "data-field", fields, -1, &field) ||
        !word(r, attributes, "data-symbology", contents, LAYOUT_TEXT, &content) ||
        !word(r, attributes, "data-align", aligns, LAYOUT_START, &align) ||
        !word(r, attributes, "data-valign", aligns, LAYOUT_START, &valign))
        return false;
    struct layout_box *box = &layout->boxes[layout->n_boxes];
    *box = (struct layout_box){.field = (enum labels_field)field,
                               .content = (enum layout_content)content,
                               .rect = rect,
                               .align = (enum layout_align)align,
                               .valign = (enum layout_align)valign};
    memcpy(box->id, r->id, sizeof box->id);
    if (!suits(box->field, box->content))
        return refuse(r, "field %s cannot be shown as %s", fields[field], contents[content]);
    if (box->content == LAYOUT_CODE128 || box->content == LAYOUT_QR) {
        if (!read_symbol(r, attributes, box))
            return false;
    } else if (!read_type(r, attributes, box) ||
               !length(r, attributes, "data-gap", 0, &box->gap_um)) {
        return false;
    }
    layout->n_boxes++;
    return true;
}

static bool begin_clear(struct reader *r, struct page_rect rect)
{
    struct layout *layout = r->layout;
    if (layout->n_clears == LAYOUT_CLEAR_MAX)
        return refuse(r, "more than %d clear zones", LAYOUT_CLEAR_MAX);
    struct layout_clear *clear = &layout->clears[layout->n_clears++];
    clear->rect = rect;
    memcpy(clear->id, r->id, sizeof clear->id);
    return true;
}

static bool begin_rect(struct reader *r, const char **attributes)
{
    static const char *const own[] = {
        "x",           "y",          "width",          "height",      "rx",
        "ry",          "data-field", "data-symbology", "data-align",  "data-valign",
        "data-weight", "data-size",  "data-lines",     "data-module", "data-dots",
        "data-gap",    "data-clear", "data-rests-on",  NULL};
    struct page_rect rect;
    int32_t rx, ry;
    if (!check_attributes(r, attributes, own) || !length(r, attributes, "x", 0, &rect.x_um) ||
        !length(r, attributes, "y", 0, &rect.y_um) ||
        !length(r, attributes, "width", -1, &rect.width_um) ||
        !length(r, attributes, "height", -1, &rect.height_um) ||
        !length(r, attributes, "rx", 0, &rx) || !length(r, attributes, "ry", rx, &ry))
        return false;
    if (rect.width_um <= 0 || rect.height_um <= 0)
        return refuse(r, "width and height are not greater than 0");
    if (rx < 0 || rx != ry || 2 * rx > rect.width_um || 2 * rx > rect.height_um)
        return refuse(r, "corners rx and ry differ or are larger than the rectangle");
    struct page_rect moved = rect;
    moved.x_um += r->styles[r->depth].dx_um;
    moved.y_um += r->styles[r->depth].dy_um;
    if (attribute(attributes, "data-field") != NULL)
        return begin_box(r, attributes, moved);
    if (attribute(attributes, "data-clear") != NULL)
        return begin_clear(r, moved);
    struct page_segment *s = room_for(r, SVG_RECT_SEGMENTS);
    return s != NULL && add_path(r, svg_rect(rect, rx, s));
}

/* Place and type of a line of text, from its text element or the tspan in it. */
static bool place_text(struct reader *r, const char **attributes, int32_t x, int32_t y)
{
    static const char *const own[] = {"x", "y", NULL};
    const struct layout_style *style = &r->styles[r->depth];
    struct layout_art *art = r->text;
    int32_t x_um, y_um;
    if (!check_attributes(r, attributes, own) || !length(r, attributes, "x", x, &x_um) ||
        !length(r, attributes, "y", y, &y_um))
        return false;
    art->x_um = x_um + style->dx_um;
    art->y_um = y_um + style->dy_um;
    art->weight = style->weight;
    art->size_um = style->size_um;
    art->anchor = style->anchor;
    art->paint = style->paint;
    if (style->size_um == 0)
        return refuse(r, "font-size is missing");
    if (style->paint.stroked || !style->paint.filled)
        return refuse(r, "text is filled, not stroked");
    return true;
}

static bool begin_text(struct reader *r, const char **attributes)
{
    r->text = add_art(r, LAYOUT_ART_TEXT);
    r->had_tspan = false;
    return r->text != NULL && place_text(r, attributes, 0, 0);
}

static bool begin_tspan(struct reader *r, const char **attributes)
{
    if (r->text == NULL)
        return refuse(r, "stands outside text");
    if (r->had_tspan)
        return refuse(r, "a text element holds one line; draw another text element");
    r->had_tspan = true;
    const struct layout_style *above = &r->styles[r->depth - 1];
    int32_t x = r->text->x_um - above->dx_um;
    int32_t y = r->text->y_um - above->dy_um;
    return place_text(r, attributes, x, y);
}

static bool begin_skipped(struct reader *r, const char **attributes)
{
    (void)attributes;
    r->skipping = 1;
    return true;
}

static bool begin_defs(struct reader *r, const char **attributes)
{
    (void)attributes;
    r->in_defs = true;
    return true;
}

static const struct {
    const char *name;
    bool (*begin)(struct reader *, const char **);
} elements[] = {
    {"svg", begin_svg},          {"g", begin_g},
    {"path", begin_path},        {"rect", begin_rect},
    {"line", begin_line},        {"circle", begin_circle},
    {"text", begin_text},        {"tspan", begin_tspan},
    {"title", begin_skipped},    {"desc", begin_skipped},
    {"metadata", begin_skipped}, {"defs", begin_defs},
};

static bool is_editors(const char *name)
{
    for (size_t i = 0; i < sizeof editors / sizeof *editors; i++)
        if (strncmp(name, editors[i], strlen(editors[i])) == 0)
            return true;
    return false;
}

static void begin_known(struct reader *r, const char *name, const char **attributes)
{
    const char *local = strncmp(name, SVG, sizeof SVG - 1) == 0 ? name + sizeof SVG - 1 : "";
    r->element = *local == '\0' ? name : local;
    const char *id = attribute(attributes, "id");
    snprintf(r->id, sizeof r->id, "%s", id == NULL ? "" : id);
    if (r->depth + 1 == DEPTH_MAX) {
        refuse(r, "stands deeper than %d elements", DEPTH_MAX);
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
    refuse(r, r->in_defs        ? "definitions are outside the subset"
              : r->text != NULL ? "stands inside text"
                                : "the element is outside the subset");
}

static void XMLCALL on_begin(void *ctx, const char *name, const char **attributes)
{
    struct reader *r = ctx;
    if (r->failed)
        return;
    if (r->skipping > 0)
        r->skipping++;
    else if (r->depth >= 0 && is_editors(name))
        r->skipping = 1;
    else
        begin_known(r, name, attributes);
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

static void XMLCALL on_end(void *ctx, const char *name)
{
    struct reader *r = ctx;
    if (r->failed)
        return;
    if (r->skipping > 1) {
        r->skipping--;
        return;
    }
    r->skipping = 0;
    if (is_editors(name))
        return;
    r->depth--;
    if (strcmp(name, SVG "defs") == 0)
        r->in_defs = false;
    if (strcmp(name, SVG "text") != 0)
        return;
    trim_text(r->text);
    if (r->text->text[0] == '\0')
        r->layout->n_arts--;
    r->text = NULL;
}

static void XMLCALL on_text(void *ctx, const char *bytes, int n)
{
    struct reader *r = ctx;
    if (r->failed || r->skipping > 0 || r->text == NULL)
        return;
    size_t used = strlen(r->text->text);
    if (used + (size_t)n >= sizeof r->text->text) {
        refuse(r, "text is longer than %d bytes", LAYOUT_TEXT_BYTES - 1);
        return;
    }
    memcpy(r->text->text + used, bytes, (size_t)n);
    r->text->text[used + (size_t)n] = '\0';
}

/* A DTD could define entities that grow without end; drawing programs write none. */
static void XMLCALL on_doctype(void *ctx, const char *name, const char *system, const char *public,
                               int internal)
{
    (void)system;
    (void)public;
    (void)internal;
    struct reader *r = ctx;
    r->element = name;
    refuse(r, "a DOCTYPE is outside the subset");
}

static bool parse(struct reader *r, const char *svg, size_t n)
{
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_begin, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    if (XML_Parse(r->parser, svg, (int)n, XML_TRUE) == XML_STATUS_OK)
        return layout_check(r->layout, r->err);
    if (!r->failed)
        error_set(r->err, ERROR_BAD_INPUT, "layout %s line %lu: %s", r->layout->name,
                  (unsigned long)XML_GetCurrentLineNumber(r->parser),
                  XML_ErrorString(XML_GetErrorCode(r->parser)));
    return false;
}

bool layout_parse(const char *name, const char *svg, size_t n, struct layout **ret_layout,
                  struct error *err)
{
    if (n > LAYOUT_BYTES_MAX)
        return error_set(err, ERROR_BAD_INPUT, "layout %s is larger than %d bytes", name,
                         LAYOUT_BYTES_MAX);
    struct layout *layout = calloc(1, sizeof *layout);
    struct reader *reader = calloc(1, sizeof *reader);
    bool done = false;
    if (reader != NULL && layout != NULL) {
        snprintf(layout->name, sizeof layout->name, "%s", name);
        *reader = (struct reader){.layout = layout, .err = err, .depth = -1, .element = ""};
        reader->parser = XML_ParserCreateNS("UTF-8", '|');
    }
    if (reader != NULL && reader->parser != NULL) {
        done = parse(reader, svg, n);
        XML_ParserFree(reader->parser);
    } else {
        error_set(err, ERROR_LATER, "no memory for layout %s", name);
    }
    free(reader);
    if (done)
        *ret_layout = layout;
    else
        layout_close(layout);
    return done;
}

static bool open_file(const char *path, struct layout **ret_layout, struct error *err)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return error_set(err, ERROR_NOT_FOUND, "cannot open layout %s: %m", path);
    char *svg = malloc(LAYOUT_BYTES_MAX + 1);
    size_t n = svg == NULL ? 0 : fread(svg, 1, LAYOUT_BYTES_MAX + 1, file);
    bool good = svg != NULL && !ferror(file);
    fclose(file);
    const char *slash = strrchr(path, '/');
    bool done = good ? layout_parse(slash + 1, svg, n, ret_layout, err)
                     : error_set(err, ERROR_LATER, "cannot read layout %s", path);
    free(svg);
    return done;
}

bool layout_open(const char *name, struct layout **ret_layout, struct error *err)
{
    if (strchr(name, '/') != NULL)
        return open_file(name, ret_layout, err);
    for (const struct layout_embedded *e = layouts_embedded; e->name != NULL; e++)
        if (strcmp(e->name, name) == 0)
            return layout_parse(name, e->svg, e->n, ret_layout, err);
    return error_set(err, ERROR_NOT_FOUND, "no layout '%s'", name);
}

void layout_close(struct layout *layout)
{
    free(layout);
}
