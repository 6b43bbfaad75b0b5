/* The second factor over HTTP: who must have one, enrolling, a code used twice, drift, lock-out
 * that both factors share, recovery codes, what half a login opens. */
#include <liboath/oath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/record/looks.h"
#include "server/record/second.h"
#include "server/web/totp.h"
#include "tests/server/browser.h"

#define TYPED "mk=mot+mat+khau+rat+dai"
#define STEP_MS ((int64_t)TOTP_STEP_S * 1000)

static uint8_t secret[TOTP_SECRET_BYTES];
static char codes[SECOND_CODES][TOTP_RECOVERY_MAX];

/* ------------------------------------------------------------------ codes alone */

/* RFC 6238, appendix B, SHA-1: the last six of its eight digits. */
static void codes_are_those_of_the_standard(void **state)
{
    (void)state;
    static const struct {
        int64_t at_s;
        const char *code;
    } rows[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    const uint8_t *key = (const uint8_t *)"12345678901234567890";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t step = 0;
        struct instant now = {rows[i].at_s * 1000};
        assert_true(totp_matches(key, now, rows[i].code, &step));
        assert_int_equal(step, rows[i].at_s / TOTP_STEP_S);
        assert_false(
            totp_matches(key, (struct instant){now.ms + 2 * STEP_MS}, rows[i].code, &step));
        assert_true(totp_matches(key, (struct instant){now.ms + STEP_MS}, rows[i].code, &step));
        for (size_t at = 0; at < TOTP_DIGITS; at++) { /* each digit counts */
            char other[TOTP_DIGITS + 1];
            (void)snprintf(other, sizeof other, "%s", rows[i].code);
            other[at] = other[at] == '9' ? '0' : (char)(other[at] + 1);
            assert_false(totp_matches(key, now, other, &step));
        }
    }
    uint64_t step;
    struct instant now = {INT64_C(59000)};
    assert_true(totp_matches(key, now, " 287 082", &step));
    static const char *const none[] = {"", "28708", "2870822", "28708a", "-87082", "٢٨٧٠٨٢"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(totp_matches(key, now, none[i], &step));
    assert_false(totp_matches(key, (struct instant){0}, "755224", &step));
}

static void what_an_authenticator_reads(void **state)
{
    (void)state;
    char uri[TOTP_URI_MAX], text[TOTP_TEXT_MAX];
    const uint8_t *key = (const uint8_t *)"12345678901234567890";
    assert_string_equal(totp_text(key, text), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    assert_string_equal(totp_uri(key, "một cửa", uri),
                        "otpauth://totp/Trao:m%E1%BB%99t%20c%E1%BB%ADa"
                        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Trao&algorithm=SHA1"
                        "&digits=6&period=30");
}

static void kept_it_opens_for_its_person_and_server_alone(void **state)
{
    (void)state;
    uint8_t server[LINK_SECRET_BYTES] = {1}, other[LINK_SECRET_BYTES] = {2};
    uint8_t opened[TOTP_SECRET_BYTES];
    struct second second = {.closed_n = 0};
    struct chance chance = chance_system();
    const uint8_t *key = (const uint8_t *)"12345678901234567890";
    totp_close(server, &chance, 7, key, &second);
    assert_good(totp_open(server, 7, &second, opened, &err));
    assert_memory_equal(opened, key, sizeof opened);
    assert_null(memmem(second.closed, second.closed_n, key, sizeof opened));
    assert_error(totp_open(server, 8, &second, opened, &err), ERROR_BROKEN);
    assert_error(totp_open(other, 7, &second, opened, &err), ERROR_BROKEN);
    second.closed[second.closed_n - 1] ^= 1;
    assert_error(totp_open(server, 7, &second, opened, &err), ERROR_BROKEN);
    second.closed_n--;
    assert_error(totp_open(server, 7, &second, opened, &err), ERROR_BROKEN);
}

/* ------------------------------------------------------------------ a browser with a phone */

static int open_strict(void **state)
{
    if (browser_open(state) != 0)
        return -1;
    struct browser *browser = *state;
    web_rig_stop(&browser->rig);
    (void)snprintf(browser->rig.desk.config.second_factor,
                   sizeof browser->rig.desk.config.second_factor, "administrator,auditor");
    web_rig_start(&browser->rig);
    return 0;
}

static char *code_at(struct browser *browser, int steps, char out[32])
{
    char code[TOTP_DIGITS + 1];
    uint64_t step = (uint64_t)(browser->rig.desk.rig.now.ms / STEP_MS + steps);
    assert_true(totp_code(secret, step, code));
    (void)snprintf(out, 32, "ma=%s", code);
    return out;
}

static void read_secret(const struct browser *browser)
{
    char text[64], *decoded = NULL;
    size_t n = 0;
    const char *at = strstr(browser->rig.answer, "<code class=ma-chu>");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "<code class=ma-chu>%63[^<]", text), 1);
    assert_int_equal(oath_base32_decode(text, strlen(text), &decoded, &n), OATH_OK);
    assert_int_equal(n, sizeof secret);
    memcpy(secret, decoded, n);
    free(decoded);
}

