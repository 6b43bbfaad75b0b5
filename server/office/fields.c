#include "server/office/fields.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "protocol/scan.h"
#include "server/text/text.h"

#define QUOTED_MAX 48 /* bytes of a cell that a complaint repeats */

#define VIETNAM_S INT64_C(25200) /* ahead of UTC, all year */

/* Both sentences; "%s" in `vi` stands for the cell as it was, shortened. */
static bool complain(struct complaint *complaint, const char *cell, const char *vi, const char *en)
{
    char quoted[QUOTED_MAX];
    text_copy(cell, quoted, sizeof quoted);
    const char *mark = strstr(vi, "%s");
    invariant(mark != NULL);
    (void)snprintf(complaint->vi, sizeof complaint->vi, "%.*s%s%s%s", (int)(mark - vi), vi, quoted,
                   strlen(quoted) < strlen(cell) ? "…" : "", mark + 2);
    (void)snprintf(complaint->en, sizeof complaint->en, "%s", en);
    return false;
}

/* The same of a cell in which there is nothing to see. */
static bool lacks(struct complaint *complaint, const char *vi, const char *en)
{
    (void)snprintf(complaint->vi, sizeof complaint->vi, "%s", vi);
    (void)snprintf(complaint->en, sizeof complaint->en, "%s", en);
    return false;
}

static bool all_digits(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isdigit((unsigned char)text[i]))
            return false;
    return n > 0;
}

static int days_of_month(int month, int year)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool date_exists(int day, int month, int year)
{
    return month >= 1 && month <= 12 && day >= 1 && day <= days_of_month(month, year);
}

/* ------------------------------------------------------------------ dossier code */

static bool is_dash(int32_t character)
{
    return (character >= 0x2010 && character <= 0x2015) || character == 0x2212 ||
           character == 0xFF0D || character == '-';
}

/* A sign of a code in its normal form; '?' for what no code holds. */
static char code_sign(int32_t character)
{
    if (is_dash(character))
        return '-';
    char upper = (char)toupper(character < 0x80 ? character : '?');
    return upper;
}

static bool take_digits(const char **at, size_t least, size_t most, const char **ret_digits)
{
    size_t n = strspn(*at, "0123456789");
    if (n < least || n > most)
        return false;
    *ret_digits = *at;
    *at += n;
    return true;
}

static bool take_char(const char **at, char wanted)
{
    bool there = **at == wanted;
    *at += there;
    return there;
}

static bool take_letter(const char **at)
{
    bool there = **at >= 'A' && **at <= 'Z';
    *at += there;
    return there;
}

/* "000.00.22.H56" or "H56", "H56.14", ... up to three groups. */
static bool take_unit(const char **at)
{
    const char *digits;
    if (isdigit((unsigned char)**at))
        return take_digits(at, 3, 3, &digits) && take_char(at, '.') &&
               take_digits(at, 2, 2, &digits) && take_char(at, '.') &&
               take_digits(at, 2, 2, &digits) && take_char(at, '.') && take_letter(at) &&
               take_digits(at, 2, 2, &digits);
    if (!take_letter(at) || !take_digits(at, 2, 2, &digits))
        return false;
    for (int groups = 0; groups < 3 && **at == '.'; groups++)
        if (!take_char(at, '.') || !take_digits(at, 1, 3, &digits))
            return false;
    return true;
}

