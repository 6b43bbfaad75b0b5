#include "server/web/seat.h"

#include <stdio.h>
#include <string.h>

#include "protocol/chain.h"
#include "protocol/log.h"
#include "server/office/link.h"
#include "server/office/setup.h"
#include "server/web/form.h"

static bool is_secure(const struct web *web, const struct http_request *request)
{
    return request->tls || strncmp(web->config.config->public_url, "https://", 8) == 0;
}

static const char *cookie_name(const struct web *web, const struct http_request *request)
{
    return is_secure(web, request) ? "__Host-trao" : "trao";
}

static void make_csrf(const struct web *web, struct seat *seat)
{
    uint8_t mac[SEAT_CSRF_CHARS / 2];
    chain_keyed_hash(web->config.secret, LINK_SECRET_BYTES, "trao form 1", seat->token,
                     strlen(seat->token), mac, sizeof mac);
    chain_hex(mac, sizeof mac, seat->csrf);
}

struct link seat_hash(const struct seat *seat)
{
    return chain_hash(seat->token, strlen(seat->token));
}

/* No secret, so its name may be the same where there is no TLS. */
#define LANGUAGE_COOKIE "trao-ngu"

static bool reads_english(const struct http_request *request)
{
    const char *tongue = http_cookie(request, LANGUAGE_COOKIE);
    return tongue != NULL && strcmp(tongue, "en") == 0;
}

struct seat seat_of(struct web *web, const struct http_request *request)
{
    struct seat seat = {.logged_in = false, .english = reads_english(request)};
    struct error err;
    struct login login;
    const char *token = http_cookie(request, cookie_name(web, request));
    if (!token || strlen(token) != SEAT_TOKEN_CHARS ||
        strspn(token, "0123456789abcdef") != SEAT_TOKEN_CHARS)
        return seat;
    memcpy(seat.token, token, SEAT_TOKEN_CHARS + 1);
    make_csrf(web, &seat);
    struct link hash = seat_hash(&seat);
    struct record *record = readers_take(web->readers);
    struct instant now = web->config.clock.now(web->config.clock.self);
    bool whole = login_find(record, &hash, now, &login, &err);
    bool there = (whole || login_find_half(record, &hash, now, &login, &err)) &&
                 person_get(record, login.person, &seat.person, &err) && !seat.person.disabled;
    readers_give(web->readers, record);
    seat.logged_in = there && whole;
    seat.half = there && !whole;
    if (there)
        seat.until = login.until;
    return seat;
}

void seat_renew(struct web *web, const struct http_request *request, struct seat *seat,
                struct http_answer *answer)
{
    uint8_t random[SEAT_TOKEN_CHARS / 2];
    web->config.chance.fill(web->config.chance.self, random, sizeof random);
    chain_hex(random, sizeof random, seat->token);
    chain_wipe(random, sizeof random);
    make_csrf(web, seat);
    (void)snprintf(answer->cookie, sizeof answer->cookie,
                   "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld%s",
                   cookie_name(web, request), seat->token, (long long)(LOGIN_LIFE_MS / 1000),
                   is_secure(web, request) ? "; Secure" : "");
}

void seat_forget(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    (void)snprintf(answer->cookie, sizeof answer->cookie,
                   "%s=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0%s", cookie_name(web, request),
                   is_secure(web, request) ? "; Secure" : "");
}

bool seat_sent(const struct web *web, const struct http_request *request, const struct seat *seat)
{
    char csrf[SEAT_CSRF_CHARS + 1];
    return *seat->token && form_is_ours(request, web->config.config->public_url) &&
           form_value(request->body, request->body_n, "dau", csrf, sizeof csrf) &&
           strlen(csrf) == SEAT_CSRF_CHARS && chain_equal(csrf, seat->csrf, SEAT_CSRF_CHARS);
}

void seat_old_form(const struct web *web, struct http_answer *answer)
{
    page_sentence(web, 403, "Trang này đã cũ. Mở lại rồi gửi lại.",
                  "This page is too old. Open it again, then send again.", answer);
}

void seat_put_csrf(const struct seat *seat, struct html *html)
{
    html_format(html, "<input type=hidden name=dau value=%s>", seat->csrf);
}

