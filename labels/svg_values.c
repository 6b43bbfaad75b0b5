#include "labels/svg_values.h"

#include <string.h>

#define UM_PER_MM 1000.0
#define UM_PER_PT ((double)PAGE_UM_PER_INCH / PAGE_PT_PER_INCH)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_blanks(const char **at)
{
    while (**at == ' ' || **at == '\t' || **at == '\n' || **at == '\r')
        (*at)++;
}

static void skip_separator(const char **at)
{
    skip_blanks(at);
    if (**at == ',')
        (*at)++;
    skip_blanks(at);
}

static double read_exponent(const char **at)
{
    const char *p = *at;
    if (*p != 'e' && *p != 'E')
        return 1;
    p++;
    bool negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    if (!is_digit(*p))
        return 1; /* the e of "em": not ours */
    int exponent = 0;
    for (; is_digit(*p); p++)
        exponent = exponent < 30 ? exponent * 10 + (*p - '0') : exponent;
    double scale = 1;
    for (; exponent > 0; exponent--)
        scale *= negative ? 0.1 : 10;
    *at = p;
    return scale;
}

static bool number(const char **at, double *ret_value)
{
    skip_separator(at);
    const char *p = *at;
    bool negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    if (!is_digit(*p) && !(*p == '.' && is_digit(p[1])))
        return false;
    double value = 0;
    for (; is_digit(*p); p++)
        value = value * 10 + (*p - '0');
    if (*p == '.')
        p++;
    for (double weight = 0.1; is_digit(*p); p++, weight *= 0.1)
        value += (*p - '0') * weight;
    value *= read_exponent(&p);
    *at = p;
    *ret_value = negative ? -value : value;
    return true;
}

static bool scaled(const char **at, double um_per_unit, int32_t *ret_um)
{
    double value = 0;
    const char *p = *at;
    if (!number(&p, &value))
        return false;
    double um = value * um_per_unit;
    if (!(um >= -SVG_MM_MAX * UM_PER_MM && um <= SVG_MM_MAX * UM_PER_MM))
        return false;
    *at = p;
    *ret_um = (int32_t)(um < 0 ? um - 0.5 : um + 0.5);
    return true;
}

bool svg_number_um(const char **at, int32_t *ret_um)
{
    return scaled(at, UM_PER_MM, ret_um);
}

bool svg_points_um(const char **at, int32_t *ret_um)
{
    return scaled(at, UM_PER_PT, ret_um);
}

bool svg_length_um(const char *text, int32_t *ret_um)
{
    int32_t um = 0;
    if (!svg_number_um(&text, &um))
        return false;
    if (*text != '\0' && strcmp(text, "mm") != 0 && strcmp(text, "px") != 0)
        return false;
    *ret_um = um;
    return true;
}

