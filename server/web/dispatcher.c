/* The dispatcher's page: what waits for a round, by commune; the rounds of the day; who holds what,
 * and what is left when the day ends. */
#include <stdlib.h>
#include <string.h>

#include "server/web/panel.h"
#include "server/web/rounds_desk.h"

#define BADGE "list=the required autocapitalize=characters placeholder=TH-12"
#define ROUND "list=bd required autocapitalize=characters placeholder=BD-000005"
#define ITEM "required maxlength=20 autocapitalize=characters spellcheck=false"

static const struct panel_form forms[] = {
    {"round",
     "Giao cả xã",
     "Giao",
     false,
     {{PANEL_WORD, "badge", "Bưu tá (thẻ)", BADGE, NULL},
      {PANEL_OPTION, "commune", "Xã, phường (mã)", "list=xa required inputmode=numeric", NULL}}},
    {"round",
     "Giao bì quét từng cái",
     "Giao các bì này",
     false,
     {{PANEL_WORD, "badge", "Bưu tá (thẻ)", BADGE, NULL},
      {PANEL_MANY, "bi", "Quét bì, mỗi bì một dòng", "required", NULL}}},
    {"roundput",
     "Chuyển bì sang bản kê khác",
     "Chuyển",
     false,
     {{PANEL_WORD, "ban", "Bản kê", ROUND, NULL}, {PANEL_WORD, "bi", "Số phong bì", ITEM, NULL}}},
    {"roundgive",
     "Giao bản kê cho bưu tá khác",
     "Giao",
     false,
     {{PANEL_WORD, "ban", "Bản kê", ROUND, NULL},
      {PANEL_WORD, "badge", "Bưu tá (thẻ)", BADGE, NULL}}},
    {"hand",
     "Chuyển tay một bì",
     "Chuyển",
     false,
     {{PANEL_WORD, "bi", "Số phong bì", ITEM, NULL},
      {PANEL_WORD, "den", "Đến tay: thẻ, hay office (về quầy)", "list=tay required", NULL}}},
    {"leave",
     "Nêu lý do bì còn ở tay bưu tá",
     "Ghi lý do",
     false,
     {{PANEL_WORD, "bi", "Số phong bì", ITEM, NULL},
      {PANEL_WORD, "ly-do", "Lý do", "required maxlength=200", NULL}}},
    {"dayend", "Chốt ca", "Chốt ca", false, {{PANEL_WORD, "badge", "Bưu tá (thẻ)", BADGE, NULL}}},
    {.verb = NULL},
};

static const struct panel_column round_columns[] = {
    {"round", "Bản kê", PANEL_LINK, "ban"},   {"badge", "Thẻ", PANEL_LINK, "badge"},
    {"commune_name", "Xã", PANEL_TEXT, NULL}, {"built", "Lập lúc", PANEL_TIME, NULL},
    {"envelopes", "Bì", PANEL_NUMBER, NULL},  {.key = NULL}};
static const struct panel_column postman_columns[] = {{"badge", "Thẻ", PANEL_LINK, "badge"},
                                                      {"name", "Bưu tá", PANEL_TEXT, NULL},
                                                      {"rounds", "Trên bản kê", PANEL_NUMBER, NULL},
                                                      {"held", "Đang giữ", PANEL_NUMBER, NULL},
                                                      {"named", "Có lý do", PANEL_NUMBER, NULL},
                                                      {"open", "Lệch", PANEL_NUMBER, NULL},
                                                      {.key = NULL}};

static json_int_t add_to(json_t *row, const char *key, json_int_t more)
{
    json_int_t now = json_integer_value(json_object_get(row, key)) + more;
    (void)json_object_set_new(row, key, json_integer(now));
    return now;
}

/* The row of a badge, made when it is the first. */
static json_t *row_of(json_t *rows, json_t *index, const char *badge)
{
    const char *key = badge ? badge : ""; /* a postman nobody can name */
    json_t *row = json_object_get(index, key);
    if (row)
        return row;
    row = json_pack("{s:s?, s:i, s:i, s:i, s:i}", "badge", badge, "rounds", 0, "held", 0, "named",
                    0, "open", 0);
    (void)json_object_set(index, key, row);
    (void)json_array_append_new(rows, row);
    return row;
}

static void name_rows(json_t *index, const json_t *postmen)
{
    json_t *man;
    size_t i;
    json_array_foreach(postmen, i, man)
    {
        const char *badge = json_string_value(json_object_get(man, "badge"));
        json_t *row = badge ? json_object_get(index, badge) : NULL;
        if (row)
            (void)json_object_set(row, "name", json_object_get(man, "name"));
    }
}

/* One row a badge that has something to carry; `*ret_open`: how many envelopes nobody has accounted
 * for. */
