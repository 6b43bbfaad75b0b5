#include "server/text/phone.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "server/text/text.h"

#define DIGITS_MAX 15 /* E.164 */

/* National part of nine digits, no leading zero [domain.md section 2]:
 * (?:3\d|7[06-9])\d | 5(?:[1689]\d|2[238]|59) | 8(?:[1-8]\d|9[6-9]) | 9(?:[0-8]\d|9[013-9]) */
static bool is_mobile(const char *digits, size_t n)
{
    if (n != 9)
        return false;
    char b = digits[1], c = digits[2];
    switch (digits[0]) {
    case '3':
        return true;
    case '7':
        return b == '0' || b >= '6';
    case '5':
        return strchr("1689", b) != NULL || (b == '2' && strchr("238", c)) ||
               (b == '5' && c == '9');
    case '8':
        return (b >= '1' && b <= '8') || (b == '9' && c >= '6');
    case '9':
        return b <= '8' || c != '2';
    default:
        return false;
    }
}

/* The 2018 change: eleven digits with the zero became ten. */
static const struct {
    const char *old, *now;
} changed[] = {
    {"120", "70"}, {"121", "79"}, {"122", "77"}, {"126", "76"}, {"128", "78"}, {"123", "83"},
    {"124", "84"}, {"125", "85"}, {"127", "81"}, {"129", "82"}, {"162", "32"}, {"163", "33"},
    {"164", "34"}, {"165", "35"}, {"166", "36"}, {"167", "37"}, {"168", "38"}, {"169", "39"},
    {"186", "56"}, {"188", "58"}, {"199", "59"},
};

static const char *changed_to(const char *digits, size_t n)
{
    for (size_t i = 0; n == 10 && i < sizeof changed / sizeof *changed; i++)
        if (strncmp(digits, changed[i].old, 3) == 0)
            return changed[i].now;
    return NULL;
}

static struct phone bad(enum phone_cause cause)
{
    return (struct phone){.kind = PHONE_BAD, .cause = cause};
}

/* Digits after the country's zero or code. */
static struct phone read_national(const char *digits, size_t n)
{
    struct phone phone = {.kind = PHONE_MOBILE};
    const char *now = changed_to(digits, n);
    if (is_mobile(digits, n)) {
        (void)snprintf(phone.e164, sizeof phone.e164, "+84%s", digits);
        return phone;
    }
    if (now) {
        phone.converted = true;
        (void)snprintf(phone.e164, sizeof phone.e164, "+84%s%s", now, digits + 3);
        return phone;
    }
    if (n == 10 && digits[0] == '2') {
        phone.kind = PHONE_LANDLINE;
        (void)snprintf(phone.e164, sizeof phone.e164, "+84%s", digits);
        return phone;
    }
    if (n < 5)
        return bad(PHONE_CAUSE_NOT_A_NUMBER);
    size_t want = digits[0] == '2' ? 10 : 9;
    return bad(n < want ? PHONE_CAUSE_TOO_SHORT
                        : (n > want ? PHONE_CAUSE_TOO_LONG : PHONE_CAUSE_NOT_A_NUMBER));
}

static struct phone read_international(const char *digits, size_t n)
{
    if (n >= 2 && strncmp(digits, "84", 2) == 0) {
        size_t skip = n > 2 && digits[2] == '0' ? 3 : 2; /* +84 (0) 912 ... */
        return read_national(digits + skip, n - skip);
    }
    if (n < 8)
        return bad(PHONE_CAUSE_TOO_SHORT);
    struct phone phone = {.kind = PHONE_FOREIGN};
    (void)snprintf(phone.e164, sizeof phone.e164, "+%s", digits);
    return phone;
}

static struct phone read_digits(const char *digits, size_t n, bool plus)
{
    if (plus)
        return read_international(digits, n);
    if (n > 2 && strncmp(digits, "00", 2) == 0)
        return read_international(digits + 2, n - 2);
    if (n > 0 && digits[0] == '0')
        return read_national(digits + 1, n - 1);
    if (is_mobile(digits, n) || n < 10) /* the zero lost in a spreadsheet; never 84 + seven */
        return read_national(digits, n);
    if (strncmp(digits, "84", 2) == 0)
        return read_international(digits, n);
    return read_national(digits, n);
}

