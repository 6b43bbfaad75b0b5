#include "labels/compose.h"

#include "labels/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The texts of one label, each as its boxes show it. */
struct values {
    const char *of[LABELS_FIELDS];
    char number[LABELS_NUMBER_CHARS + 5];
    char reprint[32];
    char address[LABELS_TEXT_BYTES + 1];
    size_t before_province; /* bytes of the address without its last part */
    char province[LABELS_TEXT_BYTES + 1];
};

static bool is_blank(char c)
{
    return c == ' ' || c == ',' || c == '.' || c == '\t' || c == '\r' || c == '\n';
}

static size_t trimmed(const char *text, size_t n)
{
    while (n > 0 && is_blank(text[n - 1]))
        n--;
    return n;
}

static bool check_number(const char *number, struct error *err)
{
    size_t n = number == NULL ? 0 : strlen(number);
    for (size_t i = 0; i < n; i++)
        if (!(number[i] >= 'A' && number[i] <= 'Z') && !(number[i] >= '0' && number[i] <= '9'))
            return error_set(err, ERROR_BAD_INPUT, "number: character %zu is not A-Z or 0-9",
                             i + 1);
    return n == LABELS_NUMBER_CHARS ||
           error_set(err, ERROR_BAD_INPUT, "number: %zu characters, not %d", n,
                     LABELS_NUMBER_CHARS);
}

static bool check_postal(const char *code, struct error *err)
{
    size_t n = strlen(code);
    for (size_t i = 0; i < n; i++)
        if (!isdigit((unsigned char)code[i]))
            return error_set(err, ERROR_BAD_INPUT, "postal: character %zu is not a digit", i + 1);
    return n == 0 || n == LABELS_POSTAL_CHARS ||
           error_set(err, ERROR_BAD_INPUT, "postal: %zu digits, not %d", n, LABELS_POSTAL_CHARS);
}

static bool check_text(enum labels_field field, const char *text, bool needed, struct error *err)
{
    size_t n = strlen(text);
    if (needed && trimmed(text, n) == 0)
        return error_set(err, ERROR_BAD_INPUT, "%s is empty", labels_field_name(field));
    return n <= LABELS_TEXT_BYTES || error_set(err, ERROR_BAD_INPUT, "%s: %zu bytes, more than %d",
                                               labels_field_name(field), n, LABELS_TEXT_BYTES);
}

/* RA 473 124 829 VN: groups of three are read out and compared without losing one's place. */
static void group_number(const char *number, char *to)
{
    static const int sizes[] = {2, 3, 3, 3, 2};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (i > 0)
            *to++ = ' ';
        memcpy(to, number, (size_t)sizes[i]);
        to += sizes[i];
        number += sizes[i];
    }
    *to = '\0';
}

/* Takes the whole address, but for a postal code at its end, which is left to the boxes; and its
 * last part after a comma, the province, if it has more than one. */
static void part_address(const char *address, const char *postal, struct values *values)
{
    size_t n = trimmed(address, strlen(address));
    size_t digits = strlen(postal);
    if (digits > 0 && n > digits && memcmp(address + n - digits, postal, digits) == 0 &&
        is_blank(address[n - digits - 1]))
        n = trimmed(address, n - digits);
    memcpy(values->address, address, n);
    values->address[n] = '\0';
    size_t comma = n;
    while (comma > 0 && address[comma - 1] != ',')
        comma--;
    values->before_province = trimmed(address, comma);
    size_t province_n = values->before_province == 0 ? 0 : n - comma;
    memcpy(values->province, address + comma, province_n);
    values->province[province_n] = '\0';
}

