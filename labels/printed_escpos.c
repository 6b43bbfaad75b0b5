/* ESC/POS read back (Epson, ESC/POS command reference): rasters between a reset and a cut. */
#include "labels/printed_job.h"

/* GS v 0 m xL xH yL yH and its data. */
struct band {
    int32_t bytes;
    int32_t rows;
    const unsigned char *data;
};

static bool read_band(struct printed_job *job, struct band *band)
{
    if (job->end - job->at < 5 || job->at[0] != 0)
        return printed_refuse(job, "a raster that is scaled or ends early");
    band->bytes = job->at[1] | job->at[2] << 8;
    band->rows = job->at[3] | job->at[4] << 8;
    band->data = job->at + 5;
    int64_t n = (int64_t)band->bytes * band->rows;
    if (n == 0 || n > job->end - band->data)
        return printed_refuse(job, "a raster that is empty or ends early");
    job->at = band->data + n;
    return true;
}

/* All bands up to the cut; `draw` is false when only the size is asked for. */
static bool read_bands(struct printed_job *job, bool draw, int32_t *ret_bytes, int32_t *ret_rows)
{
    int32_t bytes = 0;
    int64_t rows = 0;
    while (!printed_take(job, "\x1DVB")) {
        struct band band = {0};
        if (!printed_take(job, "\x1Dv0"))
            return printed_refuse(job, "a command that this reader does not know");
        if (!read_band(job, &band))
            return false;
        if (bytes != 0 && bytes != band.bytes)
            return printed_refuse(job, "rasters of different widths on one label");
        for (int32_t i = 0; draw && i < band.rows; i++)
            printed_row(job, 0, (int32_t)rows + i, band.data + (ptrdiff_t)i * band.bytes,
                        (size_t)band.bytes, 0);
        bytes = band.bytes;
        rows += band.rows;
        if (rows > BITMAP_SIDE_MAX)
            return printed_refuse(job, "a label that is too long");
    }
    *ret_bytes = bytes;
    *ret_rows = (int32_t)rows;
    return true;
}

static bool read_label(struct printed_job *job)
{
    int32_t bytes = 0;
    int32_t rows = 0;
    if (!printed_take(job, "\x1B@"))
        return printed_refuse(job, "a label that does not begin with a reset");
    const unsigned char *first = job->at;
    if (!read_bands(job, false, &bytes, &rows))
        return false;
    if (job->at == job->end || *job->at != 0)
        return printed_refuse(job, "a cut that feeds, or none");
    job->at = first;
    if (!printed_begin(job, bytes * 8, rows) || !read_bands(job, true, &bytes, &rows))
        return false;
    job->at++;
    return printed_end(job);
}

bool printed_escpos(const void *bytes, size_t n, unsigned dpi, struct printed_sink sink,
                    struct error *err)
{
    struct printed_job job;
    bool done = printed_job_open(&job, bytes, n, dpi, sink, err);
    while (done && job.at < job.end)
        done = read_label(&job);
    printed_job_close(&job);
    return done;
}
