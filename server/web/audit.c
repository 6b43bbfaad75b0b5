/* The auditor's page: who looked, who did what, by person, kind and day; and the check of all
 * chains, on demand, with what it found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/delivery/rules.h"
#include "server/record/looks.h"
#include "server/web/form.h"
#include "server/web/panel.h"
#include "server/web/english.h"

#define ROWS_A_PAGE 100
#define PATH "/quay/nhat-ky"

/* ------------------------------------------------------------------ what is asked */

struct asked {
    char person[PERSON_NAME_MAX + 1], kind[32], from_text[16], to_text[16];
    int64_t person_id; /* 0 all */
    struct instant from, to;
    unsigned long page; /* from 1 */
    const char *fault;  /* what is wrong with it, or "" */
};

static void read_day(const char *text, int more, struct instant *ret_at, struct asked *asked)
{
    int64_t day;
    struct error err;
    if (*text == '\0')
        return;
    if (day_read(text, &day, &err))
        *ret_at = day_minute(day + more, 0);
    else
        asked->fault = "Ngày phải như 2026-11-25.";
}

static void copy_query(const struct http_request *request, const char *key, char *out, size_t size)
{
    const char *text = http_query(request, key);
    (void)snprintf(out, size, "%s", text ? text : "");
}

static struct asked read_asked(const struct http_request *request, struct record *record)
{
    struct asked asked = {.to = {INT64_MAX}, .page = 1, .fault = ""};
    struct person person;
    struct error err;
    const char *page = http_query(request, "trang");
    copy_query(request, "nguoi", asked.person, sizeof asked.person);
    copy_query(request, "viec", asked.kind, sizeof asked.kind);
    copy_query(request, "tu", asked.from_text, sizeof asked.from_text);
    copy_query(request, "den", asked.to_text, sizeof asked.to_text);
    read_day(asked.from_text, 0, &asked.from, &asked);
    read_day(asked.to_text, 1, &asked.to, &asked);
    if (*asked.person && person_find(record, asked.person, &person, &err))
        asked.person_id = person.id;
    else if (*asked.person)
        asked.fault = "Không có người này.";
    if (page)
        asked.page = strtoul(page, NULL, 10);
    if (asked.page == 0 || asked.page > 100000)
        asked.page = 1;
    return asked;
}

/* ------------------------------------------------------------------ words */

