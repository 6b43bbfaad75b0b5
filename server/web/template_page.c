/* What messages say (/quay/mau-tin): the words in force, and new ones. These are tried first: the
 * message as it will be, its parts and what they cost; only then is there a button that keeps them.
 */
#include <stdio.h>
#include <string.h>

#include "server/web/face.h"
#include "server/web/form.h"
#include "server/web/inside.h"
#include "server/web/panel.h"

#define KINDS                                                                                                       \
    "picked_up|Bưu điện đã nhận;out|Đang đi giao;failed|Chưa giao được;waiting|Mời đến nhận;" \
    "delivered|Đã giao;returning|Đang hoàn về cơ quan;returned|Đã về cơ quan;"                          \
    "recalled|Cơ quan rút lại;lost|Thất lạc;correction|Đính chính tin đã giao"
#define SLOTS "vi|SMS tiếng Việt, không dấu;en|SMS tiếng Anh;zns|Zalo ZNS"

static const struct panel_column columns[] = {
    {"kind", "Tin", PANEL_CHOICE, KINDS},
    {"slot", "Kênh", PANEL_CHOICE, "vi|SMS;en|SMS, tiếng Anh;zns|Zalo"},
    {"words", "Lời", PANEL_TEXT, NULL},
    {"own", "Của", PANEL_CHOICE, "true|đơn vị;false|phần mềm"},
    {"since", "Từ", PANEL_TIME, NULL},
    {"by", "Người đặt", PANEL_TEXT, NULL},
    {"gaps", "Chỗ điền được", PANEL_TEXT, NULL},
    {"kind", "Đổi, lịch sử", PANEL_FILL, "loai=kind;kenh=slot|Đổi, xem cũ"},
    {.key = NULL}};

static const struct panel_form forms[] = {
    {"template",
     "Viết lời mới",
     "Xem trước",
     true,
     {{PANEL_WORD, "loai", "Tin", NULL, KINDS},
      {PANEL_WORD, "kenh", "Kênh", NULL, SLOTS},
      {PANEL_LONG, "loi", "Lời tin; một dấu - là lời của phần mềm", "required maxlength=480", NULL},
      {PANEL_FIXED, "thu", NULL, NULL, "dry=yes"}}},
    {"template",
     "Đặt lời này",
     "Đặt",
     false,
     {{PANEL_WORD, "loai", NULL, NULL, NULL},
      {PANEL_WORD, "kenh", NULL, NULL, NULL},
      {PANEL_WORD, "loi", NULL, NULL, NULL}}},
    {.verb = NULL},
};

static json_int_t number_of(const struct panel *panel, const char *key)
{
    return json_integer_value(json_object_get(panel->said, key));
}

static void put_parts(struct panel *panel)
{
    struct html *html = &panel->html;
    char one[48], most[48];
    html_format(html,
                "<p>Số phần: <b>%lld</b> (%lld ký tự); nhiều nhất <b>%lld</b> khi chữ điền vào "
                "dài.</p><p>Giá mỗi tin: ",
                (long long)number_of(panel, "parts"), (long long)number_of(panel, "characters"),
                (long long)number_of(panel, "parts_most"));
    if (json_is_integer(json_object_get(panel->said, "cost_vnd")))
        html_format(html, "<b>%s</b>, nhiều nhất <b>%s</b>.",
                    face_amount((uint64_t)number_of(panel, "cost_vnd"), panel->html.english, one,
                                sizeof one),
                    face_amount((uint64_t)number_of(panel, "cost_most_vnd"), panel->html.english,
                                most, sizeof most));
    else
        html_put(html, "chưa biết; ghi giá một phần ở <a href=\"/quay/tham-so?ten=sms_part_vnd\">"
                       "Tham số</a>.");
    html_put(html, "</p>");
}

/* As it was sent, for the form that keeps it. */
static void carry_over(struct panel *panel)
{
    static const char *const names[] = {"loai", "kenh", "loi"};
    char value[4096];
    panel->values = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        form_value(panel->request->body, panel->request->body_n, names[i], value, sizeof value);
        (void)json_object_set_new(panel->values, names[i], json_string(value));
    }
}

static void put_preview(struct panel *panel)
{
    struct html *html = &panel->html;
    const char *text = json_string_value(json_object_get(panel->said, "text"));
    bool at_zalo = json_object_get(panel->said, "parts") == NULL;
    html_put(html, "<section class=muc id=xem role=status><h2>Xem trước</h2><p class=tin-mau>");
    html_text(html, text != NULL ? text : "");
    html_put(html, "</p><p>Số và chữ điền vào là ví dụ.</p>");
    if (!at_zalo)
        put_parts(panel);
    html_put(html, "</section><div class=cac-muc>");
    carry_over(panel);
    panel_form(panel, &forms[1]);
    html_put(html, "</div>");
}

/* At Zalo most kinds have nothing to say: no rows of dashes. */
static void drop_unsaid(json_t *rows)
{
    for (size_t i = json_array_size(rows); i-- > 0;)
        if (json_is_null(json_object_get(json_array_get(rows, i), "words")))
            (void)json_array_remove(rows, i);
}

/* Who changes words begins with those in force. */
static void begin_with_words(struct panel *panel)
{
    const char *kind = http_query(panel->request, "loai"),
               *slot = http_query(panel->request, "kenh");
    if (panel->request->is_post || kind == NULL || slot == NULL || *kind == '\0')
        return;
    json_t *said = panel_ask(panel, "templates", kind, NULL), *row;
    size_t i;
    json_array_foreach(json_object_get(said, "templates"), i, row)
    {
        const char *of = json_string_value(json_object_get(row, "slot"));
        json_t *words = json_object_get(row, "words");
        if (panel->values == NULL && of != NULL && strcmp(of, slot) == 0 && json_is_string(words))
            panel->values = json_pack("{s:O}", "loi", words);
    }
    json_decref(said);
}

static void put_words(struct panel *panel)
{
    const char *kind = http_query(panel->request, "loai");
    json_t *said = panel_ask(panel, "templates", kind != NULL && *kind != '\0' ? kind : NULL, NULL);
    if (kind != NULL && *kind != '\0')
        html_put(&panel->html, "<p><a href=\"/quay/mau-tin\">Mọi tin</a></p>");
    drop_unsaid(json_object_get(said, "templates"));
    if (said != NULL)
        panel_table(panel, "Lời các tin", json_object_get(said, "templates"), columns, "");
    json_decref(said);
}

void desk_templates(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct panel panel;
    if (!panel_open(&panel, web, request, RIGHT_SETTINGS, "/quay/mau-tin", "Lời tin nhắn · Trao",
                    forms, answer))
        return;
    html_put(
        &panel.html,
        "<p>Mỗi tin bắt đầu bằng «Trao SỐ: » và đi không dấu. Chỗ trong dấu { } do phần mềm điền; "
        "phần trong dấu [ ] bỏ đi khi chỗ ấy chưa biết. Không liên kết, không số của người.</p>");
    if (panel.said != NULL)
        put_preview(&panel);
    begin_with_words(&panel);
    html_put(&panel.html, "<div class=cac-muc>");
    panel_form(&panel, &forms[0]);
    html_put(&panel.html, "</div>");
    put_words(&panel);
    panel_close(&panel);
}
