/* Coming and going at the desk: login, logout, a new password. The POSTs run on web_work's threads:
 * they hash and write. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/chain.h"
#include "protocol/log.h"
#include "server/record/second.h"
#include "server/text/text.h"
#include "server/web/form.h"
#include "server/web/password.h"
#include "server/web/seat.h"

/* ------------------------------------------------------------------ logging in */

/* `name`: what was typed stands there again, and the password comes next. */
static void give_login(struct web *web, unsigned status, const struct seat *seat, const char *name,
                       const char *sentence, struct http_answer *answer)
{
    struct html html = {.n = 0};
    const char *to_name = *name ? "" : " autofocus", *to_password = *name ? " autofocus" : "";
    struct page_head head = {.title = "Đăng nhập quầy · Trao", .wide = ""};
    seat_language(seat, &head);
    page_begin(&html, &head);
    html_put(&html, "<h1 id=dau tabindex=-1>Đăng nhập quầy</h1>");
    if (*sentence)
        html_format(&html, "<p class=loi role=alert>%s</p>", sentence);
    html_put(&html, "<form class=the method=post action=\"/quay/dang-nhap\">");
    seat_put_csrf(seat, &html);
    html_format(&html,
                "<label for=ten>Tên</label><input id=ten name=ten%s autocomplete=username "
                "autocapitalize=none spellcheck=false required value=\"",
                to_name);
    html_text(&html, name);
    html_format(&html,
                "\"><label for=mk>Mật khẩu</label><input id=mk name=mk type=password%s "
                "autocomplete=current-password required><button>Vào</button></form>",
                to_password);
    page_end(&html, web, &head);
    page_give(&html, status, answer);
}

void desk_login_page(struct web *web, const struct http_request *request,
                     struct http_answer *answer)
{
    struct seat seat = seat_of(web, request);
    if (seat.logged_in) {
        page_redirect("/quay", answer);
        return;
    }
    if (!*seat.token)
        seat_renew(web, request, &seat, answer);
    give_login(web, 200, &seat, "", "", answer);
}

struct logging_in {
    struct link token, before; /* before: of the session it comes from, none where there was none */
    int64_t person;
    const char *client;
    bool half; /* in as far as the second factor */
};

static bool write_down(struct record *record, const struct logging_in *in, enum look_kind kind,
                       struct error *err)
{
    return seat_write_down(record, in->person, kind, 0, in->client, err);
}

/* Whoever logs in under a login leaves that one [ASVS 5.0, 7.2.4].
 * A name that has a second factor comes half way in; nothing is written down of it yet. Asked here,
 * where nobody sets one up meanwhile. */
static bool login_act(struct record *record, void *arg, struct error *err)
{
    struct logging_in *in = arg;
    struct second second;
    struct error why = {ERROR_NONE, ""};
    if (!login_end(record, &in->before, err))
        return false;
    in->half = second_find(record, in->person, &second, &why);
    if (in->half)
        return login_add_half(record, &in->token, in->person, err);
    if (why.code != ERROR_NOT_FOUND)
        return error_set(err, why.code, "%s", why.text);
    return login_add(record, &in->token, in->person, err) &&
           write_down(record, in, LOOK_LOGIN, err);
}

/* True when name and password belong together and the person is neither locked nor disabled. Takes
 * as long for a name that nobody has. */
static bool right_password(struct web *web, const char *name, const char *password,
                           struct person *ret_person, bool *ret_known)
{
    struct person person;
    struct error err;
    struct record *record = readers_take(web->readers);
    *ret_known = person_find(record, name, &person, &err) && person.role != ROLE_KEY;
    readers_give(web->readers, record);
    if (!*ret_known) {
        password_waste(password);
        return false;
    }
    bool right = password_holds(person.hash, password);
    *ret_person = person;
    return right && !seat_is_locked(web, &person) && !person.disabled;
}

