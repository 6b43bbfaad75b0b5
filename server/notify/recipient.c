#include "server/notify/recipient.h"

#include <stdio.h>

#include "server/delivery/wishes.h"
#include "server/notify/kinds.h"
#include "server/notify/message.h"
#include "server/record/premises.h"
#include "server/text/text.h"

bool recipient_phone(struct record *record, const struct view *view, char out[PHONE_MAX],
                     struct error *err)
{
    struct addressee who;
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    struct error gone = {ERROR_NONE, ""};
    *out = '\0';
    if (!record_attachment_get(record, &view->state.office.addressee, bytes, sizeof bytes, &n,
                               &gone))
        return gone.code == ERROR_NOT_FOUND || error_set(err, gone.code, "%s", gone.text);
    if (!addressee_decode(bytes, n, &who, err))
        return false;
    if (phone_takes_sms(who.phone))
        (void)snprintf(out, PHONE_MAX, "%s", who.phone);
    chain_wipe(&who, sizeof who);
    chain_wipe(bytes, n);
    return true;
}

/* "Cẩm Trung, Nhà văn hóa xã": the post office and its point. */
static void name_pickup(const struct config *config, struct sign *sign)
{
    char both[2 * sizeof sign->post_office];
    (void)snprintf(both, sizeof both, "%s, %s",
                   *sign->post_office ? sign->post_office : config->post_office_name, sign->pickup);
    (void)text_copy(both, sign->post_office, sizeof sign->post_office);
}

static bool own_config(struct record *record, const struct config *config, struct instant now,
                       const struct view *view, struct config *ret_own, struct error *err)
{
    struct sign sign;
    const struct state *state = &view->state;
    uint32_t where = wish_post_office(state);
    if (!premises_sign(record, state->office.office, where, now, &sign, err) ||
        !premises_sign_pickup(record, wish_pickup(state), now, &sign, err))
        return false;
    if (*sign.pickup)
        name_pickup(config, &sign);
    *ret_own = config_signed(config, sign.office, sign.address, sign.phone, sign.post_office);
    if (*sign.post_office)
        ret_own->post_office = where;
    return true;
}

/* An administrator's; "" there are none. */
static bool own_words(struct record *record, const struct view *view, struct wording wording,
                      enum slot slot, char out[TEMPLATE_WORDS_MAX + 1], struct error *err)
{
    char key[FACT_KEY_MAX + 1];
    const struct kind *kind = kind_of(view->state.status, wording.correction);
    *out = '\0';
    if (kind == NULL)
        return true;
    kind_key(kind, slot, key);
    return template_words(record, key, out, err);
}

bool recipient_text(struct record *record, const struct sender *sender, const struct view *view,
                    struct wording wording, char out[WORDS_MAX], struct error *err)
{
    struct config own;
    struct sender as = {&own, sender->secret, sender->now};
    char words[TEMPLATE_WORDS_MAX + 1];
    enum slot slot = wording.english ? SLOT_EN : SLOT_VI;
    if (!own_config(record, sender->config, sender->now, view, &own, err) ||
        !own_words(record, view, wording, slot, words, err))
        return false;
    if (wording.correction)
        message_correction(&view->state.item, &own, words, out);
    else
        message_text(view, &as, words, wording.english, out);
    return true;
}

bool recipient_zns(struct record *record, const struct sender *sender, const struct view *view,
                   struct wording wording, struct zns *ret_zns, bool *ret_there, struct error *err)
{
    struct config own;
    struct sender as = {&own, sender->secret, sender->now};
    char words[TEMPLATE_WORDS_MAX + 1];
    *ret_there = false;
    if (!own_words(record, view, wording, SLOT_ZNS, words, err))
        return false;
    if (*words == '\0')
        return true;
    if (!own_config(record, sender->config, sender->now, view, &own, err))
        return false;
    *ret_there = message_zns(view, &as, words, ret_zns);
    return true;
}
