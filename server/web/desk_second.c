/* A person's second factor: set up with an authenticator, new recovery codes, taken away again.
 * Each asks for a code of the factor there is, or where there is none yet for the password, so that
 * a browser left open and a stolen cookie change nothing [ASVS 5.0, 7.5.1]. */
#include <stdio.h>
#include <string.h>

#include "protocol/chain.h"
#include "protocol/log.h"
#include "server/web/code_picture.h"
#include "server/web/form.h"
#include "server/web/password.h"
#include "server/web/second.h"

/* ------------------------------------------------------------------ pages */

static void begin(struct html *html, const struct web *web, const struct seat *seat,
                  const struct page_head *head, const char *sentence)
{
    struct page_head bare = *head;
    seat_language(seat, &bare);
    if (seat_is_ready(web, seat))
        seat_begin(html, seat, head);
    else
        page_begin(html, &bare);
    html_put(html, "<h1 id=dau tabindex=-1>Xác nhận hai lớp</h1>");
    if (*sentence)
        html_format(html, "<p class=loi role=alert>%s</p>", sentence);
}

static const char password_field[] =
    "<label for=mk>Mật khẩu</label><input id=mk name=mk type=password "
    "autocomplete=current-password required>";

/* `first`: a field before the code, or "". */
static void put_form(const struct seat *seat, const char *what, const char *button, bool recovery,
                     const char *first, struct html *html)
{
    html_put(html, "<form class=the method=post action=\"/quay/hai-lop\">");
    seat_put_csrf(seat, html);
    html_format(html, "<input type=hidden name=viec value=%s>", what);
    html_put(html, first);
    second_put_field(html, recovery);
    html_format(html, "<button>%s</button></form>", button);
}

/* The secret is offered, not yet kept: it follows from this login. */
static void give_offer(struct web *web, unsigned status, const struct seat *seat,
                       const char *sentence, struct http_answer *answer)
{
    struct html html = {.n = 0};
    struct page_head head = {
        .title = "Hai lớp · Trao", .wide = "", .desk = true, .here = "/quay/hai-lop"};
    struct link login = seat_hash(seat);
    uint8_t secret[TOTP_SECRET_BYTES];
    char text[TOTP_TEXT_MAX], uri[TOTP_URI_MAX];
    struct error err;
    totp_offer(web->config.secret, &login, secret);
    begin(&html, web, seat, &head, sentence);
    if (seat_wants_second(web, seat))
        html_put(&html, "<p>Vai trò này vào quầy bằng mật khẩu và mã trên điện thoại.</p>");
    html_put(&html, "<ol><li>Mở ứng dụng tạo mã (theo chuẩn TOTP) trên điện thoại.</li><li>Quét mã "
                    "vuông, hoặc gõ khóa ở dưới.</li><li>Gõ 6 số ứng dụng đang hiện.</li></ol>");
    if (!code_picture(totp_uri(secret, seat->person.name, uri), "Mã vuông cho ứng dụng tạo mã",
                      &html, &err))
        log_line(LOG_LEVEL_ERROR, "no QR code", "why=\"%s\"", err.text);
    html_format(&html, "<p>Khóa: <code class=ma-chu>%s</code></p>", totp_text(secret, text));
    put_form(seat, "bat", "Bật", false, password_field, &html);
    chain_wipe(secret, sizeof secret);
    chain_wipe(text, sizeof text);
    chain_wipe(uri, sizeof uri);
    page_end(&html, web, &head);
    page_give(&html, status, answer);
}

static void give_state(struct web *web, unsigned status, const struct seat *seat,
                       const char *sentence, struct http_answer *answer)
{
    struct html html = {.n = 0};
    struct page_head head = {
        .title = "Hai lớp · Trao", .wide = "", .desk = true, .here = "/quay/hai-lop"};
    struct second second = {.codes_left = 0};
    struct error err;
    char day[CLOCK_TEXT_MAX];
    struct record *record = readers_take(web->readers);
    bool there = second_find(record, seat->person.id, &second, &err);
    readers_give(web->readers, record);
    begin(&html, web, seat, &head, sentence);
    html_format(&html, "<p>Đang bật, từ %s. Còn %u mã dự phòng.</p>",
                there ? clock_date_vi(second.since, day, sizeof day) : "–", second.codes_left);
    html_put(&html, "<h2>Tạo mã dự phòng mới</h2>");
    put_form(seat, "ma-moi", "Tạo mã mới", false, "", &html);
    html_format(&html, "<h2>%s</h2>", seat_wants_second(web, seat) ? "Đổi điện thoại" : "Tắt");
    put_form(seat, "bo", seat_wants_second(web, seat) ? "Bỏ máy cũ, đặt lại" : "Tắt hai lớp", true,
             "", &html);
    page_end(&html, web, &head);
    page_give(&html, status, answer);
}

