#include "labels/plain_writer.h"

#include <stdlib.h>

struct plain_writer {
    struct writer writer;
    plain_say *say;
    struct labels_sink sink;
    struct fonts *fonts;
    struct labels_options options;
    struct buffer out; /* the page in hand; its memory serves every page */
    size_t n_pages;
    bool broken;
};

/* A page that cannot be said leaves nothing behind; a sink that failed may hold half a page, and
 * nothing may follow it. */
static bool add_page(struct writer *writer, const struct page *page, struct error *err)
{
    struct plain_writer *plain = (struct plain_writer *)writer;
    if (plain->broken)
        return error_set(err, ERROR_LATER, "the job broke off before");
    buffer_clear(&plain->out);
    if (!plain->say(page, plain->fonts, &plain->options, &plain->out, err))
        return false;
    plain->broken =
        plain->out.failed || !plain->sink.write(plain->sink.ctx, plain->out.bytes, plain->out.n);
    if (plain->broken)
        return error_set(err, ERROR_LATER, "cannot write page %zu: %s", plain->n_pages + 1,
                         plain->out.failed ? "no memory" : "the sink failed");
    plain->n_pages++;
    return true;
}

static bool end(struct writer *writer, struct error *err)
{
    const struct plain_writer *plain = (const struct plain_writer *)writer;
    if (plain->broken)
        return error_set(err, ERROR_LATER, "the job broke off before its end");
    return plain->n_pages > 0 || error_set(err, ERROR_BAD_INPUT, "a job needs at least one page");
}

static void close_plain(struct writer *writer)
{
    struct plain_writer *plain = (struct plain_writer *)writer;
    buffer_done(&plain->out);
    free(plain);
}

bool plain_writer_open(plain_say *say, struct labels_sink sink, struct fonts *fonts,
                       const struct labels_options *options, struct writer **ret_writer,
                       struct error *err)
{
    struct plain_writer *plain = calloc(1, sizeof *plain);
    if (plain == NULL)
        return error_set(err, ERROR_LATER, "no memory for a writer");
    plain->writer = (struct writer){.page = add_page, .end = end, .close = close_plain};
    plain->say = say;
    plain->sink = sink;
    plain->fonts = fonts;
    plain->options = *options;
    *ret_writer = &plain->writer;
    return true;
}
