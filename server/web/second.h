/* second.h - one code of a second factor, tried: the authenticator's six digits, or a recovery
 * code. For pages that ask for one (desk_code.c, desk_second.c). */
#ifndef TRAO_SERVER_WEB_SECOND_H
#define TRAO_SERVER_WEB_SECOND_H

#include "server/web/seat.h"
#include "server/web/totp.h"

#define SECOND_TYPED_MAX 64

/* A code as it was typed, and what it is good for. */
struct second_try {
    int64_t person;
    bool is_recovery;
    uint64_t step;           /* of an authenticator's code */
    struct second_hash hash; /* of a recovery code */
};

/* Reads field "ma" of the form. False: it cannot be right, or the person is locked. */
bool second_read(struct web *web, const struct http_request *request, const struct person *person,
                 struct second_try *ret_try);
/* Takes it, once and for all; for acts. REFUSED, NOT_FOUND: it was taken before, or is none. */
bool second_take(struct record *record, const struct second_try *try, const char *client,
                 struct error *err) must_use;
/* The field, labelled, for a form. */
void second_put_field(struct html *html, bool recovery_too);

#endif