bool field_dossier(const char *cell, char ret_code[FIELD_DOSSIER_MAX],
                   struct complaint *ret_complaint)
{
    char code[FIELD_DOSSIER_MAX] = "";
    size_t n = 0;
    const char *from = cell;
    for (int32_t c = text_next(&from); c != 0 && n + 1 < sizeof code; c = text_next(&from))
        code[n++] = code_sign(c);
    const char *at = code, *day = NULL, *serial = NULL;
    bool shaped = take_unit(&at) && take_char(&at, '-') && take_digits(&at, 6, 6, &day) &&
                  take_char(&at, '-') && take_digits(&at, 4, 6, &serial) && *at == '\0';
    if (!shaped)
        return complain(ret_complaint, cell,
                        "«%s» không phải mã hồ sơ (như H27.15-261118-0145). Chưa nhập; xem lại mã.",
                        "not a dossier code; not imported");
    int year = 2000 + (day[0] - '0') * 10 + day[1] - '0';
    int month = (day[2] - '0') * 10 + day[3] - '0';
    if (!date_exists((day[4] - '0') * 10 + day[5] - '0', month, year))
        return complain(ret_complaint, cell,
                        "«%s»: sáu số giữa không phải ngày (năm, tháng, ngày). Chưa nhập; xem lại.",
                        "the six digits in the middle are no date; not imported");
    memcpy(ret_code, code, sizeof code);
    return true;
}

bool field_dossier_is_ahead(const char *code, struct instant now, struct complaint *ret_complaint)
{
    struct tm today;
    char day[8];
    time_t second = (time_t)(now.ms / 1000 + VIETNAM_S);
    const char *serial = strrchr(code, '-');
    invariant(serial != NULL && serial - code >= 6 && gmtime_r(&second, &today) != NULL);
    (void)strftime(day, sizeof day, "%y%m%d", &today);
    if (strncmp(serial - 6, day, 6) <= 0)
        return false;
    complain(ret_complaint, code, "«%s»: ngày trong mã ở sau hôm nay. Đã nhập; xem lại mã.",
             "the day in the code lies ahead; imported, look at the code");
    return true;
}

/* ------------------------------------------------------------------ plain cells */

bool field_name(const char *cell, struct complaint *ret_complaint)
{
    if (text_is_visible(cell))
        return true;
    return lacks(ret_complaint, "thiếu tên người nhận. Chưa nhập; điền tên.",
                 "no name; not imported");
}

/* A number of one to `most` digits, then `after` (or the end for '\0'). */
static bool take_number(const char **at, size_t most, char after, int *ret_value)
{
    const char *digits;
    if (!take_digits(at, 1, most, &digits))
        return false;
    *ret_value = (int)strtol(digits, NULL, 10);
    return after == '\0' ? **at == '\0' : take_char(at, after);
}

bool field_date(const char *cell, struct complaint *ret_complaint)
{
    if (!*cell)
        return true;
    const char *at = cell;
    int day = 0, month = 0, year = 0;
    if (!take_number(&at, 2, '/', &day) || !take_number(&at, 2, '/', &month) ||
        !take_number(&at, 4, '\0', &year) || year < 1900 || year > 2199)
        return complain(ret_complaint, cell,
                        "«%s» không phải ngày/tháng/năm (như 25/11/2026). Chưa nhập; sửa ngày.",
                        "not dd/MM/yyyy; not imported");
    if (date_exists(day, month, year))
        return true;
    char vi[sizeof ret_complaint->vi], en[sizeof ret_complaint->en];
    (void)snprintf(vi, sizeof vi, "%%s: không có ngày %d/%d. Chưa nhập; sửa ngày.", day, month);
    (void)snprintf(en, sizeof en, "there is no day %d/%d; not imported", day, month);
    return complain(ret_complaint, cell, vi, en);
}

enum date_order field_date_order(const char *cell)
{
    int first = 0, second = 0, year = 0;
    if (!take_number(&cell, 2, '/', &first) || !take_number(&cell, 2, '/', &second) ||
        !take_number(&cell, 4, '\0', &year))
        return DATE_EITHER;
    if (first > 12 && second >= 1 && second <= 12)
        return DATE_DAY_FIRST;
    return second > 12 && second <= 31 && first >= 1 && first <= 12 ? DATE_MONTH_FIRST
                                                                    : DATE_EITHER;
}

/* "33.000", "33 000": digits in threes after a mark. Leaves only digits in `out`. */
static bool ungroup(const char *text, size_t n, char *out, size_t size)
{
    size_t digits = 0, since_mark = 0;
    bool marked = false;
    for (size_t i = 0; i < n; i++) {
        if (isdigit((unsigned char)text[i]) && digits + 1 < size) {
            out[digits++] = text[i];
            since_mark++;
            continue;
        }
        bool is_mark = strchr(". ,", text[i]) != NULL;
        if (!is_mark || since_mark == 0 || since_mark > 3 || (marked && since_mark != 3))
            return false;
        marked = true;
        since_mark = 0;
    }
    out[digits] = '\0';
    return digits > 0 && (!marked || since_mark == 3);
}

