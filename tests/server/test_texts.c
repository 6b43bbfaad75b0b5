/* What is texted from phones, and what is answered. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/record/inbox.h"
#include "tests/server/notify_rig.h"

/* The sum only to the phone that is told it anyway. */
static void a_text_asks_how_it_stands(void **state)
{
    struct told *told = *state;
    char want[256], text[64];
    scan(told, EVENT_PICKED_UP);
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    (void)snprintf(text, sizeof text, " trao  %.2s %s ", told->item.text, told->item.text + 2);
    text_from(told, "0912 000 001", text);
    (void)snprintf(want, sizeof want, "Trao %s: " OUT "%s.", told->item.text, word_today(told));
    answered(told, 2, OWN, want);
    text_from(told, STRANGER, text);
    (void)snprintf(want, sizeof want, "Trao %s: Dang giao hom nay, 25/11.", told->item.text);
    char last[1024];
    assert_int_equal(lines(told, last), 3);
    assert_null(strstr(last, "168"));
    assert_non_null(strstr(last, "\t" STRANGER "\tTrao "));
    assert_non_null(strstr(last, ", 25/11."));
    text_from(told, STRANGER, "TRAO RA123456785VN");
    answered(told, 4, STRANGER, "Trao RA123456785VN: chua co thong tin, xin kiem tra lai so.");
}

/* Days on it is not today any more, and late. */
static void out_since_is_not_today(void **state)
{
    struct told *told = *state;
    char want[256], text[64];
    scan(told, EVENT_PICKED_UP);
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    size_t n = lines(told, NULL);
    (void)snprintf(text, sizeof text, "TRAO %s", told->item.text);
    told->desk.rig.now.ms += DAY;
    text_from(told, OWN, text);
    (void)snprintf(want, sizeof want, "Trao %s: Buu ta mang di giao tu ngay 25/11.",
                   told->item.text);
    answered(told, n + 1, OWN, want);
    told->desk.rig.now.ms += 8 * DAY;
    text_from(told, OWN, text);
    (void)snprintf(want, sizeof want,
                   "Trao %s: Buu ta mang di giao tu ngay 25/11. Cham hon du kien, xin loi ong/ba.",
                   told->item.text);
    answered(told, n + 2, OWN, want);
}

static struct instant chosen_day(struct told *told)
{
    struct view view;
    assert_true(views_item(told->desk.rig.views, &told->item, &view));
    return view.state.chosen;
}

/* Never the day of the next attempt itself; asked about later, none that is over. */
static void another_day_is_none_that_is_due(void **state)
{
    struct told *told = *state;
    char text[64], last[1024];
    (void)snprintf(told->desk.config.reply_number, sizeof told->desk.config.reply_number, "8077");
    scan(told, EVENT_DELIVERY_FAILED);
    pass(told, 30 * SECOND);
    said(told, 1,
         "Chua giao duoc luc 08:00. Khong co ai o nha, da de giay moi. Giao lai 27/11. Chon ngay "
         "khac: soan HEN 30/11 gui 8077");
    told->desk.rig.now.ms += 6 * DAY;
    (void)snprintf(text, sizeof text, "TRAO %s", told->item.text);
    text_from(told, OWN, text);
    assert_int_equal(lines(told, last), 2);
    assert_non_null(strstr(last, "Chua giao duoc"));
    assert_null(strstr(last, "Giao lai")); /* that day is over when he asks */
    assert_null(strstr(last, "HEN "));
}

static void a_text_chooses_another_day(void **state)
{
    struct told *told = *state;
    char want[256];
    text_from(told, OWN, "HEN 30/11"); /* nothing was out yet */
    answered(told, 1, OWN, "Trao: Khong co phong bi nao cho so nay dang giao de doi ngay.");
    scan(told, EVENT_OUT_FOR_DELIVERY);
    scan(told, EVENT_DELIVERY_FAILED);
    pass(told, 30 * SECOND);
    assert_int_equal(lines(told, NULL), 2);
    text_from(told, STRANGER, "HEN 30/11");
    answered(told, 3, STRANGER, "Trao: Khong co phong bi nao cho so nay dang giao de doi ngay.");
    static const char *const bad[] = {"HEN 29/11", "HEN 25/11", "HEN 31/2", "hẹn 12.12"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) { /* a Sunday, today, none, too far */
        text_from(told, OWN, bad[i]);
        assert_int_equal(chosen_day(told).ms, 0);
    }
    text_from(told, OWN, "Hẹn 30-11.");
    (void)snprintf(want, sizeof want, "Trao %s: Da ghi, giao lai ngay 30/11.", told->item.text);
    answered(told, 8, OWN, want);
    assert_int_equal(chosen_day(told).ms, RIG_NOW_MS + 5 * DAY - 8 * 3600 * SECOND);
    char text[64];
    (void)snprintf(text, sizeof text, "TRAO %s", told->item.text);
    text_from(told, OWN, text); /* its own day is what is said from now on */
    char last[1024];
    assert_int_equal(lines(told, last), 9);
    assert_non_null(strstr(last, "Giao lai 30/11."));
    assert_int_equal(count_facts(told, EVENT_DAY_CHOSEN), 1);
}

