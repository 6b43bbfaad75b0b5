#include "server/office/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/delivery/share.h"
#include "server/office/report_inside.h"
#include "server/record/premises.h"
#include "server/text/text.h"
#include "server/views/words.h"

/* ------------------------------------------------------------------ tables and cells */

struct report_table *report_table(struct report *report, const char *key, const char *vi,
                                  const char *en, const char *how, size_t columns,
                                  const char *const header[REPORT_COLUMNS])
{
    invariant(report->n < REPORT_TABLES);
    struct report_table *one = &report->table[report->n++];
    *one = (struct report_table){.key = key, .vi = vi, .en = en, .how = how, .columns = columns};
    memcpy(one->header, header, columns * sizeof *header);
    return one;
}
struct report_cell *report_row(struct report *report, struct report_table *one)
{
    static struct report_cell nowhere[REPORT_COLUMNS]; /* never read */
    if (one->n == one->room) {
        size_t room = one->room ? one->room * 2 : 16;
        void *more = realloc(one->rows, room * sizeof *one->rows);
        if (more == NULL) {
            report->no_memory = true;
            return nowhere;
        }
        one->rows = more;
        one->room = room;
    }
    struct report_cell *cells = one->rows[one->n++];
    memset(cells, 0, sizeof *one->rows);
    return cells;
}

void report_put_text(struct report_cell *cell, const char *text)
{
    text_copy(text, cell->text, sizeof cell->text);
}

void report_put_number(struct report_cell *cell, uint64_t number)
{
    cell->is_number = true;
    cell->number = (double)number;
    text_group(number, '.', cell->text, sizeof cell->text);
}

void report_put_few(struct report_cell *cell, uint64_t whole)
{
    size_t n = strlen(cell->text);
    cell->few = whole < SHARE_FEW;
    if (cell->few && n + 3 <= sizeof cell->text)
        memcpy(cell->text + n, " *", 3);
}

void report_put_share(struct report_cell *cell, uint64_t part, uint64_t whole)
{
    if (whole == 0) {
        report_put_text(cell, "–");
        return;
    }
    unsigned long long hundredths = share_hundredths(part, whole);
    cell->is_number = true;
    cell->number = (double)hundredths / 100;
    (void)snprintf(cell->text, sizeof cell->text, "%llu,%02llu %%", hundredths / 100,
                   hundredths % 100);
    report_put_few(cell, whole);
}

void report_put_tenths(struct report_cell *cell, double value, uint64_t whole)
{
    uint64_t tenths = (uint64_t)(value * 10 + 0.5);
    cell->is_number = true;
    cell->number = (double)tenths / 10;
    (void)snprintf(cell->text, sizeof cell->text, "%llu,%llu", (unsigned long long)(tenths / 10),
                   (unsigned long long)(tenths % 10));
    report_put_few(cell, whole);
}

/* ------------------------------------------------------------------ names of places */

static void put_post_office(const struct making *making, uint64_t key, struct report_cell *cell)
{
    struct premises office;
    struct error none;
    if (key == 0)
        report_put_text(cell, "chưa rõ");
    else if (premises_at(making->record, PREMISES_POST_OFFICE, (uint32_t)key,
                         (struct instant){INT64_MAX}, &office, &none) &&
             *office.name != '\0')
        report_put_text(cell, office.name);
    else
        (void)snprintf(cell->text, sizeof cell->text, "%06llu", (unsigned long long)key);
}

static void put_zone(const struct making *making, uint64_t key, struct report_cell *cell)
{
    static const char *const words[ZONES] = {"cùng xã", "trong tỉnh", "miền núi", "tỉnh khác"};
    (void)making;
    report_put_text(cell, key < ZONES ? words[key] : "?");
}

/* ------------------------------------------------------------------ the tables */

static bool figures(const struct making *making, enum view_group group, enum view_clock clock,
                    struct view_figure **new_figures, size_t *ret_n, struct error *err)
{
    struct view_asked asked = {.group = group,
                               .clock = clock,
                               .from_day = making->asked->from_day,
                               .to_day = making->asked->to_day,
                               .now = making->asked->now};
    return (views_ages(making->views, making->asked->post_office, &asked) &&
            views_figures(making->views, &asked, new_figures, ret_n)) ||
           error_set(err, ERROR_LATER, "out of memory");
}

/* Of one office: its figures by itself; of all: the whole. */
static enum view_group whole_group(const struct making *making)
{
    return making->asked->all_offices ? VIEW_GROUP_ALL : VIEW_GROUP_OFFICE;
}

static bool is_asked(const struct making *making, enum view_group group, uint64_t key)
{
    return group != VIEW_GROUP_OFFICE || making->asked->all_offices || key == making->asked->office;
}

/* Whose figures a row holds, as the board's own page asks for them. */
static struct report_behind behind_of(enum view_group group, enum view_clock clock, uint64_t key)
{
    return (struct report_behind){.way = REPORT_WAY_BOARD,
                                  .group = group,
                                  .clock = clock,
                                  .all_keys = group == VIEW_GROUP_ALL,
                                  .key = key};
}

