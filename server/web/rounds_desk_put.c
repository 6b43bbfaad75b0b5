#include <stdlib.h>
#include <string.h>

#include "server/views/words.h"
#include "server/web/rounds_desk_inside.h"
#include "server/web/english.h"

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

static long long number_of(const json_t *row, const char *key)
{
    return (long long)json_integer_value(json_object_get(row, key));
}

/* A key leads to its mode, unless it is what the mode's own button does. */
static void put_modes(struct rounds_desk *desk)
{
    struct html *html = &desk->panel->html;
    html_put(html, "<p class=che-do>");
    for (int i = 0; i < MODES; i++) {
        bool here = (int)desk->mode == i, own = here && (i == GIVE || i == CLOSE);
        html_format(html, "<a href=\"" ROUNDS_PATH "?che-do=%s\"%s",
                    rounds_mode_words((enum rounds_mode)i)->key, here ? " aria-current=page" : "");
        if (!own)
            html_format(html, " data-phim=%s", rounds_mode_words((enum rounds_mode)i)->phim);
        html_format(html, ">%s %s</a> ", rounds_mode_words((enum rounds_mode)i)->phim,
                    english_say(html->english, rounds_mode_words((enum rounds_mode)i)->word));
    }
    html_put(html, "</p>");
}

static void put_said(struct rounds_desk *desk)
{
    struct panel *panel = desk->panel;
    struct html *html = &panel->html;
    html_put(html, "<div id=ket aria-live=assertive>");
    if (panel->failed) {
        html_put(html, "<p class=loi role=alert data-tieng=sai>");
        html_sentence(html, panel->why.text);
        html_put(html, "</p>");
    }
    if (*desk->done && (!panel->failed || strstr(desk->done, "BD-"))) {
        html_format(html, "<p class=xong role=status%s>", panel->failed ? "" : " data-tieng=duoc");
        html_text(html, desk->done);
        html_put(html, "</p>");
    }
    html_put(html, "</div>");
}

static bool is_marked(const struct rounds_desk *desk, uint32_t commune)
{
    for (size_t i = 0; i < desk->communes_n; i++)
        if (desk->communes[i] == commune)
            return true;
    return false;
}

static void put_waiting(struct rounds_desk *desk, const json_t *waiting)
{
    struct html *html = &desk->panel->html;
    json_t *row;
    size_t i;
    if (json_array_size(waiting) == 0) {
        html_put(html, "<p>Đã chia hết.</p>");
        return;
    }
    html_put(html, "<table class=\"it bang\"><caption class=an>Bì chưa chia, theo xã</caption>"
                   "<thead><tr><th scope=col>Chọn<th scope=col>Xã, phường<th scope=col "
                   "class=so>Bì chờ</tr></thead><tbody>");
    json_array_foreach(waiting, i, row)
    {
        const char *code = text_of(row, "commune"), *name = text_of(row, "name");
        uint32_t commune = (uint32_t)strtoul(code, NULL, 10);
        html_put(html, "<tr><td data-ten=Chọn>");
        if (commune != 0)
            html_format(html,
                        "<input type=checkbox class=dau-bi name=xa-%05u value=1 data-n=%lld%s "
                        "aria-label=\"Giao cả ",
                        commune, number_of(row, "envelopes"),
                        is_marked(desk, commune) ? " checked" : "");
        if (commune != 0) {
            html_text(html, name);
            html_put(html, "\">");
        } else {
            html_put(html, "quét");
        }
        html_put(html, "</td><td data-ten=\"Xã, phường\">");
        html_text(html, commune != 0 ? name : english_say(html->english, "Chưa rõ xã"));
        html_format(html, "</td><td class=so data-ten=\"Bì chờ\">%lld</td></tr>",
                    number_of(row, "envelopes"));
    }
    html_put(html, "</tbody></table>");
}

static size_t marked_envelopes(const struct rounds_desk *desk, const json_t *waiting)
{
    json_t *row;
    size_t i, n = desk->n;
    json_array_foreach(waiting, i, row)
    {
        if (is_marked(desk, (uint32_t)strtoul(text_of(row, "commune"), NULL, 10)))
            n += (size_t)number_of(row, "envelopes");
    }
    return n;
}

static void put_field(struct rounds_desk *desk, const char *prompt)
{
    html_format(&desk->panel->html,
                "<label for=ma>%s</label><input id=ma name=ma autofocus maxlength=64 "
                "autocomplete=off spellcheck=false autocapitalize=characters list=the>",
                prompt);
}

static void put_scanned(struct rounds_desk *desk)
{
    struct html *html = &desk->panel->html;
    if (desk->n == 0)
        return;
    html_put(html, "<h2>Bì đã quét</h2><ol class=ds>");
    for (size_t i = desk->n; i > 0; i--)
        html_format(html, "<li value=%zu>%s</li>", i, desk->items[i - 1]);
    html_put(html, "</ol>");
}