/* Everything after the form was found to be ours. */
static void log_in(struct web *web, const struct http_request *request, struct seat *seat,
                   struct http_answer *answer)
{
    char name[PERSON_NAME_MAX + 1], password[PASSWORD_MAX + 1];
    struct person person = {.id = 0};
    struct error err;
    bool known = false;
    form_value(request->body, request->body_n, "ten", name, sizeof name);
    form_value(request->body, request->body_n, "mk", password, sizeof password);
    bool right = right_password(web, name, password, &person, &known);
    chain_wipe(password, sizeof password);
    struct logging_in in = {.person = person.id, .client = request->client};
    if (!right) {
        seat_wrong(web, request, known ? person.id : 0);
        give_login(web, 403, seat, name, "Tên hoặc mật khẩu chưa đúng. Sai 5 lần thì khóa 15 phút.",
                   answer);
        return;
    }
    in.before = seat_hash(seat);
    seat_renew(web, request, seat, answer);
    in.token = seat_hash(seat);
    if (seat_run(web, login_act, &in, &err)) {
        live_end_login(web->live, &in.before);
        seat->person = person;
        page_redirect(in.half ? "/quay/ma" : seat_home(web, seat), answer);
        return;
    }
    answer->cookie[0] = '\0';
    page_sentence(web, 503, "Chưa đăng nhập được lúc này. Thử lại sau ít phút.",
                  "Cannot log in just now. Try again in a few minutes.", answer);
}

void desk_login(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct seat seat = seat_of(web, request);
    if (!seat_sent(web, request, &seat)) {
        seat_old_form(web, answer);
        return;
    }
    if (guard_left(web->guard, GUARD_LOGIN, request->client) == 0) {
        give_login(web, 429, &seat, "", "Thử sai nhiều lần quá. Xin đợi một giờ.", answer);
        answer->retry_s = GUARD_WINDOW_MS / 1000;
        return;
    }
    log_in(web, request, &seat, answer);
}

/* ------------------------------------------------------------------ logging out */

static bool logout_act(struct record *record, void *arg, struct error *err)
{
    const struct logging_in *out = arg;
    return login_end(record, &out->token, err) &&
           (out->person == 0 || write_down(record, out, LOOK_LOGOUT, err));
}

void desk_logout(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct seat seat = seat_of(web, request);
    struct logging_in out = {.token = seat_hash(&seat),
                             .person = seat.logged_in ? seat.person.id : 0,
                             .client = request->client};
    struct error err;
    if (!seat_sent(web, request, &seat)) {
        seat_old_form(web, answer);
        return;
    }
    if (!seat_run(web, logout_act, &out, &err)) {
        page_sentence(web, 503, "Chưa thoát được lúc này. Thử lại.", "Cannot log out just now.",
                      answer);
        return;
    }
    live_end_login(web->live, &out.token);
    seat_forget(web, request, answer);
    page_redirect("/quay/dang-nhap", answer);
}

/* ------------------------------------------------------------------ a new password */

/* Back to the desk, or away from it for whoever may not go there yet. */
static void put_way_out(const struct seat *seat, struct html *html)
{
    if (!seat->person.must_change) {
        html_put(html, "<p><a href=\"/quay\">Về quầy</a></p>");
        return;
    }
    html_put(html, "<form method=post action=\"/quay/dang-xuat\">");
    seat_put_csrf(seat, html);
    html_put(html, "<button class=nhe>Thoát</button></form>");
}

static void give_password_form(struct web *web, unsigned status, const struct seat *seat,
                               const char *sentence, struct http_answer *answer)
{
    struct html html = {.n = 0};
    struct page_head head = {.title = "Đổi mật khẩu · Trao", .wide = ""};
    seat_language(seat, &head);
    page_begin(&html, &head);
    html_put(&html, "<h1 id=dau tabindex=-1>Đổi mật khẩu</h1>");
    if (*sentence)
        html_format(&html, "<p class=loi role=alert>%s</p>", sentence);
    if (seat->person.must_change)
        html_put(&html, "<p>Đang dùng mật khẩu một lần. Đặt mật khẩu của mình rồi mới vào quầy "
                        "được.</p>");
    html_put(&html, "<form class=the method=post action=\"/quay/mat-khau\">");
    seat_put_csrf(seat, &html);
    html_format(
        &html,
        "<label for=cu>Mật khẩu đang dùng</label><input id=cu autofocus name=cu type=password "
        "autocomplete=current-password required><label for=moi>Mật khẩu mới, ít nhất %d ký "
        "tự</label><input id=moi name=moi type=password autocomplete=new-password "
        "minlength=%d required><button>Đổi</button></form>",
        PASSWORD_MIN, PASSWORD_MIN);
    put_way_out(seat, &html);
    page_end(&html, web, &head);
    page_give(&html, status, answer);
}

