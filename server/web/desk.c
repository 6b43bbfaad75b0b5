/* The desk: what a clerk sees after logging in - items with live status, envelopes to print, what
 * came of the last import. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/chain.h"
#include "server/office/fields.h"
#include "server/web/form.h"
#include "server/web/seat.h"
#include "server/web/english.h"

#define ROWS_A_PAGE 50
#define JOBS_SHOWN 10

/* ------------------------------------------------------------------ items */

/* "Đỗ Xuân Quỳnh" is "Đỗ X. Quỳnh": enough to tell envelopes apart. */
void desk_put_short_name(struct html *html, const char *name)
{
    const char *last = strrchr(name, ' '), *at = strchr(name, ' ');
    if (!last) {
        html_text(html, name);
        return;
    }
    char piece[256];
    (void)snprintf(piece, sizeof piece, "%.*s", (int)(at - name), name);
    html_text(html, piece);
    for (; at < last; at = strchr(at + 1, ' ')) {
        size_t n = 1;
        while (((unsigned char)at[1 + n] & 0xC0) == 0x80)
            n++;
        (void)snprintf(piece, sizeof piece, " %.*s.", (int)n, at + 1);
        html_text(html, piece);
    }
    html_text(html, last);
}

void desk_put_item(struct html *html, const struct item *item)
{
    char pretty[ITEM_PRETTY_MAX];
    html_format(html, "<a href=\"/quay/bi?bi=%s\">%s</a>", item->text, item_pretty(item, pretty));
}

static void put_row(struct web *web, const struct person *person, const struct view *view,
                    struct html *html)
{
    const struct state *state = &view->state;
    struct addressee who = {.name = ""};
    struct error err;
    char commune[64], amount[48] = "";
    bool named = person_may(person, RIGHT_NAMES);
    if (named && state->office.has_addressee &&
        !readers_addressee(web->readers, &state->office, &who, &err))
        (void)snprintf(who.name, sizeof who.name, "%s", english_say(html->english, "(đã xóa)"));
    uint64_t due = view->due.postage_vnd + view->due.fees_vnd;
    if (due > 0)
        face_amount(due, html->english, amount, sizeof amount);
    html_format(html, "<tr id=%s><td>", state->item.text);
    desk_put_item(html, &state->item);
    html_put(html, "</td><td data-ten=\"Mã hồ sơ\">");
    html_text(html, state->office.dossier);
    html_put(html, "</td><td data-ten=\"Người nhận\">");
    desk_put_short_name(html, who.name);
    html_put(html, "</td><td data-ten=\"Xã, phường\">");
    html_text(html, field_commune_name(state->office.commune, commune, sizeof commune));
    html_format(html, "</td><td class=so data-ten=\"Thu\">%s</td>", amount);
    live_row(view, html);
    html_put(html, "</tr>");
    chain_wipe(&who, sizeof who);
}

static int by_number_down(const void *a, const void *b)
{
    unsigned long long x = *(const unsigned long long *)a, y = *(const unsigned long long *)b;
    return x < y ? 1 : (x > y ? -1 : 0);
}

/* Print jobs by their files, newest first. */
static size_t list_jobs(const struct web *web, unsigned long long *out, size_t max)
{
    DIR *folder = opendir(web->print_folder);
    unsigned long long *all = NULL;
    size_t n = 0;
    const struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL) {
        char *end = NULL;
        unsigned long long job = strtoull(entry->d_name, &end, 10);
        unsigned long long *more = end != entry->d_name && strcmp(end, ".pdf") == 0
                                       ? realloc(all, (n + 1) * sizeof *all)
                                       : NULL;
        if (!more)
            continue;
        all = more;
        all[n++] = job;
    }
    if (folder)
        closedir(folder);
    if (n > 0)
        qsort(all, n, sizeof *all, by_number_down);
    n = n < max ? n : max;
    for (size_t i = 0; i < n; i++)
        out[i] = all[i];
    free(all);
    return n;
}

void desk_put_jobs(const struct web *web, struct html *html)
{
    unsigned long long jobs[JOBS_SHOWN];
    size_t n = list_jobs(web, jobs, JOBS_SHOWN);
    if (n == 0)
        return;
    html_put(html, "<p>Tệp in:");
    for (size_t i = 0; i < n; i++)
        html_format(html, " <a class=tep href=\"/quay/in/%llu.pdf\">lần %llu</a>", jobs[i],
                    jobs[i]);
    html_put(html, "</p>");
}

static void put_nothing_yet(struct html *html)
{
    html_put(html, "<p>Hết việc. <a href=\"/quay/nhap\">Nhập danh sách mới</a>.</p>");
}

