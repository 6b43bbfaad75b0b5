#include "labels/layout_style.h"

#include "labels/svg_values.h"

#include <stdio.h>
#include <string.h>

/* Properties that drawing programs write although they change nothing. A value of NULL: any; a
 * property with several neutral values has several lines. */
static const struct {
    const char *name;
    const char *value;
} neutral[] = {
    {"opacity", "1"},
    {"fill-opacity", "1"},
    {"stroke-opacity", "1"},
    {"fill-rule", "nonzero"},
    {"stroke-linecap", "butt"},
    {"stroke-linejoin", "miter"},
    {"stroke-miterlimit", "4"},
    {"stroke-dasharray", "none"},
    {"stroke-dashoffset", NULL},
    {"display", "inline"},
    {"visibility", "visible"},
    {"overflow", "visible"},
    {"paint-order", "normal"},
    {"font-style", "normal"},
    {"font-variant", "normal"},
    {"font-variant-ligatures", "normal"},
    {"font-variant-caps", "normal"},
    {"font-variant-numeric", "normal"},
    {"font-variant-east-asian", "normal"},
    {"font-stretch", "normal"},
    {"letter-spacing", "0"},
    {"letter-spacing", "0px"},
    {"letter-spacing", "normal"},
    {"word-spacing", "0"},
    {"word-spacing", "0px"},
    {"word-spacing", "normal"},
    {"writing-mode", "lr-tb"},
    {"direction", "ltr"},
    {"text-orientation", "auto"},
    {"text-decoration", "none"},
    {"text-indent", "0"},
    {"dominant-baseline", "auto"},
    {"baseline-shift", "baseline"},
    {"line-height", NULL}, /* one line in a text element */
    {"text-align", NULL},  /* drawn by text-anchor */
    {"white-space", NULL},
    {"color", NULL}, /* currentColor is not taken */
    {"-inkscape-font-specification", NULL},
    {"-inkscape-stroke", "none"},
};

static bool is_neutral(const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof neutral / sizeof *neutral; i++)
        if (strcmp(neutral[i].name, name) == 0 &&
            (neutral[i].value == NULL || strcmp(neutral[i].value, value) == 0))
            return true;
    return false;
}

struct layout_style layout_style_initial(void)
{
    return (struct layout_style){
        .paint = {.filled = true, .fill_rgb = PAGE_BLACK, .stroke_um = 1000}};
}

static bool set_family(struct layout_style *style, const char *value)
{
    char family[sizeof style->family];
    size_t n = strlen(value);
    if (n >= 2 && (value[0] == '\'' || value[0] == '"') && value[n - 1] == value[0]) {
        value++;
        n -= 2;
    }
    if (n == 0 || n >= sizeof family)
        return false;
    memcpy(family, value, n);
    family[n] = '\0';
    if (style->family[0] != '\0')
        return strcmp(style->family, family) == 0;
    memcpy(style->family, family, n + 1);
    return true;
}

static bool set_weight(struct layout_style *style, const char *value)
{
    bool bold = strcmp(value, "bold") == 0 || strcmp(value, "700") == 0;
    if (!bold && strcmp(value, "normal") != 0 && strcmp(value, "400") != 0)
        return false;
    style->weight = bold ? FONT_BOLD : FONT_REGULAR;
    return true;
}

static bool set_anchor(struct layout_style *style, const char *value)
{
    static const char *const names[] = {"start", "middle", "end"};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(value, names[i]) == 0) {
            style->anchor = (enum layout_align)i;
            return true;
        }
    return false;
}

static bool set_transform(struct layout_style *style, const char *value)
{
    int32_t dx = 0;
    int32_t dy = 0;
    if (!svg_translate(value, &dx, &dy))
        return false;
    style->dx_um += dx;
    style->dy_um += dy;
    return true;
}

static bool set_one(struct layout_style *style, const char *name, const char *value,
                    const char **ret_why)
{
    struct page_paint *paint = &style->paint;
    *ret_why = "has a value outside the subset";
    if (strcmp(name, "fill") == 0)
        return svg_colour(value, &paint->filled, &paint->fill_rgb);
    if (strcmp(name, "stroke") == 0)
        return svg_colour(value, &paint->stroked, &paint->stroke_rgb);
    if (strcmp(name, "stroke-width") == 0)
        return svg_length_um(value, &paint->stroke_um) && paint->stroke_um > 0;
    if (strcmp(name, "font-size") == 0)
        return svg_length_um(value, &style->size_um) && style->size_um > 0;
    if (strcmp(name, "font-weight") == 0)
        return set_weight(style, value);
    if (strcmp(name, "text-anchor") == 0)
        return set_anchor(style, value);
    if (strcmp(name, "transform") == 0) {
        *ret_why = "is more than translate(x,y)";
        return set_transform(style, value);
    }
    if (strcmp(name, "font-family") == 0) {
        *ret_why = "is not the family that the svg element names";
        return set_family(style, value);
    }
    *ret_why = "is outside the subset";
    return is_neutral(name, value);
}

/* Copies text[0 .. n) without the blanks around it. */
static bool copy_trimmed(const char *text, size_t n, char *to, size_t room)
{
    static const char blanks[] = " \t\r\n";
    while (n > 0 && strchr(blanks, text[0]) != NULL) {
        text++;
        n--;
    }
    while (n > 0 && strchr(blanks, text[n - 1]) != NULL)
        n--;
    if (n >= room)
        return false;
    memcpy(to, text, n);
    to[n] = '\0';
    return true;
}

/* style="fill:#000000;stroke:none": each declaration as if it were an attribute. */
static bool set_declarations(struct layout_style *style, const char *at,
                             char which[LAYOUT_ID_BYTES], const char **ret_why)
{
    while (*at != '\0') {
        size_t n = strcspn(at, ";");
        const char *colon = memchr(at, ':', n);
        char value[128];
        *ret_why = "is not a declaration of the subset";
        if (colon != NULL) {
            size_t name_n = (size_t)(colon - at);
            if (!copy_trimmed(at, name_n, which, LAYOUT_ID_BYTES) ||
                !copy_trimmed(colon + 1, n - name_n - 1, value, sizeof value) ||
                !set_one(style, which, value, ret_why))
                return false;
        } else if (!copy_trimmed(at, n, which, LAYOUT_ID_BYTES) || which[0] != '\0') {
            return false;
        }
        at += n;
        at += *at == ';' ? 1 : 0;
    }
    return true;
}

bool layout_style_set(struct layout_style *style, const char *name, const char *value,
                      char which[LAYOUT_ID_BYTES], const char **ret_why)
{
    snprintf(which, LAYOUT_ID_BYTES, "%s", name);
    if (strcmp(name, "style") == 0)
        return set_declarations(style, value, which, ret_why);
    return set_one(style, name, value, ret_why);
}
