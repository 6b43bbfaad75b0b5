/* The dispatcher's page: what waits for a round, by commune; the rounds of the day; who holds what,
 * and what is left when the day ends. */
#include <stdlib.h>
#include <string.h>

#include "server/web/panel.h"

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

static const struct panel_column waiting_columns[] = {{"commune", "Mã xã", PANEL_LINK, "commune"},
                                                      {"name", "Xã, phường", PANEL_TEXT, NULL},
                                                      {"envelopes", "Bì chờ", PANEL_NUMBER, NULL},
                                                      {.key = NULL}};
static const struct panel_column round_columns[] = {
    {"round", "Bản kê", PANEL_LINK, "ban"},
    {"badge", "Thẻ", PANEL_LINK, "badge"},
    {"commune", "Xã", PANEL_CHOICE, "00000|nhiều xã"},
    {"built", "Lập lúc", PANEL_TIME, NULL},
    {"envelopes", "Bì", PANEL_NUMBER, NULL},
    {.key = NULL}};
static const struct panel_column hand_columns[] = {{"badge", "Thẻ", PANEL_LINK, "badge"},
                                                   {"held", "Đang giữ", PANEL_NUMBER, NULL},
                                                   {"named", "Có lý do", PANEL_NUMBER, NULL},
                                                   {"open", "Lệch", PANEL_NUMBER, NULL},
                                                   {.key = NULL}};
static const struct panel_column held_columns[] = {
    {"item", "Số phong bì", PANEL_LINK, "bi"},
    {"status", "Trạng thái", PANEL_CHOICE, "out|Đang đi phát;failed|Chưa phát được"},
    {"named", "Lý do", PANEL_CHOICE, "true|có lý do;false|chưa nêu"},
    {.key = NULL}};

static json_int_t add_to(json_t *row, const char *key, json_int_t more)
{
    json_int_t now = json_integer_value(json_object_get(row, key)) + more;
    (void)json_object_set_new(row, key, json_integer(now));
    return now;
}

/* One row a badge; `*ret_open`: how many envelopes nobody has accounted for. */
static json_t *by_badge(const json_t *hands, json_int_t *ret_open)
{
    json_t *rows = json_array(), *index = json_object(), *hand;
    size_t i;
    *ret_open = 0;
    json_array_foreach(hands, i, hand)
    {
        const char *badge = json_string_value(json_object_get(hand, "badge"));
        const char *key = badge ? badge : ""; /* a postman nobody can name */
        json_t *row = json_object_get(index, key);
        if (!row) {
            row = json_pack("{s:s?, s:i, s:i, s:i}", "badge", badge, "held", 0, "named", 0, "open",
                            0);
            (void)json_object_set(index, key, row);
            (void)json_array_append_new(rows, row);
        }
        if (!row)
            continue;
        bool named = json_is_true(json_object_get(hand, "named"));
        (void)add_to(row, "held", 1);
        (void)add_to(row, named ? "named" : "open", 1);
        *ret_open += !named;
    }
    json_decref(index);
    return rows;
}

static json_int_t sum_of(const json_t *rows, const char *key)
{
    json_int_t n = 0;
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row) n += json_integer_value(json_object_get(row, key));
    return n;
}

/* A badge that was chosen opens what is in its hand. */
static void put_held(struct panel *panel, const char *badge)
{
    json_t *said = badge ? panel_ask(panel, "hands", badge, NULL) : NULL;
    if (!said)
        return;
    html_put(&panel->html, "<h3>Trong tay ");
    html_text(&panel->html, badge);
    html_put(&panel->html, "</h3>");
    panel_table(panel, "Trong tay bưu tá", json_object_get(said, "hands"), held_columns,
                "Không giữ bì nào.");
    json_decref(said);
}

static void put_lists(struct panel *panel, const json_t *waiting, const json_t *rounds)
{
    json_t *postmen = panel_ask(panel, "postmen", NULL);
    const json_t *men = json_object_get(postmen, "postmen");
    panel_list(panel, "the", men, "badge", "name");
    panel_list(panel, "tay", men, "badge", "name");
    panel_list(panel, "xa", waiting, "commune", "name");
    panel_list(panel, "bd", rounds, "round", "badge");
    json_decref(postmen);
}

static void put_all(struct panel *panel, const json_t *waiting, const json_t *rounds,
                    const json_t *hands)
{
    struct html *html = &panel->html;
    json_int_t open;
    json_t *badges = by_badge(hands, &open);
    html_format(html,
                "<p class=dem><span>chưa chia <b>%lld</b></span> <span>bản kê đang mở "
                "<b>%zu</b></span> <span>trong tay bưu tá <b>%zu</b></span> <span>lệch cuối ngày "
                "<b>%lld</b></span></p>",
                (long long)sum_of(waiting, "envelopes"), json_array_size(rounds),
                json_array_size(hands), (long long)open);
    html_put(html, "<h2>Chưa chia</h2>");
    panel_table(panel, "Bì chưa chia, theo xã", waiting, waiting_columns, "Đã chia hết.");
    html_put(html, "<h2>Bản kê đang mở</h2>");
    panel_table(panel, "Bản kê đang mở", rounds, round_columns, "Chưa có bản kê nào đang mở.");
    html_put(html, "<h2>Ai đang giữ gì</h2><p>Lệch: bì còn trong tay mà chưa nêu lý do. Còn lệch "
                   "thì chưa chốt được ca.</p>");
    panel_table(panel, "Ai đang giữ gì", badges, hand_columns, "Không ai giữ bì nào.");
    if (!panel->request->is_post)
        put_held(panel, http_query(panel->request, "badge"));
    json_decref(badges);
    html_put(html, "<div class=cac-muc>");
    for (const struct panel_form *form = forms; form->verb != NULL; form++)
        panel_form(panel, form);
    html_put(html, "</div>");
}

void desk_rounds(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct panel panel;
    if (!panel_open(&panel, web, request, RIGHT_ROUNDS, "/quay/dieu-phoi", "Điều phối · Trao",
                    forms, answer))
        return;
    json_t *waiting = panel_ask(&panel, "waiting", NULL),
           *rounds = panel_ask(&panel, "rounds", NULL), *hands = panel_ask(&panel, "hands", NULL);
    const json_t *communes = json_object_get(waiting, "waiting"),
                 *open = json_object_get(rounds, "rounds");
    if (waiting && rounds && hands)
        put_all(&panel, communes, open, json_object_get(hands, "hands"));
    put_lists(&panel, communes, open);
    json_decref(waiting);
    json_decref(rounds);
    json_decref(hands);
    panel_close(&panel);
}