/* Looks (looks.def) and acts (acts.def); what has no words here stands under its own name. */
static const char words[] =
    "names|xem danh sách có tên;print|mở tệp in;import|xem lần nhập;log|mở nhật ký;"
    "checked|kiểm chuỗi;login|vào;wrong|sai mật khẩu, mã;logout|thoát;password|đổi mật khẩu;"
    "second|bật hai lớp;second-off|bỏ hai lớp;second-reset|bị đặt lại hai lớp;"
    "recovery|dùng mã dự phòng;recovery-new|tạo mã dự phòng;"
    "mapping|đặt tên cột danh sách;export|xuất danh sách;"
    "preview|xem phong bì cỡ thật;printlist|in bảng kê bằng máy in;"
    "printjobs|xem lệnh in;printresume|cho lệnh in chạy tiếp;"
    "printcancel|hủy lệnh in;printer|ghi sổ máy in;printers|xem máy in;"
    "printertest|in tờ thử;receive|nhận kết quả;pair|ghép vào bì;"
    "handover|bàn giao;handovers|xem các lần bàn giao;batch|xem một lần bàn giao;"
    "difference|ghi chênh khi đếm lại;status|xem một bì;link|lấy đường dẫn của bì;"
    "void|hủy nhãn;reissue|cấp số mới;recall|thu hồi bì;"
    "optin|ghi đăng ký qua bưu điện;optout|ghi thôi qua bưu điện;"
    "electronic|ghi kết quả điện tử;procedure|ghi thủ tục;procedures|xem thủ tục;"
    "office|ghi cơ quan;offices|xem cơ quan;postoffice|ghi bưu cục;"
    "postoffices|xem bưu cục;pickup|ghi điểm nhận;pickups|xem điểm nhận;"
    "moves|xem lịch sử nơi;communes|xem xã, phường;commune|tra xã, phường;"
    "terms|xem hạn của bì;due|xem bì sắp trễ;board|xem đúng hạn;"
    "sendback|yêu cầu hoàn;standing|yêu cầu hoàn chung;pause|dừng tính hạn;"
    "resume|tính hạn tiếp;dispute|ghi báo chưa nhận;price|đặt giá cước;"
    "exemption|đặt miễn giảm;prices|xem giá cước;charge|định cước;"
    "paid|ghi thu sau;owed|xem tiền của bì;shift|xem tiền một ca;"
    "shifts|xem tiền các ca;remit|nhận tiền bưu tá nộp;"
    "unbalanced|nêu chênh tiền ca;officebooks|xem sổ tiền cơ quan;"
    "payoffice|nộp tiền cơ quan;clear|gạch nợ;takeback|rút khoản tiền;"
    "costs|xem chi phí;case|mở vụ việc;answer|trả lời vụ việc;close|đóng vụ việc;"
    "cases|xem vụ việc;correct|đính chính;lost|xác nhận thất lạc;"
    "unclaimed|ghi không ai nhận;rules|xem tham số;rule|đặt tham số;"
    "calendar|xem lịch nghỉ;days|ghi ngày nghỉ;postman|ghi sổ bưu tá;"
    "postmen|xem bưu tá;round|lập bản kê;rounds|xem bản kê;"
    "waiting|xem bì chưa chia;trial|vẽ tờ thử;measured|ghi vạch đo được;"
    "assign|giao máy;roundgive|giao bản kê người khác;"
    "roundput|chuyển bì sang bản kê;hands|xem ai giữ gì;hand|chuyển tay bì;"
    "leave|nêu lý do còn giữ;dayend|chốt ca;pad|cấp tập giấy mời;"
    "slips|xem giấy mời;slip|gắn giấy mời;paper|nhập từ giấy;spare|cấp máy thay;"
    "papers|xem tệp ở cửa;paperout|mở tệp ở cửa;enrol|cấp mã máy;devices|xem máy;"
    "revoke|khóa máy;bar|chặn máy đã khóa;setaside|xem lượt quét để riêng;"
    "admit|nhận lượt quét để riêng;person|thêm, đổi người dùng;"
    "people|xem người dùng;looks|xem nhật ký;training|xem cần tập gì;"
    "templates|xem lời tin nhắn;template|đặt lời tin nhắn;"
    "messages|xem, gửi lại tin nhắn;range|cấp dải số;ranges|xem dải số;"
    "search|tìm theo tên, số điện thoại;persondata|xuất dữ liệu một người;"
    "key|cấp, rút khóa tích hợp;"
    "fields|xem loại dữ liệu;erase|xóa dữ liệu;hold|giữ dữ liệu;unhold|thôi giữ dữ liệu;"
    "holds|xem dữ liệu được giữ;purge|xóa dữ liệu hết hạn;purgeplan|xem dữ liệu sắp hết hạn;"
    "erasures|xem việc đã xóa;incident|ghi sự cố dữ liệu;incidents|xem sự cố dữ liệu;"
    "hook|ghi nơi nhận tin;hooks|xem nơi nhận tin;hookdead|xem tin không tới;"
    "hookagain|gửi lại tin không tới;hooktest|gửi thử nơi nhận tin;"
    "report|xem báo cáo;outlines|nạp đường ranh;"
    "freshness|xem độ mới số liệu;stops|xem bản đồ các điểm giao";

static void put_kind(struct html *html, const char *key)
{
    size_t n = 0;
    const char *word = panel_word(words, key, &n);
    if (word)
        html_format(html, "%.*s", (int)n, word);
    else
        html_text(html, key);
}

/* ------------------------------------------------------------------ rows */

struct listing {
    struct record *record;
    const struct asked *asked;
    struct html *html;
    size_t skip, shown;
    bool more;
};

static void put_look(struct listing *listing, const struct look *look)
{
    char time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX];
    struct person person;
    struct error err;
    const char *key = look_key(look->kind);
    bool known = look->person != 0 && person_get(listing->record, look->person, &person, &err);
    html_format(listing->html,
                "<tr><td class=so data-ten=Số>%llu</td><td data-ten=Lúc>%s, %s</td>"
                "<td data-ten=Ai>",
                (unsigned long long)look->seq, clock_time_vi(look->at, time, sizeof time),
                clock_date_vi(look->at, date, sizeof date));
    html_text(listing->html, known ? person.name : "–");
    html_put(listing->html, "</td><td data-ten=Việc>");
    put_kind(listing->html, key ? key : "?");
    html_format(listing->html, "</td><td class=so data-ten=Dòng>%llu</td><td data-ten=Từ>",
                (unsigned long long)look->rows);
    html_text(listing->html,
              *look->client ? look->client : english_say(listing->html->english, "máy chủ"));
    html_put(listing->html, "</td></tr>");
}

