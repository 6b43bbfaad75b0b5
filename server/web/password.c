#include "server/web/password.h"

#include <pthread.h>
#include <string.h>

#include <sodium.h>
#include <zxcvbn.h>

_Static_assert(PERSON_HASH_MAX == crypto_pwhash_STRBYTES, "a hash has the library's size");

/* ------------------------------------------------------------------ few at a time */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t fewer = PTHREAD_COND_INITIALIZER;
static unsigned hashing; /* guarded by `lock` */

static void enter(void)
{
    pthread_mutex_lock(&lock);
    while (hashing == PASSWORD_AT_ONCE)
        pthread_cond_wait(&fewer, &lock);
    hashing++;
    pthread_mutex_unlock(&lock);
}

static void leave(void)
{
    pthread_mutex_lock(&lock);
    hashing--;
    pthread_cond_signal(&fewer);
    pthread_mutex_unlock(&lock);
}

/* ------------------------------------------------------------------ hashes */

bool password_hash(const char *password, char ret_hash[PERSON_HASH_MAX], struct error *err)
{
    char hash[crypto_pwhash_STRBYTES];
    enter();
    int failed =
        crypto_pwhash_str(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE);
    leave();
    if (failed != 0)
        return error_set(err, ERROR_LATER, "no memory to hash a password");
    memcpy(ret_hash, hash, sizeof hash);
    return true;
}

bool password_holds(const char *hash, const char *password)
{
    enter();
    bool holds = crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
    leave();
    return holds;
}

void password_waste(const char *password)
{
    uint8_t out[32];
    static const uint8_t salt[crypto_pwhash_SALTBYTES] = {0};
    enter();
    (void)!crypto_pwhash(out, sizeof out, password, strlen(password), salt,
                         crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                         crypto_pwhash_ALG_DEFAULT);
    leave();
}

void password_one_time(const struct chance *chance, char ret_password[PASSWORD_ONE_TIME_MAX])
{
    /* 32 signs, so that five bits choose one without a bias; no 0 O 1 I. */
    static const char signs[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    uint8_t random[20];
    size_t at = 0;
    chance->fill(chance->self, random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++) {
        if (i > 0 && i % 5 == 0)
            ret_password[at++] = '-';
        ret_password[at++] = signs[random[i] & 31];
    }
    ret_password[at] = '\0';
    chain_wipe(random, sizeof random);
}

bool password_is_guessable(const char *password, const char *name)
{
    const char *known[] = {name,       "trao",     "quay",      "buu cuc", "buucuc",
                           "buu dien", "buudien",  "buu ta",    "phongbi", "matkhau",
                           "hatinh",   "camtrung", "hanhchinh", "motcua",  NULL};
    return ZxcvbnMatch(password, known, NULL) < PASSWORD_BITS;
}
