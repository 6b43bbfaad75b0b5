/* A new server in seven steps: each is done when the facts say so, whoever made them and in
 * whatever order; the measured line, the trial sheet, whose care a handheld is in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/setup.h"
#include "server/office/trial.h"
#include "tests/server/browser.h"

static bool says(const struct browser *browser, const char *text)
{
    return web_rig_says(&browser->rig, text);
}

static void done(struct browser *browser, const char *fields)
{
    assert_int_equal(browser_get(browser, "/quay/bat-dau"), 200);
    int status = browser_post(browser, "/quay/bat-dau", fields);
    if (status != 303 && status != 200)
        fail_msg("%s: %d %.300s", fields, status,
                 strstr(browser->rig.answer, "role=alert")
                     ? strstr(browser->rig.answer, "role=alert")
                     : web_rig_body(&browser->rig));
}

/* The step that the page shows of itself. */
static int step_of(struct browser *browser)
{
    int step = 0;
    assert_int_equal(browser_get(browser, "/quay/bat-dau"), 200);
    const char *at = strstr(browser->rig.answer, "\" aria-current=step");
    if (at == NULL)
        return says(browser, "Xong cả bảy bước.") ? 8 : 0;
    sscanf(at - 1, "%d", &step);
    return step;
}

/* Commands enter things from now on by the machine's clock; the rig's is brought up to it. */
static void come_to_now(struct browser *browser)
{
    struct clock clock = clock_system();
    int64_t behind_ms = clock.now(clock.self).ms - browser->rig.desk.rig.now.ms;
    if (behind_ms > 0)
        desk_rig_pass(&browser->rig.desk, behind_ms + 60000);
}

static void seven_steps_from_nothing(void **state)
{
    struct browser *browser = *state;
    char day[CLOCK_TEXT_MAX], days[96];
    come_to_now(browser);
    clock_iso_local(browser->rig.desk.rig.now, day, sizeof day);
    (void)snprintf(days, sizeof days, "viec=days&ngay=%.4s-01-01%%2Coff%%2CLu%%E1%%BA%%ADt", day);
    browser_log_in(browser);
    assert_int_equal(step_of(browser), 1);
    assert_true(says(browser, "autofocus value=")); /* his first key writes */
    done(browser, "viec=office&ma=H27.15&name=UBND+x%C3%A3&address=Th%C3%B4n+1");
    assert_int_equal(step_of(browser), 1);           /* whom do citizens call? */
    assert_true(says(browser, "value=\"UBND xã\"")); /* what is there need not be typed again */
    done(browser, "viec=office&ma=H27.15&phone=0239000000");
    assert_int_equal(step_of(browser), 2);
    assert_true(says(browser, "name=viec value=\"postoffice\"")); /* one form, one thing to do */
    assert_false(says(browser, "name=viec value=\"range\""));
    done(browser, "viec=postoffice&bc=480000&name=C%E1%BA%A9m+Trung&address=Th%C3%B4n+2");
    assert_int_equal(step_of(browser), 2); /* and its numbers */
    assert_false(says(browser, "name=viec value=\"postoffice\""));
    assert_true(says(browser, "name=viec value=\"range\""));
    assert_true(says(browser, "value=\"480000\"")); /* whose: known */
    assert_int_equal(browser_get(browser, "/quay/bat-dau?buoc=2&sua=1"), 200);
    assert_true(says(browser, "name=viec value=\"postoffice\""));
    assert_int_equal(browser_post(browser, "/quay/bat-dau", "viec=range&bc=480000&so=x"), 400);
    assert_true(
        says(browser, "name=viec value=\"range\"")); /* what was refused stands to be mended */
    done(browser, "viec=range&bc=480000&so=100000");
    assert_int_equal(step_of(browser), 3);
    assert_true(says(browser, ",off,")); /* what is known of the year, to be confirmed */
    assert_int_equal(browser_post(browser, "/quay/bat-dau", "viec=days&ngay=31-11"), 400);
    assert_true(says(browser, "31-11</textarea>"));
    assert_true(says(browser, "aria-current=step>Lịch nghỉ"));
    done(browser, days);
    assert_int_equal(step_of(browser), 4);
    done(browser, "viec=person&moi=kiem&role=auditor&office=all");
    assert_int_equal(step_of(browser), 4); /* nobody works at the desk yet */
    done(browser, "viec=person&moi=lan&role=clerk&office=H27.15");
    assert_true(says(browser, "Mật khẩu một lần, chỉ hiện lần này"));
    assert_int_equal(step_of(browser), 5);
    done(browser, "viec=measured&mau=dl&mm=48%2C5");
    assert_int_equal(step_of(browser), 5);
    assert_true(says(browser, "Lần đo trước: 48,5 mm"));
    done(browser, "viec=measured&mau=dl&mm=50");
    /* the rig has a handheld, and what it says counts as the trial scan */
    assert_int_equal(step_of(browser), 7);
    assert_true(says(browser, "Máy cầm tay</a> ✓ xong"));
    desk_rig_scan(&browser->rig.desk, &browser->rig.device, &browser->rig.item, EVENT_PICKED_UP, 0);
    assert_int_equal(step_of(browser), 8);
    assert_int_equal(browser_get(browser, "/quay/bat-dau?buoc=5"), 200);
    assert_true(says(browser, "Vạch này đo đúng 50 mm?")); /* any step again */

    /* another browser, another day: the facts are there */
    browser->cookie[0] = '\0';
    browser_log_in(browser);
    assert_int_equal(step_of(browser), 8);
}

