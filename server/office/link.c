#include "server/office/link.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "protocol/chain.h"

void link_token(const uint8_t secret[LINK_SECRET_BYTES], const struct item *item,
                char ret_token[LINK_TOKEN_CHARS + 1])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint8_t mac[16]; /* the hash gives no fewer; the first ten bytes count */
    chain_keyed_hash(secret, LINK_SECRET_BYTES, "trao link 1", item->text, ITEM_CHARS, mac,
                     sizeof mac);
    for (size_t i = 0; i < LINK_TOKEN_CHARS; i++) {
        size_t bit = i * 5, byte = bit / 8;
        unsigned pair = (unsigned)mac[byte] << 8 | mac[byte + 1];
        ret_token[i] = letters[pair >> (11 - bit % 8) & 31];
    }
    ret_token[LINK_TOKEN_CHARS] = '\0';
}

bool link_token_holds(const uint8_t secret[LINK_SECRET_BYTES], const struct item *item,
                      const char *token, size_t n)
{
    char right[LINK_TOKEN_CHARS + 1], given[LINK_TOKEN_CHARS];
    if (n != LINK_TOKEN_CHARS)
        return false;
    link_token(secret, item, right);
    for (size_t i = 0; i < LINK_TOKEN_CHARS; i++)
        given[i] = (char)toupper((unsigned char)token[i]);
    return chain_equal(right, given, LINK_TOKEN_CHARS);
}

bool link_url(const char *public_url, const uint8_t secret[LINK_SECRET_BYTES],
              const struct item *item, char ret_url[LINK_URL_MAX], struct error *err)
{
    char token[LINK_TOKEN_CHARS + 1], url[LINK_URL_MAX];
    link_token(secret, item, token);
    int n = snprintf(url, sizeof url, "%s/T/%s/%s", public_url, item->text, token);
    if (n < 0 || (size_t)n >= sizeof url)
        return error_set(err, ERROR_BAD_INPUT, "[web] public= is too long for a link");
    memcpy(ret_url, url, sizeof url);
    return true;
}
