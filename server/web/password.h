/* password.h - argon2id of libsodium (INTERACTIVE: 64 MiB, some 250 ms): never on a thread that
 * answers requests. Any thread; no more than PASSWORD_AT_ONCE are worked at, others wait their
 * turn, so that neither memory nor the cores are taken by a crowd at the login. */
#ifndef TRAO_SERVER_WEB_PASSWORD_H
#define TRAO_SERVER_WEB_PASSWORD_H

#include "server/record/people.h"

#define PASSWORD_MIN                                                                               \
    12 /* characters of one a person chooses himself (ASVS 5.0, 6.2.1: 8 and more) */
#define PASSWORD_MAX 128
#define PASSWORD_AT_ONCE 2
/* In the data folder: name and one-time password of the first login; goes when that is changed. */
#define PASSWORD_FIRST_FILE "first-login.txt"

/* LATER without memory. */
bool password_hash(const char *password, char ret_hash[PERSON_HASH_MAX],
                   struct error *err) must_use;
bool password_holds(const char *hash, const char *password);
/* Takes as long as password_holds of a real hash: for names nobody has. */
void password_waste(const char *password);
/* Common, a row of keys, repeated, or made of what everybody here knows: fewer than PASSWORD_BITS
 * by the estimate of zxcvbn, which holds the passwords that are used most [ASVS 5.0, 6.2.4
 * and 6.2.11]. `name`: the person's own. Any composition is fine. */
#define PASSWORD_BITS 40
bool password_is_guessable(const char *password, const char *name);
/* Twenty letters and digits without look-alikes, in groups of five: 99 bits. */
#define PASSWORD_ONE_TIME_MAX 24
void password_one_time(const struct chance *chance, char ret_password[PASSWORD_ONE_TIME_MAX]);

#endif
