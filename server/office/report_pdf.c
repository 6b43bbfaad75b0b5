/* report_pdf.c - a report on A4: Pango sets the lines, cairo draws them with their fonts inside.
 *
 * It is laid out twice, the first time to learn how many pages it has. A table goes on over pages
 * under its header again; what reads aloud finds headings, paragraphs and cells (tagged PDF; a
 * table that goes on is another table to it, for cairo closes what it marks with the page). The
 * date inside is the report's own, so the same figures give the same bytes. */
#include <stdio.h>
#include <string.h>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "server/office/report.h"
#include "protocol/whole.h"

/* Points. */
#define PAGE_W 595.28
#define PAGE_H 841.89
#define MARGIN 42.5 /* 15 mm */
#define WIDTH (PAGE_W - 2 * MARGIN)
#define BOTTOM (PAGE_H - MARGIN - 16) /* the foot stands below */
#define CELL_X 4.0
#define CELL_Y 2.2
#define ROWS_KEPT 2 /* of a table, with its title on one page */

enum face { FACE_TITLE, FACE_HEAD, FACE_BODY, FACE_BOLD, FACE_SMALL, FACE_LARGE, FACES };
static const struct {
    const char *font;
    double grey;
} faces[FACES] = {
    [FACE_TITLE] = {"Noto Sans Bold 16", 0.10}, [FACE_HEAD] = {"Noto Sans Bold 11.5", 0.10},
    [FACE_BODY] = {"Noto Sans 8.5", 0.10},      [FACE_BOLD] = {"Noto Sans Bold 8.5", 0.10},
    [FACE_SMALL] = {"Noto Sans 7.5", 0.33},     [FACE_LARGE] = {"Noto Sans Bold 17", 0.10},
};

struct sheet {
    cairo_t *cr;
    PangoLayout *layout;
    const struct report *report;
    double y;
    unsigned page, pages; /* pages 0: being counted */
};

/* ------------------------------------------------------------------ lines */

/* Sets the layout; `width` 0 is as wide as it gets. Returns the height. */
static double set(struct sheet *sheet, enum face face, double width, PangoAlignment align,
                  const char *text)
{
    PangoFontDescription *font = pango_font_description_from_string(faces[face].font);
    int w, h;
    pango_layout_set_font_description(sheet->layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(sheet->layout, width > 0 ? (int)(width * PANGO_SCALE) : -1);
    pango_layout_set_alignment(sheet->layout, align);
    pango_layout_set_text(sheet->layout, text, -1);
    pango_layout_get_size(sheet->layout, &w, &h);
    return (double)h / PANGO_SCALE;
}

static double width_of(struct sheet *sheet, enum face face, double width, const char *text)
{
    int w, h;
    (void)set(sheet, face, width, PANGO_ALIGN_LEFT, text);
    pango_layout_get_size(sheet->layout, &w, &h);
    return (double)w / PANGO_SCALE;
}

/* At a place; the height is returned. */
static double draw_at(struct sheet *sheet, double x, double y, enum face face, double width,
                      PangoAlignment align, const char *text)
{
    double height = set(sheet, face, width, align, text), grey = faces[face].grey;
    cairo_set_source_rgb(sheet->cr, grey, grey, grey);
    cairo_move_to(sheet->cr, x, y);
    pango_cairo_show_layout(sheet->cr, sheet->layout);
    return height;
}

/* Below what is there, over the whole width. */
static void draw_next(struct sheet *sheet, const char *tag, enum face face, const char *text)
{
    cairo_tag_begin(sheet->cr, tag, NULL);
    sheet->y += draw_at(sheet, MARGIN, sheet->y, face, WIDTH, PANGO_ALIGN_LEFT, text);
    cairo_tag_end(sheet->cr, tag);
}

static void draw_rule(struct sheet *sheet, double y, double line, double grey)
{
    cairo_set_line_width(sheet->cr, line);
    cairo_set_source_rgb(sheet->cr, grey, grey, grey);
    cairo_move_to(sheet->cr, MARGIN, y);
    cairo_line_to(sheet->cr, MARGIN + WIDTH, y);
    cairo_stroke(sheet->cr);
}

/* ------------------------------------------------------------------ pages */

static void draw_foot(struct sheet *sheet)
{
    char left[160], right[48], time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX];
    (void)snprintf(left, sizeof left, "%s · số liệu đến %s, %s", sheet->report->period,
                   clock_time_vi(sheet->report->at, time, sizeof time),
                   clock_date_vi(sheet->report->at, date, sizeof date));
    (void)snprintf(right, sizeof right, "Trang %u/%u", sheet->page, sheet->pages);
    draw_rule(sheet, PAGE_H - MARGIN - 10, 0.4, 0.7);
    (void)draw_at(sheet, MARGIN, PAGE_H - MARGIN - 7, FACE_SMALL, WIDTH, PANGO_ALIGN_LEFT, left);
    (void)draw_at(sheet, MARGIN, PAGE_H - MARGIN - 7, FACE_SMALL, WIDTH, PANGO_ALIGN_RIGHT, right);
}

