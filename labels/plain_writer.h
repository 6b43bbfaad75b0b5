/* plain_writer.h - a writer whose pages stand each for itself: every page becomes bytes and leaves.
 * What SVG, PNG and the thermal printers' tongues have in common; each of them gives only the way a
 * page is said. */
#ifndef TRAO_LABELS_PLAIN_WRITER_H
#define TRAO_LABELS_PLAIN_WRITER_H

#include "labels/tongue.h"

/* Appends a page to `out`. */
typedef bool plain_say(const struct page *page, struct fonts *fonts,
                       const struct labels_options *options, struct buffer *out, struct error *err);

/* `fonts` is borrowed until close. */
must_use bool plain_writer_open(plain_say *say, struct labels_sink sink, struct fonts *fonts,
                                const struct labels_options *options, struct writer **ret_writer,
                                struct error *err);

#endif
