#include "labels/printer_way.h"
#include "protocol/utf8.h"
#include "protocol/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES 1024
#define NAMES_BYTES 160
#define RAW_PORT 9100
#define IPP_PORT 631

const char *printer_state_words(enum printer_state state)
{
    switch (state) {
    case PRINTER_SENDING:
        return "đang gửi tới máy in";
    case PRINTER_WAITING:
        return "đang chờ trong hàng đợi";
    case PRINTER_PRINTING:
        return "đang in";
    case PRINTER_HELD:
        return "bị giữ lại ở máy in";
    case PRINTER_NO_PAPER:
        return "hết giấy";
    case PRINTER_STOPPED:
        return "máy in dừng";
    case PRINTER_FINISHED:
        return "đã in xong";
    case PRINTER_CANCELLED:
        return "đã hủy";
    }
    invariant(false);
}

/* Keywords of RFC 8011 5.4.12 and PWG 5100.9, and what the C library says of a way that is cut. */
static const struct reason {
    const char *keyword, *words;
} reasons[] = {
    {"media-jam", "kẹt giấy"},
    {"media-empty", "hết giấy"},
    {"media-needed", "hết giấy"},
    {"input-tray-missing", "chưa lắp khay giấy"},
    {"output-area-full", "khay ra đầy giấy"},
    {"cover-open", "nắp đang mở"},
    {"door-open", "cửa đang mở"},
    {"interlock-open", "cửa đang mở"},
    {"toner-empty", "hết mực"},
    {"marker-supply-empty", "hết mực"},
    {"marker-waste-full", "bình mực thải đầy"},
    {"paused", "máy in tạm dừng"},
    {"offline", "máy in tắt"},
    {"shutdown", "máy in tắt"},
    {"connecting-to-device", "chưa tới được máy in"},
    {"timed-out", "chưa tới được máy in"},
    {"cannot connect", "chưa tới được máy in"},
    {"cannot find", "không có máy in ở địa chỉ này"},
    {"broke off", "máy in ngắt giữa chừng"},
    {"canceled", "đã hủy ở máy in"},
};

const char *printer_reason_words(const char *words)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strstr(words, reasons[i].keyword) != NULL)
            return reasons[i].words;
    return NULL;
}

/* ------------------------------------------------------------------ data */

static bool collect(void *ctx, const void *bytes, size_t n)
{
    struct printer_data *data = ctx;
    void *ends = data->ends;
    buffer_add(&data->bytes, bytes, n);
    bool room = !data->bytes.failed &&
                buffer_grow(&ends, &data->ends_room, data->n_ends + 1, sizeof *data->ends);
    data->ends = ends;
    if (room)
        data->ends[data->n_ends++] = data->bytes.n;
    return room;
}

struct labels_sink printer_data_sink(struct printer_data *data)
{
    return (struct labels_sink){collect, data};
}

void printer_data_done(struct printer_data *data)
{
    buffer_done(&data->bytes);
    free(data->ends);
    *data = (struct printer_data){0};
}

/* ------------------------------------------------------------------ profiles */

static bool set_dpi(struct printer_profile *profile, const char *value)
{
    profile->dpi = (unsigned)strtoul(value, NULL, 10);
    return strcmp(value, "203") == 0 || strcmp(value, "300") == 0 || strcmp(value, "600") == 0;
}

static bool set_native_text(struct printer_profile *profile, const char *value)
{
    profile->native_text = strcmp(value, "yes") == 0;
    return profile->native_text || strcmp(value, "no") == 0;
}

#define TEXT_KEY(name, member)                                                                     \
    {                                                                                              \
        name, offsetof(struct printer_profile, member),                                            \
            sizeof(((struct printer_profile *)0)->member), NULL                                    \
    }

/* A key is a text of the profile, or has its own way. */
static const struct key {
    const char *name;
    size_t offset;
    size_t room;
    bool (*set)(struct printer_profile *profile, const char *value);
} keys[] = {
    TEXT_KEY("where", where),   TEXT_KEY("tongue", tongue), TEXT_KEY("media", media),
    TEXT_KEY("layout", layout), {"dpi", 0, 0, set_dpi},     {"native-text", 0, 0, set_native_text},
};