static void begin_page(struct sheet *sheet)
{
    sheet->page++;
    sheet->y = MARGIN;
}

static void end_page(struct sheet *sheet)
{
    draw_foot(sheet);
    cairo_show_page(sheet->cr);
}

static void next_page(struct sheet *sheet)
{
    end_page(sheet);
    begin_page(sheet);
}

/* ------------------------------------------------------------------ what is asked first */

static void draw_first(struct sheet *sheet, const struct report_first *first, double x, double wide)
{
    const double inside = wide - 2 * CELL_X;
    double y = sheet->y + 6;
    cairo_tag_begin(sheet->cr, "P", NULL);
    y += draw_at(sheet, x + CELL_X, y, FACE_SMALL, inside, PANGO_ALIGN_LEFT, first->name);
    y += draw_at(sheet, x + CELL_X, y, FACE_LARGE, inside, PANGO_ALIGN_LEFT, first->value.text);
    (void)draw_at(sheet, x + CELL_X, y, FACE_SMALL, inside, PANGO_ALIGN_LEFT, first->of);
    cairo_tag_end(sheet->cr, "P");
}

static double height_of_first(struct sheet *sheet, const struct report_first *first, double wide)
{
    const double inside = wide - 2 * CELL_X;
    return 12 + set(sheet, FACE_SMALL, inside, PANGO_ALIGN_LEFT, first->name) +
           set(sheet, FACE_LARGE, inside, PANGO_ALIGN_LEFT, first->value.text) +
           set(sheet, FACE_SMALL, inside, PANGO_ALIGN_LEFT, first->of);
}

static void draw_firsts(struct sheet *sheet)
{
    const double gap = 8, wide = (WIDTH - (REPORT_FIRSTS - 1) * gap) / REPORT_FIRSTS;
    double height = 0;
    for (size_t i = 0; i < REPORT_FIRSTS; i++) {
        double one = height_of_first(sheet, &sheet->report->first[i], wide);
        height = one > height ? one : height;
    }
    for (size_t i = 0; i < REPORT_FIRSTS; i++) {
        double x = MARGIN + (double)i * (wide + gap);
        cairo_set_source_rgb(sheet->cr, 0.955, 0.955, 0.94);
        cairo_rectangle(sheet->cr, x, sheet->y, wide, height);
        cairo_fill(sheet->cr);
        draw_first(sheet, &sheet->report->first[i], x, wide);
    }
    sheet->y += height + 6;
}

/* ------------------------------------------------------------------ a table */

struct columns {
    const struct report_table *table;
    bool is_text[REPORT_COLUMNS]; /* begins at the left, and may break */
    double x[REPORT_COLUMNS], width[REPORT_COLUMNS];
};

static bool holds_texts(const struct report_table *table, size_t k)
{
    for (size_t i = 0; i < table->n; i++)
        if (!table->rows[i][k].is_number && strlen(table->rows[i][k].text) > sizeof "chưa nhập")
            return true;
    return k == 0;
}

static double wanted_by(struct sheet *sheet, const struct report_table *table, size_t k)
{
    pango_layout_set_wrap(sheet->layout, PANGO_WRAP_WORD);
    double wanted = width_of(sheet, FACE_BOLD, 1, table->header[k]); /* its longest word */
    pango_layout_set_wrap(sheet->layout, PANGO_WRAP_WORD_CHAR);
    for (size_t i = 0; i < table->n; i++) {
        double one = width_of(sheet, FACE_BODY, 0, table->rows[i][k].text);
        wanted = one > wanted ? one : wanted;
    }
    return wanted + 2 * CELL_X + 1;
}

