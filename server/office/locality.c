#include "server/office/locality.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/text/text.h"

#define PARTS_MAX 24
#define PART_MAX 128

/* ------------------------------------------------------------------ an address in parts */

struct parts {
    char folded[PARTS_MAX][PART_MAX]; /* the last PARTS_MAX, in order */
    size_t n;
};

static size_t separator_at(const char *at)
{
    if (*at == ',' || *at == ';')
        return 1;
    return strncmp(at, " - ", 3) == 0 ? 3 : 0;
}

/* Folded, without a number behind it: "Hà Tĩnh 46131" is "ha tinh". */
static void add_part(struct parts *parts, const char *from, size_t n)
{
    char text[PART_MAX];
    if (parts->n == PARTS_MAX) {
        memmove(parts->folded[0], parts->folded[1], sizeof parts->folded - sizeof *parts->folded);
        parts->n--;
    }
    char *folded = parts->folded[parts->n];
    (void)snprintf(text, sizeof text, "%.*s", (int)(n < PART_MAX ? n : PART_MAX - 1), from);
    text_fold(text, folded, PART_MAX);
    size_t end = strlen(folded);
    while (end > 5 && isdigit((unsigned char)folded[end - 1]))
        end--;
    bool is_code = strlen(folded) - end == 5 && folded[end - 1] == ' ';
    if (is_code)
        folded[end - 1] = '\0';
    parts->n += *folded != '\0';
}

static void split(const char *address, struct parts *parts)
{
    const char *from = address;
    parts->n = 0;
    for (const char *at = address;; at++) {
        size_t n = *at == '\0' ? 0 : separator_at(at);
        if (*at != '\0' && n == 0)
            continue;
        add_part(parts, from, (size_t)(at - from));
        if (*at == '\0')
            return;
        from = at + n;
        at += n - 1;
    }
}

/* What follows one of the prefixes, NULL without one. */
static const char *after_prefix(const char *folded, const char *const *prefixes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(prefixes[i]);
        if (strncmp(folded, prefixes[i], length) == 0 && folded[length] != '\0')
            return folded + length;
    }
    return NULL;
}

static const char *as_commune(const char *folded)
{
    static const char *const prefixes[] = {"xa ", "x ", "phuong ", "p ", "thi tran ", "tt "};
    return after_prefix(folded, prefixes, sizeof prefixes / sizeof *prefixes);
}

static const char *as_district(const char *folded)
{
    static const char *const prefixes[] = {"huyen ",     "h ",  "thi xa ", "tx ",
                                           "thanh pho ", "tp ", "quan ",   "q "};
    return after_prefix(folded, prefixes, sizeof prefixes / sizeof *prefixes);
}

/* ------------------------------------------------------------------ asking the table */

struct found {
    struct commune first;
    char names[128]; /* of all */
    size_t n;
};

static bool note(void *ctx, const struct commune *commune)
{
    struct found *found = ctx;
    size_t length = strlen(found->names);
    if (found->n++ == 0)
        found->first = *commune;
    if (length + strlen(commune->name) + 3 < sizeof found->names)
        (void)snprintf(found->names + length, sizeof found->names - length, "%s%s",
                       length > 0 ? ", " : "", commune->name);
    return found->n < 4;
}

static bool ask(struct record *record, const char *name, const char *district, struct instant at,
                struct found *ret_found, struct error *err)
{
    *ret_found = (struct found){.n = 0};
    return communes_find(record, name, district, at, note, ret_found, err);
}

/* With its district, and when the table has none of that name there, of any. Tables write
 * districts with or without "huyện". */
static bool ask_with(struct record *record, const char *name, const char *district,
                     struct instant at, struct found *ret_found, struct error *err)
{
    if (!ask(record, name, "", at, ret_found, err))
        return false;
    if (ret_found->n < 2 || *district == '\0')
        return true;
    struct found narrow;
    const char *bare = as_district(district);
    if (!ask(record, name, district, at, &narrow, err) ||
        (narrow.n == 0 && bare && !ask(record, name, bare, at, &narrow, err)))
        return false;
    if (narrow.n > 0)
        *ret_found = narrow;
    return true;
}

/* Parts from the end, those with a prefix, or those without. A district is no commune. */
static bool ask_parts(struct record *record, const struct parts *parts, bool prefixed,
                      struct instant at, struct found *ret_found, struct error *err)
{
    *ret_found = (struct found){.n = 0};
    for (size_t i = parts->n; i-- > 0 && ret_found->n == 0;) {
        const char *part = parts->folded[i], *behind = i + 1 < parts->n ? parts->folded[i + 1] : "";
        const char *name = prefixed ? as_commune(part) : part;
        if (name == NULL || as_district(part) || (!prefixed && as_commune(part)))
            continue;
        if (!ask_with(record, name, behind, at, ret_found, err))
            return false;
    }
    return true;
}

static uint32_t last_five_digits(const char *address)
{
    size_t n = strlen(address), digits = 0;
    while (digits < n && isdigit((unsigned char)address[n - digits - 1]))
        digits++;
    return digits == 5 ? (uint32_t)strtoul(address + n - 5, NULL, 10) : 0;
}

static void complain_of_several(const struct found *found, struct complaint *complaint)
{
    (void)snprintf(complaint->vi, sizeof complaint->vi,
                   "tên xã nay thuộc nhiều nơi (%s). Đã nhập, chưa xếp xã; ghi rõ xã mới.",
                   found->names);
    (void)snprintf(complaint->en, sizeof complaint->en,
                   "the commune's name leads to several; imported without a commune");
}

static void complain_of_code(const struct locality *locality, const struct commune *commune,
                             struct complaint *complaint)
{
    (void)snprintf(complaint->vi, sizeof complaint->vi,
                   "«%05u»: mã bưu chính của %s là %05u. Đã nhập như đã viết; xem lại.",
                   locality->postal_code, commune->name, commune->postal_code);
    (void)snprintf(complaint->en, sizeof complaint->en,
                   "postal code and commune do not match; imported as written");
}

bool locality_find(struct record *record, const char *address, struct instant at,
                   struct locality *ret_locality, bool *ret_doubt, struct complaint *ret_complaint,
                   struct error *err)
{
    struct parts parts;
    struct found found;
    split(address, &parts);
    if (!ask_parts(record, &parts, true, at, &found, err) ||
        (found.n == 0 && !ask_parts(record, &parts, false, at, &found, err)))
        return false;
    struct locality locality = {.postal_code = last_five_digits(address)};
    *ret_doubt = found.n > 1;
    if (found.n > 1)
        complain_of_several(&found, ret_complaint);
    if (found.n == 1) {
        locality.commune = found.first.code;
        *ret_doubt = locality.postal_code != 0 && found.first.postal_code != 0 &&
                     locality.postal_code != found.first.postal_code;
        if (*ret_doubt)
            complain_of_code(&locality, &found.first, ret_complaint);
        if (locality.postal_code == 0)
            locality.postal_code = found.first.postal_code;
    }
    *ret_locality = locality;
    return true;
}