static void read_codes(const struct browser *browser)
{
    const char *at = browser->rig.answer;
    for (size_t i = 0; i < SECOND_CODES; i++) {
        at = strstr(at, "<li><code>");
        assert_non_null(at);
        assert_int_equal(sscanf(at, "<li><code>%29[^<]", codes[i]), 1);
        at++;
    }
    assert_null(strstr(at, "<li><code>"));
}

static int password(struct browser *browser)
{
    browser->cookie[0] = '\0';
    assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
    return browser_post(browser, "/quay/dang-nhap", "ten=quay&mk=mot+mat+khau+rat+dai");
}

static bool leads_to(const struct browser *browser, const char *path)
{
    char line[64];
    (void)snprintf(line, sizeof line, "Location: %s\r\n", path);
    return web_rig_says(&browser->rig, line);
}

/* Enrolled, with the clock moved on so that the next code is another. */
static void enrol(struct browser *browser)
{
    char form[96], code[32];
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay/hai-lop"), 200);
    read_secret(browser);
    (void)snprintf(form, sizeof form, "viec=bat&" TYPED "&%s", code_at(browser, 0, code));
    assert_int_equal(browser_post(browser, "/quay/hai-lop", form), 200);
    read_codes(browser);
    desk_rig_pass(&browser->rig.desk, STEP_MS);
}

static struct person quay(struct browser *browser)
{
    struct person person;
    assert_good(person_find(browser->rig.desk.rig.record, "quay", &person, &err));
    return person;
}

struct heard {
    int kinds[64];
};

static bool hear(void *ctx, const struct look *look)
{
    ((struct heard *)ctx)->kinds[look->kind]++;
    return true;
}

static struct heard heard_so_far(struct browser *browser)
{
    struct heard heard = {{0}};
    assert_good(looks_each(browser->rig.desk.rig.record, 0, (struct instant){0},
                           (struct instant){INT64_MAX}, hear, &heard, &err));
    return heard;
}

/* ------------------------------------------------------------------ enrolling */

static void who_must_have_one_gets_nowhere_without(void **state)
{
    struct browser *browser = *state;
    static const char *const pages[] = {"/quay", "/quay/nhap", "/quay/bang", "/quay/in/1.pdf"};
    char form[96], code[32], first[160];
    assert_int_equal(password(browser), 303);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        assert_int_equal(browser_get(browser, pages[i]), 303);
        assert_true(leads_to(browser, "/quay/hai-lop"));
    }
    assert_int_equal(browser_get(browser, "/quay/song"), 204);
    assert_int_equal(browser_get(browser, "/quay/hai-lop"), 200);
    assert_true(web_rig_says(&browser->rig, "<svg class=ma-vuong role=img"));
    assert_false(web_rig_says(&browser->rig, "Đỗ X. Mẫu"));
    read_secret(browser);

    /* nothing counts until a code was right */
    assert_int_equal(browser_post(browser, "/quay/hai-lop", "viec=bat&" TYPED "&ma=000000"), 403);
    assert_false(quay(browser).second);
    assert_int_equal(browser_get(browser, "/quay"), 303);
    memcpy(first, browser->cookie, sizeof first);
    (void)snprintf(form, sizeof form, "viec=bat&" TYPED "&%s", code_at(browser, 0, code));
    assert_int_equal(web_rig_post(&browser->rig, "/quay/hai-lop", browser->cookie, form), 403);
    assert_false(quay(browser).second); /* no token of the form */
    assert_int_equal(browser_post(browser, "/quay/hai-lop", form), 200);
    read_codes(browser);
    assert_true(quay(browser).second);
    assert_string_not_equal(browser->cookie, first);
    assert_int_equal(browser_get(browser, "/quay"), 200);
    assert_int_equal(web_rig_get(&browser->rig, "/quay", first),
                     303); /* the old token is nobody's */

    /* shown once; in the record neither the secret nor a code can be read */
    assert_int_equal(browser_get(browser, "/quay/hai-lop"), 200);
    assert_false(web_rig_says(&browser->rig, codes[0]));
    assert_true(web_rig_says(&browser->rig, "Còn 10 mã dự phòng"));
    struct heard heard = heard_so_far(browser);
    assert_int_equal(heard.kinds[LOOK_SECOND], 1);
    assert_int_equal(heard.kinds[LOOK_WRONG], 1);
}

