/* Citizens' pages: the look-up by number, the page behind the envelope's link, their streams. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/delivery/wishes.h"
#include "server/office/link.h"
#include "server/text/phone.h"
#include "server/web/form.h"
#include "server/web/inside.h"

#define TICKET_LIFE_MS (INT64_C(1000) * 12 * 3600) /* a page left open over the working day */
#define TICKET_MAX 64

/* ------------------------------------------------------------------ tickets for streams */

/* "RA123456785VN.F.6a16b2c0.0123456789abcdef": item, proof, end in seconds, MAC, both in hex.
 * Whoever was shown a page may hear it on, and nothing more. */
static void ticket_mac(const struct web *web, const char *ticket, size_t n, char out[33])
{
    uint8_t mac[16];
    chain_keyed_hash(web->config.secret, LINK_SECRET_BYTES, "trao stream 1", ticket, n, mac,
                     sizeof mac);
    chain_hex(mac, sizeof mac, out);
}

static void ticket_write(const struct web *web, const struct item *item, enum proof proof,
                         struct instant now, char out[TICKET_MAX])
{
    char mac[33];
    int n =
        snprintf(out, TICKET_MAX - 33, "%s.%c.%llx", item->text, proof == PROOF_FULL ? 'F' : 'N',
                 (unsigned long long)((now.ms + TICKET_LIFE_MS) / 1000));
    ticket_mac(web, out, (size_t)n, mac);
    (void)snprintf(out + n, TICKET_MAX - (size_t)n, ".%.16s", mac);
}

static bool ticket_read(const struct web *web, const char *text, struct live_ticket *ret_ticket)
{
    const char *dot = strrchr(text, '.');
    char mac[33];
    struct error err;
    if (!dot || strlen(dot) != 17 || dot - text < ITEM_CHARS + 4 || strlen(text) >= TICKET_MAX)
        return false;
    ticket_mac(web, text, (size_t)(dot - text), mac);
    struct live_ticket ticket = {.proof = text[ITEM_CHARS + 1] == 'F' ? PROOF_FULL : PROOF_NUMBER};
    ticket.until.ms = (int64_t)strtoull(text + ITEM_CHARS + 3, NULL, 16) * 1000;
    if (!chain_equal(mac, dot + 1, 16) || !item_parse(text, ITEM_CHARS, &ticket.item, &err))
        return false;
    *ret_ticket = ticket;
    return true;
}

/* ------------------------------------------------------------------ the page of an item */

struct shown {
    const struct view *view;
    enum proof proof;
    bool english;
    const struct config
        *config;           /* in the name of its own office, once more than a number is shown */
    const char *stream;    /* address of its stream, without version */
    const char *switch_to; /* NULL: by a form, see below */
    const char *last4;     /* shown back into the form that switches the language */
    const char *said;      /* what was just noted of him, or NULL */
};

static void put_living_part(struct web *web, const struct shown *shown, struct html *html)
{
    struct fact *history = calloc(VIEW_HISTORY_MAX, sizeof *history);
    if (!history) {
        html->failed = true;
        return;
    }
    const struct item *item = &shown->view->state.item;
    struct instant now = web->config.clock.now(web->config.clock.self);
    struct pickup pickup;
    uint32_t point = wish_pickup(&shown->view->state);
    bool collects = point != 0 && readers_pickup(web->readers, point, now, &pickup);
    struct face face = {
        .view = shown->view,
        .history = history,
        .history_n = views_history(web->config.views, item, history, VIEW_HISTORY_MAX),
        .proof = shown->proof,
        .english = shown->english,
        .now = now,
        .config = shown->config,
        .pickup = collects ? &pickup : NULL,
    };
    html_put(html, "<p id=noi class=an role=status aria-live=polite></p><div id=tin data-song=\"");
    html_text(html, shown->stream);
    html_format(html, "\" data-ban=%llu>", (unsigned long long)shown->view->version);
    face_render(&face, html);
    html_put(html, "</div>");
    free(history);
}

/* The last four digits open the amount. */
static void put_proof_form(const struct shown *shown, struct html *html)
{
    bool en = shown->english;
    html_put(html,
             "<form class=the method=post action=\"/tra-cuu\"><input type=hidden name=so value=\"");
    html_text(html, shown->view->state.item.text);
    html_format(html, "\">%s<label for=duoi>%s</label>",
                en ? "<input type=hidden name=en value=1>" : "",
                en ? "Last 4 digits of the phone, to see amount and recipient"
                   : "4 số cuối điện thoại, để xem số tiền và người nhận");
    html_format(html,
                "<input id=duoi name=duoi inputmode=numeric autocomplete=off maxlength=4 "
                "pattern=\"[0-9]{4}\" required><button>%s</button></form>",
                en ? "Show" : "Xem thêm");
}

