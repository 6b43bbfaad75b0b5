#include "labels/spool_file.h"

#include "labels/buffer.h"
#include "protocol/utf8.h"
#include "protocol/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_LINE "trao-print 1"
#define LINE_BYTES 256
#define PATH_BYTES 4096

/* ------------------------------------------------------------------ words */

bool spool_number_is_good(const char *number)
{
    size_t n = strlen(number);
    return n > 0 && n < SPOOL_NUMBER_BYTES &&
           strspn(number, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == n;
}

bool spool_reason_is_good(const char *reason)
{
    size_t n = strlen(reason);
    return n > 0 && n < SPOOL_REASON_BYTES && utf8_is_text(reason, n) &&
           strcspn(reason, "\r\n") == n;
}

void spool_file_sending(struct spool_file *file, size_t item)
{
    file->touched = file->touched > item + 1 ? file->touched : item + 1;
    file->doubt_from = file->doubt_from > item + 1 ? file->doubt_from : item + 1;
}

/* Somebody saw the sheets that were in doubt: they are on paper as they were, not as the next copy.
 */
void spool_file_done_to(struct spool_file *file, size_t done)
{
    for (size_t i = file->done; i < done; i++)
        if (i >= file->doubt_from && i < file->doubt)
            file->items[i].copy--;
    file->done = done;
    file->touched = file->touched > done ? file->touched : done;
}

void spool_file_recall(struct spool_file *file)
{
    file->remote = 0;
    file->touched = file->done < file->n_items ? file->done + 1 : file->done;
}

void spool_file_resume(struct spool_file *file)
{
    for (size_t i = file->done; i < file->touched; i++)
        file->items[i].copy++;
    file->doubt_from = file->done;
    file->doubt = file->touched > file->doubt ? file->touched : file->doubt;
    file->touched = file->done;
}

void spool_file_leave_out(struct spool_file *file, size_t item)
{
    struct spool_item *at = file->items + item;
    memmove(at, at + 1, (file->n_items - item - 1) * sizeof *at);
    file->n_items--;
    file->touched -= item < file->touched;
    file->doubt_from -= item < file->doubt_from;
    file->doubt -= item < file->doubt;
}

/* ------------------------------------------------------------------ reading */

static bool read_item(struct spool_file *file, char *words)
{
    struct spool_item item = {0};
    char *copy = strchr(words, ' ');
    if (copy == NULL || file->begun)
        return false;
    *copy++ = '\0';
    char *end = NULL;
    unsigned long number = strtoul(copy, &end, 10);
    if (!spool_number_is_good(words) || *end != '\0' || number < 1 || number > LABELS_COPY_MAX)
        return false;
    snprintf(item.number, sizeof item.number, "%s", words);
    item.copy = (unsigned)number;
    void *items = file->items;
    file->no_memory = !buffer_grow(&items, &file->items_room, file->n_items + 1, sizeof item);
    if (file->no_memory)
        return false;
    file->items = items;
    file->items[file->n_items++] = item;
    return true;
}

static bool read_go(struct spool_file *file, size_t value)
{
    (void)value;
    bool good = !file->begun && file->n_items > 0;
    file->begun = true;
    return good;
}

static bool read_sending(struct spool_file *file, size_t value)
{
    if (value < file->done || value >= file->n_items)
        return false;
    spool_file_sending(file, value);
    return true;
}

static bool read_done(struct spool_file *file, size_t value)
{
    if (value < file->done || value > file->n_items)
        return false;
    spool_file_done_to(file, value);
    return true;
}

static bool read_remote(struct spool_file *file, size_t value)
{
    file->remote = (int)value;
    file->touched = file->n_items;
    file->doubt = 0;
    return value > 0 && value <= INT32_MAX;
}

static bool read_recalled(struct spool_file *file, size_t value)
{
    (void)value;
    spool_file_recall(file);
    return true;
}

static bool read_resumed(struct spool_file *file, size_t value)
{
    (void)value;
    spool_file_resume(file);
    return true;
}

static bool read_without(struct spool_file *file, size_t value)
{
    if (file->remote != 0 || value < file->done || value >= file->n_items)
        return false;
    spool_file_leave_out(file, value);
    return true;
}

static bool read_end(struct spool_file *file, size_t value)
{
    (void)value;
    file->ended = true;
    return true;
}

static const struct word {
    const char *word;
    bool has_value;
    bool (*read)(struct spool_file *file, size_t value);
} words[] = {
    {"go", false, read_go},
    {"sending", true, read_sending},
    {"done", true, read_done},
    {"remote", true, read_remote},
    {"recalled", false, read_recalled},
    {"resumed", false, read_resumed},
    {"without", true, read_without},
    {"finished", false, read_end},
    {"cancelled", false, read_end},
};

static bool read_word(struct spool_file *file, const char *line)
{
    size_t n = strcspn(line, " ");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].word) != n || strncmp(words[i].word, line, n) != 0)
            continue;
        char *end = NULL;
        unsigned long value = words[i].has_value ? strtoul(line + n, &end, 10) : 0;
        bool whole = words[i].has_value ? line[n] == ' ' && end != line + n && *end == '\0'
                                        : line[n] == '\0';
        return whole && (file->begun || words[i].read == read_go) && !file->ended &&
               words[i].read(file, value);
    }
    return false;
}

