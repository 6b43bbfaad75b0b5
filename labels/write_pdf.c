/* Pages as a PDF (ISO 32000-1), written straight into content streams: exact media box, vectors,
 * fonts embedded as subsets, no timestamps, the same pages the same bytes.
 *
 * Each page leaves as soon as it is added; what stays is 8 bytes an object and which glyphs were
 * used. Fonts, page tree and cross references follow at the end. Viewers are told not to scale. */
#include "labels/tongue.h"

#include "labels/pdf_content.h"
#include "labels/quick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Pages hang from nodes of the page tree, so that no list grows with the job but the last. */
#define PAGES_A_NODE 256

/* From here on 60 KB of fonts are little beside the pages. */
#define PAGES_LARGE 40

/* Objects with fixed numbers; the rest are numbered as they come. */
enum { OBJECT_CATALOG = 1, OBJECT_PAGES, OBJECT_INFO, OBJECT_RESOURCES, OBJECT_FONT };
#define OBJECTS_FIXED (OBJECT_FONT + FONT_WEIGHTS - 1)

struct write_pdf {
    struct writer writer; /* first: a writer is its PDF */
    struct labels_sink sink;
    struct fonts *fonts;
    bool plain;  /* pages are not deflated */
    bool broken; /* the sink refused, or memory ran out */
    uint64_t written;
    uint64_t *offsets; /* of object n + 1; 0: not written yet */
    size_t n_objects, offsets_room;
    size_t n_pages;
    size_t node;         /* number of the page tree node being filled, 0 if none */
    struct buffer kids;  /* its pages, as references */
    struct buffer nodes; /* all nodes, as references */
    struct pdf_content *content;
    uint32_t *used[FONT_WEIGHTS]; /* the content's */
    struct buffer cmap;           /* scratch */
    struct buffer out;            /* scratch */
};

/* Hands over what was gathered. */
static bool flush(struct write_pdf *pdf, struct error *err)
{
    struct buffer *out = &pdf->out;
    if (pdf->broken || out->failed || pdf->kids.failed || pdf->nodes.failed) {
        pdf->broken = true;
        return error_set(err, ERROR_LATER, "no memory for the PDF, or it broke off before");
    }
    if (!pdf->sink.write(pdf->sink.ctx, out->bytes, out->n)) {
        pdf->broken = true;
        return error_set(err, ERROR_LATER, "cannot write the PDF");
    }
    pdf->written += out->n;
    buffer_clear(out);
    return true;
}

/* A number for an object that will be written later; 0 without memory. */
static size_t reserve(struct write_pdf *pdf)
{
    void *offsets = pdf->offsets;
    if (!buffer_grow(&offsets, &pdf->offsets_room, pdf->n_objects + 1, sizeof *pdf->offsets)) {
        pdf->out.failed = true;
        return 0;
    }
    pdf->offsets = offsets;
    pdf->offsets[pdf->n_objects] = 0;
    return ++pdf->n_objects;
}

static void begin_object(struct write_pdf *pdf, size_t number)
{
    if (number == 0)
        return;
    pdf->offsets[number - 1] = pdf->written + pdf->out.n;
    buffer_format(&pdf->out, "%zu 0 obj\n", number);
}

/* A whole object: a dictionary whose entries are `entries`. */
static void dictionary(struct write_pdf *pdf, size_t number, const char *entries)
{
    begin_object(pdf, number);
    buffer_text(&pdf->out, "<< ");
    buffer_text(&pdf->out, entries);
    buffer_text(&pdf->out, " >>\nendobj\n");
}

/* A whole object: a stream as it is. `entries` may be empty. */
static void stream(struct write_pdf *pdf, size_t number, const char *entries,
                   const unsigned char *bytes, size_t n)
{
    begin_object(pdf, number);
    buffer_format(&pdf->out, "<< /Length %zu%s >>\nstream\n", n, entries);
    buffer_add(&pdf->out, bytes, n);
    buffer_text(&pdf->out, "\nendstream\nendobj\n");
}