static bool set_key(struct printer_profile *profile, const char *word)
{
    size_t n = strcspn(word, "=");
    for (size_t i = 0; word[n] == '=' && i < sizeof keys / sizeof *keys; i++) {
        if (strlen(keys[i].name) != n || strncmp(keys[i].name, word, n) != 0)
            continue;
        const char *value = word + n + 1;
        if (keys[i].set != NULL)
            return keys[i].set(profile, value);
        return value[0] != '\0' && (size_t)snprintf((char *)profile + keys[i].offset, keys[i].room,
                                                    "%s", value) < keys[i].room;
    }
    return false;
}

/* The words behind the name; NULL, or the one that cannot be. */
static const char *read_words(struct printer_profile *profile, char **rest)
{
    static const char blanks[] = " \t\r\n";
    for (char *word = strtok_r(NULL, blanks, rest); word != NULL;
         word = strtok_r(NULL, blanks, rest))
        if (!set_key(profile, word))
            return word;
    return profile->where[0] != '\0' ? NULL : "where=";
}

bool printer_read(char *line, struct printer_profile *ret_profile, struct error *err)
{
    struct printer_profile profile = {.tongue = "pdf"};
    const char *bad = read_words(&profile, &line);
    if (bad != NULL)
        return error_set(err, ERROR_BAD_INPUT, "«%.60s»: không đọc được. / is no word of a printer",
                         bad);
    *ret_profile = profile;
    return true;
}

bool printer_takes(const struct printer_profile *profile, enum labels_use use, struct error *err)
{
    static const char *const labels[] = {"zpl", "tspl", "escpos"};
    bool cuts = false;
    if (strncmp(profile->where, "tcp://", 6) != 0)
        return true;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        cuts = cuts || strcmp(profile->tongue, labels[i]) == 0;
    if (!cuts)
        return error_set(err, ERROR_BAD_INPUT,
                         "%s takes zpl, tspl or escpos, not %s: a document goes to ipp:// or file:",
                         profile->where, profile->tongue);
    return use != LABELS_FOR_LIST ||
           error_set(err, ERROR_BAD_INPUT,
                     "a list is a document of sheets, and %s takes labels: it goes to ipp:// or "
                     "file:",
                     profile->where);
}

bool printer_find(const char *path, const char *name, struct printer_profile *ret_profile,
                  struct error *err)
{
    char line[LINE_BYTES];
    char names[NAMES_BYTES] = "";
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(err, ERROR_NOT_FOUND, "cannot read %s: %s", path, strerror(errno));
    unsigned long number = 0;
    bool good = true;
    bool found = false;
    while (good && !found && fgets(line, sizeof line, file) != NULL) {
        char *rest = NULL;
        struct printer_profile profile = {.tongue = "pdf"};
        const char *first = strtok_r(line, " \t\r\n", &rest);
        number++;
        if (first == NULL || first[0] == '#')
            continue;
        good = (size_t)snprintf(profile.name, sizeof profile.name, "%s", first) <
                   sizeof profile.name &&
               read_words(&profile, &rest) == NULL;
        found = good && strcmp(first, name) == 0;
        if (found)
            *ret_profile = profile;
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, " %s", profile.name);
    }
    (void)fclose(file); /* only read */
    if (!good)
        return error_set(err, ERROR_BAD_INPUT, "%s:%lu is no printer", path, number);
    return found || error_set(err, ERROR_NOT_FOUND, "no printer '%s' in %s; there are:%s", name,
                              path, names);
}

/* ------------------------------------------------------------------ on the way */

/* A job that its own people cancel is over; one that stops otherwise can be gone on with. */
bool printer_tell(const struct printer_run *run, enum printer_state state, const char *words,
                  struct error *err)
{
    struct printer_progress progress = {
        .state = state, .done = spool_job_next(run->job), .n = run->n};
    snprintf(progress.words, sizeof progress.words, "%s", words);
    utf8_mend(progress.words); /* a printer's may be of any encoding, or cut */
    if (run->ear.leave != NULL && run->ear.leave(run->ear.ctx))
        return error_set(err, ERROR_LATER, "left after item %zu of %zu", progress.done, run->n);
    if (run->ear.hear(run->ear.ctx, &progress))
        return true;
    return spool_job_end(run->job, false, err) &&
           error_set(err, ERROR_REFUSED, "cancelled after item %zu of %zu", progress.done, run->n);
}

int printer_look_ms(const struct printer_run *run)
{
    return run->ear.every_ms == 0 ? PRINTER_LOOK_MS : (int)run->ear.every_ms;
}

size_t printer_items(const struct printer_run *run, size_t pages)
{
    size_t items = run->first + pages * run->items_a_page;
    return items > run->n ? run->n : items;
}