static bool each_look(void *ctx, const struct look *look)
{
    struct listing *listing = ctx;
    const char *key = look_key(look->kind);
    if (*listing->asked->kind && (!key || strcmp(key, listing->asked->kind) != 0))
        return true;
    if (listing->skip > 0) {
        listing->skip--;
        return true;
    }
    listing->more = listing->shown == ROWS_A_PAGE;
    if (listing->more)
        return false;
    listing->shown++;
    put_look(listing, look);
    return true;
}

static void put_asked(const struct asked *asked, unsigned long page, struct html *html)
{
    html_put(html, PATH "?nguoi=");
    for (const unsigned char *at = (const unsigned char *)asked->person; *at != '\0'; at++)
        html_format(html, "%%%02X", *at);
    html_put(html, "&amp;viec=");
    html_text(html, asked->kind);
    html_put(html, "&amp;tu=");
    html_text(html, asked->from_text);
    html_put(html, "&amp;den=");
    html_text(html, asked->to_text);
    html_format(html, "&amp;trang=%lu", page);
}

static void put_pages(const struct asked *asked, bool more, struct html *html)
{
    html_put(html, "<p class=trang>");
    if (asked->page > 1) {
        html_put(html, "<a href=\"");
        put_asked(asked, asked->page - 1, html);
        html_put(html, "\">← Mới hơn</a> ");
    }
    if (more) {
        html_put(html, "<a href=\"");
        put_asked(asked, asked->page + 1, html);
        html_put(html, "\">Cũ hơn →</a>");
    }
    html_put(html, "</p>");
}

static void put_looks(struct record *record, const struct asked *asked, struct html *html)
{
    struct listing listing = {record, asked, html, (asked->page - 1) * ROWS_A_PAGE, 0, false};
    struct error err;
    html_put(html, "<div class=cuon role=region tabindex=0 aria-label=\"Nhật ký\">"
                   "<table class=\"it bang\"><caption class=an>Nhật ký, mới nhất trước</caption>"
                   "<thead><tr><th scope=col class=so>Số</th><th scope=col>Lúc</th><th "
                   "scope=col>Ai</th><th scope=col>Việc</th><th scope=col class=so>Dòng</th><th "
                   "scope=col>Từ</th></tr></thead><tbody>");
    bool read =
        looks_each(record, asked->person_id, asked->from, asked->to, each_look, &listing, &err);
    html_put(html, "</tbody></table></div>");
    if (!read)
        html_put(html, "<p class=loi role=alert>Chưa đọc được nhật ký lúc này.</p>");
    else if (listing.shown == 0)
        html_put(html, "<p>Không có dòng nào.</p>");
    put_pages(asked, listing.more, html);
}

/* ------------------------------------------------------------------ filters */

static void put_kind_option(struct html *html, const char *key, bool chosen)
{
    html_format(html, "<option value=\"%s\"%s>", key, chosen ? " selected" : "");
    put_kind(html, key);
    html_put(html, "</option>");
}

/* A look and an act may have one key: they are asked for together. */
static bool is_first(int kind, const char *key)
{
    for (int before = 1; before < kind; before++) {
        const char *other = look_key((enum look_kind)before);
        if (other && strcmp(other, key) == 0)
            return false;
    }
    return true;
}

static void put_kinds(const char *chosen, struct html *html)
{
    html_put(html, "<option value=\"\">(mọi việc)</option>");
    for (int kind = 1; kind <= 300; kind++) {
        const char *key = look_key((enum look_kind)kind);
        if (key && is_first(kind, key))
            put_kind_option(html, key, strcmp(key, chosen) == 0);
    }
}

static bool put_name(void *ctx, const struct person *person)
{
    html_put(ctx, "<option value=\"");
    html_text(ctx, person->name);
    html_put(ctx, "\">");
    return true;
}

