#include "server/notify/sms_gammu.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/fact.h"
#include "server/notify/sms_folder.h"
#include "server/notify/sms_sent.h"
#include "server/notify/sms_utf16.h"

#define BEGIN "OUTC"
#define END ".txt"
#define STAMP_N (sizeof "20261125_080000" - 1)
#define PART ".trao-part"

enum box { OUTBOX, SENT, ERRORS, INBOX, BOXES };
static const char *const names[BOXES] = {"outbox", "sent", "error", "inbox"};

struct sms_gammu {
    int folders[BOXES];
    struct sms_folder inbox;
    struct clock clock;
    struct sms_sent *sent;
};

/* ------------------------------------------------------------------ names */

/* "20261125_080000" at UTC+7: of one zone they compare as text. */
static void stamp(struct instant at, char out[STAMP_N + 1])
{
    char iso[CLOCK_TEXT_MAX];
    clock_iso_local(at, iso, sizeof iso);
    (void)snprintf(out, STAMP_N + 1, "%.4s%.2s%.2s_%.2s%.2s%.2s", iso, iso + 5, iso + 8, iso + 11,
                   iso + 14, iso + 17);
}

/* The request id in the name of a file of ours; false: it is none. */
static bool id_of(const char *name, char out[NOTICE_REQUEST_MAX + 1])
{
    size_t n = strlen(name), fixed = sizeof BEGIN - 1 + STAMP_N + sizeof "_00_" - 1;
    const char *phone = name + fixed;
    const char *id = n > fixed ? strchr(phone, '_') : NULL;
    size_t id_n = id ? n - (size_t)(id + 1 - name) : 0;
    if (strncmp(name, BEGIN, sizeof BEGIN - 1) != 0 || id_n <= sizeof END - 1 ||
        id_n - (sizeof END - 1) > NOTICE_REQUEST_MAX ||
        strcmp(name + n - (sizeof END - 1), END) != 0)
        return false;
    (void)snprintf(out, NOTICE_REQUEST_MAX + 1, "%.*s", (int)(id_n - (sizeof END - 1)), id + 1);
    return true;
}