/* What is left goes to headers that would be broken, each up to one line. */
static void widen(struct sheet *sheet, struct columns *columns, double left)
{
    double lack[REPORT_COLUMNS] = {0}, sum = 0;
    for (size_t k = 0; k < columns->table->columns; k++) {
        double line = width_of(sheet, FACE_BOLD, 0, columns->table->header[k]) + 2 * CELL_X + 1;
        if (!columns->is_text[k] && line > columns->width[k])
            sum += lack[k] = line - columns->width[k];
    }
    for (size_t k = 0; sum > 0 && k < columns->table->columns; k++)
        columns->width[k] += left < sum ? lack[k] * left / sum : lack[k];
}

static double sum_of(const struct columns *columns, bool texts)
{
    double sum = 0;
    for (size_t k = 0; k < columns->table->columns; k++)
        sum += columns->is_text[k] == texts ? columns->width[k] : 0;
    return sum;
}

/* Numbers have what they need; texts share the rest by what they want. */
static struct columns measure(struct sheet *sheet, const struct report_table *table)
{
    struct columns columns = {.table = table};
    double x = MARGIN;
    for (size_t k = 0; k < table->columns; k++) {
        columns.is_text[k] = holds_texts(table, k);
        columns.width[k] = wanted_by(sheet, table, k);
    }
    double left = WIDTH - sum_of(&columns, false) - sum_of(&columns, true);
    if (left > 0)
        widen(sheet, &columns, left);
    double share = (WIDTH - sum_of(&columns, false)) / sum_of(&columns, true);
    for (size_t k = 0; k < table->columns; k++) {
        columns.width[k] *= columns.is_text[k] ? share : 1;
        columns.x[k] = x;
        x += columns.width[k];
    }
    return columns;
}

static const char *cell_of(const struct columns *columns, const struct report_cell *cells, size_t k)
{
    return cells == NULL ? columns->table->header[k] : cells[k].text;
}

/* `cells` NULL: the header. */
static double height_of_row(struct sheet *sheet, const struct columns *columns,
                            const struct report_cell *cells)
{
    double height = 0;
    for (size_t k = 0; k < columns->table->columns; k++) {
        double one =
            set(sheet, cells == NULL ? FACE_BOLD : FACE_BODY, columns->width[k] - 2 * CELL_X,
                PANGO_ALIGN_LEFT, cell_of(columns, cells, k));
        height = one > height ? one : height;
    }
    return height + 2 * CELL_Y;
}

static void draw_row(struct sheet *sheet, const struct columns *columns,
                     const struct report_cell *cells)
{
    const char *tag = cells == NULL ? "TH" : "TD";
    double height = height_of_row(sheet, columns, cells);
    cairo_tag_begin(sheet->cr, "TR", NULL);
    for (size_t k = 0; k < columns->table->columns; k++) {
        cairo_tag_begin(sheet->cr, tag, NULL);
        (void)draw_at(sheet, columns->x[k] + CELL_X, sheet->y + CELL_Y,
                      cells == NULL ? FACE_BOLD : FACE_BODY, columns->width[k] - 2 * CELL_X,
                      columns->is_text[k] ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT,
                      cell_of(columns, cells, k));
        cairo_tag_end(sheet->cr, tag);
    }
    cairo_tag_end(sheet->cr, "TR");
    sheet->y += height;
    draw_rule(sheet, sheet->y, cells == NULL ? 0.9 : 0.4, cells == NULL ? 0.2 : 0.8);
}

static void begin_rows(struct sheet *sheet, const struct columns *columns)
{
    cairo_tag_begin(sheet->cr, "Table", NULL);
    draw_row(sheet, columns, NULL);
}

static void draw_rows(struct sheet *sheet, const struct columns *columns)
{
    begin_rows(sheet, columns);
    for (size_t i = 0; i < columns->table->n; i++) {
        const struct report_cell *cells = columns->table->rows[i];
        if (sheet->y + height_of_row(sheet, columns, cells) > BOTTOM) {
            cairo_tag_end(sheet->cr, "Table");
            next_page(sheet);
            begin_rows(sheet, columns);
        }
        draw_row(sheet, columns, cells);
    }
    cairo_tag_end(sheet->cr, "Table");
}

/* Tables that follow one another are often counted alike: it is said once. */
static const char *how_of(const struct report *report, size_t number)
{
    const char *how = report->table[number].how;
    return number > 0 && strcmp(how, report->table[number - 1].how) == 0 ? "" : how;
}

static double height_of_begin(struct sheet *sheet, size_t number, const struct columns *columns)
{
    const struct report_table *table = columns->table;
    double height = 16 + set(sheet, FACE_HEAD, WIDTH, PANGO_ALIGN_LEFT, table->vi) +
                    set(sheet, FACE_SMALL, WIDTH, PANGO_ALIGN_LEFT, how_of(sheet->report, number)) +
                    height_of_row(sheet, columns, NULL);
    for (size_t i = 0; i < table->n && i < ROWS_KEPT; i++)
        height += height_of_row(sheet, columns, table->rows[i]);
    return height;
}