/* The rows of a page, `views` of them; how many were put. */
static size_t put_table(struct web *web, const struct person *person, size_t page,
                        struct view views[ROWS_A_PAGE + 1], struct html *html)
{
    struct view_filter filter = {
        .offset = page * ROWS_A_PAGE, .offices = person->offices, .offices_n = person->offices_n};
    size_t n = views_list(web->config.views, &filter, views, ROWS_A_PAGE + 1);
    if (n == 0 && page == 0 && person_may(person, RIGHT_IMPORTS))
        put_nothing_yet(html);
    else if (n == 0 && page == 0)
        html_put(html, "<p>Chưa gửi bì nào.</p>");
    else if (n == 0)
        html_put(html, "<p>Hết trang.</p>");
    else
        html_put(html,
                 "<div class=cuon><table><thead><tr><th>Số phong bì</th><th>Mã hồ sơ</th>"
                 "<th>Người nhận</th><th>Xã, phường</th><th class=so>Thu</th><th>Trạng thái</th>"
                 "<th>Từ lúc</th></tr></thead><tbody id=bang>");
    for (size_t i = 0; i < n && i < ROWS_A_PAGE; i++)
        put_row(web, person, &views[i], html);
    if (n > 0)
        html_put(html, "</tbody></table></div>");
    html_put(html, "<p class=trang>");
    if (page > 0)
        html_format(html, "<a href=\"/quay?trang=%zu\">← Mới hơn</a> ", page);
    if (n > ROWS_A_PAGE)
        html_format(html, "<a href=\"/quay?trang=%zu\">Cũ hơn →</a>", page + 2);
    html_put(html, "</p>");
    return n < ROWS_A_PAGE ? n : ROWS_A_PAGE;
}

/* The page's rows, written down first if names are in them. */
static bool put_items(struct web *web, const struct http_request *request, const struct seat *seat,
                      size_t page, struct html *html, struct http_answer *answer)
{
    struct view *views = calloc(ROWS_A_PAGE + 1, sizeof *views);
    if (!views)
        return false; /* the answer is 500 */
    size_t n = put_table(web, &seat->person, page, views, html);
    bool good = n == 0 || !person_may(&seat->person, RIGHT_NAMES) ||
                seat_looked_at(web, request, seat->person.id, LOOK_NAMES, views, n, answer);
    free(views);
    return good;
}

void desk_items(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct seat seat;
    struct html html = {.n = 0};
    if (!seat_may(web, request, RIGHT_ITEMS, &seat, answer))
        return;
    const char *text = http_query(request, "trang");
    unsigned long page = text ? strtoul(text, NULL, 10) : 1;
    uint64_t known = live_number(web->live);
    struct page_head head = {
        .title = "Quầy · Trao", .script = "quay.js", .wide = "rong", .here = "/quay"};
    seat_begin(&html, &seat, &head);
    html_put(&html, "<h1 id=dau tabindex=-1>");
    html_text(&html, web->config.config->office_name);
    html_put(&html, "</h1>");
    desk_search_put(&seat, "", &html);
    html_put(&html, "<p id=dem class=dem>");
    live_counts(web->config.views, &seat.person, &html);
    html_put(&html, "</p>");
    if (person_may(&seat.person, RIGHT_PRINTS) && seat.person.offices_n == 0)
        desk_put_jobs(web, &html);
    html_format(&html, "<p id=noi class=loi role=status aria-live=polite data-den=%llu hidden></p>",
                (unsigned long long)known);
    if (!put_items(web, request, &seat, page > 0 && page < 100000 ? page - 1 : 0, &html, answer)) {
        html_done(&html);
        return;
    }
    page_end(&html, web, &head);
    page_give(&html, 200, answer);
}

void desk_stream(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct seat seat = seat_of(web, request);
    if (!seat_is_ready(web, &seat) || !person_may(&seat.person, RIGHT_ITEMS) ||
        !origin_is_ours(request, web->config.config->public_url)) {
        answer->status = 204; /* the page's script goes to the login, which knows where to */
        return;
    }
    struct live_pass pass = {.token = seat_hash(&seat),
                             .person = seat.person,
                             .english = seat.english,
                             .until = seat.until,
                             .known = live_heard(request, "den")};
    live_desk(web->live, &pass, request->client, answer);
    if (!seat_of(web, request).logged_in) /* it ended before the stream was there to be ended */
        live_end_login(web->live, &pass.token);
}

/* ------------------------------------------------------------------ files */

void desk_print(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct seat seat;
    char path[CONFIG_PATH_MAX + 32], *end = NULL;
    if (!seat_may_all(web, request, RIGHT_PRINTS, &seat, answer))
        return;
    const char *name = request->path + strlen("/quay/in/");
    unsigned long long job = strtoull(name, &end, 10);
    struct stat about;
    (void)snprintf(path, sizeof path, "%s/%llu.pdf", web->print_folder, job);
    int fd = *name >= '1' && *name <= '9' && strcmp(end, ".pdf") == 0
                 ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
                 : -1;
    if (fd < 0 || fstat(fd, &about) != 0) {
        if (fd >= 0)
            close(fd);
        page_sentence(web, 404, "Không có tệp in này.", "No such print job.", answer);
        return;
    }
    if (!seat_looked(web, request, seat.person.id, LOOK_PRINT, job, answer)) {
        close(fd);
        return;
    }
    answer->status = 200;
    answer->type = "application/pdf";
    answer->ranged = true;
    answer->file = fd;
    answer->file_n = (uint64_t)about.st_size;
}
