#include "labels/output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Standard output, or what is there and no plain file: a device, a pipe. */
static bool is_stream(const char *path)
{
    struct stat status;
    return strcmp(path, "-") == 0 || (stat(path, &status) == 0 && !S_ISREG(status.st_mode));
}

bool output_open(const char *path, struct output *ret_output, struct error *err)
{
    struct output output = {.streamed = is_stream(path)};
    if (strlen(path) + sizeof ".part" > sizeof output.path)
        return error_set(err, ERROR_BAD_INPUT, "the name of the output is too long");
    snprintf(output.path, sizeof output.path, "%s", path);
    if (output.streamed) {
        output.file = tmpfile();
        if (output.file != NULL)
            snprintf(output.held, sizeof output.held, "/proc/self/fd/%d", fileno(output.file));
    } else {
        snprintf(output.held, sizeof output.held, "%s.part", path);
        output.file = fopen(output.held, "wb");
    }
    if (output.file == NULL)
        return error_set(err, ERROR_LATER, "%s: %s", path, strerror(errno));
    *ret_output = output;
    return true;
}

static bool write_some(void *ctx, const void *bytes, size_t n)
{
    struct output *output = ctx;
    return fwrite(bytes, 1, n, output->file) == n;
}

struct labels_sink output_sink(struct output *output)
{
    return (struct labels_sink){.write = write_some, .ctx = output};
}

static bool failed(const struct output *output, struct error *err)
{
    return error_set(err, ERROR_LATER, "%s: %s", output->path, strerror(errno));
}

bool output_flush(struct output *output, struct error *err)
{
    return fflush(output->file) == 0 || failed(output, err);
}

static bool copy_to(struct output *output, FILE *stream, struct error *err)
{
    char bytes[65536];
    size_t n = 0;
    rewind(output->file);
    while ((n = fread(bytes, 1, sizeof bytes, output->file)) > 0)
        if (fwrite(bytes, 1, n, stream) != n)
            return failed(output, err);
    return (!ferror(output->file) && fflush(stream) == 0) || failed(output, err);
}

static bool hand_over(struct output *output, struct error *err)
{
    if (strcmp(output->path, "-") == 0)
        return copy_to(output, stdout, err);
    FILE *stream = fopen(output->path, "wb");
    if (stream == NULL)
        return failed(output, err);
    bool copied = copy_to(output, stream, err);
    if (fclose(stream) != 0 && copied)
        return failed(output, err);
    return copied;
}

static bool name_it(struct output *output, struct error *err)
{
    return (fflush(output->file) == 0 && fsync(fileno(output->file)) == 0 &&
            rename(output->held, output->path) == 0) ||
           failed(output, err);
}

bool output_release(struct output *output, struct error *err)
{
    if (!(output->streamed ? hand_over(output, err) : name_it(output, err))) {
        output_discard(output);
        return false;
    }
    (void)fclose(output->file); /* flushed and synced before */
    output->file = NULL;
    return true;
}

void output_discard(struct output *output)
{
    if (output->file == NULL)
        return;
    (void)fclose(output->file); /* thrown away */
    output->file = NULL;
    if (!output->streamed)
        (void)unlink(output->held);
}
