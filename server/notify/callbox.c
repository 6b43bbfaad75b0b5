#include "server/notify/callbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/chain.h"
#include "protocol/whole.h"

/* MILLISECONDS-NUMBER.GATEWAY: in this order they are read. */
#define NAME_FORMAT "%013lld-%06u.%s"
#define FILE_MAX (SMS_TEXT_MAX + 256)
#define FUTURE_MS 60000 /* the clock was put back: do not wait for it */

struct callbox {
    int folder;
    struct clock clock;
    atomic_uint number, waiting;
};

/* ".NAME": a call that was on its way to the disk, and never answered. */
static int is_part(const struct dirent *entry)
{
    return entry->d_name[0] == '.' && entry->d_name[1] >= '0' && entry->d_name[1] <= '9';
}

/* What a crash left half written holds a phone and what it texted, and nobody would take it. */
static void clear_parts(const struct callbox *box)
{
    struct dirent **names = NULL;
    int n = scandirat(box->folder, ".", &names, is_part, NULL);
    for (int i = 0; i < n; i++) {
        (void)unlinkat(box->folder, names[i]->d_name, 0);
        free(names[i]);
    }
    free(names);
}

bool callbox_open(const char *folder, struct clock clock, struct callbox **ret_box,
                  struct error *err)
{
    struct callbox *box = calloc(1, sizeof *box);
    if (box == NULL)
        return error_set(err, ERROR_LATER, "%s: out of memory", folder);
    box->clock = clock;
    box->folder = mkdir(folder, 0700) == 0 || errno == EEXIST
                      ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                      : -1;
    if (box->folder < 0) {
        free(box);
        return error_set(err, ERROR_LATER, "%s: %s", folder, strerror(errno));
    }
    clear_parts(box);
    *ret_box = box;
    return true;
}

void callbox_close(struct callbox *box)
{
    if (box == NULL)
        return;
    close(box->folder);
    free(box);
}

/* ------------------------------------------------------------------ keeping */