static void a_text_says_that_nothing_came(void **state)
{
    struct told *told = *state;
    char want[256];
    scan(told, EVENT_OUT_FOR_DELIVERY);
    scan(told, EVENT_DELIVERED);
    pass(told, 30 * SECOND);
    size_t n = lines(told, NULL);
    text_from(told, STRANGER, "KHONG");
    assert_int_equal(count_facts(told, EVENT_DISPUTED), 0);
    text_from(told, OWN, "Không!");
    (void)snprintf(want, sizeof want,
                   "Trao %s: Da ghi ong/ba chua nhan duoc, buu dien xac minh, tra loi cham nhat "
                   "25/01/2027.",
                   told->item.text);
    answered(told, n + 2, OWN, want);
    text_from(told, OWN, "KHONG");
    answered(told, n + 3, OWN, want);
    assert_int_equal(count_facts(told, EVENT_DISPUTED), 1);
}

/* Talk before it and behind it, a year behind the day, blanks, no VN. */
static void the_number_is_found_among_what_is_written(void **state)
{
    struct told *told = *state;
    const char *own = told->item.text;
    char text[160], want[256];
    struct item last = desk_rig_issue(&told->desk, "H27-261118-0002", "0912000001", "0");
    scan(told, EVENT_DELIVERY_FAILED);
    desk_rig_scan(&told->desk, &told->device, &last, EVENT_DELIVERY_FAILED, 0);
    pass(told, 30 * SECOND);
    size_t n = lines(told, NULL);
    (void)snprintf(want, sizeof want, "Trao %s: Da ghi, giao lai ngay 30/11.", own);
    (void)snprintf(text, sizeof text, "HEN 30/11/2026 %s nhe, cam on", own);
    text_from(told, OWN, text);
    answered(told, ++n, OWN, want);
    (void)snprintf(text, sizeof text, "Hẹn 30/11 cho số %.2s %.3s %.6s", own, own + 2, own + 5);
    text_from(told, OWN, text);
    answered(told, ++n, OWN, want);
    (void)snprintf(want, sizeof want, "Trao %s: Chua giao duoc, 25/11.", own);
    (void)snprintf(text, sizeof text, "Trao giúp số %s với ạ, cảm ơn", own);
    text_from(told, STRANGER, text);
    answered(told, ++n, STRANGER, want);
}

#define NO_NUMBER "Trao: So phong bi khong dung, xin kiem tra lai."

/* A number with a wrong digit is not taken for another envelope of this phone; a phone and a day
 * are no such number. */
static void a_mistyped_number_moves_nothing(void **state)
{
    struct told *told = *state;
    static const char *const wrong[] = {"KHONG RA123456784VN", "KHONG ra 12345678 vn",
                                        "KHONG nhan duoc RA1234567850",
                                        "khong thay 123 456 784 VN dau"};
    scan(told, EVENT_OUT_FOR_DELIVERY);
    scan(told, EVENT_DELIVERED);
    pass(told, 30 * SECOND);
    size_t n = lines(told, NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        text_from(told, OWN, wrong[i]);
        answered(told, ++n, OWN, NO_NUMBER);
    }
    text_from(told, OWN, "HEN 30/11 RA123456784VN");
    answered(told, ++n, OWN, NO_NUMBER);
    assert_int_equal(count_facts(told, EVENT_DISPUTED), 0);
    text_from(told, OWN, "TRAO 123456784");
    answered(told, ++n, OWN, NO_NUMBER);
    text_from(told, OWN, "TRACK RA123456784VN");
    answered(told, ++n, OWN, "Trao: That number is not right, please check it.");
    text_from(told, OWN, "KHONG nhan duoc ngay 25/11/2026, goi so 0912000001");
    assert_int_equal(count_facts(told, EVENT_DISPUTED), 1);
}