static void give_either(struct web *web, unsigned status, const struct seat *seat,
                        const char *sentence, struct http_answer *answer)
{
    (seat->person.second ? give_state : give_offer)(web, status, seat, sentence, answer);
}

/* Once, and never again: only their hashes are kept. */
static void give_codes(struct web *web, const struct seat *seat,
                       char codes[SECOND_CODES][TOTP_RECOVERY_MAX], struct http_answer *answer)
{
    struct html html = {.n = 0};
    struct page_head head = {.title = "Mã dự phòng · Trao", .wide = "", .desk = true};
    seat_begin(&html, seat, &head);
    html_put(&html, "<h1 id=dau tabindex=-1>Đã bật. Cất 10 mã dự phòng</h1><p>Mỗi mã vào được một "
                    "lần khi không có điện thoại. Trang này chỉ hiện một lần: in ra, hoặc chép "
                    "lại.</p><ol class=ma-du-phong>");
    for (size_t i = 0; i < SECOND_CODES; i++)
        html_format(&html, "<li><code>%s</code></li>", codes[i]);
    html_put(&html, "</ol><p><a class=nut href=\"/quay\">Đã cất, vào quầy</a></p>");
    page_end(&html, web, &head);
    page_give(&html, 200, answer);
}

/* ------------------------------------------------------------------ acts */

/* What a form asks for, ready to be written. */
struct changing {
    int64_t person;
    struct link token; /* of the login that goes on */
    struct second_try code;
    struct second second;
    char codes[SECOND_CODES][TOTP_RECOVERY_MAX];
    struct second_hash hashes[SECOND_CODES];
    const char *client;
};

static void draw_codes(struct web *web, struct changing *changing)
{
    for (size_t i = 0; i < SECOND_CODES; i++) {
        totp_recovery(&web->config.chance, changing->codes[i]);
        changing->hashes[i] = totp_recovery_hash(web->config.secret, changing->codes[i]);
    }
}

/* The login that asked goes on under a new token; all others have ended. */
static bool go_on(struct record *record, const struct changing *changing, enum look_kind kind,
                  struct error *err)
{
    return login_add(record, &changing->token, changing->person, err) &&
           seat_write_down(record, changing->person, kind, 0, changing->client, err);
}

static bool set_act(struct record *record, void *arg, struct error *err)
{
    const struct changing *changing = arg;
    struct second none;
    struct error why;
    if (second_find(record, changing->person, &none, &why))
        return error_set(err, ERROR_REPEATED, "a second factor is there already");
    return second_set(record, changing->person, &changing->second, changing->hashes, err) &&
           go_on(record, changing, LOOK_SECOND, err);
}

static bool codes_act(struct record *record, void *arg, struct error *err)
{
    const struct changing *changing = arg;
    return second_take(record, &changing->code, changing->client, err) &&
           second_set_codes(record, changing->person, changing->hashes, err) &&
           seat_write_down(record, changing->person, LOOK_RECOVERY_NEW, 0, changing->client, err);
}

static bool drop_act(struct record *record, void *arg, struct error *err)
{
    const struct changing *changing = arg;
    return second_take(record, &changing->code, changing->client, err) &&
           second_drop(record, changing->person, err) &&
           go_on(record, changing, LOOK_SECOND_OFF, err);
}

static void refuse_code(struct web *web, const struct http_request *request,
                        const struct seat *seat, struct http_answer *answer)
{
    seat_wrong(web, request, seat->person.id);
    give_either(web, 403, seat, "Mã chưa đúng, hoặc đã dùng rồi. Sai 5 lần thì khóa 15 phút.",
                answer);
}

/* Runs one; true when it was done. On false the answer says why. */
static bool run(struct web *web, const struct http_request *request, const struct seat *before,
                act what, struct changing *changing, struct http_answer *answer)
{
    struct error err;
    if (seat_run(web, what, changing, &err))
        return true;
    answer->cookie[0] = '\0';
    if (err.code == ERROR_REFUSED || err.code == ERROR_NOT_FOUND)
        refuse_code(web, request, before, answer);
    else
        page_sentence(web, 503, "Chưa ghi được lúc này. Thử lại sau ít phút.",
                      "Cannot be written just now. Try again in a few minutes.", answer);
    return false;
}