static bool read_line(struct spool_file *file, unsigned long number, char *line)
{
    if (number == 1)
        return strcmp(line, FIRST_LINE) == 0;
    if (strncmp(line, "item ", 5) == 0)
        return read_item(file, line + 5);
    if (number == 2 && strncmp(line, "reason ", 7) == 0) {
        snprintf(file->reason, sizeof file->reason, "%s", line + 7);
        return spool_reason_is_good(line + 7);
    }
    return read_word(file, line);
}

/* A whole line without its end; false when there is none: what is behind the last end of a line is
 * torn, and as if it were not there. One that holds a zero, or is too long, is none of ours: "". */
static bool next_line(FILE *from, char line[LINE_BYTES], size_t *ret_bytes)
{
    size_t n = 0;
    int sign;
    bool ours = true;
    for (; (sign = getc(from)) != EOF && sign != '\n'; n++) {
        ours = ours && sign != '\0' && n < LINE_BYTES - 1;
        if (ours)
            line[n] = (char)sign;
    }
    line[ours ? n : 0] = '\0';
    *ret_bytes = n + 1;
    return sign == '\n';
}

static bool read_lines(FILE *from, const char *path, struct spool_file *file, struct error *err)
{
    char line[LINE_BYTES];
    size_t n;
    for (unsigned long number = 1; next_line(from, line, &n); number++) {
        if (!read_line(file, number, line))
            return file->no_memory
                       ? error_set(err, ERROR_LATER, "no memory for %s", path)
                       : error_set(err, ERROR_BROKEN, "%s:%lu cannot be understood", path, number);
        file->bytes += n;
    }
    if (ferror(from) != 0)
        return error_set(err, ERROR_LATER, "cannot read %s: %s", path, strerror(errno));
    return file->begun || error_set(err, ERROR_BROKEN, "%s ends too early", path);
}

bool spool_file_read(const char *path, struct spool_file *ret_file, struct error *err)
{
    struct spool_file file = {0};
    FILE *from = fopen(path, "re");
    if (from == NULL)
        return error_set(err, ERROR_LATER, "cannot read %s: %s", path, strerror(errno));
    bool good = read_lines(from, path, &file, err);
    (void)fclose(from); /* only read */
    if (!good) {
        spool_file_done(&file);
        return false;
    }
    *ret_file = file;
    return true;
}

void spool_file_done(struct spool_file *file)
{
    free(file->items);
    *file = (struct spool_file){0};
}

/* ------------------------------------------------------------------ writing */

/* The folder's own entry, so that the rename outlives a power cut. */
static bool sync_folder(const char *path)
{
    char copy[PATH_BYTES];
    snprintf(copy, sizeof copy, "%s", path);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    bool synced = fsync(folder) == 0;
    close(folder);
    return synced;
}

static bool put_file(const char *aside, const char *path, const struct buffer *text)
{
    int to = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (to < 0)
        return false;
    bool done = whole_write(to, text->bytes, text->n) && fsync(to) == 0;
    done = close(to) == 0 && done;
    return done && rename(aside, path) == 0 && sync_folder(path);
}

bool spool_file_create(const char *path, const struct spool_item *items, size_t n,
                       const char *reason, struct error *err)
{
    char aside[PATH_BYTES];
    struct buffer text = {0};
    buffer_text(&text, FIRST_LINE "\n");
    if (reason != NULL)
        buffer_format(&text, "reason %s\n", reason);
    for (size_t i = 0; i < n; i++)
        buffer_format(&text, "item %s %u\n", items[i].number, items[i].copy);
    buffer_text(&text, "go\n");
    snprintf(aside, sizeof aside, "%s.new", path);
    bool done = !text.failed && put_file(aside, path, &text);
    if (!done) {
        error_set(err, ERROR_LATER, "cannot write %s: %s", path,
                  text.failed ? "no memory" : strerror(errno));
        unlink(aside);
    }
    buffer_done(&text);
    return done;
}

bool spool_file_append(const char *path, const struct spool_file *file, int *ret_append,
                       struct error *err)
{
    int append = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (append < 0)
        return error_set(err, ERROR_LATER, "cannot open %s: %s", path, strerror(errno));
    if (ftruncate(append, (off_t)file->bytes) != 0) {
        error_set(err, ERROR_LATER, "cannot cut %s: %s", path, strerror(errno));
        close(append);
        return false;
    }
    *ret_append = append;
    return true;
}

bool spool_file_add(int append, const char *word, size_t value, struct error *err)
{
    char line[64];
    int n = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, word) == 0)
            n = words[i].has_value ? snprintf(line, sizeof line, "%s %zu\n", word, value)
                                   : snprintf(line, sizeof line, "%s\n", word);
    invariant(n > 0);
    if (!whole_write(append, line, (size_t)n) || fdatasync(append) != 0)
        return error_set(err, ERROR_LATER, "cannot write '%s': %s", word, strerror(errno));
    return true;
}