/* The same, deflated. */
static void packed_stream(struct write_pdf *pdf, size_t number, const struct buffer *data)
{
    struct buffer packed = {0};
    uLongf n = compressBound((uLong)data->n);
    unsigned char *room = buffer_room(&packed, n);
    if (data->failed || room == NULL ||
        compress2(room, &n, data->bytes, (uLong)data->n, Z_DEFAULT_COMPRESSION) != Z_OK)
        pdf->out.failed = true;
    else
        stream(pdf, number, " /Filter /FlateDecode", room, n);
    buffer_done(&packed);
}

static void finish_node(struct write_pdf *pdf)
{
    size_t pages = (pdf->n_pages - 1) % PAGES_A_NODE + 1;
    begin_object(pdf, pdf->node);
    buffer_format(&pdf->out, "<< /Type /Pages /Parent %d 0 R /Count %zu /Kids [ ", OBJECT_PAGES,
                  pages);
    buffer_add(&pdf->out, pdf->kids.bytes, pdf->kids.n);
    buffer_text(&pdf->out, "] >>\nendobj\n");
    buffer_clear(&pdf->kids);
    pdf->node = 0;
}

static bool add_page(struct writer *writer, const struct page *page, struct error *err)
{
    struct write_pdf *pdf = (struct write_pdf *)writer;
    const struct buffer *drawn = pdf_content_draw(pdf->content, page);
    if (pdf->node == 0) {
        pdf->node = reserve(pdf);
        buffer_format(&pdf->nodes, "%zu 0 R ", pdf->node);
    }
    size_t content = reserve(pdf);
    size_t number = reserve(pdf);
    pdf->out.failed = pdf->out.failed || drawn->failed;
    if (pdf->plain)
        stream(pdf, content, "", drawn->bytes, drawn->n);
    else
        packed_stream(pdf, content, drawn);
    begin_object(pdf, number);
    buffer_format(&pdf->out, "<< /Type /Page /Parent %zu 0 R /Contents %zu 0 R /Resources %d 0 R ",
                  pdf->node, content, OBJECT_RESOURCES);
    buffer_text(&pdf->out, "/MediaBox [0 0 ");
    pdf_points(&pdf->out, page->width_um);
    pdf_points(&pdf->out, page->height_um);
    buffer_text(&pdf->out, "] >>\nendobj\n");
    buffer_format(&pdf->kids, "%zu 0 R ", number);
    pdf->n_pages++;
    if (pdf->n_pages % PAGES_A_NODE == 0)
        finish_node(pdf);
    return flush(pdf, err);
}

/* Widths of the used glyphs in thousandths (9.7.4.3): "id [w] id [w w]". */
static void put_widths(struct write_pdf *pdf, enum font_weight weight)
{
    const struct font_metrics *metrics = font_metrics(pdf->fonts, weight);
    bool inside = false;
    buffer_text(&pdf->out, "/W [ ");
    for (size_t id = 0; id < metrics->glyphs; id++) {
        bool used = pdf->used[weight][id] != 0;
        if (used && !inside)
            buffer_format(&pdf->out, "%zu [", id);
        if (!used && inside)
            buffer_text(&pdf->out, "] ");
        if (used)
            buffer_int(&pdf->out, (int64_t)font_advance(pdf->fonts, weight, (uint16_t)id) * 1000 /
                                      metrics->units_per_em);
        inside = used;
    }
    buffer_text(&pdf->out, inside ? "] ]" : "]");
}