/* "9.12E+08", "9,12e8": what a spreadsheet left of a number. */
static bool lost_its_digits(const char *text)
{
    const char *e = strpbrk(text, "Ee");
    return e && e > text && isdigit((unsigned char)e[-1]) &&
           (isdigit((unsigned char)e[1]) || e[1] == '+' || e[1] == '-');
}

/* A cell's number taken apart: digits, the rest. */
struct parts {
    char digits[DIGITS_MAX + 8];
    size_t n;
    bool plus, letter, other_digits, too_long;
    char note[PHONE_NOTE_MAX];
};

static void note_add(struct parts *parts, const char *text, size_t n)
{
    size_t used = strlen(parts->note);
    if (n == 0 || used + n + 2 > sizeof parts->note) /* whole remarks only */
        return;
    (void)snprintf(parts->note + used, sizeof parts->note - used, "%s%.*s", used ? " " : "", (int)n,
                   text);
}

/* Brackets hold an area code ("(0239) 385...") or a remark ("(chị Mẫu)"). Returns the length of the
 * bracket when it is a remark, else 0. */
static size_t remark_length(const char *text)
{
    const char *end = strchr(text, ')');
    if (!end)
        return strlen(text);
    for (const char *at = text + 1; at < end; at++)
        if (!isdigit((unsigned char)*at) && *at != ' ')
            return (size_t)(end - text) + 1;
    return 0;
}

static void take_character(struct parts *parts, int32_t character)
{
    if (character >= '0' && character <= '9') {
        if (parts->n + 1 < sizeof parts->digits)
            parts->digits[parts->n++] = (char)character;
    } else if (character == '+' && parts->n == 0) {
        parts->plus = true;
    } else if (character >= 0x80) {
        parts->other_digits = true;
    } else if (isalpha(character)) {
        parts->letter = true;
    }
}

/* The first number of a cell; a second one and remarks go to the note. */
static struct parts take_apart(const char *cell)
{
    struct parts parts = {.n = 0};
    const char *at = *cell == '\'' ? cell + 1 : cell;
    while (*at) {
        if (strchr("/;,|", *at) && parts.n > 0) {
            const char *rest = at + 1 + strspn(at + 1, " ");
            note_add(&parts, rest, strlen(rest));
            break;
        }
        size_t remark = *at == '(' ? remark_length(at) : 0;
        if (remark) {
            bool closed = at[remark - 1] == ')';
            note_add(&parts, at + 1, remark - (closed ? 2 : 1));
            at += remark;
            continue;
        }
        if (strcmp(at, ".0") == 0 && parts.n >= 9) /* a number cell read as a real */
            break;
        if (parts.n >= 9 && at[-1] == ' ' &&
            ((unsigned char)*at >= 0x80 || isalpha((unsigned char)*at))) {
            note_add(&parts, at, strlen(at)); /* "0912000001 chị Mẫu" */
            break;
        }
        take_character(&parts, text_next(&at));
    }
    parts.digits[parts.n] = '\0';
    return parts;
}

struct phone phone_read(const char *cell)
{
    struct phone phone = {.kind = PHONE_NONE};
    struct parts parts = take_apart(cell);
    if (lost_its_digits(cell))
        phone = bad(PHONE_CAUSE_DIGITS_LOST);
    else if (parts.n > 0 && parts.letter)
        phone = bad(PHONE_CAUSE_LETTER);
    else if (parts.other_digits && parts.n == 0 && !parts.letter)
        phone = bad(PHONE_CAUSE_OTHER_DIGITS);
    else if (parts.n > DIGITS_MAX)
        phone = bad(PHONE_CAUSE_TOO_LONG);
    else if (parts.n > 0)
        phone = read_digits(parts.digits, parts.n, parts.plus);
    bool as_it_stood = phone.kind == PHONE_NONE || phone.kind == PHONE_BAD;
    text_copy(as_it_stood ? cell : parts.note, phone.note, sizeof phone.note);
    return phone;
}

bool phone_takes_sms(const char *e164)
{
    return strncmp(e164, "+84", 3) == 0 && is_mobile(e164 + 3, strlen(e164 + 3));
}

const char *phone_last4(const char *e164)
{
    size_t n = strlen(e164);
    return n < 4 ? "" : e164 + n - 4;
}