/* [ASVS 5.0, 7.5.1] Who has the cookie alone can read the secret that is offered, and the code; not
 * the password. His guesses count as at the login. */
static void a_stolen_cookie_enrols_nobody(void **state)
{
    struct browser *browser = *state;
    char form[96], code[32];
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay/hai-lop"), 200);
    assert_true(web_rig_says(&browser->rig, "name=mk type=password autocomplete=current-password"));
    read_secret(browser);
    (void)snprintf(form, sizeof form, "viec=bat&%s", code_at(browser, 0, code));
    assert_int_equal(browser_post(browser, "/quay/hai-lop", form), 403);
    (void)snprintf(form, sizeof form, "viec=bat&mk=sai+mat+khau&%s", code);
    assert_int_equal(browser_post(browser, "/quay/hai-lop", form), 403);
    assert_false(quay(browser).second);
    assert_int_equal(quay(browser).failed, 2);
    assert_int_equal(browser_get(browser, "/quay/mat-khau"), 200);
    for (int i = 2; i < PERSON_TRIES; i++)
        assert_int_equal(browser_post(browser, "/quay/mat-khau", "cu=sai&moi=mot+cau+khac+han"),
                         403);
    assert_true(quay(browser).locked_until.ms > browser->rig.desk.rig.now.ms);
    assert_int_equal(browser_post(browser, "/quay/mat-khau",
                                  "cu=mot+mat+khau+rat+dai&moi=con+trau+xanh+nhay+mua"),
                     403);
    desk_rig_pass(&browser->rig.desk, PERSON_LOCK_MS);
    (void)snprintf(form, sizeof form, "viec=bat&" TYPED "&%s", code_at(browser, 0, code));
    assert_int_equal(browser_get(browser, "/quay/hai-lop"), 200);
    assert_int_equal(browser_post(browser, "/quay/hai-lop", form), 200);
    assert_true(quay(browser).second);
}

static bool make_clerk(struct record *record, void *arg, struct error *err)
{
    struct person person = quay(arg);
    person.role = ROLE_CLERK;
    return person_change(record, &person, err);
}

/* A clerk may do without, may have one, and may take it away again. */
static void others_may_have_one(void **state)
{
    struct browser *browser = *state;
    char form[96], code[32];
    browser_in_group(browser, make_clerk, browser);
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay"), 200);
    enrol(browser);
    assert_int_equal(password(browser), 303);
    assert_true(leads_to(browser, "/quay/ma"));
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    assert_int_equal(browser_post(browser, "/quay/ma", code_at(browser, 0, code)), 303);
    assert_int_equal(browser_get(browser, "/quay/hai-lop"), 200);
    (void)snprintf(form, sizeof form, "viec=bo&%s", code_at(browser, 0, code));
    assert_int_equal(browser_post(browser, "/quay/hai-lop", form), 403); /* used at the login */
    assert_true(quay(browser).second);
    (void)snprintf(form, sizeof form, "viec=bo&%s", code_at(browser, 1, code));
    assert_int_equal(browser_post(browser, "/quay/hai-lop", form), 303);
    assert_false(quay(browser).second);
    assert_int_equal(browser_get(browser, "/quay"), 200);
    assert_int_equal(heard_so_far(browser).kinds[LOOK_SECOND_OFF], 1);
}