void desk_password_page(struct web *web, const struct http_request *request,
                        struct http_answer *answer)
{
    struct seat seat = seat_of(web, request);
    if (seat.logged_in)
        give_password_form(web, 200, &seat, "", answer);
    else
        page_redirect("/quay/dang-nhap", answer);
}

struct changing {
    int64_t person;
    char hash[PERSON_HASH_MAX];
    struct link token; /* the login that goes on */
    const char *client;
};

static bool change_act(struct record *record, void *arg, struct error *err)
{
    const struct changing *changing = arg;
    const struct logging_in who = {.person = changing->person, .client = changing->client};
    return person_set_password(record, changing->person, changing->hash, false, err) &&
           login_add(record, &changing->token, changing->person, err) &&
           write_down(record, &who, LOOK_PASSWORD, err);
}

static size_t characters(const char *text)
{
    size_t n = 0;
    while (text_next(&text) != 0)
        n++;
    return n;
}

/* The one-time password opens nothing any more, so its file only misleads. */
static void forget_first_login(const struct web *web, const struct seat *seat)
{
    char path[CONFIG_PATH_MAX + 32];
    (void)snprintf(path, sizeof path, "%s/" PASSWORD_FIRST_FILE, web->config.folder);
    if (seat->person.must_change && unlink(path) != 0 && errno != ENOENT)
        log_line(LOG_LEVEL_ERROR, PASSWORD_FIRST_FILE " not deleted", "why=\"%s\"",
                 strerror(errno));
}

/* What is wrong with the form, or "". */
static const char *fault_of(bool right, const char *old, const char *chosen, const char *name)
{
    if (!right)
        return "Mật khẩu đang dùng chưa đúng.";
    if (characters(chosen) < PASSWORD_MIN)
        return "Mật khẩu mới ngắn quá.";
    if (password_is_guessable(chosen, name))
        return "Mật khẩu mới dễ đoán: nhiều người dùng, hay lặp đều. Chọn một câu của riêng mình.";
    return strcmp(old, chosen) == 0 ? "Mật khẩu mới phải khác mật khẩu đang dùng." : "";
}

static void change_password(struct web *web, const struct http_request *request, struct seat *seat,
                            struct http_answer *answer)
{
    char old[PASSWORD_MAX + 1], chosen[PASSWORD_MAX + 1];
    struct changing changing = {.person = seat->person.id, .client = request->client};
    struct person person;
    struct error err;
    bool known = false;
    form_value(request->body, request->body_n, "cu", old, sizeof old);
    form_value(request->body, request->body_n, "moi", chosen, sizeof chosen);
    bool right = right_password(web, seat->person.name, old, &person, &known);
    const char *fault = fault_of(right, old, chosen, seat->person.name);
    if (!*fault && !password_hash(chosen, changing.hash, &err))
        fault = "Chưa đổi được lúc này. Thử lại sau ít phút.";
    chain_wipe(old, sizeof old);
    chain_wipe(chosen, sizeof chosen);
    if (*fault) {
        if (!right) /* who found the browser open guesses no more often than at the login */
            seat_wrong(web, request, seat->person.id);
        give_password_form(web, 403, seat, fault, answer);
        return;
    }
    seat_renew(web, request, seat, answer);
    changing.token = seat_hash(seat);
    if (seat_run(web, change_act, &changing, &err)) {
        live_end_person(web->live, seat->person.id);
        forget_first_login(web, seat);
        page_redirect(seat_home(web, seat), answer);
        return;
    }
    answer->cookie[0] = '\0';
    page_sentence(web, 503, "Chưa đổi được lúc này. Mật khẩu cũ vẫn dùng.",
                  "Cannot change it just now. The old one still holds.", answer);
}

void desk_password(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct seat seat = seat_of(web, request);
    if (!seat.logged_in || !seat_sent(web, request, &seat))
        seat_old_form(web, answer);
    else if (guard_left(web->guard, GUARD_LOGIN, request->client) == 0)
        give_password_form(web, 429, &seat, "Thử sai nhiều lần quá. Xin đợi một giờ.", answer);
    else
        change_password(web, request, &seat, answer);
}