static size_t without_currency(const char *cell)
{
    static const char *const signs[] = {"đồng", "đ", "₫", "VNĐ", "VND", "vnd"};
    size_t n = strlen(cell);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t k = strlen(signs[i]);
        if (n > k && memcmp(cell + n - k, signs[i], k) == 0) {
            n -= k;
            break;
        }
    }
    while (n > 0 && cell[n - 1] == ' ')
        n--;
    return n;
}

bool field_money(const char *cell, uint64_t *ret_vnd, struct complaint *ret_complaint)
{
    char digits[16];
    size_t n = without_currency(cell);
    if (n == 0 && *cell == '\0') {
        *ret_vnd = 0;
        return true;
    }
    if (n > 2 && memcmp(cell + n - 2, ".0", 2) == 0 && all_digits(cell, n - 2))
        n -= 2; /* a number cell read as a real */
    uint64_t vnd =
        ungroup(cell, n, digits, sizeof digits) ? strtoull(digits, NULL, 10) : UINT64_MAX;
    if (vnd > SCAN_MONEY_MAX_VND)
        return complain(ret_complaint, cell,
                        "«%s» không phải số tiền (như 33000 hoặc 33.000). Chưa nhập; sửa số tiền.",
                        "not an amount in whole dong; not imported");
    *ret_vnd = vnd;
    return true;
}

/* "1.23E+11", "1,23E+11", "4.2E10": what a spreadsheet left of a number. */
static bool lost_its_digits(const char *text)
{
    size_t whole = strspn(text, "0123456789");
    if (whole == 0)
        return false;
    const char *e = text + whole;
    if (*e == '.' || *e == ',')
        e += 1 + strspn(e + 1, "0123456789");
    else if (*e != '\0' && e[1] != '+')
        return false; /* 1E234567 may be an old passport */
    return (*e == 'E' || *e == 'e') && strspn(e + 1, "+-0123456789") == strlen(e + 1) && e[1];
}

bool field_id_number(const char *cell, bool *ret_doubt, struct complaint *ret_complaint)
{
    size_t n = strlen(cell);
    *ret_doubt = false;
    if (lost_its_digits(cell))
        return complain(ret_complaint, cell,
                        "«%s» mất số. Chưa nhập; định dạng cột là văn bản, nhập lại số.",
                        "digits lost; not imported");
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)cell[i] >= 0x80)
            return complain(ret_complaint, cell, "«%s» có ký tự lạ. Chưa nhập; gõ lại bằng số 0–9.",
                            "other characters than 0-9 A-Z; not imported");
    if (all_digits(cell, n) && (n == 10 || n == 11))
        return complain(ret_complaint, cell,
                        "«%s» thiếu số, có lẽ mất số 0 ở đầu. Chưa nhập; sửa đủ 12 số.",
                        "10 or 11 digits: leading zeros lost; not imported");
    if (all_digits(cell, n) && n > 15 && cell[n - 1] == '0') {
        *ret_doubt = true;
        complain(ret_complaint, cell, "«%s» có thể đã bị làm tròn. Đã nhập; đối chiếu bản giấy.",
                 "looks rounded by a spreadsheet; imported, compare with the paper");
    }
    if (strcasecmp(cell, "NULL") == 0) {
        *ret_doubt = true;
        complain(ret_complaint, cell, "«%s» có lẽ là ô trống. Đã nhập; xem lại.",
                 "perhaps an empty cell; imported as it stands");
    }
    return true;
}