/* A result of a form is the same form in the other language. */
static void put_switch_form(const struct shown *shown, struct html *html)
{
    bool en = shown->english;
    html_put(html,
             "<form class=doi method=post action=\"/tra-cuu\"><input type=hidden name=so value=\"");
    html_text(html, shown->view->state.item.text);
    html_put(html, "\"><input type=hidden name=duoi value=\"");
    html_text(html, shown->last4);
    html_format(html, "\">%s<button lang=%s>%s</button></form>",
                en ? "" : "<input type=hidden name=en value=1>", en ? "vi" : "en",
                en ? "Tiếng Việt" : "English");
}

static void give_item(struct web *web, const struct shown *asked, struct http_answer *answer)
{
    struct html html = {.n = 0};
    struct config config = *web->config.config;
    struct shown whole = *asked;
    const struct shown *shown = &whole;
    if (shown->proof != PROOF_NUMBER)
        config = readers_config(web->readers, web->config.config, &shown->view->state,
                                web->config.clock.now(web->config.clock.self));
    whole.config = &config;
    char tail[ITEM_PRETTY_MAX], title[64];
    item_tail(&shown->view->state.item, tail);
    (void)snprintf(title, sizeof title, "%s · Trao", tail);
    struct page_head head = {.title = title,
                             .english = shown->english,
                             .script = "tin.js",
                             .switch_to = shown->switch_to,
                             .config = shown->config,
                             .wide = ""};
    page_begin(&html, &head);
    if (!shown->switch_to)
        put_switch_form(shown, &html);
    html_put(&html, "<p class=ma>");
    char pretty[ITEM_PRETTY_MAX];
    html_text(&html, item_pretty(&shown->view->state.item, pretty));
    html_put(&html, "</p>");
    if (shown->said)
        html_format(&html, "<p class=tot role=status>%s</p>", shown->said);
    put_living_part(web, shown, &html);
    if (shown->proof != PROOF_FULL)
        put_proof_form(shown, &html);
    html_format(&html, "<p class=khac><a href=\"/%s\">%s</a></p>", shown->english ? "?en" : "",
                shown->english ? "Look up another envelope" : "Tra phong bì khác");
    page_end(&html, web, &head);
    page_give(&html, 200, answer);
}

/* ------------------------------------------------------------------ look-up by number */

/* The form, with a sentence above it when there is something to say, and the number in it as it was
 * typed: one wrong character is mended, not thirteen typed again. */
static void give_form(struct web *web, unsigned status, bool english, const char *sentence,
                      const char *number, struct http_answer *answer)
{
    struct html html = {.n = 0};
    struct page_head head = {.title = english ? "Where is my envelope? · Trao"
                                              : "Phong bì đang ở đâu? · Trao",
                             .english = english,
                             .switch_to = english ? "/" : "/?en",
                             .wide = ""};
    page_begin(&html, &head);
    html_format(&html, "<h1 id=dau tabindex=-1>%s</h1>",
                english ? "Where is my envelope?" : "Phong bì đang ở đâu?");
    if (*sentence)
        html_format(&html, "<p class=loi role=alert id=loi>%s</p>", sentence);
    html_format(&html,
                "<form class=the method=post action=\"/tra-cuu\">%s<label for=so>%s</label>"
                "<input id=so name=so autocapitalize=characters autocomplete=off spellcheck=false "
                "maxlength=40 required%s placeholder=\"RA 123 456 785 VN\" value=\"",
                english ? "<input type=hidden name=en value=1>" : "",
                english ? "Number on the envelope or in the message, 13 characters"
                        : "Số trên phong bì hoặc trong tin nhắn, 13 ký tự",
                status == 404 ? " aria-invalid=true aria-describedby=loi autofocus" : "");
    html_text(&html, number);
    html_format(&html,
                "\"><label for=duoi>%s</label><input id=duoi name=duoi inputmode=numeric "
                "autocomplete=off maxlength=4 pattern=\"[0-9]{4}\"><button>%s</button></form>",
                english ? "Last 4 digits of the phone, if you want all of it (may stay empty)"
                        : "4 số cuối điện thoại, nếu muốn xem đủ (có thể để trống)",
                english ? "Look up" : "Tra");
    html_format(&html, "<p>%s</p>",
                english ? "Or scan the square code on the envelope."
                        : "Hoặc quét mã vuông trên phong bì.");
    page_end(&html, web, &head);
    page_give(&html, status, answer);
}