static void put_filters(struct record *record, const struct asked *asked, struct html *html)
{
    struct error err;
    html_put(html, "<form class=chon method=get action=\"" PATH "\"><label>Người <input name=nguoi "
                   "list=nguoi value=\"");
    html_text(html, asked->person);
    html_put(html, "\"></label><label>Việc <select name=viec>");
    put_kinds(asked->kind, html);
    html_put(html, "</select></label><label>Từ ngày <input type=date name=tu value=\"");
    html_text(html, asked->from_text);
    html_put(html, "\"></label><label>Đến hết ngày <input type=date name=den value=\"");
    html_text(html, asked->to_text);
    html_put(html, "\"></label><button>Xem</button></form><datalist id=nguoi>");
    bool named = people_each(record, put_name, html, &err);
    html_put(html, "</datalist>");
    if (!named)
        html_put(html, "<p class=loi role=alert>Chưa đọc được danh sách người.</p>");
    if (*asked->fault)
        html_format(html, "<p class=loi role=alert>%s</p>", asked->fault);
}

/* ------------------------------------------------------------------ the chains */

/* Walks them all, from the first fact: seconds for a year's. */
static void put_check(struct web *web, struct record *record, struct html *html)
{
    struct record_proof proof;
    struct error err;
    char head[2 * sizeof proof.office_head.bytes + 1];
    struct instant began = web->config.clock.now(web->config.clock.self);
    bool whole = record_verify(record, &web->config.enrol->server_seal_key, &proof, &err);
    struct instant ended = web->config.clock.now(web->config.clock.self);
    if (!whole) {
        html_put(html, "<p class=loi role=alert>CHUỖI KHÔNG KHỚP: ");
        html_sentence(html, err.text);
        html_put(html, ". Giữ nguyên máy chủ, đừng ghi thêm; lấy bản sao lưu gần nhất.</p>");
        return;
    }
    html_format(
        html,
        "<p class=xong role=status>Mọi chuỗi khớp: %llu lượt quét trong %llu gói, %llu việc "
        "của cơ quan, %llu dòng nhật ký. Mất %lld giây.<br>Đầu chuỗi: <code>%s</code></p>",
        (unsigned long long)proof.scans, (unsigned long long)proof.batches,
        (unsigned long long)proof.office_facts, (unsigned long long)proof.looks,
        (long long)((ended.ms - began.ms + 999) / 1000),
        chain_hex(proof.office_head.bytes, sizeof proof.office_head.bytes, head));
}

static void put_check_form(const struct seat *seat, struct html *html)
{
    html_put(html, "<h2>Kiểm chuỗi</h2><p>Đi lại mọi mắt xích và dấu niêm từ đầu. Sửa một bit cũng "
                   "lộ.</p><form method=post action=\"" PATH "\">");
    seat_put_csrf(seat, html);
    html_put(html, "<button>Kiểm ngay</button></form>");
}

/* ------------------------------------------------------------------ the page */

/* A long walk has a connection of its own: pages do not wait for one. */
static bool open_own(struct web *web, struct record **ret_record, struct error *err)
{
    char path[CONFIG_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/record.db", web->config.folder);
    return record_open_reader(path, ret_record, err);
}

static void give(struct web *web, const struct http_request *request, const struct seat *seat,
                 struct record *record, struct http_answer *answer)
{
    struct html html = {.n = 0};
    struct page_head head = {.title = "Nhật ký · Trao", .wide = "rong"};
    struct asked asked = read_asked(request, record);
    seat_begin(&html, seat, &head);
    html_put(&html, "<h1 id=dau tabindex=-1>Nhật ký</h1>");
    if (request->is_post)
        put_check(web, record, &html);
    put_check_form(seat, &html); /* before the log: behind it nobody finds it */
    html_put(&html, "<h2>Ai đã xem, đã làm gì</h2>");
    put_filters(record, &asked, &html);
    put_looks(record, &asked, &html);
    page_end(&html, web, &head);
    page_give(&html, *asked.fault ? 400 : 200, answer);
}

void desk_audit(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct seat seat;
    struct record *record;
    struct error err;
    if (!seat_may_all(web, request, RIGHT_AUDIT, &seat, answer))
        return;
    if (request->is_post && !seat_sent(web, request, &seat)) {
        seat_old_form(web, answer);
        return;
    }
    if (!seat_looked(web, request, seat.person.id, request->is_post ? LOOK_CHECKED : LOOK_LOG, 0,
                     answer))
        return;
    if (!open_own(web, &record, &err)) {
        page_sentence(web, 503, "Chưa mở được lúc này. Thử lại sau ít phút.",
                      "Cannot be opened just now. Try again in a few minutes.", answer);
        return;
    }
    give(web, request, &seat, record, answer);
    record_close(record);
}
