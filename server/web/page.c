#include <stdio.h>
#include <string.h>

#include "server/web/inside.h"
#include "server/web/english.h"

const struct asset *asset_named(const char *name)
{
    for (size_t i = 0; i < assets_n; i++)
        if (strcmp(assets[i].name, name) == 0)
            return &assets[i];
    return NULL;
}

void asset_put(struct html *html, const char *name)
{
    const struct asset *asset = asset_named(name);
    html_format(html, "/assets/%s", name);
    if (asset != NULL)
        html_format(html, "?v=%s", asset->hash);
}

static void put_style(struct html *html, const char *name)
{
    html_put(html, "<link rel=stylesheet href=\"");
    asset_put(html, name);
    html_put(html, "\">");
}

/* They run in this order, once the page is read. */
static void put_script(struct html *html, const char *name)
{
    html_put(html, "<script src=\"");
    asset_put(html, name);
    html_put(html, "\" defer></script>");
}

/* "Bản đồ · Trao". */
static void put_title(struct html *html, const char *title)
{
    const char *end = strstr(title, " · "), *found = NULL;
    if (html->english && end != NULL)
        found = english_find(title, (size_t)(end - title));
    html_text(html, found != NULL ? found : title);
    if (found != NULL)
        html_text(html, end);
}

void page_begin(struct html *html, const struct page_head *head)
{
    html->english = head->english;
    html_format(html,
                "<!DOCTYPE html><html lang=%s><head><meta charset=utf-8>"
                "<meta name=viewport content=\"width=device-width,initial-scale=1\">"
                "<meta name=robots content=noindex><title>",
                head->english ? "en" : "vi");
    put_title(html, head->title);
    html_put(html, "</title><link rel=icon href=\"/assets/trao.svg\" type=\"image/svg+xml\">");
    put_style(html, "trao.css");
    if (head->desk || *head->wide)
        put_style(html, "quay.css");
    if (head->script) {
        put_script(html, "song.js");
        put_script(html, head->script);
    }
    html_format(html, "</head><body><a class=nhay href=\"#dau\">%s</a><header><b>Trao</b>",
                head->english ? "Skip to the news" : "Đến tin chính");
    if (head->switch_to) {
        html_format(html, " <a class=ngu lang=%s href=\"", head->english ? "vi" : "en");
        html_text(html, head->switch_to);
        html_format(html, "\">%s</a>", head->english ? "Tiếng Việt" : "English");
    }
    html_format(html, "</header><main class=\"%s\">", head->wide);
}

void page_end(struct html *html, const struct web *web, const struct page_head *head)
{
    const struct config *config = head->config ? head->config : web->config.config;
    html_format(html, "</main><footer class=\"%s\">", head->wide);
    if (*config->office_phone) {
        html_put(html, html->english ? "Questions? Call " : "Cần hỏi, xin gọi ");
        html_put(html, "<a class=goi href=\"tel:");
        html_text(html, config->office_phone);
        html_put(html, "\">");
        html_text(html, config->office_phone);
        html_put(html, "</a><br>");
    }
    html_text(html, config->office_name);
    html_put(html, "</footer></body></html>");
}

void page_give(struct html *html, unsigned status, struct http_answer *answer)
{
    if (html->failed) {
        html_done(html);
        return; /* the answer stays a 500 */
    }
    answer->status = status;
    answer->type = "text/html; charset=utf-8";
    answer->body = html->bytes;
    answer->n = html->n;
    *html = (struct html){.n = 0};
}

void page_sentence(const struct web *web, unsigned status, const char *vi, const char *en,
                   struct http_answer *answer)
{
    struct html html = {.n = 0};
    struct page_head head = {.title = "Trao", .wide = ""};
    page_begin(&html, &head);
    html_put(&html, "<h1 id=dau tabindex=-1 class=cau>");
    html_text(&html, vi);
    html_put(&html, "</h1><p lang=en>");
    html_text(&html, en);
    html_put(&html, "</p><p><a class=nut href=\"/\">Tra phong bì khác</a></p>");
    page_end(&html, web, &head);
    page_give(&html, status, answer);
}

void page_redirect(const char *to, struct http_answer *answer)
{
    answer->status = 303;
    (void)snprintf(answer->location, sizeof answer->location, "%s", to);
}