/* Unknown, void, another office's and mistyped numbers answer alike (case W01). */
static void give_not_found(struct web *web, const struct http_request *request, const char *number,
                           bool english, struct http_answer *answer)
{
    guard_wrong(web->guard, GUARD_CLIENT, request->client);
    give_form(web, 404, english,
              english ? "Number not found. Please check the 13 characters."
                      : "Không thấy số này. Xin xem lại 13 ký tự.",
              number, answer);
}

static void give_too_many(struct web *web, bool english, struct http_answer *answer)
{
    give_form(web, 429, english,
              english ? "Too many wrong tries. Please wait an hour, or call us."
                      : "Thử sai nhiều lần quá. Xin đợi một giờ, hoặc gọi điện.",
              "", answer);
    answer->retry_s = GUARD_WINDOW_MS / 1000;
}

/* The item that a number alone may open; looked for in any case, so that it takes as long. */
static bool find_public(struct web *web, const char *text, struct view *ret_view)
{
    struct item item = {"RA000000000VN"};
    struct error err;
    bool parsed = item_parse(text, strlen(text), &item, &err);
    bool found = views_item(web->config.views, &item, ret_view);
    return parsed && found && ret_view->state.issued && ret_view->state.status != STATUS_VOID;
}

/* Compares in constant time; an item without a phone opens to nobody. */
static bool last4_hold(struct web *web, const struct view *view, const char *last4)
{
    struct addressee who;
    struct error err;
    if (!readers_addressee(web->readers, &view->state.office, &who, &err))
        return false;
    const char *right = phone_last4(who.phone);
    bool hold = strlen(right) == 4 && strlen(last4) == 4 && chain_equal(right, last4, 4);
    chain_wipe(&who, sizeof who);
    return hold;
}

/* Counts it, and says how many tries are left. */
static void note_wrong_last4(struct web *web, const struct http_request *request,
                             const struct view *view, bool english, char out[CITIZEN_WRONG_MAX])
{
    char vi[CITIZEN_WRONG_MAX], en[CITIZEN_WRONG_MAX];
    guard_wrong(web->guard, GUARD_CLIENT, request->client);
    guard_wrong(web->guard, GUARD_ITEM, view->state.item.text);
    uint32_t left = guard_left(web->guard, GUARD_ITEM, view->state.item.text);
    (void)snprintf(vi, sizeof vi, "4 số chưa khớp, còn %u lần.", left);
    (void)snprintf(en, sizeof en, "The 4 digits do not match, %u %s left.", left,
                   left == 1 ? "try" : "tries");
    if (left == 0) {
        (void)snprintf(vi, sizeof vi, "4 số chưa khớp. Xin đợi một giờ rồi thử lại.");
        (void)snprintf(en, sizeof en, "The 4 digits do not match. Please try again in an hour.");
    }
    (void)snprintf(out, CITIZEN_WRONG_MAX, "%s", english ? en : vi);
}

static void give_found(struct web *web, const struct view *view, enum proof proof, bool english,
                       const char *last4, const char *said, struct http_answer *answer)
{
    char ticket[TICKET_MAX], stream[TICKET_MAX + 40];
    ticket_write(web, &view->state.item, proof, web->config.clock.now(web->config.clock.self),
                 ticket);
    (void)snprintf(stream, sizeof stream, "/tra-cuu/song?the=%s%s", ticket, english ? "&en" : "");
    struct shown shown = {.view = view,
                          .proof = proof,
                          .english = english,
                          .stream = stream,
                          .last4 = last4,
                          .said = said};
    give_item(web, &shown, answer);
}

void citizen_home(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    give_form(web, 200, http_query(request, "en") != NULL, "", "", answer);
}

/* The address bar after a look-up, entered again. */
void citizen_look_again(struct web *web, const struct http_request *request,
                        struct http_answer *answer)
{
    (void)web;
    page_redirect(http_query(request, "en") ? "/?en" : "/", answer);
}

bool citizen_finds(struct web *web, const struct http_request *request, const char *number,
                   bool english, struct view *ret_view, struct http_answer *answer)
{
    if (guard_left(web->guard, GUARD_CLIENT, request->client) == 0) {
        give_too_many(web, english, answer);
        return false;
    }
    if (find_public(web, number, ret_view))
        return true;
    give_not_found(web, request, number, english, answer);
    return false;
}

enum proven citizen_proves(struct web *web, const struct http_request *request, const char *number,
                           const char *last4, bool english, struct view *ret_view,
                           char wrong[CITIZEN_WRONG_MAX], struct http_answer *answer)
{
    if (!citizen_finds(web, request, number, english, ret_view, answer))
        return PROVEN_ANSWERED;
    if (guard_left(web->guard, GUARD_ITEM, ret_view->state.item.text) == 0) {
        give_too_many(web, english, answer);
        return PROVEN_ANSWERED;
    }
    if (last4_hold(web, ret_view, last4))
        return PROVEN_YES;
    note_wrong_last4(web, request, ret_view, english, wrong);
    return PROVEN_WRONG;
}