static void put_give(struct rounds_desk *desk, const json_t *waiting)
{
    struct html *html = &desk->panel->html;
    html_put(html, "<input type=hidden name=da value=\"");
    for (size_t i = 0; i < desk->n; i++)
        html_format(html, "%s%s", i ? " " : "", desk->items[i]);
    html_put(html, "\">");
    put_field(desk, rounds_mode_words(GIVE)->prompt);
    html_format(html,
                "<button data-phim=F2 data-them=%zu data-dem=\"F2 Giao %%n bì\">F2 Giao %zu "
                "bì</button><p>↓ ↑ đến xã, dấu cách để chọn; gõ số bưu tá rồi Enter.</p>",
                desk->n, marked_envelopes(desk, waiting));
    put_waiting(desk, waiting);
    put_scanned(desk);
}

static void put_target(struct rounds_desk *desk, const char *before)
{
    struct html *html = &desk->panel->html;
    html_format(html, "<input type=hidden name=den value=\"%s\">", desk->target);
    if (*desk->target)
        html_format(html, "<p class=ma>%s %s</p>", english_say(html->english, before),
                    strcmp(desk->target, "QUAY") == 0 ? english_say(html->english, "quầy")
                                                      : desk->target);
}

static const char *status_words(const char *key)
{
    const struct status_info *info;
    for (size_t i = 0; (info = status_row(i)) != NULL; i++)
        if (strcmp(info->key, key) == 0)
            return info->handheld;
    return "–";
}

/* What is in a hand; `*ret_open` of them have no reason yet. */
static void put_held(struct rounds_desk *desk, const json_t *hands, size_t *ret_open)
{
    struct html *html = &desk->panel->html;
    json_t *hand;
    size_t i, n = 0;
    *ret_open = 0;
    json_array_foreach(hands, i, hand)
    {
        if (strcmp(text_of(hand, "badge"), desk->target) != 0)
            continue;
        bool named = json_is_true(json_object_get(hand, "named"));
        const char *item = text_of(hand, "item");
        if (n++ == 0)
            html_put(html, "<table class=\"it bang\"><caption class=an>Trong tay bưu tá</caption>"
                           "<thead><tr><th scope=col>Số phong bì<th scope=col>Trạng thái<th "
                           "scope=col>Lý do</tr></thead><tbody>");
        html_format(html,
                    "<tr><td data-ten=\"Số phong bì\"><a href=\"/quay/bi?bi=%s\">%s</a></td><td "
                    "data-ten=\"Trạng thái\">%s</td><td data-ten=\"Lý do\">%s</td></tr>",
                    item, item, status_words(text_of(hand, "status")),
                    named ? "có lý do" : "chưa nêu");
        *ret_open += !named;
    }
    html_put(html, n > 0 ? "</tbody></table>" : "<p>Không giữ bì nào.</p>");
}

static void put_close(struct rounds_desk *desk, const json_t *hands)
{
    struct html *html = &desk->panel->html;
    size_t open = 0;
    put_target(desk, "Chốt ca");
    if (*desk->stays) {
        html_format(
            html,
            "<input type=hidden name=bi-o-lai value=%s><label for=ly-do>Vì sao %s còn ở tay "
            "bưu tá</label><input id=ly-do name=ly-do required autofocus maxlength=180 "
            "list=ly-do-hay><datalist id=ly-do-hay><option value=\"Mưa lũ, không đi "
            "được\"><option value=\"Hết giờ, mai phát tiếp\"><option value=\"Người nhận hẹn "
            "mai\"><option value=\"Hỏng xe\"></datalist><button>Ghi lý do</button>",
            desk->stays, desk->stays);
        return;
    }
    put_field(desk,
              *desk->target ? "Quét bì còn ở tay để nêu lý do" : rounds_mode_words(CLOSE)->prompt);
    html_put(html, *desk->target ? "<button>Nêu lý do</button>" : "<button>Xem</button>");
    if (!*desk->target)
        return;
    put_held(desk, hands, &open);
    if (open > 0)
        html_format(
            html, "<p>Còn lệch %zu bì: quét từng bì, nêu lý do, hoặc F9 chuyển về quầy.</p>", open);
    html_format(html,
                "<button name=viec value=chot formnovalidate data-phim=F4>F4 Chốt ca %s</button>",
                desk->target);
}

void rounds_desk_put(struct rounds_desk *desk, const struct rounds_read *read)
{
    struct html *html = &desk->panel->html;
    size_t open;
    put_modes(desk);
    put_said(desk);
    html_put(html, "<form id=quet class=the method=post action=\"" ROUNDS_PATH "\">");
    seat_put_csrf(&desk->panel->seat, html);
    html_format(html, "<input type=hidden name=che-do value=%s>",
                rounds_mode_words(desk->mode)->key);
    switch (desk->mode) {
    case GIVE:
    case MODES:
        put_give(desk, read->waiting);
        break;
    case MOVE:
        put_target(desk, "Chuyển đến");
        put_field(desk, *desk->target ? "Quét bì để chuyển; quét thẻ, bản kê khác để đổi nơi nhận"
                                      : rounds_mode_words(MOVE)->prompt);
        html_put(html, "<button>Quét</button>");
        break;
    case WHO:
        put_field(desk, rounds_mode_words(WHO)->prompt);
        html_put(html, "<button>Tìm</button>");
        break;
    case CLOSE:
        put_close(desk, read->hands);
        break;
    }
    html_put(html, "</form>");
    if (desk->mode == WHO && *desk->target) {
        html_format(html, "<h2>Trong tay %s</h2>", desk->target);
        put_held(desk, read->hands, &open);
    }
}
