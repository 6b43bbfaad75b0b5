/* paper.h - what a printed page looks like from outside: labels to PDF bytes, bytes to a raster
 * by poppler, a raster to codes by zbar. For the tests of labels/ only. */
#ifndef TRAO_TESTS_LABELS_PAPER_H
#define TRAO_TESTS_LABELS_PAPER_H

#include "labels/labels.h"

#include <poppler.h>
#include <stdbool.h>
#include <stddef.h>

struct paper_pdf {
    unsigned char *bytes;
    size_t n;
    size_t n_writes;
    size_t fail_at; /* the write that fails, from 1; 0: none */
};

bool paper_write(void *ctx, const void *bytes, size_t n);

/* One job on layout "dl"; fails the test when anything is refused. Reports may be NULL. */
void paper_print(const struct label *labels, size_t n, struct paper_pdf *pdf,
                 struct labels_report *reports);

PopplerDocument *paper_open(const struct paper_pdf *pdf);

/* An invented label number i, whole and right. The strings live in `room`. */
struct paper_room {
    char number[16];
    char link[64];
};
struct label paper_label(unsigned i, struct paper_room *room);

/* Black and white, as a thermal printer or a laser would set its dots; 1 is ink. */
struct paper_raster {
    unsigned char *ink;
    int width;
    int height;
};

struct paper_raster paper_raster(PopplerDocument *document, int page, double dpi);
void paper_raster_free(struct paper_raster *raster);
/* Fills a rectangle given in mm. */
void paper_cover(struct paper_raster *raster, double dpi, double x, double y, double w, double h);

/* Looks at the quiet zones (of layout "dl"), decodes the page and compares: exactly one Code 128
 * and one QR, with these texts. Otherwise false and a sentence. */
bool paper_check(const struct paper_raster *raster, double dpi, const char *number,
                 const char *link, char why[256]);

/* Whether a code with this text is among those that zbar reads on the page; a sentence otherwise.
 */
bool paper_reads(const struct paper_raster *raster, const char *text, char why[256]);

/* How many separate shapes of ink there are (8-connected), and how many dots of ink. */
void paper_count(const struct paper_raster *raster, size_t *ret_shapes, size_t *ret_dots);

#endif
