/* What a modem's daemon and a folder beside a list leave: texts from phones, as files whose name
 * the first line says, and lists of what was sent or begun, torn or not. Each text is taken as
 * text, a message that is added after that is on the list over a restart. The first byte chooses.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz.h"
#include "room.h"
#include "server/notify/sms_begun.h"
#include "server/notify/sms_file.h"
#include "server/notify/sms_gammu.h"

static struct instant now(void *self)
{
    (void)self;
    return (struct instant){INT64_C(1795582800000)};
}

static const struct clock stopped = {.now = now};

static bool take_text(void *ctx, const struct sms_text *text, struct error *err)
{
    size_t *taken = ctx;
    (void)err;
    invariant(text->from[0] != '\0');
    ++*taken;
    return true;
}

/* `name` LF the bytes of the file. */
static void texts(const uint8_t *bytes, size_t n, const char *folder, struct sms_driver driver)
{
    char name[160], path[ROOM_PATH_MAX];
    size_t name_n = 0, taken = 0;
    struct error err = {ERROR_NONE, ""};
    while (name_n < n && bytes[name_n] != '\n')
        name_n++;
    if (name_n == n || name_n == 0 || name_n > 64 || memchr(bytes, '\0', name_n) != NULL ||
        memchr(bytes, '/', name_n) != NULL || bytes[0] == '.')
        return;
    (void)snprintf(name, sizeof name, "%s/%.*s", folder, (int)name_n, (const char *)bytes);
    room_put(name, bytes + name_n + 1, n - name_n - 1);
    for (int i = 0; i < 3; i++)
        if (!driver.texts(driver.self, take_text, &taken, &err))
            invariant(err.code == ERROR_LATER);
    invariant(taken <= 1);
    (void)remove(room_path(name, path));
}

static void modem(const uint8_t *bytes, size_t n)
{
    static struct sms_gammu *gammu;
    struct error err = {ERROR_NONE, ""};
    char path[ROOM_PATH_MAX], sent[ROOM_PATH_MAX];
    if (gammu == NULL) {
        static const char *const boxes[] = {"outbox", "inbox", "sent", "error"};
        for (size_t i = 0; i < 4; i++)
            (void)mkdir(room_path(boxes[i], path), 0700);
        invariant(sms_gammu_open(room(), room_path("gammu.sent", sent), stopped, &gammu, &err));
    }
    texts(bytes, n, "inbox", sms_gammu_driver(gammu));
}

static void beside(const uint8_t *bytes, size_t n)
{
    static struct sms_file *file;
    struct error err = {ERROR_NONE, ""};
    char path[ROOM_PATH_MAX];
    if (file == NULL) {
        (void)mkdir(room_path("sms.in", path), 0700);
        invariant(sms_file_open(room_path("sms.txt", path), stopped, &file, &err));
    }
    texts(bytes, n, "sms.in", sms_file_driver(file));
}

static bool take_report(void *ctx, const char *id, enum sms_end end, struct error *err)
{
    (void)ctx, (void)err;
    invariant(id[0] != '\0' && end == SMS_END_UNKNOWN);
    return true;
}

static void lists(const uint8_t *bytes, size_t n)
{
    struct sms_sent *sent = NULL;
    struct sms_begun *begun = NULL;
    struct error err = {ERROR_NONE, ""};
    char path[ROOM_PATH_MAX], begun_path[ROOM_PATH_MAX];
    room_put("list", bytes, n);
    room_put("begun", bytes, n);
    invariant(sms_sent_open(room_path("list", path), stopped, &sent, &err));
    invariant(sms_begun_open(room_path("begun", begun_path), sent, stopped, &begun, &err));
    invariant(sms_begun_add(begun, "m-new", &err));
    invariant(sms_begun_report(begun, sent, take_report, NULL, &err));
    sms_begun_end(begun, "m-new");
    invariant(sms_sent_add(sent, "m-new", &err));
    sms_begun_close(begun);
    sms_sent_close(sent);
    invariant(sms_sent_open(path, stopped, &sent, &err));
    invariant(sms_sent_has(sent, "m-new"));
    invariant(sms_begun_open(begun_path, sent, stopped, &begun, &err));
    invariant(!sms_begun_is_in_doubt(begun, "m-new"));
    sms_begun_close(begun);
    sms_sent_close(sent);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n == 0)
        return 0;
    if (bytes[0] == 'g')
        modem(bytes + 1, n - 1);
    else if (bytes[0] == 'f')
        beside(bytes + 1, n - 1);
    else
        lists(bytes, n);
    return 0;
}