/* Glyph to character (9.10.3), at most 100 lines a block. */
static void put_to_unicode(struct write_pdf *pdf, enum font_weight weight, struct buffer *cmap)
{
    buffer_text(cmap, "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
                      "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
                      "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
                      "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n");
    size_t glyphs = font_metrics(pdf->fonts, weight)->glyphs;
    size_t left = 0;
    for (size_t id = 0; id < glyphs; id++)
        left += pdf->used[weight][id] != 0;
    size_t in_block = 0;
    for (size_t id = 0; id < glyphs; id++) {
        if (pdf->used[weight][id] == 0)
            continue;
        if (in_block == 0) {
            in_block = left < 100 ? left : 100;
            buffer_format(cmap, "%zu beginbfchar\n", in_block);
        }
        buffer_text(cmap, "<");
        buffer_hex16(cmap, (unsigned)id);
        buffer_text(cmap, "> <");
        pdf_utf16(cmap, pdf->used[weight][id]);
        buffer_text(cmap, ">\n");
        left--;
        if (--in_block == 0)
            buffer_text(cmap, "endbfchar\n");
    }
    buffer_text(cmap, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
}

/* Six capitals before the name say that it is a subset and which (9.6.4): FNV-1a of its glyphs. */
static void subset_tag(const uint32_t *used, size_t glyphs, char tag[7])
{
    uint64_t hash = 14695981039346656037u;
    for (size_t id = 0; id < glyphs; id++)
        hash = (hash ^ (used[id] != 0 ? id : 0)) * 1099511628211u;
    for (int i = 0; i < 6; i++, hash /= 26)
        tag[i] = (char)('A' + hash % 26);
    tag[6] = '\0';
}

static int64_t thousandths(const struct font_metrics *metrics, int32_t units)
{
    return (int64_t)units * 1000 / metrics->units_per_em;
}

static void put_descriptor(struct write_pdf *pdf, size_t number, size_t file, const char *name,
                           const struct font_metrics *m)
{
    begin_object(pdf, number);
    buffer_format(&pdf->out, "<< /Type /FontDescriptor /FontName /%s /Flags 32 /ItalicAngle 0 ",
                  name);
    buffer_text(&pdf->out, "/FontBBox [");
    for (int i = 0; i < 4; i++)
        buffer_int(&pdf->out, thousandths(m, m->box[i]));
    buffer_format(&pdf->out, "] /Ascent %lld /Descent %lld /CapHeight %lld ",
                  (long long)thousandths(m, m->ascender), (long long)thousandths(m, m->descender),
                  (long long)thousandths(m, m->cap_height));
    /* StemV is required and only guides substitution of a font that is not embedded. */
    buffer_format(&pdf->out, "/StemV 80 /FontFile2 %zu 0 R >>\nendobj\n", file);
}

/* A large job takes the whole table of plain letters: its fonts are then the same from job to job,
 * and ready. A small one takes its own letters only. */
static void round_up(struct write_pdf *pdf, enum font_weight weight)
{
    if (pdf->n_pages >= PAGES_LARGE)
        quick_mark(font_quick(pdf->fonts, weight), pdf->used[weight]);
}

static bool put_font(struct write_pdf *pdf, enum font_weight weight, struct error *err)
{
    const struct font_metrics *metrics = font_metrics(pdf->fonts, weight);
    char tag[7];
    char name[96];
    char length[64];
    subset_tag(pdf->used[weight], metrics->glyphs, tag);
    snprintf(name, sizeof name, "%s+%s", tag, font_name(pdf->fonts, weight));
    size_t file = reserve(pdf);
    size_t descriptor = reserve(pdf);
    size_t descendant = reserve(pdf);
    size_t to_unicode = reserve(pdf);
    struct font_file packed;
    if (!font_file(pdf->fonts, weight, pdf->used[weight], &packed, err))
        return false;
    snprintf(length, sizeof length, " /Filter /FlateDecode /Length1 %zu", packed.plain);
    stream(pdf, file, length, packed.bytes, packed.n);
    put_descriptor(pdf, descriptor, file, name, metrics);
    begin_object(pdf, descendant);
    buffer_format(&pdf->out, "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s ", name);
    buffer_text(&pdf->out,
                "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> ");
    buffer_format(&pdf->out, "/FontDescriptor %zu 0 R /CIDToGIDMap /Identity ", descriptor);
    put_widths(pdf, weight);
    buffer_text(&pdf->out, " >>\nendobj\n");
    buffer_clear(&pdf->cmap);
    put_to_unicode(pdf, weight, &pdf->cmap);
    packed_stream(pdf, to_unicode, &pdf->cmap);
    begin_object(pdf, OBJECT_FONT + (size_t)weight);
    buffer_format(&pdf->out, "<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H ",
                  name);
    buffer_format(&pdf->out, "/DescendantFonts [%zu 0 R] /ToUnicode %zu 0 R >>\nendobj\n",
                  descendant, to_unicode);
    return flush(pdf, err);
}

static void put_tree(struct write_pdf *pdf)
{
    if (pdf->node != 0)
        finish_node(pdf);
    begin_object(pdf, OBJECT_PAGES);
    buffer_format(&pdf->out, "<< /Type /Pages /Count %zu /Kids [ ", pdf->n_pages);
    buffer_add(&pdf->out, pdf->nodes.bytes, pdf->nodes.n);
    buffer_text(&pdf->out, "] >>\nendobj\n");
    /* A print scaled to fit would leave fractions of dots to the bars (case B09). */
    dictionary(pdf, OBJECT_CATALOG,
               "/Type /Catalog /Pages 2 0 R /Lang (vi-VN) "
               "/ViewerPreferences << /PrintScaling /None /PickTrayByPDFSize true >>");
    dictionary(pdf, OBJECT_INFO, "/Producer (Trao " TRAO_VERSION ")");
    dictionary(pdf, OBJECT_RESOURCES, "/Font << /F0 5 0 R /F1 6 0 R >>");
}

static void put_references(struct write_pdf *pdf)
{
    uint64_t start = pdf->written + pdf->out.n;
    buffer_format(&pdf->out, "xref\n0 %zu\n0000000000 65535 f \n", pdf->n_objects + 1);
    for (size_t i = 0; i < pdf->n_objects; i++)
        buffer_format(&pdf->out, "%010llu 00000 n \n", (unsigned long long)pdf->offsets[i]);
    buffer_format(&pdf->out, "trailer\n<< /Size %zu /Root %d 0 R /Info %d 0 R >>\n",
                  pdf->n_objects + 1, OBJECT_CATALOG, OBJECT_INFO);
    buffer_format(&pdf->out, "startxref\n%llu\n%%%%EOF\n", (unsigned long long)start);
}

static bool end_pdf(struct writer *writer, struct error *err)
{
    struct write_pdf *pdf = (struct write_pdf *)writer;
    if (pdf->n_pages == 0)
        return error_set(err, ERROR_BAD_INPUT, "a PDF needs at least one page");
    for (enum font_weight w = FONT_REGULAR; w < FONT_WEIGHTS; w++) {
        round_up(pdf, w);
        if (!put_font(pdf, w, err))
            return false;
    }
    put_tree(pdf);
    put_references(pdf);
    return flush(pdf, err);
}

static void close_pdf(struct writer *writer)
{
    struct write_pdf *pdf = (struct write_pdf *)writer;
    pdf_content_close(pdf->content);
    buffer_done(&pdf->kids);
    buffer_done(&pdf->nodes);
    buffer_done(&pdf->cmap);
    buffer_done(&pdf->out);
    free(pdf->offsets);
    free(pdf);
}

bool write_pdf_open(struct labels_sink sink, struct fonts *fonts,
                    const struct labels_options *options, struct writer **ret_writer,
                    struct error *err)
{
    struct write_pdf *pdf = calloc(1, sizeof *pdf);
    if (pdf == NULL)
        return error_set(err, ERROR_LATER, "no memory for a PDF");
    pdf->writer = (struct writer){.page = add_page, .end = end_pdf, .close = close_pdf};
    void *offsets = NULL;
    if (!pdf_content_open(fonts, &pdf->content, err)) {
        close_pdf(&pdf->writer);
        return false;
    }
    if (!buffer_grow(&offsets, &pdf->offsets_room, OBJECTS_FIXED, sizeof(uint64_t))) {
        close_pdf(&pdf->writer);
        return error_set(err, ERROR_LATER, "no memory for a PDF");
    }
    for (enum font_weight w = FONT_REGULAR; w < FONT_WEIGHTS; w++)
        pdf->used[w] = pdf_content_used(pdf->content, w);
    pdf->offsets = offsets;
    memset(pdf->offsets, 0, OBJECTS_FIXED * sizeof *pdf->offsets);
    pdf->n_objects = OBJECTS_FIXED;
    pdf->sink = sink;
    pdf->plain = options->plain;
    pdf->fonts = fonts;
    /* Four bytes above 127 tell transfer programs that this is binary (7.5.2). */
    buffer_text(&pdf->out, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
    *ret_writer = &pdf->writer;
    return true;
}