static bool read_label(const struct label *label, struct values *values, struct error *err)
{
    const char *postal = label->postal_code == NULL ? "" : label->postal_code;
    *values = (struct values){0};
    values->of[LABELS_SENDER] = label->sender == NULL ? "" : label->sender;
    values->of[LABELS_SENDER_ADDRESS] = label->sender_address == NULL ? "" : label->sender_address;
    values->of[LABELS_NAME] = label->name == NULL ? "" : label->name;
    values->of[LABELS_ADDRESS] = label->address == NULL ? "" : label->address;
    values->of[LABELS_LINK] = label->link == NULL ? "" : label->link;
    values->of[LABELS_POSTAL] = postal;
    if (!check_number(label->number, err) || !check_postal(postal, err) ||
        !check_text(LABELS_SENDER, values->of[LABELS_SENDER], true, err) ||
        !check_text(LABELS_SENDER_ADDRESS, values->of[LABELS_SENDER_ADDRESS], false, err) ||
        !check_text(LABELS_NAME, values->of[LABELS_NAME], true, err) ||
        !check_text(LABELS_ADDRESS, values->of[LABELS_ADDRESS], true, err))
        return false;
    if (label->copy > LABELS_COPY_MAX)
        return error_set(err, ERROR_BAD_INPUT, "copy %u is more than %d", label->copy,
                         LABELS_COPY_MAX);
    if (label->copy >= 2)
        snprintf(values->reprint, sizeof values->reprint, "BẢN IN LẠI %u", label->copy);
    group_number(label->number, values->number);
    part_address(values->of[LABELS_ADDRESS], postal, values);
    values->of[LABELS_NUMBER] = values->number;
    values->of[LABELS_REPRINT] = values->reprint;
    values->of[LABELS_ADDRESS] = values->address;
    values->of[LABELS_PROVINCE] = values->province;
    return true;
}

/* Where something of a given size begins in a box. */
static int32_t aligned(int32_t start, int32_t room, int32_t size, enum layout_align align)
{
    switch (align) {
    case LAYOUT_START:
        return start;
    case LAYOUT_MIDDLE:
        return start + (room - size) / 2;
    case LAYOUT_END:
        return start + room - size;
    }
    invariant(false);
}

/* Adds characters first .. first + n of a text at a place. */
static void add_characters(struct page *page, const struct text *text, size_t first, size_t n,
                           struct page_run run)
{
    size_t from = 0;
    while (from < text->n_glyphs && text->glyphs[from].text_first < first)
        from++;
    size_t to = from;
    while (to < text->n_glyphs && text->glyphs[to].text_first < first + n)
        to++;
    run.weight = text->weight;
    page_add_run(page, &run, text->glyphs + from, to - from, first, text->characters + first, n);
}

/* Draws the lines of a fitted text; the ellipsis of a shortened one is a run of its own. */
static bool add_lines(struct page *page, struct fonts *fonts, const struct layout_box *box,
                      const struct text *text, const struct text_fit *fit, struct error *err)
{
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
        add_characters(page, text, line->first, line->n, run);
        struct text dots;
        if (line->ellipsis && !text_read("…", fonts, text->weight, &dots, err))
            return false;
        run.x_um += text_width_um(text, fonts, line->first, line->n, fit->size_um);
        if (line->ellipsis)
            add_characters(page, &dots, 0, dots.n, run);
    }
    return true;
}

/* Reads a field and fits it into its box. */
static bool fit_field(const struct layout_box *box, struct fonts *fonts, const char *value,
                      struct text *text, struct text_fit *fit, struct error *err)
{
    if (!text_read(value, fonts, box->weight, text, err)) {
        error_add(err, "%s", labels_field_name(box->field));
        return false;
    }
    struct text_box room = {.width_um = box->rect.width_um,
                            .height_um = box->rect.height_um,
                            .lines_max = box->lines,
                            .size_max_um = box->size_max_um,
                            .size_min_um = box->size_min_um};
    text_fit(text, fonts, &room, fit);
    return true;
}

static bool add_text(const struct layout_box *box, struct fonts *fonts, const char *value,
                     struct page *page, struct labels_report *report, struct error *err)
{
    struct text text;
    struct text_fit fit;
    if (!fit_field(box, fonts, value, &text, &fit, err))
        return false;
    report->shortened |= (uint32_t)fit.shortened << box->field;
    report->substituted |= (uint32_t)text.substituted << box->field;
    return add_lines(page, fonts, box, &text, &fit, err);
}

/* Moves a box down by what the box that it rests on leaves free. */
static bool slide(const struct layout_box *below, struct fonts *fonts, const char *value,
                  struct layout_box *box, struct error *err)
{
    struct text text;
    struct text_fit fit;
    if (!fit_field(below, fonts, value, &text, &fit, err))
        return false;
    int32_t line_um = text_line_height_um(fonts, below->weight, fit.size_um);
    box->rect.y_um += below->rect.height_um - line_um * (int32_t)fit.n_lines;
    return true;
}