static int hex(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool svg_colour(const char *text, bool *ret_painted, uint32_t *ret_rgb)
{
    if (strcmp(text, "none") == 0) {
        *ret_painted = false;
        return true;
    }
    if (strcmp(text, "black") == 0)
        text = "#000000";
    else if (strcmp(text, "white") == 0)
        text = "#ffffff";
    size_t n = strlen(text);
    if (text[0] != '#' || (n != 4 && n != 7))
        return false;
    uint32_t rgb = 0;
    for (size_t i = 1; i < n; i++) {
        int digit = hex(text[i]);
        if (digit < 0)
            return false;
        rgb = rgb << 4 | (uint32_t)digit;
        if (n == 4)
            rgb = rgb << 4 | (uint32_t)digit;
    }
    *ret_painted = true;
    *ret_rgb = rgb;
    return true;
}

bool svg_translate(const char *text, int32_t *ret_dx_um, int32_t *ret_dy_um)
{
    static const char name[] = "translate(";
    if (strncmp(text, name, sizeof name - 1) != 0)
        return false;
    const char *at = text + sizeof name - 1;
    int32_t dx = 0;
    int32_t dy = 0;
    if (!svg_number_um(&at, &dx))
        return false;
    skip_blanks(&at);
    if (*at != ')' && !svg_number_um(&at, &dy))
        return false;
    skip_blanks(&at);
    if (strcmp(at, ")") != 0)
        return false;
    *ret_dx_um = dx;
    *ret_dy_um = dy;
    return true;
}

struct point {
    int32_t x;
    int32_t y;
};

static struct page_segment to(enum page_verb verb, struct point p)
{
    return (struct page_segment){.verb = verb, .x_um = {p.x}, .y_um = {p.y}};
}

static struct page_segment curve(struct point a, struct point b, struct point c)
{
    return (struct page_segment){
        .verb = PAGE_CURVE, .x_um = {a.x, b.x, c.x}, .y_um = {a.y, b.y, c.y}};
}

/* Path data being read: where the pen is, and where its part began. */
struct pen {
    const char *at;
    struct point now;
    struct point start;
};

static bool pair(struct pen *pen, bool relative, struct point *ret_point)
{
    struct point p;
    if (!svg_number_um(&pen->at, &p.x) || !svg_number_um(&pen->at, &p.y))
        return false;
    ret_point->x = p.x + (relative ? pen->now.x : 0);
    ret_point->y = p.y + (relative ? pen->now.y : 0);
    return true;
}

/* One coordinate, for H and V. */
static bool single(struct pen *pen, bool relative, int32_t *coordinate)
{
    int32_t value = 0;
    if (!svg_number_um(&pen->at, &value))
        return false;
    *coordinate = value + (relative ? *coordinate : 0);
    return true;
}

/* One step of the drawing command `letter`, whose numbers are at pen->at. */
static bool path_step(struct pen *pen, char letter, struct page_segment *segment)
{
    bool relative = letter >= 'a';
    struct point a = pen->now;
    struct point b;
    struct point c;
    bool good = false;
    switch (relative ? letter - 'a' + 'A' : letter) {
    case 'M':
    case 'L':
        good = pair(pen, relative, &a);
        break;
    case 'H':
        good = single(pen, relative, &a.x);
        break;
    case 'V':
        good = single(pen, relative, &a.y);
        break;
    case 'C':
        good = pair(pen, relative, &a) && pair(pen, relative, &b) && pair(pen, relative, &c);
        if (!good)
            return false;
        *segment = curve(a, b, c);
        pen->now = c;
        return true;
    }
    if (!good)
        return false;
    bool move = letter == 'M' || letter == 'm';
    *segment = to(move ? PAGE_MOVE : PAGE_LINE, a);
    pen->now = a;
    if (move)
        pen->start = a;
    return true;
}

static bool in_range(struct point p)
{
    int32_t most = SVG_MM_MAX * 1000;
    return p.x >= -most && p.x <= most && p.y >= -most && p.y <= most;
}

bool svg_path(const char *text, struct page_segment *segments, size_t room, size_t *ret_n)
{
    struct pen pen = {.at = text};
    size_t n = 0;
    char letter = '\0';
    for (skip_blanks(&pen.at); *pen.at != '\0'; skip_blanks(&pen.at)) {
        bool fresh = strchr("MmLlHhVvCcZz", *pen.at) != NULL;
        if (fresh)
            letter = *pen.at++;
        else if (letter == 'M' || letter == 'm') /* SVG 1.1, 8.3.2: more pairs are lines */
            letter = letter == 'M' ? 'L' : 'l';
        bool close = letter == 'Z' || letter == 'z';
        if (n == room || (n == 0 && letter != 'M' && letter != 'm') || (close && !fresh))
            return false;
        if (close) {
            segments[n] = to(PAGE_CLOSE, pen.start);
            pen.now = pen.start;
        } else if (!path_step(&pen, letter, &segments[n]) || !in_range(pen.now)) {
            return false;
        }
        n++;
    }
    if (n == 0)
        return false;
    *ret_n = n;
    return true;
}

/* Part of the radius at which a cubic's control points make a quarter circle. */
static int32_t control(int32_t r)
{
    return (int32_t)(r * 0.5522847 + 0.5);
}

size_t svg_rect(struct page_rect r, int32_t rx, struct page_segment *s)
{
    int32_t x0 = r.x_um;
    int32_t y0 = r.y_um;
    int32_t x1 = r.x_um + r.width_um;
    int32_t y1 = r.y_um + r.height_um;
    size_t n = 0;
    if (rx <= 0) {
        s[n++] = to(PAGE_MOVE, (struct point){x0, y0});
        s[n++] = to(PAGE_LINE, (struct point){x1, y0});
        s[n++] = to(PAGE_LINE, (struct point){x1, y1});
        s[n++] = to(PAGE_LINE, (struct point){x0, y1});
        s[n++] = to(PAGE_CLOSE, (struct point){x0, y0});
        return n;
    }
    int32_t c = rx - control(rx);
    s[n++] = to(PAGE_MOVE, (struct point){x0 + rx, y0});
    s[n++] = to(PAGE_LINE, (struct point){x1 - rx, y0});
    s[n++] =
        curve((struct point){x1 - c, y0}, (struct point){x1, y0 + c}, (struct point){x1, y0 + rx});
    s[n++] = to(PAGE_LINE, (struct point){x1, y1 - rx});
    s[n++] =
        curve((struct point){x1, y1 - c}, (struct point){x1 - c, y1}, (struct point){x1 - rx, y1});
    s[n++] = to(PAGE_LINE, (struct point){x0 + rx, y1});
    s[n++] =
        curve((struct point){x0 + c, y1}, (struct point){x0, y1 - c}, (struct point){x0, y1 - rx});
    s[n++] = to(PAGE_LINE, (struct point){x0, y0 + rx});
    s[n++] =
        curve((struct point){x0, y0 + c}, (struct point){x0 + c, y0}, (struct point){x0 + rx, y0});
    s[n++] = to(PAGE_CLOSE, (struct point){x0 + rx, y0});
    return n;
}

size_t svg_circle(int32_t cx, int32_t cy, int32_t r, struct page_segment *s)
{
    int32_t c = control(r);
    size_t n = 0;
    s[n++] = to(PAGE_MOVE, (struct point){cx + r, cy});
    s[n++] = curve((struct point){cx + r, cy + c}, (struct point){cx + c, cy + r},
                   (struct point){cx, cy + r});
    s[n++] = curve((struct point){cx - c, cy + r}, (struct point){cx - r, cy + c},
                   (struct point){cx - r, cy});
    s[n++] = curve((struct point){cx - r, cy - c}, (struct point){cx - c, cy - r},
                   (struct point){cx, cy - r});
    s[n++] = curve((struct point){cx + c, cy - r}, (struct point){cx + r, cy - c},
                   (struct point){cx + r, cy});
    s[n++] = to(PAGE_CLOSE, (struct point){cx + r, cy});
    return n;
}