static json_t *by_badge(const struct rounds_read *read, json_int_t *ret_open)
{
    json_t *rows = json_array(), *index = json_object(), *one;
    size_t i;
    *ret_open = 0;
    json_array_foreach(read->rounds, i, one)
    {
        json_t *row = row_of(rows, index, json_string_value(json_object_get(one, "badge")));
        (void)add_to(row, "rounds", json_integer_value(json_object_get(one, "envelopes")));
    }
    json_array_foreach(read->hands, i, one)
    {
        json_t *row = row_of(rows, index, json_string_value(json_object_get(one, "badge")));
        bool named = json_is_true(json_object_get(one, "named"));
        (void)add_to(row, "held", 1);
        (void)add_to(row, named ? "named" : "open", 1);
        *ret_open += !named;
    }
    name_rows(index, read->postmen);
    json_decref(index);
    return rows;
}

/* A round of envelopes that were scanned has no commune of its own. */
static void name_communes(const json_t *rounds)
{
    json_t *round;
    size_t i;
    json_array_foreach(rounds, i, round)
    {
        if (!json_object_get(round, "commune_name"))
            (void)json_object_set_new(round, "commune_name", json_string("nhiều xã"));
    }
}

static json_int_t sum_of(const json_t *rows, const char *key)
{
    json_int_t n = 0;
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row) n += json_integer_value(json_object_get(row, key));
    return n;
}

static void put_lists(struct panel *panel, const struct rounds_read *read)
{
    panel_list(panel, "the", read->postmen, "badge", "name");
    panel_list(panel, "tay", read->postmen, "badge", "name");
    panel_list(panel, "xa", read->waiting, "commune", "name");
    panel_list(panel, "bd", read->rounds, "round", "badge");
}

static void put_all(struct panel *panel, struct rounds_desk *desk, const struct rounds_read *read)
{
    struct html *html = &panel->html;
    json_int_t open;
    json_t *badges = by_badge(read, &open);
    name_communes(read->rounds);
    html_format(html,
                "<p class=dem><span>chưa chia <b>%lld</b></span> <span>bản kê đang mở "
                "<b>%zu</b></span> <span>trong tay bưu tá <b>%zu</b></span> <span>lệch cuối ngày "
                "<b>%lld</b></span></p>",
                (long long)sum_of(read->waiting, "envelopes"), json_array_size(read->rounds),
                json_array_size(read->hands), (long long)open);
    if (desk)
        rounds_desk_put(desk, read);
    html_put(html, "<h2>Ai đang giữ gì</h2><p>Lệch: bì còn trong tay mà chưa nêu lý do. Còn lệch "
                   "thì chưa chốt được ca.</p>");
    panel_table(panel, "Ai đang giữ gì", badges, postman_columns, "Không ai giữ bì nào.");
    json_decref(badges);
    html_put(html, "<h2>Bản kê đang mở</h2>");
    panel_table(panel, "Bản kê đang mở", read->rounds, round_columns,
                "Chưa có bản kê nào đang mở.");
    html_format(html, "<details%s><summary>Làm bằng biểu mẫu</summary><div class=cac-muc>",
                panel->failed && !desk ? " open" : "");
    for (const struct panel_form *form = forms; form->verb != NULL; form++)
        panel_form(panel, form);
    html_put(html, "</div></details>");
}

/* The rows of a reading command, to be decref'd; NULL with a sentence on the page. */
static json_t *rows_of(struct panel *panel, const char *verb, const char *list)
{
    json_t *said = panel_ask(panel, verb, NULL);
    json_t *rows = json_incref(json_object_get(said, list));
    bool none = said && !rows; /* of nothing no list is said */
    json_decref(said);
    return none ? json_array() : rows;
}

void desk_rounds(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct panel panel;
    struct rounds_desk *desk = NULL;
    if (!panel_sit_all(&panel, web, request, RIGHT_ROUNDS, "/quay/dieu-phoi", "Điều phối · Trao",
                       answer))
        return;
    panel.head.script = "ban.js";
    if (!rounds_desk_run(&panel, &desk) && request->is_post && !panel_post(&panel, forms)) {
        json_decref(panel.said);
        return;
    }
    panel_begin(&panel);
    if (!request->is_post && http_query(request, "xong"))
        html_put(&panel.html, "<p class=xong role=status>Đã ghi.</p>");
    struct rounds_read read = {.waiting = rows_of(&panel, "waiting", "waiting"),
                               .rounds = rows_of(&panel, "rounds", "rounds"),
                               .hands = rows_of(&panel, "hands", "hands"),
                               .postmen = rows_of(&panel, "postmen", "postmen")};
    if (read.waiting && read.rounds && read.hands)
        put_all(&panel, desk, &read);
    put_lists(&panel, &read);
    json_decref(read.waiting);
    json_decref(read.rounds);
    json_decref(read.hands);
    json_decref(read.postmen);
    rounds_desk_done(desk);
    panel_close(&panel);
}
