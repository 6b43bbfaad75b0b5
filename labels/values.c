#include "labels/values.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == ',' || c == '.' || c == '\t' || c == '\r' || c == '\n';
}

static size_t trimmed(const char *text, size_t n)
{
    while (n > 0 && is_blank(text[n - 1]))
        n--;
    return n;
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static bool is_capital_or_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool check_number(const char *number, struct error *err)
{
    size_t n = strlen(number);
    for (size_t i = 0; i < n; i++)
        if (!is_capital_or_digit(number[i]))
            return error_set(err, ERROR_BAD_INPUT, "number: character %zu is not A-Z or 0-9",
                             i + 1);
    return n == LABELS_NUMBER_CHARS ||
           error_set(err, ERROR_BAD_INPUT, "number: %zu characters, not %d", n,
                     LABELS_NUMBER_CHARS);
}

static bool check_serial(const char *serial, struct error *err)
{
    size_t n = strlen(serial);
    for (size_t i = 0; i < n; i++)
        if (!is_capital_or_digit(serial[i]) && serial[i] != '-')
            return error_set(err, ERROR_BAD_INPUT, "serial: character %zu is not A-Z, 0-9 or -",
                             i + 1);
    return (n >= 1 && n <= LABELS_SERIAL_CHARS) ||
           error_set(err, ERROR_BAD_INPUT, "serial: %zu characters, not 1 to %d", n,
                     LABELS_SERIAL_CHARS);
}

static bool check_postal(const char *code, struct error *err)
{
    size_t n = strlen(code);
    for (size_t i = 0; i < n; i++)
        if (!isdigit((unsigned char)code[i]))
            return error_set(err, ERROR_BAD_INPUT, "postal: character %zu is not a digit", i + 1);
    return n == 0 || n == LABELS_POSTAL_CHARS ||
           error_set(err, ERROR_BAD_INPUT, "postal: %zu digits, not %d", n, LABELS_POSTAL_CHARS);
}

static bool check_text(enum labels_field field, const char *text, bool needed, struct error *err)
{
    size_t n = strlen(text);
    if (needed && trimmed(text, n) == 0)
        return error_set(err, ERROR_BAD_INPUT, "%s is empty", labels_field_name(field));
    return n <= LABELS_TEXT_BYTES || error_set(err, ERROR_BAD_INPUT, "%s: %zu bytes, more than %d",
                                               labels_field_name(field), n, LABELS_TEXT_BYTES);
}

/* RA 473 124 829 VN: groups of three are read out and compared without losing one's place. */
static void group_number(const char *number, char *to)
{
    static const size_t sizes[] = {2, 3, 3, 3, 2};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (i > 0)
            *to++ = ' ';
        memcpy(to, number, sizes[i]);
        to += sizes[i];
        number += sizes[i];
    }
    *to = '\0';
}

/* Takes the whole address, but for a postal code at its end, which is left to the boxes; and its
 * last part after a comma, the province, if it has more than one. */
static void part_address(const char *address, const char *postal, struct values *values)
{
    size_t n = trimmed(address, strlen(address));
    size_t digits = strlen(postal);
    if (digits > 0 && n > digits && memcmp(address + n - digits, postal, digits) == 0 &&
        is_blank(address[n - digits - 1]))
        n = trimmed(address, n - digits);
    memcpy(values->address, address, n);
    values->address[n] = '\0';
    size_t comma = n;
    while (comma > 0 && address[comma - 1] != ',')
        comma--;
    values->before_province = trimmed(address, comma);
    size_t province_n = values->before_province == 0 ? 0 : n - comma;
    memcpy(values->province, address + comma, province_n);
    values->province[province_n] = '\0';
}

/* Texts that are shown as they are given. */
static bool read_texts(const struct label *label, uint32_t shown, struct values *values,
                       struct error *err)
{
    const struct {
        enum labels_field field;
        const char *text;
        bool needed;
    } texts[] = {
        {LABELS_SENDER, label->sender, true},
        {LABELS_SENDER_ADDRESS, label->sender_address, false},
        {LABELS_NAME, label->name, true},
        {LABELS_ADDRESS, label->address, true},
        {LABELS_LINK, label->link, true},
        {LABELS_SLIP_CODE, label->slip_code, true},
        {LABELS_ATTEMPT, label->attempt, false},
        {LABELS_POST_OFFICE, label->post_office, false},
        {LABELS_TIME, label->time, true},
        {LABELS_SEAL, label->seal, false},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        enum labels_field field = texts[i].field;
        if ((shown & 1u << field) == 0)
            continue;
        values->of[field] = or_empty(texts[i].text);
        if (!check_text(field, values->of[field], texts[i].needed, err))
            return false;
    }
    values->code[LABELS_LINK] = values->of[LABELS_LINK];
    return true;
}

