/* The second half of a login: the code of the authenticator, or a recovery code. */
#include "server/web/second.h"

static void give_page(struct web *web, unsigned status, const struct seat *seat,
                      const char *sentence, struct http_answer *answer)
{
    struct html html = {.n = 0};
    struct page_head head = {.title = "Mã xác nhận · Trao", .wide = "", .desk = true};
    seat_language(seat, &head);
    page_begin(&html, &head);
    html_put(&html, "<h1 id=dau tabindex=-1>Mã xác nhận</h1>");
    if (*sentence)
        html_format(&html, "<p class=loi role=alert>%s</p>", sentence);
    html_put(&html, "<form class=the method=post action=\"/quay/ma\">");
    seat_put_csrf(seat, &html);
    second_put_field(&html, true);
    html_put(&html, "<button>Vào</button></form><p>Mất điện thoại và hết mã dự phòng: nhờ quản trị "
                    "đặt lại.</p><form method=post action=\"/quay/dang-xuat\">");
    seat_put_csrf(seat, &html);
    html_put(&html, "<button class=nhe>Thoát</button></form>");
    page_end(&html, web, &head);
    page_give(&html, status, answer);
}

void desk_code_page(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct seat seat = seat_of(web, request);
    if (seat.half)
        give_page(web, 200, &seat, "", answer);
    else
        page_redirect(seat.logged_in ? "/quay" : "/quay/dang-nhap", answer);
}

struct finishing {
    struct second_try code;
    struct link half, whole;
    const char *client;
};

static bool finish_act(struct record *record, void *arg, struct error *err)
{
    const struct finishing *finishing = arg;
    int64_t person = finishing->code.person;
    return second_take(record, &finishing->code, finishing->client, err) &&
           login_end(record, &finishing->half, err) &&
           login_add(record, &finishing->whole, person, err) &&
           seat_write_down(record, person, LOOK_LOGIN, 0, finishing->client, err);
}

static void refuse_code(struct web *web, const struct http_request *request,
                        const struct seat *seat, struct http_answer *answer)
{
    seat_wrong(web, request, seat->person.id);
    give_page(web, 403, seat, "Mã chưa đúng, hoặc đã dùng rồi. Sai 5 lần thì khóa 15 phút.",
              answer);
}

static void finish(struct web *web, const struct http_request *request, struct seat *seat,
                   struct http_answer *answer)
{
    struct finishing finishing = {.half = seat_hash(seat), .client = request->client};
    const struct seat before = *seat;
    struct error err;
    if (!second_read(web, request, &seat->person, &finishing.code)) {
        refuse_code(web, request, seat, answer);
        return;
    }
    seat_renew(web, request, seat, answer);
    finishing.whole = seat_hash(seat);
    if (seat_run(web, finish_act, &finishing, &err)) {
        page_redirect(seat_home(web, &before), answer);
        return;
    }
    answer->cookie[0] = '\0';
    if (err.code == ERROR_REFUSED || err.code == ERROR_NOT_FOUND)
        refuse_code(web, request, &before, answer);
    else
        page_sentence(web, 503, "Chưa đăng nhập được lúc này. Thử lại sau ít phút.",
                      "Cannot log in just now. Try again in a few minutes.", answer);
}

void desk_code(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct seat seat = seat_of(web, request);
    if (!seat.half) {
        page_redirect("/quay/dang-nhap", answer);
    } else if (!seat_sent(web, request, &seat)) {
        seat_old_form(web, answer);
    } else if (guard_left(web->guard, GUARD_LOGIN, request->client) == 0) {
        give_page(web, 429, &seat, "Thử sai nhiều lần quá. Xin đợi một giờ.", answer);
        answer->retry_s = GUARD_WINDOW_MS / 1000;
    } else {
        finish(web, request, &seat, answer);
    }
}
