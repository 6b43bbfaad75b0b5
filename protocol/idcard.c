#include "protocol/idcard.h"

#include <string.h>

/* "number|name|birth|sex|address|issued": the old number between them may be left out. */
#define FIELDS_MIN 6

static bool all_digits(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

/* Scanners end a line in their own ways; a table of them stands with the scanner. */
static size_t without_ending(const char *text, size_t n)
{
    while (n > 0 && (text[n - 1] == '\r' || text[n - 1] == '\n' || text[n - 1] == '\t' ||
                     text[n - 1] == ' '))
        n--;
    return n;
}

static size_t fields_of(const char *text, size_t n)
{
    size_t fields = 1;
    for (size_t i = 0; i < n; i++)
        fields += text[i] == '|';
    return fields;
}

bool idcard_read(const char *text, size_t n, struct idcard *ret_card, struct error *err)
{
    n = without_ending(text, n);
    if (n > IDCARD_TEXT_MAX)
        return error_set(err, ERROR_BAD_INPUT, "không phải mã căn cước. / no ID card's text");
    if (n < IDCARD_DIGITS || !all_digits(text, IDCARD_DIGITS) ||
        (n > IDCARD_DIGITS && text[IDCARD_DIGITS] != '|'))
        return error_set(err, ERROR_BAD_INPUT,
                         "không có số căn cước 12 chữ số. / no number of 12 digits");
    if (n > IDCARD_DIGITS && fields_of(text, n) < FIELDS_MIN)
        return error_set(err, ERROR_BAD_INPUT, "mã căn cước bị cắt. Quét lại. / cut short");
    memcpy(ret_card->number, text, IDCARD_DIGITS);
    ret_card->number[IDCARD_DIGITS] = '\0';
    return true;
}

struct link idcard_hash(const uint8_t key[IDCARD_KEY_BYTES], const char number[IDCARD_DIGITS + 1])
{
    struct link hash;
    chain_keyed_hash(key, IDCARD_KEY_BYTES, "trao id 1", number, IDCARD_DIGITS, hash.bytes,
                     sizeof hash.bytes);
    return hash;
}

struct link delivery_code_hash(const uint8_t salt[16], const char digits[DELIVERY_CODE_DIGITS + 1])
{
    uint8_t salted[16 + DELIVERY_CODE_DIGITS];
    memcpy(salted, salt, 16);
    memcpy(salted + 16, digits, DELIVERY_CODE_DIGITS);
    struct link hash = chain_hash(salted, sizeof salted);
    chain_wipe(salted, sizeof salted);
    return hash;
}

bool delivery_code_is_good(const char *digits)
{
    return strlen(digits) == DELIVERY_CODE_DIGITS && all_digits(digits, DELIVERY_CODE_DIGITS);
}