/* Case N06: other spellings, compared as numbers. */
static void who_wants_no_messages_gets_none(void **state)
{
    struct told *told = *state;
    static const char *const words[] = {"TC", "STOP ", "stop.", "Dừng"};
    static const char *const phones[] = {"0912000001", "+84 912 000 001", "84912000001", OWN};
    size_t n = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        text_from(told, phones[i], words[i]);
        answered(told, ++n, OWN, "Trao: Tu nay khong gui tin toi so nay. Muon nhan lai: soan NHAN");
        char dossier[32];
        (void)snprintf(dossier, sizeof dossier, "H27-261118-300%zu", i);
        told->item = desk_rig_issue(&told->desk, dossier, phones[i], "0");
        restart(told);
        scan(told, EVENT_PICKED_UP);
        pass(told, SECOND);
        assert_int_equal(lines(told, NULL), n);
        (void)snprintf(dossier, sizeof dossier, "H27-261118-400%zu", i);
        struct item other = desk_rig_issue(&told->desk, dossier, "0912000010", "0");
        desk_rig_scan(&told->desk, &told->device, &other, EVENT_PICKED_UP, 0);
        pass(told, SECOND);
        assert_int_equal(lines(told, NULL), ++n);
        text_from(told, phones[i], "nhan");
        answered(told, ++n, OWN, "Trao: Tin ve phong bi lai duoc gui toi so nay.");
        scan(told, EVENT_OUT_FOR_DELIVERY);
        pass(told, SECOND);
        assert_int_equal(lines(told, NULL), ++n);
    }
}

static void what_is_not_understood_is_helped_once_a_day(void **state)
{
    struct told *told = *state;
    text_from(told, STRANGER, "xin chào");
    answered(told, 1, STRANGER, HELP);
    text_from(told, STRANGER, "alo");
    text_from(told, STRANGER, "");
    assert_int_equal(lines(told, NULL), 1);
    text_from(told, "8077", "quang cao"); /* and a machine never */
    text_from(told, "VIETTEL", "TRAO RA123456785VN");
    assert_int_equal(lines(told, NULL), 1);
    pass(told, DAY);
    text_from(told, STRANGER, "alo");
    answered(told, 2, STRANGER, HELP);
}

static void one_phone_is_answered_so_often_a_day(void **state)
{
    struct told *told = *state;
    for (int i = 0; i < 25; i++)
        text_from(told, STRANGER, "TRAO RA123456785VN");
    assert_int_equal(lines(told, NULL), 20);
    text_from(told, STRANGER, "DUNG");
    assert_int_equal(lines(told, NULL), 21);
    text_from(told, "0912000078", "TRAO RA123456785VN");
    assert_int_equal(lines(told, NULL), 22);
}

static void a_text_at_night_is_answered_in_the_morning(void **state)
{
    struct told *told = *state;
    told->desk.rig.now.ms += 15 * HOUR; /* 23:00 */
    text_from(told, STRANGER, "alo");
    assert_int_equal(lines(told, NULL), 0);
    restart(told);
    pass(told, 8 * HOUR);
    answered(told, 1, STRANGER, HELP);
}

/* The same file again, as after a crash between COMMIT and its removal; and a record that cannot be
 * written, after which it is still there. */
static void a_text_is_taken_once(void **state)
{
    struct told *told = *state;
    char path[256];
    scan(told, EVENT_DELIVERY_FAILED);
    pass(told, 30 * SECOND);
    size_t n = lines(told, NULL);
    (void)snprintf(path, sizeof path, "%s/sms.in/x.txt", told->desk.rig.dir);
    for (int i = 0; i < 3; i++) {
        FILE *file = fopen(path, "w");
        (void)fprintf(file, OWN "\tHEN 30/11");
        (void)fclose(file);
        if (i == 0) {
            told->desk.fail_at = 1;
            told->desk.rig.now.ms += SECOND * 2;
            assert_error(notify_tick(told->notify, &err), ERROR_LATER);
            assert_int_equal(access(path, F_OK), 0);
            assert_int_equal(lines(told, NULL), n);
        }
        pass(told, SECOND * 2);
        assert_int_not_equal(access(path, F_OK), 0);
        restart(told);
        pass(told, SECOND * 2);
        assert_int_equal(lines(told, NULL), n + 1);
    }
    assert_int_equal(count_facts(told, EVENT_DAY_CHOSEN), 1);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        TOLD(another_day_is_none_that_is_due),
        TOLD(a_text_asks_how_it_stands),
        TOLD(out_since_is_not_today),
        TOLD(a_text_chooses_another_day),
        TOLD(a_text_says_that_nothing_came),
        TOLD(the_number_is_found_among_what_is_written),
        TOLD(a_mistyped_number_moves_nothing),
        TOLD(who_wants_no_messages_gets_none),
        TOLD(what_is_not_understood_is_helped_once_a_day),
        TOLD(one_phone_is_answered_so_often_a_day),
        TOLD(a_text_at_night_is_answered_in_the_morning),
        TOLD(a_text_is_taken_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