/* The title is where the outline's entry leads. */
static void draw_table(struct sheet *sheet, size_t number)
{
    const struct report_table *table = &sheet->report->table[number];
    struct columns columns = measure(sheet, table);
    char title[256], place[32], way[32];
    if (sheet->y + height_of_begin(sheet, number, &columns) > BOTTOM)
        next_page(sheet);
    (void)snprintf(title, sizeof title, "%zu. %s – %s", number + 1, table->vi, table->en);
    (void)snprintf(place, sizeof place, "name='t%zu' internal", number);
    (void)snprintf(way, sizeof way, "dest='t%zu'", number);
    sheet->y += 14;
    cairo_tag_begin(sheet->cr, CAIRO_TAG_DEST, place);
    draw_next(sheet, "H2", FACE_HEAD, title);
    cairo_tag_end(sheet->cr, CAIRO_TAG_DEST);
    (void)cairo_pdf_surface_add_outline(cairo_get_target(sheet->cr), CAIRO_PDF_OUTLINE_ROOT,
                                        table->vi, way, 0);
    if (*how_of(sheet->report, number) != '\0')
        draw_next(sheet, "P", FACE_SMALL, how_of(sheet->report, number));
    sheet->y += 2;
    if (table->n == 0)
        draw_next(sheet, "P", FACE_BODY, "Không có. / None.");
    else
        draw_rows(sheet, &columns);
}

/* ------------------------------------------------------------------ the file */

static void draw_all(struct sheet *sheet)
{
    const struct report *report = sheet->report;
    begin_page(sheet);
    cairo_tag_begin(sheet->cr, "Document", NULL);
    draw_next(sheet, "H1", FACE_TITLE, report->title);
    draw_next(sheet, "P", FACE_BODY, report->period);
    sheet->y += 8;
    draw_firsts(sheet);
    draw_next(sheet, "P", FACE_SMALL, REPORT_FEW);
    for (size_t i = 0; i < report->n; i++)
        draw_table(sheet, i);
    cairo_tag_end(sheet->cr, "Document");
    end_page(sheet);
}

static void set_about(cairo_surface_t *surface, const struct report *report)
{
    char at[CLOCK_TEXT_MAX];
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, report->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, report->period);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, "Trao");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE,
                                   clock_iso_local(report->at, at, sizeof at));
}

/* No hints and no whole pixels: it is paper. */
static PangoLayout *layout_new(void)
{
    PangoFontMap *fonts = pango_cairo_font_map_new();
    PangoContext *context = pango_font_map_create_context(fonts);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context, pango_language_from_string("vi"));
    PangoLayout *layout = pango_layout_new(context);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    cairo_font_options_destroy(options);
    g_object_unref(context);
    g_object_unref(fonts);
    return layout;
}

struct target {
    int fd; /* -1: only counted */
    bool failed;
};

/* Cairo 1.16 falls over its own fonts when it is told that a write failed: it is told nothing, and
 * what failed is asked afterwards. */
static cairo_status_t keep(void *to, const unsigned char *bytes, unsigned n)
{
    struct target *target = to;
    if (target->fd >= 0 && !target->failed)
        target->failed = !whole_write(target->fd, bytes, n);
    return CAIRO_STATUS_SUCCESS;
}

/* The pages it has; 0: not drawn. */
static unsigned draw(const struct report *report, unsigned pages, struct target *target)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(keep, target, PAGE_W, PAGE_H);
    struct sheet sheet = {
        .cr = cairo_create(surface), .layout = layout_new(), .report = report, .pages = pages};
    set_about(surface, report);
    draw_all(&sheet);
    bool good = cairo_status(sheet.cr) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(sheet.cr);
    g_object_unref(sheet.layout);
    cairo_surface_finish(surface);
    good = good && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(surface);
    return good ? sheet.page : 0;
}

bool report_write_pdf(const struct report *report, int fd, struct error *err)
{
    struct target none = {.fd = -1}, target = {.fd = fd};
    unsigned pages = draw(report, 0, &none);
    return (pages > 0 && draw(report, pages, &target) == pages && !target.failed) ||
           error_set(err, ERROR_LATER, "không ghi được tệp PDF. / the PDF cannot be written");
}