/* ------------------------------------------------------------------ the frame of a page */

bool seat_roles_read(const char *text, unsigned *ret_roles, struct error *err)
{
    unsigned roles = 0;
    for (bool none = strcmp(text, "none") == 0; !none && *text != '\0';) {
        char word[32];
        size_t n = strcspn(text, ",");
        (void)snprintf(word, sizeof word, "%.*s", (int)n, text);
        const struct role_info *role = role_named(word);
        if (role == NULL)
            return error_set(err, ERROR_BAD_INPUT, "%s: no such role", word);
        roles |= 1u << role->role;
        text += n + (text[n] == ',');
    }
    *ret_roles = roles;
    return true;
}

bool seat_wants_second(const struct web *web, const struct seat *seat)
{
    return (web->second_roles >> seat->person.role & 1u) != 0;
}

bool seat_is_ready(const struct web *web, const struct seat *seat)
{
    return seat->logged_in && !seat->person.must_change &&
           (seat->person.second || !seat_wants_second(web, seat));
}

bool seat_run(struct web *web, act what, void *arg, struct error *err)
{
    return web->config.acts.run(web->config.acts.self, what, arg, err);
}

/* The seat of a clerk with a password of his own and the second factor his role wants, or an answer
 * that sends him to the login, or to what is missing: until then nothing else is open (ASVS 5.0,
 * 6.3.3 and 6.4.1). */
static bool seated(struct web *web, const struct http_request *request, struct seat *ret_seat,
                   struct http_answer *answer)
{
    *ret_seat = seat_of(web, request);
    if (!ret_seat->logged_in)
        page_redirect(ret_seat->half ? "/quay/ma" : "/quay/dang-nhap", answer);
    else if (ret_seat->person.must_change)
        page_redirect("/quay/mat-khau", answer);
    else if (!seat_is_ready(web, ret_seat))
        page_redirect("/quay/hai-lop", answer);
    return seat_is_ready(web, ret_seat);
}

void seat_sentence(struct web *web, const struct seat *seat, unsigned status, const char *vi,
                   const char *en, struct http_answer *answer)
{
    struct html html = {.n = 0};
    struct page_head head = {.title = "Trao", .wide = "rong"};
    seat_begin(&html, seat, &head);
    html_put(&html, "<h1 id=dau tabindex=-1 class=cau>");
    html_text(&html, seat->english ? en : vi);
    html_put(&html, "</h1>");
    page_end(&html, web, &head);
    page_give(&html, status, answer);
}

/* A new server's steps, as long as one is left. */
static const char *administrators_home(struct web *web)
{
    struct setup setup;
    struct error err;
    struct record *record = readers_take(web->readers);
    bool read = setup_read(record, web->config.clock.now(web->config.clock.self), &setup, &err);
    readers_give(web->readers, record);
    return read && setup.next != SETUP_STEPS ? "/quay/bat-dau" : "/quay/quan-tri";
}

const char *seat_home(struct web *web, const struct seat *seat)
{
    bool bound = seat->person.offices_n > 0;
    switch (seat->person.role) {
    case ROLE_READER:
        return "/quay/ket-qua";
    case ROLE_MANAGER:
        return "/quay/bang";
    case ROLE_DISPATCHER:
        return bound ? "/quay" : "/quay/dieu-phoi";
    case ROLE_CLERK:
        return "/quay/viec";
    case ROLE_ADMINISTRATOR:
        return bound ? "/quay" : administrators_home(web);
    case ROLE_AUDITOR:
        return bound ? "/quay" : "/quay/nhat-ky";
    case ROLE_NONE:
    case ROLE_KEY:
        break;
    }
    return "/quay";
}

/* Seated, and his role lets him; a sentence says so where it does not. */
bool seat_may(struct web *web, const struct http_request *request, enum right right,
              struct seat *ret_seat, struct http_answer *answer)
{
    if (!seated(web, request, ret_seat, answer))
        return false;
    if (person_may(&ret_seat->person, right))
        return true;
    log_line(LOG_LEVEL_INFO, "page refused", "person=%lld right=%s", (long long)ret_seat->person.id,
             right_key(right));
    seat_sentence(web, ret_seat, 403, "Vai trò của tài khoản này không mở trang đó.",
                  "This account's role does not open that page.", answer);
    return false;
}