/* ------------------------------------------------------------------ coming in */

static void a_code_counts_once_and_drifts_by_one(void **state)
{
    struct browser *browser = *state;
    char code[32], late[32], half[160];
    enrol(browser);
    assert_int_equal(password(browser), 303);
    memcpy(half, browser->cookie, sizeof half);
    /* half a login opens nothing */
    assert_int_equal(browser_get(browser, "/quay"), 303);
    assert_true(leads_to(browser, "/quay/ma"));
    assert_int_equal(browser_get(browser, "/quay/hai-lop"), 303);
    assert_int_equal(browser_get(browser, "/quay/mat-khau"), 303);
    assert_int_equal(browser_get(browser, "/quay/song"), 204);
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    code_at(browser, -1, late); /* that of enrolling: of a step allowed by drift, but used */
    assert_int_equal(browser_post(browser, "/quay/ma", late), 403);
    assert_int_equal(browser_post(browser, "/quay/ma", code_at(browser, 2, code)), 403);
    assert_int_equal(web_rig_post(&browser->rig, "/quay/ma", half, code_at(browser, 1, code)), 403);
    assert_int_equal(browser_post(browser, "/quay/ma", code), 303);
    assert_true(leads_to(browser, "/quay/bat-dau"));
    assert_string_not_equal(browser->cookie, half);
    assert_int_equal(browser_get(browser, "/quay"), 200);
    assert_int_equal(web_rig_get(&browser->rig, "/quay/ma", half), 303); /* half is gone */

    /* the same code, and one of a step before it, in another browser */
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    assert_int_equal(browser_post(browser, "/quay/ma", code), 403);
    assert_int_equal(browser_post(browser, "/quay/ma", code_at(browser, 0, late)), 403);
    desk_rig_pass(&browser->rig.desk, 3 * STEP_MS);
    assert_int_equal(browser_post(browser, "/quay/ma", code_at(browser, -2, late)), 403);
    assert_int_equal(browser_post(browser, "/quay/ma", code_at(browser, -1, late)), 303);
}

/* Nothing that was used comes back with the time; who is caught by it has his recovery codes. */
static void a_clock_set_back_lets_no_code_in_again(void **state)
{
    struct browser *browser = *state;
    char code[32], earlier[32], recovery[64];
    enrol(browser);
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    assert_int_equal(browser_post(browser, "/quay/ma", code_at(browser, 1, code)), 303);
    desk_rig_pass(&browser->rig.desk, -STEP_MS);
    code_at(browser, 0, earlier); /* never used, but of a step before one that was */
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    assert_int_equal(browser_post(browser, "/quay/ma", earlier), 403);
    desk_rig_pass(&browser->rig.desk, STEP_MS);
    assert_int_equal(browser_post(browser, "/quay/ma", code), 403);
    desk_rig_pass(&browser->rig.desk, -3600 * 1000);
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    assert_int_equal(browser_post(browser, "/quay/ma", code_at(browser, 0, earlier)), 403);
    assert_int_equal(quay(browser).failed, 3);
    (void)snprintf(recovery, sizeof recovery, "ma=%s", codes[0]);
    assert_int_equal(browser_post(browser, "/quay/ma", recovery), 303);
    assert_int_equal(browser_get(browser, "/quay"), 200);
}

static void half_a_login_runs_out(void **state)
{
    struct browser *browser = *state;
    char code[32];
    enrol(browser);
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    desk_rig_pass(&browser->rig.desk, LOGIN_HALF_MS);
    assert_int_equal(browser_post(browser, "/quay/ma", code_at(browser, 0, code)), 303);
    assert_true(leads_to(browser, "/quay/dang-nhap"));
    assert_int_equal(browser_get(browser, "/quay"), 303);
}

