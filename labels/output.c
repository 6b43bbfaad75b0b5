#include "labels/output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool is_standard(const struct output *output)
{
    return strcmp(output->path, "-") == 0;
}

bool output_open(const char *path, struct output *ret_output, struct error *err)
{
    struct output output = {0};
    if (strlen(path) + sizeof ".part" > sizeof output.path)
        return error_set(err, ERROR_BAD_INPUT, "the name of the output is too long");
    snprintf(output.path, sizeof output.path, "%s", path);
    if (is_standard(&output)) {
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

static bool copy_to_standard(struct output *output, struct error *err)
{
    char bytes[65536];
    size_t n = 0;
    rewind(output->file);
    while ((n = fread(bytes, 1, sizeof bytes, output->file)) > 0)
        if (fwrite(bytes, 1, n, stdout) != n)
            return failed(output, err);
    return (!ferror(output->file) && fflush(stdout) == 0) || failed(output, err);
}

static bool name_it(struct output *output, struct error *err)
{
    return (fflush(output->file) == 0 && fsync(fileno(output->file)) == 0 &&
            rename(output->held, output->path) == 0) ||
           failed(output, err);
}

bool output_release(struct output *output, struct error *err)
{
    bool standard = is_standard(output);
    if (!(standard ? copy_to_standard(output, err) : name_it(output, err))) {
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
    if (!is_standard(output))
        (void)unlink(output->held);
}