static bool put(struct callbox *box, const char *name, const char *bytes, size_t n)
{
    char part[64];
    (void)snprintf(part, sizeof part, ".%s", name);
    int fd = openat(box->folder, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0 && whole_write(fd, bytes, n) && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    good = good && renameat(box->folder, part, box->folder, name) == 0 && fsync(box->folder) == 0;
    if (!good && fd >= 0)
        (void)unlinkat(box->folder, part, 0);
    return good;
}

bool callbox_keep(struct callbox *box, const struct callbox_call *call, struct error *err)
{
    char name[64], bytes[FILE_MAX];
    if (atomic_load(&box->waiting) >= CALLBOX_MAX)
        return error_set(err, ERROR_LATER, "calls of gateways: too many wait");
    (void)snprintf(name, sizeof name, NAME_FORMAT, (long long)box->clock.now(box->clock.self).ms,
                   atomic_fetch_add(&box->number, 1) % 1000000, call->gateway);
    int n = call->is_text
                ? snprintf(bytes, sizeof bytes, "text %s %s %s", call->id, call->from, call->text)
                : snprintf(bytes, sizeof bytes, "report %s %d", call->id, (int)call->end);
    bool good = put(box, name, bytes, (size_t)n) ||
                error_set(err, ERROR_LATER, "a call of a gateway: %s", strerror(errno));
    chain_wipe(bytes, sizeof bytes);
    return good;
}

/* ------------------------------------------------------------------ handing over */

static bool read_call(const char *bytes, struct callbox_call *ret_call)
{
    int end = 0, at = 0;
    ret_call->is_text = strncmp(bytes, "text ", 5) == 0;
    if (!ret_call->is_text) {
        /* NOLINTNEXTLINE(cert-err34-c): a width bounds each number */
        bool good = sscanf(bytes, "report %64s %1d", ret_call->id, &end) == 2 &&
                    end >= SMS_END_SENT && end <= SMS_END_FAILED;
        ret_call->end = (enum sms_end)end;
        return good;
    }
    if (sscanf(bytes, "text %64s %23s %n", ret_call->id, ret_call->from, &at) != 2 || at == 0)
        return false;
    (void)snprintf(ret_call->text, sizeof ret_call->text, "%s", bytes + at);
    return true;
}

/* Not read: it is gone, or says nothing; LATER: the disk, or the process, cannot just now. */
static bool read_file(const struct callbox *box, const char *name, struct callbox_call *ret_call,
                      bool *ret_read, struct error *err)
{
    char bytes[FILE_MAX];
    int fd = openat(box->folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof bytes - 1);
    int why = n < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    if (n < 0 && why != ENOENT && why != ELOOP)
        return error_set(err, ERROR_LATER, "a call of a gateway: %s", strerror(why));
    bytes[n < 0 ? 0 : n] = '\0';
    *ret_read = n > 0 && read_call(bytes, ret_call);
    chain_wipe(bytes, sizeof bytes);
    return true;
}

struct handing {
    struct callbox *box;
    const char *gateway;
    bool texts; /* else reports */
    sms_take_report *report;
    sms_take_text *text;
    void *ctx;
    struct error unread; /* of a file that stays; the others go on */
};

static bool hand_text(const struct handing *it, const struct callbox_call *call, struct error *err)
{
    char both[CALLBOX_GATEWAY_MAX + NOTICE_REQUEST_MAX + 2], id[NOTIFY_TEXT_ID_MAX + 1];
    int n = snprintf(both, sizeof both, "%s %s", it->gateway, call->id);
    struct link hash = chain_hash(both, (size_t)n);
    chain_hex(hash.bytes, NOTIFY_TEXT_ID_MAX / 2, id);
    return it->text(it->ctx, &(struct sms_text){id, call->from, call->text}, err);
}

/* It is time for it, and it is this gateway's. */
static bool is_due(const struct handing *it, const char *name)
{
    const char *gateway = strchr(name, '.');
    int64_t age = it->box->clock.now(it->box->clock.self).ms - strtoll(name, NULL, 10);
    return gateway != NULL && strcmp(gateway + 1, it->gateway) == 0 &&
           (age >= CALLBOX_WAIT_MS || age < -FUTURE_MS);
}

static bool hand_over(struct handing *it, const char *name, struct error *err)
{
    struct callbox_call call = {.is_text = false};
    bool read = false, good = true;
    if (!read_file(it->box, name, &call, &read, &it->unread))
        return true;
    if (read && call.is_text != it->texts)
        return true;
    if (read)
        good =
            call.is_text ? hand_text(it, &call, err) : it->report(it->ctx, call.id, call.end, err);
    chain_wipe(&call, sizeof call);
    return good && (unlinkat(it->box->folder, name, 0) == 0 || errno == ENOENT ||
                    error_set(err, ERROR_LATER, "a call of a gateway: %s", strerror(errno)));
}

static int is_whole(const struct dirent *entry)
{
    return entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
}

static bool hand_all(struct handing *it, struct error *err)
{
    struct dirent **names = NULL;
    int n = scandirat(it->box->folder, ".", &names, is_whole, alphasort);
    bool good = n >= 0 || error_set(err, ERROR_LATER, "calls of gateways: %s", strerror(errno));
    atomic_store(&it->box->waiting, n > 0 ? (unsigned)n : 0);
    for (int i = 0; i < n; i++) {
        good = good && (!is_due(it, names[i]->d_name) || hand_over(it, names[i]->d_name, err));
        free(names[i]);
    }
    free(names);
    if (good && it->unread.code != ERROR_NONE)
        return error_set(err, it->unread.code, "%s", it->unread.text);
    return good;
}

bool callbox_reports(struct callbox *box, const char *gateway, sms_take_report *take, void *ctx,
                     struct error *err)
{
    struct handing it = {.box = box, .gateway = gateway, .report = take, .ctx = ctx};
    return hand_all(&it, err);
}

bool callbox_texts(struct callbox *box, const char *gateway, sms_take_text *take, void *ctx,
                   struct error *err)
{
    struct handing it = {.box = box, .gateway = gateway, .texts = true, .text = take, .ctx = ctx};
    return hand_all(&it, err);
}
