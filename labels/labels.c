#include "labels/labels.h"

#include "labels/compose.h"
#include "labels/tongue.h"

#include <stdlib.h>

struct labels {
    struct layout *layout;
    struct fonts *fonts;
    struct page page;      /* of the label in hand; its memory serves every page */
    struct writer *writer; /* NULL between jobs */
};

const char *labels_field_name(enum labels_field field)
{
    switch (field) {
    case LABELS_SENDER:
        return "sender";
    case LABELS_SENDER_ADDRESS:
        return "sender-address";
    case LABELS_NAME:
        return "name";
    case LABELS_ADDRESS:
        return "address";
    case LABELS_PROVINCE:
        return "province";
    case LABELS_POSTAL:
        return "postal";
    case LABELS_NUMBER:
        return "number";
    case LABELS_LINK:
        return "link";
    case LABELS_REPRINT:
        return "reprint";
    case LABELS_FIELDS:
        break;
    }
    invariant(false);
}

bool labels_open(const char *layout, struct labels **ret_labels, struct error *err)
{
    struct labels *labels = calloc(1, sizeof *labels);
    if (labels == NULL)
        return error_set(err, ERROR_LATER, "no memory for layout %s", layout);
    if (!layout_open(layout, &labels->layout, err) ||
        !fonts_open(labels->layout->family, &labels->fonts, err) ||
        !compose_check(labels->layout, labels->fonts, err)) {
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
    page_done(&labels->page);
    fonts_close(labels->fonts);
    layout_close(labels->layout);
    free(labels);
}

bool labels_begin(struct labels *labels, struct labels_sink sink, struct error *err)
{
    return labels_begin_as(labels, &(struct labels_options){0}, sink, err);
}

bool labels_begin_as(struct labels *labels, const struct labels_options *options,
                     struct labels_sink sink, struct error *err)
{
    invariant(labels->writer == NULL);
    const struct tongue *tongue = NULL;
    return tongue_find(options->tongue == NULL ? "pdf" : options->tongue, &tongue, err) &&
           tongue->open(sink, labels->fonts, options, &labels->writer, err);
}

bool labels_add(struct labels *labels, const struct label *label, struct labels_report *ret_report,
                struct error *err)
{
    invariant(labels->writer != NULL);
    struct labels_report report;
    if (!compose_page(labels->layout, labels->fonts, label, &labels->page, &report, err) ||
        !labels->writer->page(labels->writer, &labels->page, err))
        return false;
    *ret_report = report;
    return true;
}

bool labels_end(struct labels *labels, struct error *err)
{
    invariant(labels->writer != NULL);
    bool done = labels->writer->end(labels->writer, err);
    labels->writer->close(labels->writer);
    labels->writer = NULL;
    return done;
}
