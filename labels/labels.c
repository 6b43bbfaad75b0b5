#include "labels/labels.h"

#include "labels/labels_inside.h"
#include "labels/layouts/embedded.h"
#include "labels/readback.h"

#include <stdlib.h>

bool labels_open(const char *layout, struct labels **ret_labels, struct error *err)
{
    struct labels *labels = calloc(1, sizeof *labels);
    if (labels == NULL)
        return error_set(err, ERROR_LATER, "no memory for layout %s", layout);
    if (!layout_open(layout, &labels->layout, err) ||
        !fonts_open(labels->layout->family, &labels->fonts, err) ||
        !composer_open(labels->layout, labels->fonts, &labels->composer, err)) {
        labels_close(labels);
        return false;
    }
    *ret_labels = labels;
    return true;
}

void labels_close(struct labels *labels)
{
    if (labels == NULL)
        return;
    if (labels->writer != NULL)
        labels->writer->close(labels->writer);
    for (size_t i = 0; i < labels->n_helpers; i++) {
        composer_close(labels->helpers[i].composer);
        fonts_close(labels->helpers[i].fonts);
    }
    for (size_t i = 0; i < LABELS_SLOTS; i++)
        page_done(&labels->slots[i]);
    page_done(&labels->page);
    composer_close(labels->composer);
    fonts_close(labels->fonts);
    layout_close(labels->layout);
    free(labels);
}

struct labels_about labels_about(const struct labels *labels)
{
    struct labels_about about = {.use = labels->layout->use,
                                 .places = compose_places(labels->layout),
                                 .fields = labels->layout->fields};
    compose_size(labels->layout, &about.width_um, &about.height_um);
    return about;
}

const char *labels_layout_name(size_t i)
{
    return layouts_embedded[i].name;
}

bool labels_window(struct labels *labels, int32_t x_um, int32_t y_um, int32_t width_um,
                   int32_t height_um, struct error *err)
{
    struct composer *composer = NULL;
    layout_add_window(labels->layout, (struct page_rect){x_um, y_um, width_um, height_um});
    bool fits = layout_check(labels->layout, err) &&
                composer_open(labels->layout, labels->fonts, &composer, err);
    composer_close(composer);
    if (!fits && err != NULL)
        err->code = ERROR_REFUSED;
    return fits;
}

/* ------------------------------------------------------------------ a job */

bool labels_begin(struct labels *labels, struct labels_sink sink, struct error *err)
{
    return labels_begin_as(labels, &(struct labels_options){0}, sink, err);
}

bool labels_begin_as(struct labels *labels, const struct labels_options *options,
                     struct labels_sink sink, struct error *err)
{
    invariant(labels->writer == NULL);
    const struct tongue *tongue = NULL;
    size_t places = compose_places(labels->layout);
    if (options->start > places)
        return error_set(err, ERROR_BAD_INPUT, "start %u: a page of layout %s has %zu places",
                         options->start, labels->layout->name, places);
    if (options->readback != NULL)
        sink = readback_sink(options->readback, sink);
    /* Deflating a sheet takes ten times as long as all the rest. */
    struct labels_options taken = *options;
    taken.plain = options->plain || places > 1;
    if (!tongue_find(options->tongue == NULL ? "pdf" : options->tongue, &tongue, err) ||
        !tongue->open(sink, labels->fonts, &taken, &labels->writer, err))
        return false;
    if (options->readback != NULL)
        labels->writer = readback_writer(options->readback, labels->writer);
    labels->begun = false;
    labels->place = options->start == 0 ? 0 : options->start - 1;
    return true;
}

bool labels_write_page(struct labels *labels, struct error *err)
{
    labels->begun = false;
    labels->place = 0;
    return labels->writer->page(labels->writer, &labels->page, err);
}

bool labels_add(struct labels *labels, const struct label *label, struct labels_report *ret_report,
                struct error *err)
{
    invariant(labels->writer != NULL);
    struct labels_report report;
    if (labels->layout->use == LABELS_FOR_LIST)
        return error_set(err, ERROR_BAD_INPUT, "layout %s is for lists", labels->layout->name);
    if (!labels->begun && !compose_begin(labels->composer, &labels->page, err))
        return false;
    if (!compose_label(labels->composer, label, labels->place, &labels->page, &report, err))
        return false;
    labels->begun = true;
    labels->place++;
    if (labels->place == compose_places(labels->layout) && !labels_write_page(labels, err))
        return false;
    *ret_report = report;
    return true;
}

bool labels_list_sheets(const struct labels *labels, const struct labels_row *rows, size_t n,
                        size_t *ret_sheets, struct error *err)
{
    if (labels->layout->use != LABELS_FOR_LIST)
        return error_set(err, ERROR_BAD_INPUT, "layout %s is not for lists", labels->layout->name);
    return compose_list_pages(labels->composer, rows, n, ret_sheets, err);
}

bool labels_add_sheet(struct labels *labels, const struct label *head,
                      const struct labels_row *rows, size_t n, size_t sheet,
                      struct labels_report *ret_report, struct error *err)
{
    invariant(labels->writer != NULL);
    size_t sheets = 0;
    if (!labels_list_sheets(labels, rows, n, &sheets, err))
        return false;
    invariant(sheet < sheets);
    return compose_list(labels->composer, head, rows, n, sheet, &labels->page, ret_report, err) &&
           labels->writer->page(labels->writer, &labels->page, err);
}

/* The whole list is laid out once before its first page is written: nothing of a refused one is
 * printed. */
bool labels_add_list(struct labels *labels, const struct label *head, const struct labels_row *rows,
                     size_t n, struct labels_report *ret_report, struct error *err)
{
    invariant(labels->writer != NULL);
    struct labels_report report = {0};
    size_t pages = 0;
    if (!labels_list_sheets(labels, rows, n, &pages, err))
        return false;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < pages; i++) {
            struct labels_report own;
            if (!compose_list(labels->composer, head, rows, n, i, &labels->page, &own, err) ||
                (pass == 1 && !labels->writer->page(labels->writer, &labels->page, err)))
                return false;
            report.shortened |= own.shortened;
            report.substituted |= own.substituted;
        }
    *ret_report = report;
    return true;
}

bool labels_end(struct labels *labels, struct error *err)
{
    invariant(labels->writer != NULL);
    bool done = (!labels->begun || labels_write_page(labels, err)) &&
                labels->writer->end(labels->writer, err);
    labels->writer->close(labels->writer);
    labels->writer = NULL;
    return done;
}
