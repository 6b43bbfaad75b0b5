#include "server/office/locality.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/text/text.h"

#define PARTS_MAX 24
#define PART_MAX LOCALITY_NAME_MAX

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

struct table {
    struct record *record;
    struct locality_memo *memo; /* may be NULL */
    struct instant at;
};

static bool note(void *ctx, const struct commune *commune)
{
    struct locality_found *found = ctx;
    size_t length = strlen(found->names);
    if (found->n++ == 0)
        found->first = *commune;
    if (length + strlen(commune->name) + 3 < sizeof found->names)
        (void)snprintf(found->names + length, sizeof found->names - length, "%s%s",
                       length > 0 ? ", " : "", commune->name);
    return found->n < 4;
}

static size_t place_in_memo(const char *name, const char *district)
{
    uint32_t mixed = 2166136261u; /* FNV-1a */
    for (const char *at = name; *at != '\0'; at++)
        mixed = (mixed ^ (unsigned char)*at) * 16777619u;
    for (const char *at = district; *at != '\0'; at++)
        mixed = (mixed ^ (unsigned char)*at) * 16777619u;
    return mixed % LOCALITY_MEMO;
}

static bool ask(const struct table *table, const char *name, const char *district,
                struct locality_found *ret_found, struct error *err)
{
    struct locality_memo *memo = table->memo;
    size_t place = place_in_memo(name, district);
    if (memo != NULL && strcmp(memo->row[place].name, name) == 0 &&
        strcmp(memo->row[place].district, district) == 0) {
        *ret_found = memo->row[place].found;
        return true;
    }
    *ret_found = (struct locality_found){.n = 0};
    if (!communes_find(table->record, name, district, table->at, note, ret_found, err))
        return false;
    if (memo != NULL) {
        (void)snprintf(memo->row[place].name, LOCALITY_NAME_MAX, "%s", name);
        (void)snprintf(memo->row[place].district, LOCALITY_NAME_MAX, "%s", district);
        memo->row[place].found = *ret_found;
    }
    return true;
}

/* With its district, and when the table has none of that name there, of any. Tables write
 * districts with or without "huyện". */
static bool ask_with(const struct table *table, const char *name, const char *district,
                     struct locality_found *ret_found, struct error *err)
{
    if (!ask(table, name, "", ret_found, err))
        return false;
    if (ret_found->n < 2 || *district == '\0')
        return true;
    struct locality_found narrow;
    const char *bare = as_district(district);
    if (!ask(table, name, district, &narrow, err) ||
        (narrow.n == 0 && bare && !ask(table, name, bare, &narrow, err)))
        return false;
    if (narrow.n > 0)
        *ret_found = narrow;
    return true;
}

/* Parts from the end, those with a prefix, or those without. A district is no commune. */
static bool ask_parts(const struct table *table, const struct parts *parts, bool prefixed,
                      struct locality_found *ret_found, struct error *err)
{
    *ret_found = (struct locality_found){.n = 0};
    for (size_t i = parts->n; i-- > 0 && ret_found->n == 0;) {
        const char *part = parts->folded[i], *behind = i + 1 < parts->n ? parts->folded[i + 1] : "";
        const char *name = prefixed ? as_commune(part) : part;
        if (name == NULL || as_district(part) || (!prefixed && as_commune(part)))
            continue;
        if (!ask_with(table, name, behind, ret_found, err))
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

static void complain_of_several(const struct locality_found *found, struct complaint *complaint)
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

bool locality_find(struct record *record, struct locality_memo *memo, const char *address,
                   struct instant at, struct locality *ret_locality, bool *ret_doubt,
                   struct complaint *ret_complaint, struct error *err)
{
    const struct table table = {record, memo, at};
    struct parts parts;
    struct locality_found found;
    split(address, &parts);
    if (!ask_parts(&table, &parts, true, &found, err) ||
        (found.n == 0 && !ask_parts(&table, &parts, false, &found, err)))
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