void citizen_show(struct web *web, const struct view *view, bool english, const char *last4,
                  const char *said, struct http_answer *answer)
{
    give_found(web, view, PROOF_FULL, english, last4, said, answer);
}

void citizen_look(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    char number[128], last4[8], en[8];
    struct view view;
    bool english = form_value(request->body, request->body_n, "en", en, sizeof en);
    form_value(request->body, request->body_n, "so", number, sizeof number);
    form_value(request->body, request->body_n, "duoi", last4, sizeof last4);
    if (*last4 == '\0') {
        if (citizen_finds(web, request, number, english, &view, answer))
            give_found(web, &view, PROOF_NUMBER, english, last4, NULL, answer);
        return;
    }
    char wrong[CITIZEN_WRONG_MAX];
    enum proven proven = citizen_proves(web, request, number, last4, english, &view, wrong, answer);
    if (proven == PROVEN_YES)
        give_found(web, &view, PROOF_FULL, english, last4, NULL, answer);
    else if (proven == PROVEN_WRONG)
        give_form(web, 403, english, wrong, view.state.item.text, answer);
}

void citizen_look_stream(struct web *web, const struct http_request *request,
                         struct http_answer *answer)
{
    const char *text = http_query(request, "the");
    struct live_ticket ticket;
    bool good = text && ticket_read(web, text, &ticket);
    if (!good || ticket.until.ms <= web->config.clock.now(web->config.clock.self).ms) {
        answer->status = good ? 204 : 404; /* the page's script says that the page is old */
        return;
    }
    ticket.english = http_query(request, "en") != NULL;
    ticket.seen = live_heard(request, "ban");
    live_citizen(web->live, &ticket, request->client, answer);
}

/* ------------------------------------------------------------------ the link of the envelope */

struct link_path {
    struct item item;
    bool stream;
};

/* "/T/<number>/<token>" or with "/song" behind, in any case. */
static bool link_read(const struct web *web, const char *path, struct link_path *ret_path)
{
    const char *number = path + 3, *token = number + ITEM_CHARS + 1;
    struct error err;
    struct link_path found = {.stream = false};
    if (strncasecmp(path, "/T/", 3) != 0 || strlen(number) < ITEM_CHARS + 1 + LINK_TOKEN_CHARS ||
        token[-1] != '/' || !item_parse(number, ITEM_CHARS, &found.item, &err))
        return false;
    const char *rest = token + LINK_TOKEN_CHARS;
    found.stream = strcasecmp(rest, "/song") == 0;
    if (*rest != '\0' && !found.stream)
        return false;
    if (!link_token_holds(web->config.secret, &found.item, token, LINK_TOKEN_CHARS))
        return false;
    *ret_path = found;
    return true;
}

void citizen_link(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct link_path path;
    struct view view;
    bool english = http_query(request, "en") != NULL;
    if (!link_read(web, request->path, &path) ||
        !views_item(web->config.views, &path.item, &view) || !view.state.issued) {
        if (guard_left(web->guard, GUARD_CLIENT, request->client) == 0)
            give_too_many(web, english, answer);
        else
            give_not_found(web, request, "", english, answer);
        return;
    }
    if (path.stream) {
        struct live_ticket ticket = {.item = path.item,
                                     .proof = PROOF_LINK,
                                     .english = english,
                                     .seen = live_heard(request, "ban")};
        live_citizen(web->live, &ticket, request->client, answer);
        return;
    }
    char key[RECENT_KEY_MAX], tag[RECENT_TAG_MAX];
    struct instant now = web->config.clock.now(web->config.clock.self);
    (void)snprintf(key, sizeof key, "link%s %s", english ? " en" : "", path.item.text);
    if (recent_give(web->recent, key, view.version, now, answer, tag))
        return;
    char stream[160], other[160], token[LINK_TOKEN_CHARS + 1];
    link_token(web->config.secret, &path.item, token);
    (void)snprintf(stream, sizeof stream, "/T/%s/%s/song%s", path.item.text, token,
                   english ? "?en" : "");
    (void)snprintf(other, sizeof other, "/T/%s/%s%s", path.item.text, token, english ? "" : "?en");
    struct shown shown = {.view = &view,
                          .proof = PROOF_LINK,
                          .english = english,
                          .stream = stream,
                          .switch_to = other};
    give_item(web, &shown, answer);
    recent_keep(web->recent, key, view.version, now, answer, "");
}
