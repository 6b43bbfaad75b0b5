#include "server/notify/callbacks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "server/notify/sms_sign.h"
#include "server/notify/sms_utf16.h"
#include "server/text/text.h"

/* Ids as gateways and we make them: no blanks, nothing that is no plain sign. */
static bool take_word(const char *word, char *out, size_t size)
{
    size_t n = word == NULL ? 0 : strlen(word);
    for (size_t i = 0; i < n; i++)
        if (word[i] <= ' ' || word[i] > '~')
            return false;
    return n > 0 && n < size && snprintf(out, size, "%s", word) > 0;
}

static unsigned keep(const struct callbacks_config *config, struct callbox_call *call)
{
    struct error err;
    bool kept = callbox_keep(config->box, call, &err);
    chain_wipe(call, sizeof *call);
    return kept ? 200 : 503;
}

/* Cut at a whole character. */
bool callbacks_text(const char *bytes, size_t n, bool utf16, struct callbox_call *ret_call)
{
    char wide[4 * SMS_TEXT_MAX], clean[4 * SMS_TEXT_MAX];
    if (utf16)
        sms_utf16_read((const uint8_t *)bytes, n, wide, sizeof wide);
    const char *text = utf16 ? wide : bytes;
    if (!text_clean(text, utf16 ? strlen(wide) : n, clean, sizeof clean))
        return false;
    (void)text_copy(clean, ret_call->text, sizeof ret_call->text);
    return true;
}

/* ------------------------------------------------------------------ Kannel */

/* dlr-mask's bits, of which a report has one. Queued there (4) says nothing yet. */
static bool end_of_bit(const char *bit, enum sms_end *ret_end)
{
    static const struct {
        const char *bit;
        enum sms_end end;
    } rows[] = {{"1", SMS_END_DELIVERED},
                {"2", SMS_END_FAILED},
                {"4", SMS_END_SENT},
                {"8", SMS_END_SENT},
                {"16", SMS_END_FAILED}};
    for (size_t i = 0; bit != NULL && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].bit, bit) == 0) {
            *ret_end = rows[i].end;
            return true;
        }
    return false;
}

static unsigned kannel_report(const struct callbacks_config *config, const struct sms_key *key,
                              const struct callback *it)
{
    struct callbox_call call = {.gateway = "kannel"};
    const char *id = it->query(it->ctx, "id");
    if (id == NULL || !sms_signed(key, "bao", id, strlen(id), it->query(it->ctx, "ky")))
        return 401;
    if (!take_word(id, call.id, sizeof call.id) || !end_of_bit(it->query(it->ctx, "d"), &call.end))
        return 400;
    return keep(config, &call);
}

static bool is_utf16(const char *type)
{
    return type != NULL && strstr(type, "UTF-16BE") != NULL;
}

static unsigned kannel_text(const struct callbacks_config *config, const struct sms_key *key,
                            const struct callback *it)
{
    struct callbox_call call = {.gateway = "kannel", .is_text = true};
    if (!sms_key_holds(key, it->query(it->ctx, "ky")))
        return 401;
    bool utf16 = is_utf16(it->header(it->ctx, "Content-Type"));
    if (!take_word(it->query(it->ctx, "ma"), call.id, sizeof call.id) ||
        !take_word(it->header(it->ctx, "X-Kannel-From"), call.from, sizeof call.from) ||
        !callbacks_text(it->body, it->body_n, utf16, &call))
        return 400;
    return keep(config, &call);
}

/* ------------------------------------------------------------------ JSON, signed */

static bool is_of_now(const struct callbacks_config *config, const char *time)
{
    int64_t now = config->clock.now(config->clock.self).ms / 1000;
    if (time == NULL || strlen(time) > 12 || strspn(time, "0123456789") != strlen(time))
        return false;
    int64_t away = now - strtoll(time, NULL, 10);
    return away <= CALLBACKS_WINDOW_S && away >= -CALLBACKS_WINDOW_S;
}

static bool end_of_word(const char *word, enum sms_end *ret_end)
{
    static const char *const words[] = {
        [SMS_END_SENT] = "sent", [SMS_END_DELIVERED] = "delivered", [SMS_END_FAILED] = "failed"};
    for (size_t i = 0; word != NULL && i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0) {
            *ret_end = (enum sms_end)i;
            return true;
        }
    return false;
}

bool callbacks_json(const char *bytes, size_t n, struct callbox_call *ret_call)
{
    json_t *json = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, NULL);
    const char *id = json_string_value(json_object_get(json, "id"));
    const char *from = json_string_value(json_object_get(json, "from"));
    const char *text = json_string_value(json_object_get(json, "text"));
    const char *end = json_string_value(json_object_get(json, "end"));
    ret_call->is_text = text != NULL;
    bool good =
        take_word(id, ret_call->id, sizeof ret_call->id) &&
        (text != NULL ? end == NULL && take_word(from, ret_call->from, sizeof ret_call->from) &&
                            callbacks_text(text, strlen(text), false, ret_call)
                      : end_of_word(end, &ret_call->end));
    json_decref(json);
    return good;
}

static unsigned signed_json(const struct callbacks_config *config, const struct sms_key *key,
                            const struct callback *it)
{
    struct callbox_call call = {.is_text = false};
    const char *time = it->header(it->ctx, "Trao-Time");
    if (!is_of_now(config, time) ||
        !sms_signed(key, time, it->body, it->body_n, it->header(it->ctx, "Trao-Signature")))
        return 401;
    (void)snprintf(call.gateway, sizeof call.gateway, "%s", it->path);
    return callbacks_json(it->body, it->body_n, &call) ? keep(config, &call) : 400;
}

/* ------------------------------------------------------------------ which one */

unsigned callbacks_take(const struct callbacks_config *config, const struct callback *callback)
{
    const struct {
        const char *path, *key;
        bool is_post;
        unsigned (*take)(const struct callbacks_config *config, const struct sms_key *key,
                         const struct callback *it);
    } rows[] = {
        {"kannel/bao", config->kannel_key, false, kannel_report},
        {"kannel/den", config->kannel_key, true, kannel_text},
        {"webhook", config->webhook_key, true, signed_json},
        {"zns", config->zns_key, true, signed_json},
    };
    unsigned status = 404;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sms_key key;
        if (strcmp(rows[i].path, callback->path) != 0 || !sms_key_read(rows[i].key, &key))
            continue;
        status = rows[i].is_post != callback->is_post ? 405 : rows[i].take(config, &key, callback);
        sms_key_wipe(&key);
    }
    return status;
}
