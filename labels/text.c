#include "labels/text.h"

#include "labels/quick.h"

#include <string.h>
#include <utf8proc.h>

/* Longest canonical decomposition of one character is four (Unicode 15, NFD). */
#define DECOMPOSED_MAX 4096
_Static_assert(DECOMPOSED_MAX == 4 * TEXT_CHARS_MAX, "room for every text decomposed");

static bool is_blank(utf8proc_int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP || category == UTF8PROC_CATEGORY_CC;
}

static bool is_mark(utf8proc_int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME ||
           category == UTF8PROC_CATEGORY_MC;
}

/* Zero-width and steering characters draw nothing and would only hide in a copied text. */
static bool is_invisible(utf8proc_int32_t c)
{
    return utf8proc_category(c) == UTF8PROC_CATEGORY_CF || (c >= 0xFE00 && c <= 0xFE0F);
}

/* Old exports write the Icelandic eth for the Vietnamese letter (case B07). */
static utf8proc_int32_t unmistake(utf8proc_int32_t c)
{
    return c == 0xD0 ? 0x110 : c == 0xF0 ? 0x111 : c;
}

/* NFC of a UTF-8 text into a buffer of DECOMPOSED_MAX. */
static bool compose(const char *utf8, utf8proc_int32_t *points, size_t *ret_n, struct error *err)
{
    utf8proc_ssize_t n =
        utf8proc_decompose((const utf8proc_uint8_t *)utf8, (utf8proc_ssize_t)strlen(utf8), points,
                           DECOMPOSED_MAX, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (n < 0)
        return error_set(err, ERROR_BAD_INPUT, "not UTF-8");
    if (n <= DECOMPOSED_MAX)
        n = utf8proc_normalize_utf32(points, n, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (n < 0 || n > TEXT_CHARS_MAX)
        return error_set(err, ERROR_BAD_INPUT, "longer than %d characters", TEXT_CHARS_MAX);
    *ret_n = (size_t)n;
    return true;
}

/* Adds one letter with its marks, as it is or substituted. */
static void add_letter(struct text *text, const struct fonts *fonts, const utf8proc_int32_t *points,
                       size_t n)
{
    size_t kept = 0;
    size_t marks = 0;
    bool lacking = false;
    uint32_t *to = text->characters + text->n;
    for (size_t i = 0; i < n; i++) {
        if (is_invisible(points[i]))
            continue;
        marks += is_mark(points[i]) ? 1 : 0;
        to[kept] = (uint32_t)unmistake(points[i]);
        lacking |= !font_has(fonts, text->weight, to[kept]);
        kept++;
    }
    if (lacking || marks > 1) {
        to[0] = TEXT_SUBSTITUTE;
        kept = 1;
        text->substituted = true;
    }
    text->n += kept;
}

static void clean(struct text *text, const struct fonts *fonts, const utf8proc_int32_t *points,
                  size_t n)
{
    for (size_t at = 0; at < n;) {
        size_t end = at + 1;
        utf8proc_int32_t state = 0;
        while (end < n && !utf8proc_grapheme_break_stateful(points[end - 1], points[end], &state))
            end++;
        if (!is_blank(points[at]))
            add_letter(text, fonts, points + at, end - at);
        else if (text->n > 0 && text->characters[text->n - 1] != ' ')
            text->characters[text->n++] = ' ';
        at = end;
    }
    if (text->n > 0 && text->characters[text->n - 1] == ' ')
        text->n--;
}

/* Where the pen stands before each character; marks inside a cluster share their letter's. */
static void measure(struct text *text)
{
    int32_t pen = 0;
    size_t character = 0;
    for (size_t g = 0; g < text->n_glyphs; g++) {
        for (; character <= text->glyphs[g].text_first; character++)
            text->x[character] = pen;
        pen += text->glyphs[g].advance;
    }
    for (; character <= text->n; character++)
        text->x[character] = pen;
}

bool text_read(const char *utf8, struct fonts *fonts, enum font_weight weight,
               struct text *ret_text, struct error *err)
{
    utf8proc_int32_t points[DECOMPOSED_MAX];
    size_t n = 0;
    if (quick_read(font_quick(fonts, weight), fonts, utf8, ret_text))
        return true;
    if (!compose(utf8, points, &n, err))
        return false;
    ret_text->weight = weight;
    ret_text->n = 0;
    ret_text->substituted = false;
    clean(ret_text, fonts, points, n);
    if (!font_shape(fonts, weight, ret_text->characters, ret_text->n, ret_text->glyphs,
                    TEXT_GLYPHS_MAX, &ret_text->n_glyphs, err))
        return false;
    measure(ret_text);
    return true;
}

static int32_t scale_um(int32_t units, const struct font_metrics *metrics, int32_t size_um)
{
    return (int32_t)((int64_t)units * size_um / metrics->units_per_em);
}

int32_t text_width_um(const struct text *text, const struct fonts *fonts, size_t first, size_t n,
                      int32_t size_um)
{
    int32_t units = text->x[first + n] - text->x[first];
    return scale_um(units, font_metrics(fonts, text->weight), size_um);
}

int32_t text_line_height_um(const struct fonts *fonts, enum font_weight weight, int32_t size_um)
{
    const struct font_metrics *metrics = font_metrics(fonts, weight);
    return scale_um(metrics->ascender - metrics->descender, metrics, size_um);
}

/* How lines may be broken, the kindest first. */
enum breaking {
    BREAK_AFTER_COMMA, /* a part of an address stays whole */
    BREAK_AT_SPACE,
    BREAK_IN_WORD /* between letters of a word that alone is longer than a line */
};

/* One way of filling a box; the parts that stay the same while lines are made. */
struct filling {
    const struct text *text;
    int32_t line_units; /* the box's width in font units at this size */
    enum breaking breaking;
    size_t lines_max;
};

/* A letter is never parted from its mark. */
static bool is_letter_start(const struct text *text, size_t at)
{
    return at == text->n || !is_mark((utf8proc_int32_t)text->characters[at]);
}

/* The end of a line that begins at `first`: the last allowed break that fits, or 0 if none does. */
static size_t line_end(const struct filling *filling, size_t first)
{
    const struct text *text = filling->text;
    size_t good = 0;
    for (size_t at = first + 1; at <= text->n; at++) {
        if (text->x[at] - text->x[first] > filling->line_units)
            break;
        bool end = at == text->n;
        bool space = !end && text->characters[at] == ' ';
        bool comma = space && text->characters[at - 1] == ',';
        if (end || (space && (comma || filling->breaking != BREAK_AFTER_COMMA)))
            good = at;
    }
    if (good != 0 || filling->breaking != BREAK_IN_WORD)
        return good;
    for (size_t at = first + 1; at < text->n && text->x[at] - text->x[first] <= filling->line_units;
         at++)
        if (is_letter_start(text, at))
            good = at;
    return good;
}

/* Fills lines; true when the whole text stands. Otherwise the lines that were filled remain. */
static bool fill(const struct filling *filling, struct text_fit *fit)
{
    const struct text *text = filling->text;
    size_t first = 0;
    fit->n_lines = 0;
    while (first < text->n && fit->n_lines < filling->lines_max) {
        size_t end = line_end(filling, first);
        if (end == 0)
            return false;
        fit->lines[fit->n_lines++] = (struct text_line){.first = first, .n = end - first};
        first = end;
        while (first < text->n && text->characters[first] == ' ')
            first++;
    }
    return first == text->n;
}

/* Cuts the last line so that the ellipsis fits behind it; no blank or comma before it. */
static void shorten(const struct filling *filling, int32_t ellipsis_units, struct text_fit *fit)
{
    const struct text *text = filling->text;
    if (fit->n_lines == 0)
        fit->lines[fit->n_lines++] = (struct text_line){0};
    struct text_line *last = &fit->lines[fit->n_lines - 1];
    size_t end = text->n;
    while (end > last->first &&
           (text->x[end] - text->x[last->first] + ellipsis_units > filling->line_units ||
            !is_letter_start(text, end) || text->characters[end - 1] == ' ' ||
            text->characters[end - 1] == ','))
        end--;
    last->n = end - last->first;
    last->ellipsis = true;
    fit->shortened = true;
}

/* Tries one size, the kindest breaking first; true when all of it stands. */
static bool try_size(struct filling *filling, const struct font_metrics *metrics,
                     const struct text_box *box, int32_t size_um, struct text_fit *fit)
{
    const struct text *text = filling->text;
    int32_t line_um = scale_um(metrics->ascender - metrics->descender, metrics, size_um);
    size_t fitting = (size_t)(box->height_um / line_um);
    filling->lines_max = fitting < box->lines_max ? fitting : box->lines_max;
    filling->line_units = (int32_t)((int64_t)box->width_um * metrics->units_per_em / size_um);
    fit->size_um = size_um;
    if (text->n > 0 && text->x[text->n] <= filling->line_units && filling->lines_max > 0) {
        fit->lines[0] = (struct text_line){.first = 0, .n = text->n};
        fit->n_lines = 1;
        return true;
    }
    enum breaking last = size_um == box->size_min_um ? BREAK_IN_WORD : BREAK_AT_SPACE;
    for (enum breaking way = BREAK_AFTER_COMMA; way <= last; way++) {
        filling->breaking = way;
        if (fill(filling, fit))
            return true;
    }
    return false;
}

void text_fit(const struct text *text, const struct fonts *fonts, const struct text_box *box,
              struct text_fit *ret_fit)
{
    invariant(box->lines_max >= 1 && box->lines_max <= TEXT_LINES_MAX);
    invariant(box->size_min_um > 0 && box->size_min_um <= box->size_max_um);
    const struct font_metrics *metrics = font_metrics(fonts, text->weight);
    struct filling filling = {.text = text};
    *ret_fit = (struct text_fit){0};
    int32_t size_um = box->size_max_um;
    bool whole = try_size(&filling, metrics, box, size_um, ret_fit);
    while (!whole && size_um > box->size_min_um) {
        size_um -= TEXT_STEP_UM;
        if (size_um < box->size_min_um)
            size_um = box->size_min_um;
        whole = try_size(&filling, metrics, box, size_um, ret_fit);
    }
    if (!whole)
        shorten(&filling, metrics->ellipsis, ret_fit);
    for (size_t i = 0; i < ret_fit->n_lines; i++) {
        struct text_line *line = &ret_fit->lines[i];
        int32_t extra = line->ellipsis ? metrics->ellipsis : 0;
        line->width_um = text_width_um(text, fonts, line->first, line->n, size_um) +
                         scale_um(extra, metrics, size_um);
    }
}