/* Right passwords between wrong codes win no further tries; wrong passwords count with them. */
static void both_factors_lock_together(void **state)
{
    struct browser *browser = *state;
    char code[32];
    enrol(browser);
    assert_int_equal(browser_post(browser, "/quay/dang-xuat", ""), 303);
    assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
    assert_int_equal(browser_post(browser, "/quay/dang-nhap", "ten=quay&mk=sai"), 403);
    for (int i = 1; i < PERSON_TRIES; i++) {
        if (i < 3)
            assert_int_equal(password(browser), 303);
        assert_int_equal(quay(browser).failed, i);
        assert_int_equal(browser_get(browser, "/quay/ma"), 200);
        assert_int_equal(browser_post(browser, "/quay/ma", "ma=000000"), 403);
    }
    assert_true(quay(browser).locked_until.ms > browser->rig.desk.rig.now.ms);
    assert_int_equal(browser_post(browser, "/quay/ma", code_at(browser, 0, code)), 403);
    char recovery[64];
    (void)snprintf(recovery, sizeof recovery, "ma=%s", codes[0]);
    assert_int_equal(browser_post(browser, "/quay/ma", recovery), 403);
    assert_int_equal(password(browser), 403);
    desk_rig_pass(&browser->rig.desk, PERSON_LOCK_MS);
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    assert_int_equal(browser_post(browser, "/quay/ma", code_at(browser, 0, code)), 303);
    assert_int_equal(quay(browser).failed, 0);
}

/* ------------------------------------------------------------------ without the phone */

