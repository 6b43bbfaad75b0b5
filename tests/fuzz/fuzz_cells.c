/* Cells of a list and words that people type at a desk: cleaned, read, and what is kept of them is
 * text that a page, a message and a record can hold. Cleaning and folding twice changes nothing
 * more; a number that is read is written, and read again as the same. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "server/delivery/border.h"
#include "server/delivery/rules.h"
#include "server/office/fields.h"
#include "server/office/handover.h"
#include "server/office/rounds.h"
#include "server/office/setup.h"
#include "server/record/postmen.h"
#include "server/text/phone.h"
#include "server/text/text.h"
#include "server/text/words.h"

#define ROOM 2048

static bool is_text(const char *text)
{
    return utf8_is_text(text, strlen(text));
}

static void check_forms(const char *clean)
{
    static char once[ROOM], twice[ROOM];
    invariant(text_clean(clean, strlen(clean), once, sizeof once) && strcmp(once, clean) == 0);
    text_fold(clean, once, sizeof once);
    invariant(is_text(once) && strcmp(text_fold(once, twice, sizeof twice), once) == 0);
    text_name_key(clean, once, sizeof once);
    invariant(text_is_utf8(once, strlen(once)));
    text_unaccent(clean, once, sizeof once);
    invariant(text_is_utf8(once, strlen(once)));
    invariant(strcmp(text_unaccent(once, twice, sizeof twice), once) == 0);
    text_sentence_case(clean, once, sizeof once);
    invariant(text_is_utf8(once, strlen(once)));
    char little[16];
    text_copy(clean, little, sizeof little);
    invariant(text_is_utf8(little, strlen(little)) && strncmp(little, clean, strlen(little)) == 0);
}

static void check_phone(const char *clean)
{
    struct phone phone = phone_read(clean);
    struct complaint complaint = {.vi = ""};
    bool callable =
        phone.kind == PHONE_MOBILE || phone.kind == PHONE_LANDLINE || phone.kind == PHONE_FOREIGN;
    invariant(callable == (phone.e164[0] == '+'));
    invariant(strspn(phone.e164, "+0123456789") == strlen(phone.e164));
    invariant((phone.kind == PHONE_BAD) == (phone.cause != PHONE_CAUSE_NONE));
    invariant(phone.kind != PHONE_MOBILE || phone_takes_sms(phone.e164));
    invariant(text_is_utf8(phone.note, strlen(phone.note)));
    invariant(!callable || strlen(phone_last4(phone.e164)) == 4);
    if (!field_phone(&phone, &complaint))
        invariant(complaint.vi[0] != '\0');
    if (phone.kind == PHONE_MOBILE)
        invariant(strcmp(phone_read(phone.e164).e164, phone.e164) == 0);
}

static void check_complaint(bool good, const struct complaint *complaint)
{
    if (good)
        return;
    invariant(complaint->vi[0] != '\0' && is_text(complaint->vi));
    invariant(text_is_utf8(complaint->en, strlen(complaint->en)));
}

static void check_fields(const char *clean)
{
    struct complaint complaint = {.vi = ""};
    char code[FIELD_DOSSIER_MAX], again[FIELD_DOSSIER_MAX];
    uint64_t vnd = 0;
    bool doubt = false, on = false;
    bool good = field_dossier(clean, code, &complaint);
    check_complaint(good, &complaint);
    if (good) {
        invariant(field_dossier(code, again, &complaint) && strcmp(code, again) == 0);
        (void)field_dossier_is_ahead(code, (struct instant){INT64_C(1795582800000)}, &complaint);
    }
    check_complaint(field_name(clean, &complaint), &complaint);
    check_complaint(field_date(clean, &complaint), &complaint);
    check_complaint(field_address(clean, &complaint), &complaint);
    check_complaint(field_flag(clean, &on, &complaint), &complaint);
    check_complaint(field_id_number(clean, &doubt, &complaint), &complaint);
    good = field_money(clean, &vnd, &complaint);
    check_complaint(good, &complaint);
    invariant(!good || vnd <= SCAN_MONEY_MAX_VND);
    (void)field_date_order(clean);
}

static void check_typed(const char *typed)
{
    struct error err = {ERROR_NONE, ""};
    char text[ROUND_TEXT_MAX], badge_said[BADGE_TEXT_MAX];
    uint64_t serial = 0, again = 0;
    uint32_t badge = 0, badge_again = 0;
    int64_t value = 0;
    if (serial_read("BD", typed, &serial, &err))
        invariant(serial_read("BD", round_text(serial, text), &again, &err) && serial == again);
    if (serial_read("GM", typed, &serial, &err))
        invariant(serial_read("GM", slip_text(serial, text), &again, &err) && serial == again);
    if (badge_read(typed, &badge, &err))
        invariant(badge >= 1 && badge <= BADGE_MAX &&
                  badge_read(badge_text(badge, badge_said), &badge_again, &err) &&
                  badge == badge_again);
    if (!handover_read(typed, &serial, &err))
        invariant(err.text[0] != '\0');
    if (day_read(typed, &value, &err))
        invariant(value >= 0 && value < 366 * 230 && day_of(day_minute(value, 0)) == value);
    invariant(line_read(typed, &value, &err) || err.text[0] != '\0');
}

/* Any sentence with gaps, and how a telephone network counts it. */
static void check_sentence(const char *sentence)
{
    static const struct word words[] = {{"giờ", "9:30"}, {"bưu cục", "Cẩm Trung"}, {"số", NULL}};
    char out[WORDS_MAX];
    invariant(words_fill(sentence, words, 3, "Xem trang", out) == out);
    invariant(strlen(out) < WORDS_MAX && text_is_utf8(out, strlen(out)));
    struct segments segments = words_segments(out);
    invariant((segments.parts == 0) == (out[0] == '\0'));
    invariant(segments.units <= (segments.gsm7 ? 2 : 1) * strlen(out));
}

static void check_border(const char *shape)
{
    struct border border = {.n = 0};
    if (!border_read(shape, &border))
        return;
    double away = border_metres_outside(&border, 183000000, 1059000000);
    invariant(border.n > 0 && away >= 0 && away < 21e6);
    border_done(&border);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static char clean[ROOM];
    char *typed = malloc(n + 1);
    invariant(typed != NULL);
    memcpy(typed, bytes, n);
    typed[n] = '\0';
    if (text_clean((const char *)bytes, n, clean, sizeof clean)) {
        invariant(is_text(clean) || clean[0] == '\0');
        (void)text_is_visible(clean);
        check_forms(clean);
        check_phone(clean);
        check_fields(clean);
        check_sentence(clean);
    }
    if (text_is_utf8(typed, strlen(typed)))
        check_typed(typed);
    check_border(typed);
    free(typed);
    return 0;
}