static void a_trial_sheet_is_a_page(void **state)
{
    struct browser *browser = *state;
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/to-thu.pdf"), 200);
    assert_true(says(browser, "Content-Type: application/pdf"));
    assert_true(says(browser, "%PDF-1."));
    assert_true(says(browser, "/Count 1"));
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_error(trial_write("bang-ke", "Một cửa", fileno(file), &err), ERROR_BAD_INPUT);
    assert_error(trial_write("khong", "Một cửa", fileno(file), &err), ERROR_NOT_FOUND);
    assert_int_equal(ftell(file), 0);
    fclose(file);
}

static void a_ruler_reads_half_a_millimetre(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t tenths;
        bool right;
    } rows[] = {{"50", 500, true},   {"49,5", 495, true},  {"49.4", 494, false},
                {"50,5", 505, true}, {"50.6", 506, false}, {"100", 1000, false}};
    static const char *const none[] = {"", "5 cm", "50,", "50.55", "-50", "5000", ",5"};
    int64_t tenths;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_good(line_read(rows[i].text, &tenths, &err));
        assert_int_equal(tenths, rows[i].tenths);
        struct measured measured = {.tenths_mm = tenths};
        assert_int_equal(line_is_right(&measured), rows[i].right);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_error(line_read(none[i], &tenths, &err), ERROR_BAD_INPUT);
}

static void a_handheld_is_in_somebody_s_care(void **state)
{
    struct browser *browser = *state;
    struct record *record = browser->rig.desk.rig.record;
    struct acts acts = desk_rig_acts(&browser->rig.desk);
    struct care care;
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/buu-ta"), 200);
    assert_int_equal(browser_post(browser, "/quay/buu-ta",
                                  "viec=postman&badge=TH-12&name=D%C5%A9ng&from=2026-11-01"),
                     200);
    assert_error(device_care(record, "HH-001", &care, &err), ERROR_NOT_FOUND);
    assert_error(device_assign(acts, "HH-404", 12, 0, &err), ERROR_NOT_FOUND);
    assert_error(device_assign(acts, "HH-001", 13, 0, &err), ERROR_NOT_FOUND);
    assert_int_equal(browser_get(browser, "/quay/may"), 200);
    assert_int_equal(browser_post(browser, "/quay/may", "viec=assign&giao=HH-001&badge=TH-12"),
                     303);
    assert_good(device_care(record, "HH-001", &care, &err));
    assert_int_equal(care.badge, 12);
    assert_int_equal(browser_get(browser, "/quay/may"), 200);
    assert_true(says(browser, "data-ten=\"Giao cho\">TH-00000012</td>"));
    assert_int_equal(browser_post(browser, "/quay/may", "viec=assign&giao=HH-001&badge=-"), 303);
    assert_good(device_care(record, "HH-001", &care, &err));
    assert_int_equal(care.badge, 0);
    assert_int_equal(browser_post(browser, "/quay/may", "viec=revoke&khoa=HH-001"), 303);
    assert_error(device_assign(acts, "HH-001", 12, 0, &err), ERROR_REFUSED);
}

#define DOOR(name) cmocka_unit_test_setup_teardown(name, browser_open, browser_close)

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        DOOR(seven_steps_from_nothing),
        DOOR(a_trial_sheet_is_a_page),
        cmocka_unit_test(a_ruler_reads_half_a_millimetre),
        DOOR(a_handheld_is_in_somebody_s_care),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