/* Hands each file of ours in this folder to `take`, until it says no. */
static bool each(struct sms_gammu *gammu, enum box box,
                 bool (*take)(void *ctx, const char *name, const char *id, struct error *err),
                 void *ctx, struct error *err)
{
    char id[NOTICE_REQUEST_MAX + 1];
    int fd = openat(gammu->folders[box], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        error_set(err, ERROR_LATER, "%s: %s", names[box], strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool good = true;
    for (struct dirent *entry = readdir(dir); good && entry != NULL; entry = readdir(dir))
        good = !id_of(entry->d_name, id) || take(ctx, entry->d_name, id, err);
    closedir(dir);
    return good;
}

/* ------------------------------------------------------------------ opening */

/* Handed on before a crash that came before the list knew it. */
static bool know(void *ctx, const char *name, const char *id, struct error *err)
{
    struct sms_gammu *gammu = ctx;
    (void)name;
    return sms_sent_has(gammu->sent, id) || sms_sent_add(gammu->sent, id, err);
}

static bool open_folders(struct sms_gammu *gammu, const char *folder, struct error *err)
{
    for (int i = 0; i < BOXES; i++) {
        char path[CONFIG_PATH_MAX];
        int n = snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (n >= (int)sizeof path)
            return error_set(err, ERROR_BAD_INPUT, "the path is too long");
        gammu->folders[i] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (gammu->folders[i] < 0)
            return error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_LATER, "%s: %s",
                             names[i], strerror(errno));
    }
    return true;
}

bool sms_gammu_open(const char *folder, const char *sent_path, struct clock clock,
                    struct sms_gammu **ret_gammu, struct error *err)
{
    struct sms_gammu *gammu = calloc(1, sizeof *gammu);
    if (gammu == NULL)
        return error_set(err, ERROR_LATER, "%s: out of memory", folder);
    gammu->clock = clock;
    for (int i = 0; i < BOXES; i++)
        gammu->folders[i] = -1;
    bool good = open_folders(gammu, folder, err) &&
                sms_sent_open(sent_path, clock, &gammu->sent, err) &&
                each(gammu, OUTBOX, know, gammu, err) && each(gammu, SENT, know, gammu, err) &&
                each(gammu, ERRORS, know, gammu, err);
    if (!good) {
        sms_gammu_close(gammu);
        return error_add(err, "%s", folder);
    }
    *ret_gammu = gammu;
    return true;
}

void sms_gammu_close(struct sms_gammu *gammu)
{
    if (gammu == NULL)
        return;
    for (int i = 0; i < BOXES; i++)
        if (gammu->folders[i] >= 0)
            close(gammu->folders[i]);
    sms_sent_close(gammu->sent);
    free(gammu);
}

/* ------------------------------------------------------------------ sending */

struct oldest {
    char before[STAMP_N + 1]; /* a file of an earlier second stays too long */
    bool found;
};

static bool is_before(const char *name, const char *limit)
{
    return strncmp(name + sizeof BEGIN - 1, limit, STAMP_N) < 0;
}

static bool find_old(void *ctx, const char *name, const char *id, struct error *err)
{
    struct oldest *oldest = ctx;
    (void)id;
    (void)err;
    oldest->found = oldest->found || is_before(name, oldest->before);
    return true;
}

static bool somebody_takes_them(struct sms_gammu *gammu, struct error *err)
{
    struct oldest oldest = {.found = false};
    stamp((struct instant){gammu->clock.now(gammu->clock.self).ms - SMS_GAMMU_STUCK_MS},
          oldest.before);
    return each(gammu, OUTBOX, find_old, &oldest, err) &&
           (!oldest.found ||
            error_set(err, ERROR_LATER, "gammu-smsd: takes nothing from its outbox"));
}

/* A hidden file first, which the daemon passes over. */
static bool put(int folder, const char *name, const char *text, struct error *err)
{
    size_t n = strlen(text);
    int fd = openat(folder, PART, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0660);
    bool good = fd >= 0 && write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
    int why = errno == 0 ? ENOSPC : errno;
    if (fd >= 0)
        close(fd);
    if (!good || renameat(folder, PART, folder, name) != 0)
        return error_set(err, ERROR_LATER, "outbox: %s", strerror(good ? errno : why));
    (void)fsync(folder); /* it is in the outbox; told otherwise it would be put there twice */
    return true;
}

static bool has(void *self, const char *request_id)
{
    const struct sms_gammu *gammu = self;
    return sms_sent_has(gammu->sent, request_id);
}

static bool send(void *self, const struct sms *sms, struct error *err)
{
    struct sms_gammu *gammu = self;
    char name[NAME_MAX + 1], at[STAMP_N + 1], known[NOTICE_REQUEST_MAX + 1];
    stamp(gammu->clock.now(gammu->clock.self), at);
    (void)snprintf(name, sizeof name, BEGIN "%s_00_%s_%s" END, at, sms->to, sms->request_id);
    if (!id_of(name, known) || strcmp(known, sms->request_id) != 0 || strchr(name, '/') != NULL)
        return error_set(err, ERROR_BAD_INPUT, "a message's id makes no name of a file");
    return somebody_takes_them(gammu, err) && put(gammu->folders[OUTBOX], name, sms->text, err) &&
           sms_sent_add(gammu->sent, sms->request_id, err);
}

/* ------------------------------------------------------------------ what became of them */

struct reporting {
    struct sms_gammu *gammu;
    enum box box;
    enum sms_end end;
    const char *before; /* only files older than this; NULL all */
    sms_take_report *take;
    void *ctx;
};

/* Taken back first, so that the daemon does not send what is reported as never sent. */
static bool report(void *ctx, const char *name, const char *id, struct error *err)
{
    const struct reporting *it = ctx;
    int folder = it->gammu->folders[it->box], errors = it->gammu->folders[ERRORS];
    if (it->before != NULL)
        return !is_before(name, it->before) || renameat(folder, name, errors, name) == 0 ||
               errno == ENOENT || error_set(err, ERROR_LATER, "outbox: %s", strerror(errno));
    if (!it->take(it->ctx, id, it->end, err))
        return false;
    return unlinkat(folder, name, 0) == 0 || errno == ENOENT ||
           error_set(err, ERROR_LATER, "%s: %s", names[it->box], strerror(errno));
}

static bool reports(void *self, sms_take_report *take, void *ctx, struct error *err)
{
    struct sms_gammu *gammu = self;
    char old[STAMP_N + 1];
    stamp((struct instant){gammu->clock.now(gammu->clock.self).ms - NOTIFY_AGE_MAX_MS}, old);
    struct reporting back = {.gammu = gammu, .box = OUTBOX, .before = old};
    struct reporting gone = {gammu, SENT, SMS_END_SENT, NULL, take, ctx};
    struct reporting failed = {gammu, ERRORS, SMS_END_FAILED, NULL, take, ctx};
    /* The names of these files are what is known after a crash of what the list could not take. */
    if (!sms_sent_settle(gammu->sent, err))
        return false;
    return each(gammu, OUTBOX, report, &back, err) && each(gammu, SENT, report, &gone, err) &&
           each(gammu, ERRORS, report, &failed, err);
}

/* ------------------------------------------------------------------ what comes */

/* IN20261125_080000_00_+84912000001_00.txt; the further parts of a long text end in _01 and so on.
 */
static bool read_text(const char *name, const char *bytes, size_t n, char from[NOTIFY_FROM_MAX + 1],
                      char text[SMS_TEXT_MAX + 1])
{
    size_t fixed = sizeof "IN" - 1 + STAMP_N + sizeof "_00_" - 1, name_n = strlen(name);
    const char *end = strrchr(name, '_');
    if (strncmp(name, "IN", 2) != 0 || name_n <= fixed || end < name + fixed ||
        strcmp(name + name_n - (sizeof END - 1), END) != 0)
        return false;
    (void)snprintf(from, NOTIFY_FROM_MAX + 1, "%.*s", (int)(end - name - (ptrdiff_t)fixed),
                   name + fixed);
    const uint8_t *raw = (const uint8_t *)bytes;
    if (n >= 2 && raw[0] == 0xFE && raw[1] == 0xFF) /* as `inboxformat = unicode` writes it */
        sms_utf16_read(raw + 2, n - 2, text, SMS_TEXT_MAX + 1);
    else
        (void)snprintf(text, SMS_TEXT_MAX + 1, "%.*s", (int)n, bytes);
    return true;
}

static bool part_name(const char *name, unsigned k, char out[NAME_MAX + 1])
{
    const char *end = strrchr(name, '_');
    if (end == NULL || strlen(end) != sizeof "_00.txt" - 1 || k > 99)
        return false;
    (void)snprintf(out, NAME_MAX + 1, "%.*s_%02u" END, (int)(end - name), name, k);
    return true;
}

static bool texts(void *self, sms_take_text *take, void *ctx, struct error *err)
{
    struct sms_gammu *gammu = self;
    return sms_folder_take(&gammu->inbox, take, ctx, err);
}

struct sms_driver sms_gammu_driver(struct sms_gammu *gammu)
{
    gammu->inbox =
        (struct sms_folder){.fd = gammu->folders[INBOX], .reads = read_text, .part = part_name};
    return (struct sms_driver){
        .has = has, .send = send, .reports = reports, .texts = texts, .self = gammu};
}