static void put_counted(struct report_cell *cell, uint64_t number,
                        const struct report_behind *behind, const char *word)
{
    report_put_number(cell, number);
    if (number == 0)
        return;
    cell->behind = *behind;
    (void)snprintf(cell->behind.number, sizeof cell->behind.number, "%s", word);
}

static void put_board(struct report_cell *cells, const struct board *board,
                      const struct report_behind *behind)
{
    put_counted(&cells[1], board->due, behind, "due");
    put_counted(&cells[2], board->kept, behind, "kept");
    put_counted(&cells[3], board->due - board->kept, behind, "late");
    report_put_share(&cells[4], board->kept, board->due);
    report_put_share(&cells[5], board->kept_at_first, board->due);
    put_counted(&cells[6], board->kept - board->kept_at_first, behind, "came-late");
    put_counted(&cells[7], board->paused, behind, "paused");
}

static bool board_rows(struct making *making, struct report_table *one, enum view_group group,
                       enum view_clock clock, report_put_key *put, const char *word,
                       struct error *err)
{
    struct view_figure *all = NULL;
    size_t n = 0;
    if (!figures(making, group, clock, &all, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_asked(making, group, all[i].key))
            continue;
        struct report_cell *cells = report_row(making->report, one);
        const struct report_behind behind = behind_of(group, clock, all[i].key);
        if (word != NULL)
            report_put_text(&cells[0], word);
        else
            put(making, all[i].key, &cells[0]);
        put_board(cells, &all[i].board, &behind);
        if (word != NULL && clock == VIEW_CLOCK_POST)
            making->post = all[i].board;
    }
    free(all);
    return true;
}

#define BOARD_HOW                                                                                                                  \
    "Tính theo ngày đến hạn trong kỳ; hạn tạm dừng có chứng cứ không tính là đến hạn. «Biết lúc "  \
    "đó» là con số khi hết ngày hạn; «nay» thêm lượt quét đến muộn. Hai đồng hồ: cơ quan (có kết " \
    "quả đến khi giao bưu điện), bưu điện (từ đó đến người nhận). / Counted by the day due; as "          \
    "known then and now; the office's clock ends where the post's begins."

#define BOARD_HEADER                                                                               \
    "Đến hạn", "Đúng hạn", "Trễ", "Tỷ lệ nay", "Tỷ lệ biết lúc đó", "Tin đến muộn", "Tạm dừng"

static bool make_boards(struct making *making, struct error *err)
{
    struct report_table *one =
        TABLE(making->report, "on-time", "Đúng hạn", "On time", BOARD_HOW, "Đồng hồ", BOARD_HEADER);
    if (!board_rows(making, one, whole_group(making), VIEW_CLOCK_OFFICE, NULL, "Cơ quan", err) ||
        !board_rows(making, one, whole_group(making), VIEW_CLOCK_POST, NULL, "Bưu điện", err))
        return false;
    one = TABLE(making->report, "post-office-kept", "Đúng hạn của bưu điện theo cơ quan",
                "The post, by office", BOARD_HOW, "Cơ quan", BOARD_HEADER);
    if (!board_rows(making, one, VIEW_GROUP_OFFICE, VIEW_CLOCK_POST, report_put_office, NULL, err))
        return false;
    if (!making->asked->all_offices)
        return true; /* post offices and zones are not kept by office */
    one = TABLE(making->report, "post-zone-kept", "Đúng hạn của bưu điện theo bưu cục, vùng",
                "The post, by post office and zone", BOARD_HOW, "Bưu cục, vùng", BOARD_HEADER);
    return board_rows(making, one, VIEW_GROUP_POST_OFFICE, VIEW_CLOCK_POST, put_post_office, NULL,
                      err) &&
           board_rows(making, one, VIEW_GROUP_ZONE, VIEW_CLOCK_POST, put_zone, NULL, err);
}

static void put_reasons(struct making *making, const struct view_figure *figure,
                        const struct report_behind *behind)
{
    struct report_table *one = TABLE(
        making->report, "failures", "Phát không thành công, theo lý do", "Failures, by reason",
        "Lý do của lần phát không thành công cuối của mỗi bì đến hạn trong kỳ; tỷ lệ trên số bì đã "
        "phát ít nhất một lần. / The last failed attempt of each item; of all attempted.",
        "Lý do", "Bì", "Tỷ lệ");
    for (uint32_t wire = 1; wire < MARKS_REASONS; wire++) {
        const struct reason_info *info = reason_info(wire);
        char number[24];
        if (figure->reasons[wire] == 0)
            continue;
        struct report_cell *cells = report_row(making->report, one);
        report_put_text(&cells[0], info ? info->vi : "?");
        (void)snprintf(number, sizeof number, "reason-%u", wire);
        put_counted(&cells[1], figure->reasons[wire], behind, number);
        report_put_share(&cells[2], figure->reasons[wire], figure->attempted);
    }
}