/* The code shows that the phone has the offered secret, the password that the person is here. */
static bool proves_both(struct web *web, const struct http_request *request,
                        const struct seat *seat, const uint8_t secret[TOTP_SECRET_BYTES],
                        uint64_t *ret_step)
{
    char typed[SECOND_TYPED_MAX], password[PASSWORD_MAX + 1];
    form_value(request->body, request->body_n, "ma", typed, sizeof typed);
    form_value(request->body, request->body_n, "mk", password, sizeof password);
    bool right =
        !seat_is_locked(web, &seat->person) &&
        totp_matches(secret, web->config.clock.now(web->config.clock.self), typed, ret_step) &&
        password_holds(seat->person.hash, password);
    chain_wipe(password, sizeof password);
    return right;
}

static void enrol(struct web *web, const struct http_request *request, struct seat *seat,
                  struct changing *changing, struct http_answer *answer)
{
    struct link login = seat_hash(seat);
    const struct seat before = *seat;
    uint8_t secret[TOTP_SECRET_BYTES];
    totp_offer(web->config.secret, &login, secret);
    bool right = proves_both(web, request, seat, secret, &changing->second.step);
    totp_close(web->config.secret, &web->config.chance, seat->person.id, secret, &changing->second);
    chain_wipe(secret, sizeof secret);
    if (!right) {
        seat_wrong(web, request, seat->person.id);
        give_offer(web, 403, seat, "Mật khẩu hoặc mã chưa đúng. Sai 5 lần thì khóa 15 phút.",
                   answer);
        return;
    }
    draw_codes(web, changing);
    seat_renew(web, request, seat, answer);
    changing->token = seat_hash(seat);
    if (!run(web, request, &before, set_act, changing, answer))
        return;
    live_end_person(web->live, seat->person.id);
    seat->person.second = true;
    give_codes(web, seat, changing->codes, answer);
}

static void new_codes(struct web *web, const struct http_request *request, struct seat *seat,
                      struct changing *changing, struct http_answer *answer)
{
    if (!second_read(web, request, &seat->person, &changing->code)) {
        refuse_code(web, request, seat, answer);
        return;
    }
    draw_codes(web, changing);
    if (run(web, request, seat, codes_act, changing, answer))
        give_codes(web, seat, changing->codes, answer);
}

static void drop(struct web *web, const struct http_request *request, struct seat *seat,
                 struct changing *changing, struct http_answer *answer)
{
    const struct seat before = *seat;
    if (!second_read(web, request, &seat->person, &changing->code)) {
        refuse_code(web, request, seat, answer);
        return;
    }
    seat_renew(web, request, seat, answer);
    changing->token = seat_hash(seat);
    if (!run(web, request, &before, drop_act, changing, answer))
        return;
    live_end_person(web->live, seat->person.id);
    page_redirect("/quay/hai-lop", answer);
}

/* ------------------------------------------------------------------ routes */

/* Logged in with a password of his own; else the answer says where to go. */
static bool may_change(const struct seat *seat, struct http_answer *answer)
{
    if (!seat->logged_in)
        page_redirect(seat->half ? "/quay/ma" : "/quay/dang-nhap", answer);
    else if (seat->person.must_change)
        page_redirect("/quay/mat-khau", answer);
    return seat->logged_in && !seat->person.must_change;
}

void desk_second_page(struct web *web, const struct http_request *request,
                      struct http_answer *answer)
{
    struct seat seat = seat_of(web, request);
    if (may_change(&seat, answer))
        give_either(web, 200, &seat, "", answer);
}

void desk_second(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct seat seat = seat_of(web, request);
    struct changing changing = {.person = seat.person.id, .client = request->client};
    char what[16];
    if (!may_change(&seat, answer))
        return;
    form_value(request->body, request->body_n, "viec", what, sizeof what);
    if (!seat_sent(web, request, &seat))
        seat_old_form(web, answer);
    else if (guard_left(web->guard, GUARD_LOGIN, request->client) == 0)
        give_either(web, 429, &seat, "Thử sai nhiều lần quá. Xin đợi một giờ.", answer);
    else if (strcmp(what, "bat") == 0 && !seat.person.second)
        enrol(web, request, &seat, &changing, answer);
    else if (strcmp(what, "ma-moi") == 0 && seat.person.second)
        new_codes(web, request, &seat, &changing, answer);
    else if (strcmp(what, "bo") == 0 && seat.person.second)
        drop(web, request, &seat, &changing, answer);
    else
        page_redirect("/quay/hai-lop", answer);
    chain_wipe(&changing, sizeof changing);
}
