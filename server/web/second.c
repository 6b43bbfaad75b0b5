#include "server/web/second.h"

#include <string.h>

#include "protocol/chain.h"
#include "server/web/form.h"

static bool find(struct web *web, int64_t person, struct second *ret_second)
{
    struct error err;
    struct record *record = readers_take(web->readers);
    bool found = second_find(record, person, ret_second, &err);
    readers_give(web->readers, record);
    return found;
}

/* More than six digits can only be a recovery code; whether it is one the record knows. */
static bool read_typed(struct web *web, int64_t person, const char *typed,
                       struct second_try *ret_try)
{
    struct second second;
    struct error err;
    uint8_t secret[TOTP_SECRET_BYTES];
    ret_try->is_recovery = strlen(typed) > 10;
    if (ret_try->is_recovery) {
        ret_try->hash = totp_recovery_hash(web->config.secret, typed);
        return true;
    }
    bool good =
        find(web, person, &second) &&
        totp_open(web->config.secret, person, &second, secret, &err) &&
        totp_matches(secret, web->config.clock.now(web->config.clock.self), typed, &ret_try->step);
    chain_wipe(secret, sizeof secret);
    return good;
}

bool second_read(struct web *web, const struct http_request *request, const struct person *person,
                 struct second_try *ret_try)
{
    char typed[SECOND_TYPED_MAX];
    *ret_try = (struct second_try){.person = person->id};
    bool good = form_value(request->body, request->body_n, "ma", typed, sizeof typed) &&
                !seat_is_locked(web, person) && read_typed(web, person->id, typed, ret_try);
    chain_wipe(typed, sizeof typed);
    return good;
}

bool second_take(struct record *record, const struct second_try *try, const char *client,
                 struct error *err)
{
    if (!try->is_recovery)
        return second_take_step(record, try->person, try->step, err);
    return second_take_code(record, try->person, &try->hash, err) &&
           seat_write_down(record, try->person, LOOK_RECOVERY, 0, client, err);
}

void second_put_field(struct html *html, bool recovery_too)
{
    html_format(html,
                "<label for=ma>Mã 6 số đang hiện trên điện thoại%s</label>"
                "<input id=ma name=ma autocomplete=one-time-code autocapitalize=characters "
                "spellcheck=false%s required>",
                recovery_too ? ", hoặc một mã dự phòng" : "",
                recovery_too ? "" : " inputmode=numeric");
}