static void put_ages(struct making *making, const struct view_figure *figure,
                     const struct report_behind *behind)
{
    static const char *const ages[VIEW_AGES] = {"0–1", "2", "3–5", "6–10", "trên 10"};
    struct report_table *one =
        TABLE(making->report, "open", "Đang chờ, theo tuổi", "Open, by age",
              "Mọi bì chưa kết thúc lúc lập báo cáo, theo số ngày làm việc kể từ khi có kết quả. / "
              "All items open now, by working days since the result was ready.",
              "Ngày làm việc", "Bì");
    for (int age = 0; age < VIEW_AGES; age++) {
        struct report_cell *cells = report_row(making->report, one);
        char number[24];
        (void)snprintf(number, sizeof number, "open-%s", view_age_key(age));
        report_put_text(&cells[0], ages[age]);
        put_counted(&cells[1], figure->open[age], behind, number);
    }
}

/* What a reader asks first: four numbers, each again in a table below. */
static void put_firsts(struct making *making, const struct view_figure *figure)
{
    struct report_first *first = making->report->first;
    const struct place_sum *whole = &making->whole;
    first[0] = (struct report_first){.name = "Bưu điện đúng hạn", .of = "bì đến hạn trong kỳ"};
    report_put_share(&first[0].value, making->post.kept, making->post.due);
    first[1] = (struct report_first){.name = "Phát được lần đầu", .of = "bì đã đi phát"};
    report_put_share(&first[1].value, figure->at_first, figure->attempted);
    first[2] =
        (struct report_first){.name = "Chuyến đỡ đi cho người dân", .of = "bì cấp số trong kỳ"};
    report_put_number(&first[2].value, whole->trips);
    first[2].value.behind = (struct report_behind){.way = REPORT_WAY_ITEMS, .number = "at-door"};
    first[3] =
        (struct report_first){.name = "Cước thu trên một bì đã phát, đồng", .of = "bì đã phát"};
    if (whole->delivered > 0) {
        report_put_number(&first[3].value, whole->postage_vnd / whole->delivered);
        report_put_few(&first[3].value, whole->delivered);
    } else {
        report_put_text(&first[3].value, "–");
    }
}

static bool make_attempts(struct making *making, struct error *err)
{
    struct view_figure *all = NULL, whole = {.key = 0};
    size_t n = 0;
    if (!figures(making, whole_group(making), VIEW_CLOCK_POST, &all, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (is_asked(making, whole_group(making), all[i].key))
            whole = all[i];
    free(all);
    struct report_table *one =
        TABLE(making->report, "first-attempt", "Phát lần đầu", "First attempt",
              "Bì đến hạn trong kỳ mà bưu tá đã đến cửa ít nhất một lần; trong đó phát được ngay "
              "lần đầu. "
              "/ Items attempted at least once; of these delivered at the first attempt.",
              "Đã phát", "Được ngay", "Tỷ lệ");
    struct report_cell *cells = report_row(making->report, one);
    const struct report_behind behind = behind_of(whole_group(making), VIEW_CLOCK_POST, whole.key);
    put_counted(&cells[0], whole.attempted, &behind, "attempted");
    put_counted(&cells[1], whole.at_first, &behind, "at-first-attempt");
    report_put_share(&cells[2], whole.at_first, whole.attempted);
    put_firsts(making, &whole);
    put_reasons(making, &whole, &behind);
    put_ages(making, &whole, &behind);
    return true;
}

/* ------------------------------------------------------------------ all of it */

/* "01/11/2026" */
static void put_day(int64_t day, char out[16])
{
    char iso[CLOCK_TEXT_MAX];
    clock_iso_local(day_minute(day, 0), iso, sizeof iso);
    (void)snprintf(out, 16, "%.2s/%.2s/%.4s", iso + 8, iso + 5, iso);
}

static void put_title(const struct making *making)
{
    struct report *report = making->report;
    struct report_cell office = {.text = "mọi cơ quan"};
    char from[16], to[16];
    put_day(making->asked->from_day, from);
    put_day(making->asked->to_day, to);
    if (!making->asked->all_offices)
        report_put_office(making, making->asked->office, &office);
    (void)snprintf(report->title, sizeof report->title, "Đánh giá trả kết quả qua bưu điện, %s",
                   office.text);
    (void)snprintf(report->period, sizeof report->period, "%s – %s", from, to);
}

bool report_make(struct views *views, struct record *record, const struct report_asked *asked,
                 struct report *ret_report, struct error *err)
{
    struct making making = {.views = views, .record = record, .asked = asked, .report = ret_report};
    *ret_report = (struct report){.at = asked->now};
    put_title(&making);
    bool good =
        report_sum_items(&making, err) && make_boards(&making, err) && make_attempts(&making, err);
    if (good)
        report_make_volumes(&making);
    good = good && report_make_before(&making, err);
    free(making.offices.all);
    free(making.communes.all);
    return good && (!ret_report->no_memory || error_set(err, ERROR_LATER, "out of memory"));
}

void report_done(struct report *report)
{
    for (size_t i = 0; i < report->n; i++)
        free(report->table[i].rows);
    report->n = 0;
}