bool field_flag(const char *cell, bool *ret_on, struct complaint *ret_complaint)
{
    char folded[16];
    text_fold(cell, folded, sizeof folded);
    static const char *const on[] = {"x", "co", "1", "dung", "true", "yes"};
    static const char *const off[] = {"", "khong", "0", "sai", "false", "no"};
    for (size_t i = 0; i < sizeof on / sizeof *on; i++) {
        if (strcmp(folded, on[i]) == 0 || strcmp(folded, off[i]) == 0) {
            *ret_on = strcmp(folded, on[i]) == 0;
            return true;
        }
    }
    return complain(ret_complaint, cell, "«%s»: chỉ điền x hoặc để trống. Chưa nhập; sửa ô này.",
                    "x or nothing; not imported");
}

/* ------------------------------------------------------------------ addresses */

enum commune_kind { XA, PHUONG };

static const struct {
    uint32_t gso_code;
    enum commune_kind kind;
    const char *name;
} communes[] = {
#define COMMUNE(gso, KIND, name, folded, postal) {gso, KIND, name},
#include "server/delivery/communes.def"
#undef COMMUNE
};

bool field_address(const char *cell, struct complaint *ret_complaint)
{
    if (text_is_visible(cell))
        return true;
    return lacks(ret_complaint, "thiếu địa chỉ. Chưa nhập; điền địa chỉ.",
                 "no address; not imported");
}

const char *field_commune_name(uint32_t gso_code, char *out, size_t size)
{
    *out = '\0';
    for (size_t k = 0; k < sizeof communes / sizeof *communes; k++)
        if (communes[k].gso_code == gso_code)
            (void)snprintf(out, size, "%s %s", communes[k].kind == XA ? "X." : "P.",
                           communes[k].name);
    return out;
}

/* ------------------------------------------------------------------ phones */

/* What becomes of a number that somebody must ask for. */
#define PHONE_ASK_VI " Hồ sơ đã nhập, không nhắn tin được; hỏi lại số."
#define PHONE_ASK_EN "; imported, no SMS possible; ask for the number"

static void bad_phone(const struct phone *phone, struct complaint *ret_complaint)
{
    static const struct {
        enum phone_cause cause;
        const char *vi, *en;
    } rows[] = {
        {PHONE_CAUSE_DIGITS_LOST, "«%s» mất số." PHONE_ASK_VI, "digits lost" PHONE_ASK_EN},
        {PHONE_CAUSE_TOO_SHORT, "«%s» thiếu số." PHONE_ASK_VI, "too few digits" PHONE_ASK_EN},
        {PHONE_CAUSE_TOO_LONG, "«%s» thừa số." PHONE_ASK_VI, "too many digits" PHONE_ASK_EN},
        {PHONE_CAUSE_LETTER, "«%s» có chữ lẫn vào số." PHONE_ASK_VI,
         "letters among digits" PHONE_ASK_EN},
        {PHONE_CAUSE_OTHER_DIGITS, "«%s» không viết bằng số 0–9." PHONE_ASK_VI,
         "other digits than 0-9" PHONE_ASK_EN},
        {PHONE_CAUSE_NOT_A_NUMBER, "«%s» không phải số điện thoại." PHONE_ASK_VI,
         "no such phone number" PHONE_ASK_EN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].cause == phone->cause)
            complain(ret_complaint, phone->note, rows[i].vi, rows[i].en);
}

bool field_phone(const struct phone *phone, struct complaint *ret_complaint)
{
    if (phone->kind == PHONE_BAD)
        bad_phone(phone, ret_complaint);
    else if (phone->kind == PHONE_LANDLINE)
        complain(ret_complaint, phone->e164, "%s là máy bàn. Đã nhập; sẽ không nhắn tin.",
                 "a land line; imported, no SMS");
    else if (phone->kind == PHONE_FOREIGN)
        complain(ret_complaint, phone->e164, "%s là số nước ngoài. Đã nhập; sẽ không nhắn tin.",
                 "a foreign number; imported, no SMS");
    else if (phone->converted)
        complain(ret_complaint, phone->e164, "số cũ 11 số, đã đổi thành %s. Đã nhập; xem lại số.",
                 "eleven digits of before 2018, converted; imported");
    else
        return true;
    return false;
}