/* One frame for each digit, its digit in the middle; frames without digits are left for the pen. */
static bool add_digits(const struct layout_box *box, struct fonts *fonts, const char *digits,
                       struct page *page, struct labels_report *report, struct error *err)
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
        page_add_path(page, outline, sizeof outline / sizeof *outline, &frame, 0);
        char digit[2] = "";
        if (digits[0] != '\0')
            digit[0] = digits[i];
        if (!add_text(&cell, fonts, digit, page, report, err))
            return false;
    }
    return true;
}

/* Draws a symbol: modules as wide as the box lets them be, whole printer dots, the quiet zone
 * inside the box; its place is on whole dots too. */
static bool add_symbol(const struct layout_box *box, const struct symbol *symbol, const char *text,
                       struct page *page, struct error *err)
{
    int32_t quiet = symbol_quiet(symbol->kind);
    int32_t across = symbol->columns + 2 * quiet;
    int32_t module = box->rect.width_um / across;
    if (symbol->kind == SYMBOL_QR && box->rect.height_um < box->rect.width_um)
        module = box->rect.height_um / across;
    module = module > box->module_max_um ? box->module_max_um : module;
    module -= module % box->dot_um;
    if (module < box->module_min_um)
        return error_set(err, ERROR_BAD_INPUT,
                         "%s: %d modules and the quiet zone do not fit box '%s'",
                         labels_field_name(box->field), symbol->columns, box->id);
    int32_t height = symbol->kind == SYMBOL_QR ? module : box->rect.height_um;
    int32_t x =
        aligned(box->rect.x_um, box->rect.width_um, symbol->columns * module, LAYOUT_MIDDLE);
    int32_t y = aligned(box->rect.y_um, box->rect.height_um, symbol->rows * height, LAYOUT_MIDDLE);
    x -= x % box->dot_um;
    y -= y % box->dot_um;
    struct page_bars bars = {
        .kind = symbol->kind,
        .area = {x, y, symbol->columns * module, symbol->rows * height},
        .module_um = module,
    };
    snprintf(bars.text, sizeof bars.text, "%s", text);
    page_add_bars(page, &bars);
    for (int row = 0; row < symbol->rows; row++)
        for (int column = 0; column < symbol->columns; column++) {
            int first = column;
            while (column < symbol->columns && symbol_dark(symbol, row, column))
                column++;
            if (column > first)
                page_add_bar(page, (struct page_rect){x + first * module, y + row * height,
                                                      (column - first) * module, height});
        }
    return true;
}

static bool add_box(const struct layout *layout, const struct layout_box *drawn,
                    struct fonts *fonts, const struct label *label, const struct values *values,
                    struct page *page, struct labels_report *report, struct error *err)
{
    struct layout_box moved = *drawn;
    const struct layout_box *box = &moved;
    const struct layout_box *below = layout_box_of(layout, box->rests_on);
    if (below != NULL && !slide(below, fonts, values->of[below->field], &moved, err))
        return false;
    struct symbol symbol;
    const char *value = values->of[box->field];
    bool done = false;
    switch (box->content) {
    case LAYOUT_TEXT:
        done = add_text(box, fonts, value, page, report, err);
        break;
    case LAYOUT_DIGITS:
        done = add_digits(box, fonts, value, page, report, err);
        break;
    case LAYOUT_CODE128:
        done = (symbol_code128(label->number, &symbol, err) || error_add(err, "number")) &&
               add_symbol(box, &symbol, label->number, page, err);
        break;
    case LAYOUT_QR:
        done = (symbol_qr(value, &symbol, err) || error_add(err, "link")) &&
               add_symbol(box, &symbol, value, page, err);
        break;
    }
    return done;
}

