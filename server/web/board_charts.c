/* Pictures of the manager's numbers, each beside the numbers it draws: how long what is open has
 * waited, why doors failed, how sure a share is. Drawn here, so that they are there without a
 * script; bang.js draws the days finer. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocol/event.h"
#include "server/delivery/share.h"
#include "server/web/board.h"

/* ------------------------------------------------------------------ ages */

static const char *const age_words[VIEW_AGES] = {"0–1 ngày", "2 ngày", "3–5 ngày", "6–10 ngày",
                                                 "trên 10 ngày"};

/* One bar of 1000: what waits longest lies rightmost and darkest. */
static void put_stack(const struct view_figure *figure, uint64_t all, struct html *html)
{
    uint64_t before = 0;
    html_put(html, "<svg class=chong viewBox=\"0 0 1000 20\" preserveAspectRatio=none role=img "
                   "aria-label=\"Bì chưa xong theo tuổi; các số ngay dưới đây.\">");
    for (int age = 0; age < VIEW_AGES; age++) {
        unsigned long long from = before * 1000 / all;
        before += figure->open[age];
        html_format(html, "<rect class=t%d x=%llu y=0 width=%llu height=20></rect>", age, from,
                    before * 1000 / all - from);
    }
    html_put(html, "</svg>");
}

void board_ages_put(const struct board_ask *ask, const struct view_figure *figure,
                    struct html *html)
{
    uint64_t all = 0;
    for (int age = 0; age < VIEW_AGES; age++)
        all += figure->open[age];
    html_put(html, "<h2>Chưa xong, theo số ngày làm việc đã chờ</h2>");
    if (all > 0)
        put_stack(figure, all, html);
    html_put(html, "<p class=dem>");
    for (int age = 0; age < VIEW_AGES; age++) {
        char number[24];
        (void)snprintf(number, sizeof number, "open-%s", view_age_key(age));
        html_format(html, "<span><i class=\"o-mau t%d\"></i> %s <b>", age, age_words[age]);
        board_number_put(html, ask, number, NULL, figure->open[age]);
        html_put(html, "</b></span> ");
    }
    html_put(html, "</p>");
}

/* ------------------------------------------------------------------ reasons */

struct reason_line {
    uint32_t reason;
    uint64_t n;
};

static int most_first(const void *a, const void *b)
{
    const struct reason_line *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? 1 : -1;
    return x->reason < y->reason ? -1 : x->reason > y->reason;
}

static void put_reason(const struct board_ask *ask, const struct reason_line *line, uint64_t most,
                       struct html *html)
{
    const struct reason_info *info = reason_info(line->reason);
    char number[24];
    (void)snprintf(number, sizeof number, "reason-%u", line->reason);
    html_format(html, "<tr><td>%s</td><td class=so>", info->vi);
    board_number_put(html, ask, number, NULL, line->n);
    html_format(html,
                "</td><td class=thanh><svg viewBox=\"0 0 100 10\" preserveAspectRatio=none "
                "aria-hidden=true><rect class=dung x=0 y=0 width=%llu height=10></rect></svg></td>"
                "</tr>",
                (unsigned long long)(line->n * 100 / most));
}

void board_reasons_put(const struct board_ask *ask, const struct view_figure *figure,
                       struct html *html)
{
    struct reason_line lines[MARKS_REASONS];
    size_t n = 0;
    for (uint32_t reason = 1; reason < MARKS_REASONS; reason++)
        if (figure->reasons[reason] > 0 && reason_info(reason) != NULL)
            lines[n++] = (struct reason_line){reason, figure->reasons[reason]};
    html_put(html, "<h2>Vì sao chưa phát được</h2>");
    if (n == 0) {
        html_put(html, "<p>Bì đến hạn trong kỳ chưa có lần phát hỏng nào.</p>");
        return;
    }
    qsort(lines, n, sizeof *lines, most_first);
    html_put(html, "<table class=\"it vi-sao\"><thead><tr><th>Lý do</th><th class=so>Lượt</th>"
                   "<th class=an-cot><span class=an>So với nhiều nhất</span></th></tr></thead>"
                   "<tbody>");
    for (size_t i = 0; i < n; i++)
        put_reason(ask, &lines[i], lines[0].n, html);
    html_put(html, "</tbody></table>");
}

/* ------------------------------------------------------------------ how sure a share is */

#define Z 1.959964 /* 95 % of a normal distribution */

void board_dot_put(uint64_t part, uint64_t whole, uint32_t target_percent, struct html *html)
{
    if (whole == 0)
        return;
    double n = (double)whole, p = (double)part / n, over = 1 + Z * Z / n; /* Wilson's interval */
    double middle = (p + Z * Z / (2 * n)) / over;
    double half = Z / over * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
    int low = (int)lround((middle - half) * 1000), high = (int)lround((middle + half) * 1000);
    html_format(html,
                "<svg class=\"cham%s\" viewBox=\"-40 0 1080 80\" aria-hidden=true>"
                "<line class=nen x1=0 y1=40 x2=1000 y2=40></line>",
                whole < SHARE_FEW ? " it" : "");
    if (target_percent > 0)
        html_format(html, "<line class=dich x1=%u y1=2 x2=%u y2=78></line>", target_percent * 10,
                    target_percent * 10);
    html_format(html,
                "<line class=khoang x1=%d y1=40 x2=%d y2=40></line><circle cx=%d cy=40 r=30>"
                "</circle></svg><small>%d,%d–%d,%d %%</small>",
                low, high, (int)lround(p * 1000), low / 10, low % 10, high / 10, high % 10);
}