/* What is not kept by office is for those who are bound to none. */
bool seat_may_all(struct web *web, const struct http_request *request, enum right right,
                  struct seat *ret_seat, struct http_answer *answer)
{
    if (!seat_may(web, request, right, ret_seat, answer))
        return false;
    if (ret_seat->person.offices_n == 0)
        return true;
    seat_sentence(web, ret_seat, 403, "Trang này có việc của cơ quan khác.",
                  "That page holds what other offices sent.", answer);
    return false;
}

void seat_language(const struct seat *seat, struct page_head *head)
{
    head->english = seat->english;
    head->switch_to = seat->english ? "/quay/ngon-ngu?sang=vi" : "/quay/ngon-ngu?sang=en";
}

/* Back to the page whose link this was, as the browser names it: one of ours, or the desk. */
static void go_back(const struct http_request *request, struct http_answer *answer)
{
    const char *from = http_header(request, "Referer");
    const char *host = from != NULL ? strstr(from, "://") : NULL;
    const char *path = host != NULL ? strchr(host + 3, '/') : NULL;
    bool ours = path != NULL && strncmp(path, "/quay", 5) == 0 &&
                strlen(path) < sizeof answer->location &&
                strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "-._~/?=&%+") == strlen(path);
    page_redirect(ours ? path : "/quay", answer);
}

/* A choice of how pages are read changes nothing else, so a link may make it. */
void desk_language(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    const char *tongue = http_query(request, "sang");
    bool english = tongue != NULL && strcmp(tongue, "en") == 0;
    (void)snprintf(answer->cookie, sizeof answer->cookie,
                   LANGUAGE_COOKIE "=%s; Path=/quay; HttpOnly; SameSite=Strict; Max-Age=31536000%s",
                   english ? "en" : "vi", is_secure(web, request) ? "; Secure" : "");
    go_back(request, answer);
}

struct way {
    bool shown;
    const char *path, *words;
};

static void put_way(struct html *html, const struct way *way, const char *here)
{
    if (way->shown)
        html_format(html, "<a href=\"%s\"%s>%s</a> ", way->path,
                    here && strcmp(here, way->path) == 0 ? " aria-current=page" : "", way->words);
}

/* Himself: his password, his second factor, the way out. */
static void put_own(struct html *html, const struct seat *seat, const char *here)
{
    static const struct way own[] = {{true, "/quay/mat-khau", "Đổi mật khẩu"},
                                     {true, "/quay/hai-lop", "Hai lớp"}};
    const struct role_info *role = role_info(seat->person.role);
    html_put(html, "<div class=toi>");
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        put_way(html, &own[i], here);
    html_put(html, "<form method=post action=\"/quay/dang-xuat\">");
    seat_put_csrf(seat, html);
    html_put(html, "<button class=nhe>Thoát (");
    html_text(html, seat->person.name);
    html_put(html, ", ");
    html_put(html, role != NULL ? role->vi : "–");
    html_put(html, ")</button></form></div>");
}

/* In the order of a day's work: what a phone shows of them without being pushed is the first. */
static void put_ways(struct html *html, const struct seat *seat, const char *here)
{
    const struct person *person = &seat->person;
    bool all = person->offices_n == 0, desk = person_may(person, RIGHT_DESK);
    bool rounds = all && person_may(person, RIGHT_ROUNDS);
    bool board = person_may(person, RIGHT_BOARD);
    const struct way ways[] = {{desk, "/quay/viec", "Việc quầy"},
                               {desk, "/quay/nhap", "Nhập"},
                               {desk, "/quay/in", "In"},
                               {desk, "/quay/ban-giao", "Bàn giao"},
                               {rounds, "/quay/dieu-phoi", "Điều phối"},
                               {rounds, "/quay/may", "Máy"},
                               {board, "/quay/bang", "Đúng hạn"},
                               {true, "/quay/ket-qua", "Kết quả"},
                               {true, "/quay", "Phong bì"},
                               {board, "/quay/bao-cao", "Báo cáo"},
                               {person_may(person, RIGHT_MAP), "/quay/ban-do", "Bản đồ"},
                               {all && person_may(person, RIGHT_CASES), "/quay/vu-viec", "Vụ việc"},
                               {all && person_may(person, RIGHT_MONEY), "/quay/tien", "Tiền"},
                               {admin_leads(seat), "/quay/quan-tri", "Quản trị"}};
    html_put(html, "<nav>");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        put_way(html, &ways[i], here);
    put_own(html, seat, here);
    html_put(html, "</nav>");
}