/* A line of art text, measured; the run has everything but its glyphs. */
static bool read_art(const struct layout_art *art, struct fonts *fonts, struct text *text,
                     struct page_run *ret_run, int32_t *ret_width, struct error *err)
{
    if (!text_read(art->text, fonts, art->weight, text, err)) {
        error_add(err, "art '%s'", art->id);
        return false;
    }
    int32_t width = text_width_um(text, fonts, 0, text->n, art->size_um);
    *ret_run = (struct page_run){.size_um = art->size_um,
                                 .x_um = aligned(art->x_um, 0, width, art->anchor),
                                 .y_um = art->y_um,
                                 .rgb = art->paint.fill_rgb};
    *ret_width = width;
    return true;
}

static bool add_art(const struct layout *layout, struct fonts *fonts, unsigned marks,
                    struct page *page, struct error *err)
{
    for (size_t i = 0; i < layout->n_arts; i++) {
        const struct layout_art *art = &layout->arts[i];
        if (art->group != LAYOUT_NO_GROUP && (marks & layout->groups[art->group].when) == 0)
            continue;
        int32_t shift = layout_shift_um(layout, art->group, marks);
        if (art->kind == LAYOUT_ART_PATH) {
            page_add_path(page, layout->segments + art->first, art->n, &art->paint, -shift);
            continue;
        }
        struct text text;
        struct page_run run;
        int32_t width = 0;
        if (!read_art(art, fonts, &text, &run, &width, err))
            return false;
        run.x_um -= shift;
        add_characters(page, &text, 0, text.n, run);
    }
    return true;
}

/* The last part of an address stands before the postal boxes if it fits there whole; else the
 * address keeps it. */
static bool place_province(const struct layout *layout, struct fonts *fonts, struct values *values,
                           struct error *err)
{
    for (size_t i = 0; i < layout->n_boxes && values->province[0] != '\0'; i++) {
        const struct layout_box *box = &layout->boxes[i];
        if (box->field != LABELS_PROVINCE)
            continue;
        struct text text;
        struct text_fit fit;
        if (!fit_field(box, fonts, values->province, &text, &fit, err))
            return false;
        if (fit.shortened)
            break;
        values->address[values->before_province] = '\0';
        return true;
    }
    values->province[0] = '\0';
    return true;
}

bool compose_page(const struct layout *layout, struct fonts *fonts, const struct label *label,
                  struct page *page, struct labels_report *ret_report, struct error *err)
{
    struct values values;
    struct labels_report report = {0};
    page_clear(page, layout->width_um, layout->height_um);
    if (!read_label(label, &values, err) || !place_province(layout, fonts, &values, err) ||
        !add_art(layout, fonts, label->marks, page, err))
        return false;
    for (size_t i = 0; i < layout->n_boxes; i++)
        if (!add_box(layout, &layout->boxes[i], fonts, label, &values, page, &report, err))
            return false;
    if (page->failed)
        return error_set(err, ERROR_LATER, "no memory for a page");
    *ret_report = report;
    return true;
}

bool compose_check(const struct layout *layout, struct fonts *fonts, struct error *err)
{
    for (size_t i = 0; i < layout->n_boxes; i++) {
        const struct layout_box *box = &layout->boxes[i];
        if (box->lines == 0)
            continue; /* a symbol */
        int32_t line = text_line_height_um(fonts, box->weight, box->size_min_um);
        if (line * (int32_t)box->lines > box->rect.height_um)
            return error_set(err, ERROR_BAD_INPUT,
                             "layout %s: '%s' is too low for %zu lines of its least size",
                             layout->name, box->id, box->lines);
    }
    for (size_t i = 0; i < layout->n_arts; i++) {
        const struct layout_art *art = &layout->arts[i];
        struct text text;
        struct page_run run;
        int32_t width = 0;
        if (art->kind != LAYOUT_ART_TEXT)
            continue;
        if (!read_art(art, fonts, &text, &run, &width, err))
            return error_add(err, "layout %s", layout->name);
        if (text.substituted)
            return error_set(err, ERROR_BAD_INPUT, "layout %s: '%s' has a letter the font lacks",
                             layout->name, art->id);
        int32_t height = text_line_height_um(fonts, art->weight, art->size_um);
        struct page_rect ink = {run.x_um, art->y_um - height * 3 / 4, width, height};
        if (!layout_check_art(layout, art, ink, err))
            return false;
    }
    return true;
}