static bool read_codes(const struct label *label, uint32_t shown, struct values *values,
                       struct error *err)
{
    if ((shown & 1u << LABELS_NUMBER) != 0) {
        values->code[LABELS_NUMBER] = or_empty(label->number);
        if (!check_number(values->code[LABELS_NUMBER], err))
            return false;
        group_number(label->number, values->number);
        values->of[LABELS_NUMBER] = values->number;
    }
    if ((shown & 1u << LABELS_SERIAL) != 0) {
        values->of[LABELS_SERIAL] = values->code[LABELS_SERIAL] = or_empty(label->serial);
        if (!check_serial(values->of[LABELS_SERIAL], err))
            return false;
    }
    values->of[LABELS_POSTAL] = or_empty(label->postal_code);
    return (shown & 1u << LABELS_POSTAL) == 0 || check_postal(values->of[LABELS_POSTAL], err);
}

bool values_read(const struct label *label, uint32_t shown, struct values *ret_values,
                 struct error *err)
{
    for (size_t i = 0; i < LABELS_FIELDS; i++) {
        ret_values->of[i] = "";
        ret_values->code[i] = NULL;
    }
    if (!read_codes(label, shown, ret_values, err) || !read_texts(label, shown, ret_values, err))
        return false;
    if (label->copy > LABELS_COPY_MAX)
        return error_set(err, ERROR_BAD_INPUT, "copy %u is more than %d", label->copy,
                         LABELS_COPY_MAX);
    ret_values->reprint[0] = '\0';
    if (label->copy >= 2)
        snprintf(ret_values->reprint, sizeof ret_values->reprint, "BẢN IN LẠI %u", label->copy);
    ret_values->of[LABELS_REPRINT] = ret_values->reprint;
    part_address(ret_values->of[LABELS_ADDRESS], ret_values->of[LABELS_POSTAL], ret_values);
    ret_values->of[LABELS_ADDRESS] = ret_values->address;
    ret_values->of[LABELS_PROVINCE] = ret_values->province;
    return true;
}

void values_set_sheet(struct values *values, size_t sheet, size_t sheets)
{
    snprintf(values->sheet, sizeof values->sheet, "Tờ %zu/%zu", sheet + 1, sheets);
    values->of[LABELS_SHEET] = values->sheet;
}

bool values_check_row(const struct labels_row *row, struct error *err)
{
    if (row->originals > LABELS_COUNT_MAX || row->copies > LABELS_COUNT_MAX ||
        row->pages > LABELS_COUNT_MAX)
        return error_set(err, ERROR_BAD_INPUT, "originals, copies or pages: more than %d",
                         LABELS_COUNT_MAX);
    if (row->fees_vnd > LABELS_VND_MAX || row->postage_vnd > LABELS_VND_MAX)
        return error_set(err, ERROR_BAD_INPUT, "fees or postage: more than %llu đồng",
                         (unsigned long long)LABELS_VND_MAX);
    return check_number(or_empty(row->number), err) &&
           check_text(LABELS_NAME, or_empty(row->name), true, err) &&
           check_text(LABELS_DOSSIER, or_empty(row->dossier), false, err) &&
           check_text(LABELS_WARD, or_empty(row->ward), false, err) &&
           check_text(LABELS_NOTE, or_empty(row->note), false, err);
}

/* 1.234.000, as money is written in Vietnam. */
static void group_thousands(uint64_t value, char *to, size_t room)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    size_t used = 0;
    for (int i = 0; i < n && used + 2 < room; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            to[used++] = '.';
        to[used++] = digits[i];
    }
    to[used] = '\0';
}

void values_read_sums(const struct row_sums *sums, struct row_values *v)
{
    static const enum labels_field counts[] = {LABELS_ORIGINALS, LABELS_COPIES, LABELS_PAGES};
    static const enum labels_field amounts[] = {LABELS_FEES, LABELS_POSTAGE};
    const uint64_t sheets[] = {sums->originals, sums->copies, sums->pages};
    const uint64_t vnd[] = {sums->fees_vnd, sums->postage_vnd};
    for (size_t i = 0; i < LABELS_FIELDS; i++)
        v->of[i] = "";
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        group_thousands(sheets[i], v->counts[i], sizeof v->counts[i]);
        v->of[counts[i]] = v->counts[i];
    }
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        group_thousands(vnd[i], v->amounts[i], sizeof v->amounts[i]);
        v->of[amounts[i]] = v->amounts[i];
    }
}

void values_add_row(const struct labels_row *row, struct row_sums *sums)
{
    sums->originals += row->originals;
    sums->copies += row->copies;
    sums->pages += row->pages;
    sums->fees_vnd += row->fees_vnd;
    sums->postage_vnd += row->postage_vnd;
}

void values_read_row(const struct labels_row *row, size_t ordinal, struct row_values *v)
{
    struct row_sums own = {0};
    values_add_row(row, &own);
    values_read_sums(&own, v);
    snprintf(v->ordinal, sizeof v->ordinal, "%zu", ordinal);
    group_number(row->number, v->number);
    v->of[LABELS_ORDINAL] = v->ordinal;
    v->of[LABELS_NUMBER] = v->number;
    v->of[LABELS_DOSSIER] = or_empty(row->dossier);
    v->of[LABELS_NAME] = or_empty(row->name);
    v->of[LABELS_WARD] = or_empty(row->ward);
    v->of[LABELS_NOTE] = or_empty(row->note);
}