static void a_recovery_code_opens_once(void **state)
{
    struct browser *browser = *state;
    char form[96], code[32], old[TOTP_RECOVERY_MAX];
    enrol(browser);
    (void)snprintf(form, sizeof form, "ma=%s", codes[3]);
    for (char *at = form + 3; *at != '\0'; at++) /* typed small, blanks for dashes */
        *at = *at == '-' ? '+' : (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    assert_int_equal(browser_post(browser, "/quay/ma", form), 303);
    assert_true(leads_to(browser, "/quay/bat-dau"));
    assert_int_equal(heard_so_far(browser).kinds[LOOK_RECOVERY], 1);
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    assert_int_equal(browser_post(browser, "/quay/ma", form), 403);
    (void)snprintf(form, sizeof form, "ma=%s", codes[4]);
    assert_int_equal(browser_post(browser, "/quay/ma", form), 303);
    assert_int_equal(browser_get(browser, "/quay/hai-lop"), 200);
    assert_true(web_rig_says(&browser->rig, "Còn 8 mã dự phòng"));

    /* new ones make the old ones useless */
    memcpy(old, codes[5], sizeof old);
    (void)snprintf(form, sizeof form, "viec=ma-moi&%s", code_at(browser, 0, code));
    assert_int_equal(browser_post(browser, "/quay/hai-lop", form), 200);
    read_codes(browser);
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    (void)snprintf(form, sizeof form, "ma=%s", old);
    assert_int_equal(browser_post(browser, "/quay/ma", form), 403);
    (void)snprintf(form, sizeof form, "ma=%s", codes[5]);
    assert_int_equal(browser_post(browser, "/quay/ma", form), 303);
}

static bool drop_act(struct record *record, void *arg, struct error *err)
{
    return second_drop(record, quay(arg).id, err);
}

/* As `person NAME second=reset` does: every login ends, and he begins anew. */
static void a_reset_begins_anew(void **state)
{
    struct browser *browser = *state;
    uint8_t before[TOTP_SECRET_BYTES];
    enrol(browser);
    memcpy(before, secret, sizeof before);
    assert_int_equal(browser_get(browser, "/quay"), 200);
    browser_in_group(browser, drop_act, browser);
    assert_int_equal(browser_get(browser, "/quay"), 303);
    assert_true(leads_to(browser, "/quay/dang-nhap"));
    enrol(browser);
    assert_memory_not_equal(before, secret, sizeof before);
    assert_int_equal(browser_get(browser, "/quay"), 200);
}

static bool new_password_act(struct record *record, void *arg, struct error *err)
{
    struct person person = quay(arg);
    char hash[PERSON_HASH_MAX];
    memcpy(hash, person.hash, sizeof hash);
    return person_set_password(record, person.id, hash, true, err);
}

/* [ASVS 5.0, 6.4.3] */
static void a_new_password_leaves_it_as_it_was(void **state)
{
    struct browser *browser = *state;
    char code[32];
    enrol(browser);
    browser_in_group(browser, new_password_act, browser);
    assert_int_equal(password(browser), 303);
    assert_true(leads_to(browser, "/quay/ma"));
    assert_int_equal(browser_get(browser, "/quay/mat-khau"), 303);
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    assert_int_equal(browser_post(browser, "/quay/ma", code_at(browser, 0, code)), 303);
    assert_int_equal(browser_get(browser, "/quay"), 303);
    assert_true(leads_to(browser, "/quay/mat-khau"));
}

/* [ASVS 5.0, 6.2.6, 6.2.7, 15.3.7] */
static void fields_of_secrets(void **state)
{
    struct browser *browser = *state;
    assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
    assert_true(web_rig_says(&browser->rig, "name=mk type=password autocomplete=current-password"));
    assert_int_equal(
        browser_post(browser, "/quay/dang-nhap", "ten=quay&mk=sai&mk=mot+mat+khau+rat+dai"),
        403); /* twice is none */
    enrol(browser);
    assert_int_equal(browser_get(browser, "/quay/mat-khau"), 200);
    assert_true(web_rig_says(&browser->rig, "name=cu type=password autocomplete=current-password"));
    assert_true(web_rig_says(&browser->rig, "name=moi type=password autocomplete=new-password"));
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    assert_true(web_rig_says(&browser->rig, "name=ma autocomplete=one-time-code"));
}

/* The log, as it is written to standard error, until the second call. [ASVS 5.0, 16.3.2] */
static FILE *listen_to_log(FILE *to)
{
    static int kept = -1;
    fflush(stderr);
    if (to == NULL) {
        kept = dup(STDERR_FILENO);
        to = tmpfile();
        assert_non_null(to);
        assert_true(dup2(fileno(to), STDERR_FILENO) >= 0);
        return to;
    }
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    rewind(to);
    return to;
}

static void who_was_refused_is_in_the_log(void **state)
{
    struct browser *browser = *state;
    char line[512];
    bool heard = false;
    browser_in_group(browser, make_clerk, browser);
    assert_int_equal(password(browser), 303);
    FILE *log = listen_to_log(NULL);
    int status = browser_get(browser, "/quay/nguoi");
    (void)listen_to_log(log);
    assert_int_equal(status, 403);
    while (fgets(line, sizeof line, log))
        heard = heard || (strstr(line, "page refused") && strstr(line, "right=people"));
    fclose(log);
    assert_true(heard);
}

/* What cannot be written down does not happen. */
static void nothing_half_done(void **state)
{
    struct browser *browser = *state;
    char code[32];
    enrol(browser);
    assert_int_equal(password(browser), 303);
    assert_int_equal(browser_get(browser, "/quay/ma"), 200);
    browser->rig.desk.fail_at = 1;
    assert_int_equal(browser_post(browser, "/quay/ma", code_at(browser, 0, code)), 503);
    assert_int_equal(browser_get(browser, "/quay"), 303);
    assert_int_equal(browser_post(browser, "/quay/ma", code), 303); /* it was not used up */
    assert_int_equal(browser_get(browser, "/quay"), 200);
}

#define DOOR(name) cmocka_unit_test_setup_teardown(name, open_strict, browser_close)

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_the_standard),
        cmocka_unit_test(what_an_authenticator_reads),
        cmocka_unit_test(kept_it_opens_for_its_person_and_server_alone),
        DOOR(who_must_have_one_gets_nowhere_without),
        DOOR(a_stolen_cookie_enrols_nobody),
        DOOR(others_may_have_one),
        DOOR(a_code_counts_once_and_drifts_by_one),
        DOOR(a_clock_set_back_lets_no_code_in_again),
        DOOR(half_a_login_runs_out),
        DOOR(both_factors_lock_together),
        DOOR(a_recovery_code_opens_once),
        DOOR(a_reset_begins_anew),
        DOOR(nothing_half_done),
        DOOR(a_new_password_leaves_it_as_it_was),
        DOOR(fields_of_secrets),
        DOOR(who_was_refused_is_in_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
