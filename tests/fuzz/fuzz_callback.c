/* Whatever a gateway calls in: by somebody who has its key, or not. Without the key nothing is
 * kept; with it, what is kept is something that can be handed on. The first byte says what it is:
 * JSON, a text in UTF-8 or (w) in UTF-16; a whole call otherwise, of fields that end in LF each:
 * path, id, what became of it, from, type, time, signature, then the body. A signature "=" is the
 * right one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "room.h"
#include "server/notify/callbacks.h"
#include "server/notify/sms_sign.h"

#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define NOW_S INT64_C(1795582800)

static bool is_word(const char *word)
{
    for (const char *at = word; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~')
            return false;
    return *word != '\0';
}

static void check_call(const struct callbox_call *call, bool has_id)
{
    invariant(utf8_is_text(call->text, strlen(call->text)));
    invariant(strpbrk(call->text, "\r\n\t") == NULL);
    invariant(!has_id || is_word(call->id));
    invariant(!has_id || (call->is_text ? is_word(call->from) : *call->from == '\0'));
}

static void parts(const uint8_t *bytes, size_t n)
{
    static struct callbox_call call;
    call = (struct callbox_call){.is_text = false};
    bool json = bytes[0] == '{';
    const char *rest = (const char *)bytes + !json;
    size_t rest_n = n - !json;
    if (json ? callbacks_json(rest, rest_n, &call)
             : callbacks_text(rest, rest_n, bytes[0] == 'w', &call))
        check_call(&call, json);
}

/* ------------------------------------------------------------------ a whole call */

static int64_t later_ms; /* a report is handed over when it is a moment old */

static struct instant now(void *self)
{
    (void)self;
    return (struct instant){NOW_S * 1000 + later_ms};
}

enum field { PATH, ID, BECAME, FROM, TYPE, TIME, SIGNATURE, FIELDS };

static char fields[FIELDS][128], signature[SMS_SIGNATURE_MAX];

static const char *field(enum field which)
{
    return fields[which][0] == '\0' ? NULL : fields[which];
}

static const char *header(const void *ctx, const char *name)
{
    (void)ctx;
    return strcmp(name, "Content-Type") == 0     ? field(TYPE)
           : strcmp(name, "X-Kannel-From") == 0  ? field(FROM)
           : strcmp(name, "Trao-Time") == 0      ? field(TIME)
           : strcmp(name, "Trao-Signature") == 0 ? field(SIGNATURE)
                                                 : NULL;
}

static const char *query(const void *ctx, const char *name)
{
    (void)ctx;
    return strcmp(name, "id") == 0 || strcmp(name, "ma") == 0 ? field(ID)
           : strcmp(name, "d") == 0                           ? field(BECAME)
           : strcmp(name, "ky") == 0                          ? field(SIGNATURE)
                                                              : NULL;
}

static struct callbox *box(void)
{
    static struct callbox *kept;
    struct error err;
    char path[ROOM_PATH_MAX];
    if (kept == NULL)
        invariant(
            callbox_open(room_path("callbox", path), (struct clock){.now = now}, &kept, &err));
    return kept;
}

static bool take_text(void *ctx, const struct sms_text *text, struct error *err)
{
    (void)err;
    invariant(utf8_is_text(text->text, strlen(text->text)) && is_word(text->from));
    invariant(strpbrk(text->text, "\r\n\t") == NULL);
    ++*(unsigned *)ctx;
    return true;
}

static bool take_report(void *ctx, const char *id, enum sms_end end, struct error *err)
{
    (void)err;
    invariant(is_word(id) && end <= SMS_END_FAILED);
    ++*(unsigned *)ctx;
    return true;
}

/* What was kept is handed over once. */
static unsigned hand_over(void)
{
    static const char *const gateways[] = {"kannel", "webhook", "zns"};
    struct error err;
    unsigned taken = 0;
    later_ms += 2 * CALLBOX_WAIT_MS;
    for (size_t i = 0; i < 3; i++)
        invariant(callbox_texts(box(), gateways[i], take_text, &taken, &err) &&
                  callbox_reports(box(), gateways[i], take_report, &taken, &err));
    return taken;
}

static bool take_fields(const uint8_t **at, size_t *n)
{
    for (size_t i = 0; i < FIELDS; i++) {
        const uint8_t *end = memchr(*at, '\n', *n);
        size_t length = end == NULL ? 0 : (size_t)(end - *at);
        if (end == NULL || length >= sizeof fields[i] || memchr(*at, '\0', length) != NULL)
            return false;
        memcpy(fields[i], *at, length);
        fields[i][length] = '\0';
        *at = end + 1;
        *n -= length + 1;
    }
    return true;
}

static void sign(const uint8_t *body, size_t n)
{
    struct sms_key key;
    bool by_id = strcmp(fields[PATH], "kannel/bao") == 0;
    bool plain = strcmp(fields[PATH], "kannel/den") == 0;
    invariant(sms_key_read(KEY, &key));
    if (by_id)
        sms_sign(&key, "bao", fields[ID], strlen(fields[ID]), signature);
    else
        sms_sign(&key, fields[TIME], body, n, signature);
    (void)snprintf(fields[SIGNATURE], sizeof fields[SIGNATURE], "%s", plain ? KEY : signature);
}

static void whole(const uint8_t *bytes, size_t n)
{
    const struct callbacks_config config = {
        .clock = {.now = now}, .box = box(), .kannel_key = KEY, .webhook_key = KEY, .zns_key = KEY};
    if (!take_fields(&bytes, &n))
        return;
    bool right = strcmp(fields[SIGNATURE], "=") == 0;
    if (right)
        sign(bytes, n);
    char *body = malloc(n + 1);
    invariant(body != NULL);
    memcpy(body, bytes, n);
    body[n] = '\0';
    const struct callback callback = {.path = fields[PATH],
                                      .is_post = strcmp(fields[PATH], "kannel/bao") != 0,
                                      .header = header,
                                      .query = query,
                                      .body = body,
                                      .body_n = n};
    unsigned status = callbacks_take(&config, &callback);
    invariant(status == 200 || status == 400 || status == 401 || status == 404);
    invariant(right || status != 200 || strstr(fields[SIGNATURE], KEY) != NULL);
    invariant(hand_over() == (status == 200));
    later_ms = 0;
    free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n == 0)
        return 0;
    if (bytes[0] == '{' || bytes[0] == 'w' || bytes[0] == 'u')
        parts(bytes, n);
    else
        whole(bytes, n);
    return 0;
}
