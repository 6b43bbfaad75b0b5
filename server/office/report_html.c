/* report_html.c - a report as one page: style inside, no script, nothing to fetch. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/office/report.h"

static const char style[] =
    "body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:64rem;padding:1rem;"
    "color:#1a1a1a;background:#fff}"
    "h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .25rem}"
    ".how{color:#555;font-size:.85rem;margin:.25rem 0 .5rem}.wide{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "th,td{padding:.3rem .6rem;border-bottom:1px solid #ccc;text-align:right;vertical-align:top;"
    "white-space:nowrap}td.t{white-space:normal;min-width:7rem}"
    "th:first-child,td:first-child,.t{text-align:left}th{border-bottom:2px solid #333}"
    "dl{display:flex;flex-wrap:wrap;gap:.75rem}dl div{flex:1 1 "
    "10rem;background:#f4f4f0;padding:.75rem}"
    "dt{font-size:.85rem}dd{margin:0}dt+dd{font-size:1.5rem;font-weight:700}"
    "@media print{body{max-width:none;padding:0;font-size:10pt}h2{break-after:avoid}"
    "tr{break-inside:avoid}thead{display:table-header-group}@page{size:A4;margin:15mm}}";

static void put(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '&':
            (void)fputs("&amp;", out);
            break;
        case '<':
            (void)fputs("&lt;", out);
            break;
        case '>':
            (void)fputs("&gt;", out);
            break;
        case '"':
            (void)fputs("&quot;", out);
            break;
        default:
            (void)fputc(*text, out);
        }
}

static void put_table(FILE *out, const struct report_table *table)
{
    (void)fprintf(out, "<h2>%s <small lang=\"en\">%s</small></h2>\n<p class=\"how\">", table->vi,
                  table->en);
    put(out, table->how);
    (void)fputs("</p>\n<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr>", out);
    for (size_t k = 0; k < table->columns; k++)
        (void)fprintf(out, "<th scope=\"col\">%s</th>", table->header[k]);
    (void)fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < table->n; i++) {
        (void)fputs("<tr>", out);
        for (size_t k = 0; k < table->columns; k++) {
            (void)fputs(table->rows[i][k].is_number ? "<td>" : "<td class=\"t\">", out);
            put(out, table->rows[i][k].text);
            (void)fputs("</td>", out);
        }
        (void)fputs("</tr>\n", out);
    }
    if (table->n == 0)
        (void)fprintf(out, "<tr><td colspan=\"%zu\">Không có. / None.</td></tr>\n", table->columns);
    (void)fputs("</tbody></table></div>\n", out);
}

bool report_write_html(const struct report *report, int fd, struct error *err)
{
    int own = dup(fd);
    FILE *out = own >= 0 ? fdopen(own, "w") : NULL;
    if (out == NULL) {
        if (own >= 0)
            close(own);
        return error_set(err, ERROR_LATER, "%s", strerror(errno));
    }
    (void)fprintf(out, "<!doctype html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\">"
                       "<meta name=\"viewport\" content=\"width=device-width\"><title>");
    put(out, report->title);
    (void)fprintf(out, "</title><style>%s</style></head>\n<body><main>\n<h1>", style);
    put(out, report->title);
    (void)fprintf(out, "</h1>\n<p>%s</p>\n<dl>", report->period);
    for (size_t i = 0; i < REPORT_FIRSTS; i++)
        (void)fprintf(out, "<div><dt>%s</dt><dd>%s</dd><dd class=\"how\">%s</dd></div>\n",
                      report->first[i].name, report->first[i].value.text, report->first[i].of);
    (void)fputs("</dl>\n<p class=\"how\">" REPORT_FEW "</p>\n", out);
    for (size_t i = 0; i < report->n; i++)
        put_table(out, &report->table[i]);
    (void)fputs("</main></body></html>\n", out);
    bool good = !ferror(out);
    good = fclose(out) == 0 && good;
    return good || error_set(err, ERROR_LATER, "không ghi được tệp. / cannot be written");
}