/* HOST[:PORT][/PATH] */
static bool read_place(const char *text, int port, struct printer_place *place)
{
    size_t n = strcspn(text, ":/");
    const char *rest = text + n;
    if (n == 0 || n >= sizeof place->host)
        return false;
    memcpy(place->host, text, n);
    place->port = port;
    if (*rest == ':') {
        char *end = NULL;
        long asked = strtol(rest + 1, &end, 10);
        if (end == rest + 1 || asked < 1 || asked > 65535)
            return false;
        place->port = (int)asked;
        rest = end;
    }
    if (*rest != '\0' && *rest != '/')
        return false;
    return (size_t)snprintf(place->path, sizeof place->path, "%s", rest) < sizeof place->path;
}

static bool put_file(const char *aside, const char *path, const struct buffer *bytes)
{
    int to = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (to < 0)
        return false;
    bool done = whole_write(to, bytes->bytes, bytes->n) && fsync(to) == 0;
    done = close(to) == 0 && done;
    return done && rename(aside, path) == 0;
}

static bool print_file(struct printer_run *run, struct error *err)
{
    char aside[PRINTER_PATH_BYTES + 8];
    const char *path = run->place.path;
    snprintf(aside, sizeof aside, "%s.new", path);
    if (!printer_tell(run, PRINTER_SENDING, "", err) ||
        !spool_job_sending(run->job, run->n - 1, err))
        return false;
    if (!put_file(aside, path, &run->data->bytes)) {
        error_set(err, ERROR_LATER, "cannot write %s: %s", path, strerror(errno));
        unlink(aside);
        return false;
    }
    return spool_job_done(run->job, run->n, err);
}

typedef bool way(struct printer_run *run, struct error *err);

static const struct scheme {
    const char *prefix;
    int port; /* 0: the rest is a file's name */
    bool tls;
    way *way;
} schemes[] = {{"ipp://", IPP_PORT, false, printer_ipp},
               {"ipps://", IPP_PORT, true, printer_ipp},
               {"tcp://", RAW_PORT, false, printer_raw},
               {"file:", 0, false, print_file}};

static bool find_way(struct printer_run *run, way **ret_way, struct error *err)
{
    const char *where = run->profile->where;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        const struct scheme *scheme = &schemes[i];
        size_t n = strlen(scheme->prefix);
        if (strncmp(where, scheme->prefix, n) != 0)
            continue;
        run->place.tls = scheme->tls;
        bool good =
            scheme->port != 0
                ? read_place(where + n, scheme->port, &run->place)
                : where[n] != '\0' && (size_t)snprintf(run->place.path, sizeof run->place.path,
                                                       "%s", where + n) < sizeof run->place.path;
        *ret_way = scheme->way;
        return good || error_set(err, ERROR_BAD_INPUT, "no printer can be at '%s'", where);
    }
    return error_set(err, ERROR_BAD_INPUT,
                     "'%s' is no place: ipp://HOST/PATH, tcp://HOST:PORT or file:PATH", where);
}

static bool run_job(struct printer_run *run, struct error *err)
{
    way *go = NULL;
    if (!find_way(run, &go, err))
        return false;
    if (run->data == NULL && go != printer_ipp)
        return error_set(err, ERROR_BAD_INPUT, "there is no queue to follow at '%s'",
                         run->profile->where);
    spool_job_items(run->job, &run->n);
    run->first = spool_job_next(run->job);
    if (!go(run, err))
        return false;
    struct printer_progress progress = {.state = PRINTER_FINISHED, .done = run->n, .n = run->n};
    if (!run->ear.hear(run->ear.ctx, &progress)) /* nothing is left to cancel */
        return error_set(err, ERROR_LATER, "all is printed, and its end not taken in");
    return spool_job_end(run->job, true, err);
}

bool printer_print(const struct printer_profile *profile, struct spool_job *job,
                   const struct printer_data *data, size_t items_a_page, struct printer_ear ear,
                   struct error *err)
{
    struct printer_run run = {
        .profile = profile, .job = job, .data = data, .items_a_page = items_a_page, .ear = ear};
    return run_job(&run, err) ||
           error_add(err, "print job %s to %s", spool_job_id(job), profile->where);
}

bool printer_follow(const struct printer_profile *profile, struct spool_job *job,
                    size_t items_a_page, struct printer_ear ear, struct error *err)
{
    invariant(spool_job_remote(job) != 0);
    return printer_print(profile, job, NULL, items_a_page, ear, err);
}