void seat_begin(struct html *html, const struct seat *seat, const struct page_head *head)
{
    struct page_head desk = *head;
    desk.desk = true;
    seat_language(seat, &desk);
    page_begin(html, &desk);
    put_ways(html, seat, head->here);
}

/* ------------------------------------------------------------------ what was looked at */

bool seat_write_down(struct record *record, int64_t person, enum look_kind kind, uint64_t rows,
                     const char *client, struct error *err)
{
    struct look look = {.person = person, .kind = kind, .rows = rows};
    (void)snprintf(look.client, sizeof look.client, "%s", client);
    return look_add(record, &look, err);
}

struct wrong {
    int64_t person;
    const char *client;
};

static bool wrong_act(struct record *record, void *arg, struct error *err)
{
    const struct wrong *wrong = arg;
    return (wrong->person == 0 || person_failed(record, wrong->person, err)) &&
           seat_write_down(record, wrong->person, LOOK_WRONG, 0, wrong->client, err);
}

void seat_wrong(struct web *web, const struct http_request *request, int64_t person)
{
    struct wrong wrong = {person, request->client};
    struct error err;
    guard_wrong(web->guard, GUARD_LOGIN, request->client);
    if (!seat_run(web, wrong_act, &wrong, &err))
        log_line(LOG_LEVEL_ERROR, "wrong password not counted", "why=\"%s\"", err.text);
}

bool seat_is_locked(const struct web *web, const struct person *person)
{
    return person->locked_until.ms > web->config.clock.now(web->config.clock.self).ms;
}

static bool look_act(struct record *record, void *arg, struct error *err)
{
    return look_add(record, arg, err);
}

static bool write_look(struct web *web, const struct http_request *request, struct look *look,
                       struct http_answer *answer)
{
    struct error err;
    (void)snprintf(look->client, sizeof look->client, "%s", request->client);
    if (seat_run(web, look_act, look, &err))
        return true;
    log_line(LOG_LEVEL_ERROR, "a look cannot be written down", "why=\"%s\"", err.text);
    page_sentence(web, 503, "Chưa mở được lúc này. Thử lại sau ít phút.",
                  "Cannot be opened just now. Try again in a few minutes.", answer);
    return false;
}

bool seat_looked(struct web *web, const struct http_request *request, int64_t person,
                 enum look_kind kind, uint64_t rows, struct http_answer *answer)
{
    struct look look = {.person = person, .kind = kind, .rows = rows};
    return write_look(web, request, &look, answer);
}

bool seat_looked_items(struct web *web, const struct http_request *request, int64_t person,
                       enum look_kind kind, const struct item *(*item)(const void *rows, size_t i),
                       const void *rows, size_t n, struct http_answer *answer)
{
    char items[LOOK_ITEMS_MAX * ITEM_CHARS + 1] = "";
    struct look look = {.person = person, .kind = kind, .rows = n, .items = items};
    for (size_t i = 0; i < n && i < LOOK_ITEMS_MAX; i++)
        memcpy(items + i * ITEM_CHARS, item(rows, i)->text, ITEM_CHARS + 1);
    return write_look(web, request, &look, answer);
}

static const struct item *item_of_view(const void *rows, size_t i)
{
    return &((const struct view *)rows)[i].state.item;
}

bool seat_looked_at(struct web *web, const struct http_request *request, int64_t person,
                    enum look_kind kind, const struct view *views, size_t n,
                    struct http_answer *answer)
{
    return seat_looked_items(web, request, person, kind, item_of_view, views, n, answer);
}
