#include "server/office/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/delivery/share.h"
#include "server/office/books.h"
#include "server/record/communes.h"
#include "server/record/premises.h"
#include "server/text/text.h"

#define PAGE 64 /* views at a time, on the heap */
#define MINUTES_A_DAY 1440.0

/* ------------------------------------------------------------------ tables and cells */

static struct report_table *table(struct report *report, const char *vi, const char *en,
                                  const char *how, size_t columns,
                                  const char *const header[REPORT_COLUMNS])
{
    invariant(report->n < REPORT_TABLES);
    struct report_table *one = &report->table[report->n++];
    *one = (struct report_table){.vi = vi, .en = en, .how = how, .columns = columns};
    memcpy(one->header, header, columns * sizeof *header);
    return one;
}
#define TABLE(report, vi, en, how, ...)                                                            \
    table(report, vi, en, how, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),        \
          (const char *const[REPORT_COLUMNS]){__VA_ARGS__})

/* The next row, empty; a place to write to when there is no memory for it. */
static struct report_cell *row(struct report *report, struct report_table *one)
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

static void put_text(struct report_cell *cell, const char *text)
{
    text_copy(text, cell->text, sizeof cell->text);
}

static void put_number(struct report_cell *cell, uint64_t number)
{
    cell->is_number = true;
    cell->number = (double)number;
    text_group(number, '.', cell->text, sizeof cell->text);
}

/* "94,12 %", with a mark when it is of few. */
static void put_share(struct report_cell *cell, uint64_t part, uint64_t whole)
{
    if (whole == 0) {
        put_text(cell, "–");
        return;
    }
    unsigned long long hundredths = share_hundredths(part, whole);
    cell->is_number = true;
    cell->number = (double)hundredths / 100;
    (void)snprintf(cell->text, sizeof cell->text, "%llu,%02llu %%%s", hundredths / 100,
                   hundredths % 100, whole < SHARE_FEW ? " *" : "");
}

static void put_tenths(struct report_cell *cell, double value)
{
    uint64_t tenths = (uint64_t)(value * 10 + 0.5);
    cell->is_number = true;
    cell->number = (double)tenths / 10;
    (void)snprintf(cell->text, sizeof cell->text, "%llu,%llu", (unsigned long long)(tenths / 10),
                   (unsigned long long)(tenths % 10));
}

/* ------------------------------------------------------------------ what is summed by items */

struct place_sum {
    uint64_t key;
    uint64_t items, delivered, ended, trips, postage_vnd, fees_vnd;
    double days; /* of all that were delivered, from issue */
};
struct place_sums {
    struct place_sum *all; /* sorted by key */
    size_t n, room;
};

struct making {
    struct views *views;
    struct record *record;
    const struct report_asked *asked;
    struct report *report;
    struct place_sums offices, communes;
    struct place_sum whole;
};

static struct place_sum *sum_of(struct making *making, struct place_sums *sums, uint64_t key)
{
    size_t low = 0, high = sums->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sums->all[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < sums->n && sums->all[low].key == key)
        return &sums->all[low];
    if (sums->n == sums->room) {
        size_t room = sums->room ? sums->room * 2 : 64;
        struct place_sum *more = realloc(sums->all, room * sizeof *more);
        if (more == NULL) {
            making->report->no_memory = true;
            return NULL;
        }
        sums->all = more;
        sums->room = room;
    }
    memmove(&sums->all[low + 1], &sums->all[low], (sums->n++ - low) * sizeof *sums->all);
    sums->all[low] = (struct place_sum){.key = key};
    return &sums->all[low];
}

/* Brought to the door: whoever was invited to the post office went all the same. */
static bool is_trip_saved(const struct state *state)
{
    return state->status == STATUS_DELIVERED && state->invitations == 0;
}

static void add_item(struct place_sum *sum, const struct view *view)
{
    const struct state *state = &view->state;
    bool delivered = state->status == STATUS_DELIVERED;
    if (sum == NULL)
        return;
    sum->items++;
    sum->delivered += delivered;
    sum->ended += status_is_final(state->status);
    sum->trips += is_trip_saved(state);
    for (size_t i = 0; i < state->takings_n; i++) {
        sum->postage_vnd += state->takings[i].postage_vnd;
        sum->fees_vnd += state->takings[i].fees_vnd;
    }
    if (delivered && state->since.estimate.ms > state->office.at.ms)
        sum->days +=
            (double)(state->since.estimate.ms - state->office.at.ms) / 60000 / MINUTES_A_DAY;
}

static bool sum_items(struct making *making, struct error *err)
{
    struct view *page = calloc(PAGE, sizeof *page);
    struct view_filter filter = {.from_day = making->asked->from_day,
                                 .to_day = making->asked->to_day};
    if (page == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    if (!making->asked->all_offices) {
        filter.offices = &making->asked->office;
        filter.offices_n = 1;
    }
    do {
        size_t n = views_page(making->views, &filter, page, PAGE, &filter.before);
        for (size_t i = 0; i < n; i++) {
            add_item(&making->whole, &page[i]);
            add_item(sum_of(making, &making->offices, page[i].marks.office), &page[i]);
            add_item(sum_of(making, &making->communes, page[i].state.office.commune), &page[i]);
        }
    } while (filter.before != 0);
    free(page);
    return true;
}

/* ------------------------------------------------------------------ names of places */

static void put_office(const struct making *making, uint64_t key, struct report_cell *cell)
{
    struct premises office;
    struct error none;
    if (premises_at(making->record, PREMISES_OFFICE, (uint32_t)key, (struct instant){INT64_MAX},
                    &office, &none))
        put_text(cell, office.name);
    else
        (void)snprintf(cell->text, sizeof cell->text, "cơ quan %llu", (unsigned long long)key);
}

static void put_post_office(const struct making *making, uint64_t key, struct report_cell *cell)
{
    (void)making;
    if (key == 0)
        put_text(cell, "chưa rõ");
    else
        (void)snprintf(cell->text, sizeof cell->text, "%06llu", (unsigned long long)key);
}

static void put_zone(const struct making *making, uint64_t key, struct report_cell *cell)
{
    static const char *const words[ZONES] = {"cùng xã", "trong tỉnh", "miền núi", "tỉnh khác"};
    (void)making;
    put_text(cell, key < ZONES ? words[key] : "?");
}

struct naming_commune {
    uint32_t code;
    struct report_cell *cell;
};

static bool name_commune(void *ctx, const struct commune *commune)
{
    struct naming_commune *naming = ctx;
    if (commune->code != naming->code)
        return true;
    (void)snprintf(naming->cell->text, sizeof naming->cell->text, "%s %.80s", commune->kind,
                   commune->name);
    return false;
}

static void put_commune(const struct making *making, uint64_t key, struct report_cell *cell)
{
    struct naming_commune naming = {(uint32_t)key, cell};
    struct error none;
    if (key == 0)
        put_text(cell, "chưa xếp được xã");
    else
        (void)snprintf(cell->text, sizeof cell->text, "%05llu", (unsigned long long)key);
    if (key != 0 &&
        !communes_each(making->record, record_now(making->record), name_commune, &naming, &none))
        put_text(cell, "?");
}

/* ------------------------------------------------------------------ the tables */

typedef void put_key(const struct making *making, uint64_t key, struct report_cell *cell);

static bool figures(const struct making *making, enum view_group group, enum view_clock clock,
                    struct view_figure **new_figures, size_t *ret_n, struct error *err)
{
    struct view_asked asked = {.group = group,
                               .clock = clock,
                               .from_day = making->asked->from_day,
                               .to_day = making->asked->to_day,
                               .now = record_now(making->record)};
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

static void put_board(struct report_cell *cells, const struct board *board)
{
    put_number(&cells[1], board->due);
    put_number(&cells[2], board->kept);
    put_share(&cells[3], board->kept, board->due);
    put_share(&cells[4], board->kept_at_first, board->due);
    put_number(&cells[5], board->kept - board->kept_at_first);
    put_number(&cells[6], board->paused);
}

static bool board_rows(struct making *making, struct report_table *one, enum view_group group,
                       enum view_clock clock, put_key *put, const char *word, struct error *err)
{
    struct view_figure *all = NULL;
    size_t n = 0;
    if (!figures(making, group, clock, &all, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_asked(making, group, all[i].key))
            continue;
        struct report_cell *cells = row(making->report, one);
        if (word != NULL)
            put_text(&cells[0], word);
        else
            put(making, all[i].key, &cells[0]);
        put_board(cells, &all[i].board);
    }
    free(all);
    return true;
}

#define BOARD_HOW                                                                                                                  \
    "Tính theo ngày đến hạn trong kỳ; hạn tạm dừng có chứng cứ không tính là đến hạn. «Biết lúc "  \
    "đó» là con số khi hết ngày hạn; «nay» thêm lượt quét đến muộn. Hai đồng hồ: cơ quan (có kết " \
    "quả đến khi giao bưu điện), bưu điện (từ đó đến người nhận). / Counted by the day due; as "          \
    "known then and now; the office's clock ends where the post's begins."

static bool make_boards(struct making *making, struct error *err)
{
    struct report_table *one =
        TABLE(making->report, "Đúng hạn", "On time", BOARD_HOW, "Đồng hồ", "Đến hạn", "Đúng hạn",
              "Tỷ lệ nay", "Tỷ lệ biết lúc đó", "Đến muộn", "Tạm dừng");
    if (!board_rows(making, one, whole_group(making), VIEW_CLOCK_OFFICE, NULL, "Cơ quan", err) ||
        !board_rows(making, one, whole_group(making), VIEW_CLOCK_POST, NULL, "Bưu điện", err))
        return false;
    one = TABLE(making->report, "Đúng hạn của bưu điện theo cơ quan", "The post, by office",
                BOARD_HOW, "Cơ quan", "Đến hạn", "Đúng hạn", "Tỷ lệ nay", "Tỷ lệ biết lúc đó",
                "Đến muộn", "Tạm dừng");
    if (!board_rows(making, one, VIEW_GROUP_OFFICE, VIEW_CLOCK_POST, put_office, NULL, err))
        return false;
    if (!making->asked->all_offices)
        return true; /* post offices and zones are not kept by office */
    one = TABLE(making->report, "Đúng hạn của bưu điện theo bưu cục, vùng",
                "The post, by post office and zone", BOARD_HOW, "Bưu cục, vùng", "Đến hạn",
                "Đúng hạn", "Tỷ lệ nay", "Tỷ lệ biết lúc đó", "Đến muộn", "Tạm dừng");
    return board_rows(making, one, VIEW_GROUP_POST_OFFICE, VIEW_CLOCK_POST, put_post_office, NULL,
                      err) &&
           board_rows(making, one, VIEW_GROUP_ZONE, VIEW_CLOCK_POST, put_zone, NULL, err);
}

static void put_reasons(struct making *making, const struct view_figure *figure)
{
    struct report_table *one = TABLE(
        making->report, "Phát không thành công, theo lý do", "Failures, by reason",
        "Lý do của lần phát không thành công cuối của mỗi bì đến hạn trong kỳ; tỷ lệ trên số bì đã "
        "phát ít nhất một lần. / The last failed attempt of each item; of all attempted.",
        "Lý do", "Bì", "Tỷ lệ");
    for (uint32_t wire = 1; wire < MARKS_REASONS; wire++) {
        const struct reason_info *info = reason_info(wire);
        if (figure->reasons[wire] == 0)
            continue;
        struct report_cell *cells = row(making->report, one);
        put_text(&cells[0], info ? info->vi : "?");
        put_number(&cells[1], figure->reasons[wire]);
        put_share(&cells[2], figure->reasons[wire], figure->attempted);
    }
}

static void put_ages(struct making *making, const struct view_figure *figure)
{
    static const char *const ages[VIEW_AGES] = {"0–1", "2", "3–5", "6–10", "trên 10"};
    struct report_table *one =
        TABLE(making->report, "Đang chờ, theo tuổi", "Open, by age",
              "Mọi bì chưa kết thúc lúc lập báo cáo, theo số ngày làm việc kể từ khi có kết quả. / "
              "All items open now, by working days since the result was ready.",
              "Ngày làm việc", "Bì");
    for (int age = 0; age < VIEW_AGES; age++) {
        struct report_cell *cells = row(making->report, one);
        put_text(&cells[0], ages[age]);
        put_number(&cells[1], figure->open[age]);
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
        TABLE(making->report, "Phát lần đầu", "First attempt",
              "Bì đến hạn trong kỳ mà bưu tá đã đến cửa ít nhất một lần; trong đó phát được ngay "
              "lần đầu. "
              "/ Items attempted at least once; of these delivered at the first attempt.",
              "Đã phát", "Được ngay", "Tỷ lệ");
    struct report_cell *cells = row(making->report, one);
    put_number(&cells[0], whole.attempted);
    put_number(&cells[1], whole.at_first);
    put_share(&cells[2], whole.at_first, whole.attempted);
    put_reasons(making, &whole);
    put_ages(making, &whole);
    return true;
}

static void volume_rows(struct making *making, struct report_table *one,
                        const struct place_sums *sums, put_key *put)
{
    for (size_t i = 0; i < sums->n; i++) {
        const struct place_sum *sum = &sums->all[i];
        struct report_cell *cells = row(making->report, one);
        put(making, sum->key, &cells[0]);
        put_number(&cells[1], sum->items);
        put_number(&cells[2], sum->delivered);
        put_share(&cells[3], sum->delivered, sum->items);
        put_number(&cells[4], sum->trips);
        put_number(&cells[5], sum->postage_vnd);
        put_number(&cells[6], sum->fees_vnd);
    }
}

#define VOLUME_HOW                                                                                                               \
    "Bì cấp số trong kỳ, theo nơi ghi trên bì. Tiền là tiền đã thu tại cửa hay sau đó, đồng. "         \
    "Chuyến đỡ đi: mỗi bì phát tận nơi mà không phải mời đến bưu cục là một chuyến người dân " \
    "không phải đến cơ quan lấy kết quả [định nghĩa của Trao, theo mục đích của QĐ "                   \
    "45/2016/QĐ-TTg]. / Items issued in the period; money taken; a trip saved is an item "                                      \
    "delivered at the door without an invitation to the post office."

static void make_volumes(struct making *making)
{
    struct report_table *one = TABLE(
        making->report, "Số lượng và tiền, theo cơ quan", "Volume and money, by office", VOLUME_HOW,
        "Cơ quan", "Bì", "Đã phát", "Tỷ lệ", "Chuyến đỡ đi", "Cước đã thu", "Phí, lệ phí đã thu");
    volume_rows(making, one, &making->offices, put_office);
    one = TABLE(making->report, "Số lượng và tiền, theo xã", "Volume and money, by commune",
                VOLUME_HOW, "Xã, phường", "Bì", "Đã phát", "Tỷ lệ", "Chuyến đỡ đi", "Cước đã thu",
                "Phí, lệ phí đã thu");
    volume_rows(making, one, &making->communes, put_commune);
}

/* ------------------------------------------------------------------ before and after */

const struct baseline_info *baseline_row(size_t i)
{
    static const struct baseline_info rows[] = {
        {"on-time-hundredths", "Tỷ lệ đúng hạn", "phần vạn của 100 % (9412 là 94,12 %)"},
        {"days-tenths", "Số ngày từ khi có kết quả đến khi nhận", "phần mười ngày"},
        {"trips-per-100", "Chuyến người dân đi lấy kết quả, trên 100 hồ sơ", "chuyến"},
        {"cost-vnd", "Chi phí người dân trên một hồ sơ", "đồng"},
    };
    return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}

struct before {
    struct office_fact last[4];
};

static bool is_baseline(uint32_t event)
{
    return event == EVENT_BASELINE_SET;
}

static bool note_baseline(void *ctx, const struct office_fact *fact)
{
    struct before *before = ctx;
    for (size_t i = 0; i < sizeof before->last / sizeof *before->last; i++)
        if (strcmp(baseline_row(i)->key, fact->key) == 0)
            before->last[i] = *fact; /* the last one counts */
    return true;
}

static void put_baseline(struct report_cell *cell, size_t i, int64_t value)
{
    if (i == 0)
        put_share(cell, (uint64_t)value, 10000);
    else if (i == 1)
        put_tenths(cell, (double)value / 10);
    else
        put_number(cell, (uint64_t)value);
}

static void put_after(const struct making *making, struct report_cell *cell, size_t i)
{
    const struct place_sum *whole = &making->whole;
    struct board board = views_board(making->views, VIEW_CLOCK_POST, making->asked->from_day,
                                     making->asked->to_day, record_now(making->record));
    if (i == 0 && making->asked->all_offices)
        put_share(cell, board.kept, board.due);
    else if (whole->delivered == 0 || i == 0)
        put_text(cell, i == 0 ? "xem bảng theo cơ quan" : "–");
    else if (i == 1)
        put_tenths(cell, whole->days / (double)whole->delivered);
    else if (i == 2)
        put_tenths(cell, 100.0 * (double)(whole->items - whole->trips) / (double)whole->items);
    else
        put_number(cell, whole->postage_vnd / whole->delivered);
}

static bool make_before(struct making *making, struct error *err)
{
    struct before *before = calloc(1, sizeof *before);
    int64_t batch;
    uint64_t last = 0;
    bool good = before != NULL || error_set(err, ERROR_LATER, "out of memory");
    good = good && record_end(making->record, &batch, &last, err) &&
           record_office_unnamed(making->record, 0, last, is_baseline, note_baseline, before, err);
    struct report_table *one = TABLE(
        making->report, "Trước và sau", "Before and after",
        "«Trước» là con số do người nhập ghi kèm nguồn, không phải Trao đo; «sau» đo trong kỳ: "
        "ngày tính cả ngày nghỉ; chuyến là bì không phát tận nơi; chi phí là cước đã thu. Hai kỳ "
        "có "
        "thể khác nhau về mùa và loại hồ sơ. / Before: as entered with its source, not measured "
        "here.",
        "Chỉ số", "Đơn vị", "Trước", "Sau", "Nguồn của con số trước");
    for (size_t i = 0; good && baseline_row(i) != NULL; i++) {
        struct report_cell *cells = row(making->report, one);
        put_text(&cells[0], baseline_row(i)->vi);
        put_text(&cells[1], i == 0 ? "%" : i == 1 ? "ngày" : baseline_row(i)->unit);
        if (before->last[i].event != 0)
            put_baseline(&cells[2], i, before->last[i].value);
        else
            put_text(&cells[2], "chưa nhập");
        put_after(making, &cells[3], i);
        put_text(&cells[4], before->last[i].citation);
    }
    free(before);
    return good;
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
        put_office(making, making->asked->office, &office);
    (void)snprintf(report->title, sizeof report->title, "Đánh giá trả kết quả qua bưu điện, %s",
                   office.text);
    (void)snprintf(report->period, sizeof report->period, "%s – %s", from, to);
}

bool report_make(struct views *views, struct record *record, const struct report_asked *asked,
                 struct report *ret_report, struct error *err)
{
    struct making making = {.views = views, .record = record, .asked = asked, .report = ret_report};
    *ret_report = (struct report){.n = 0};
    put_title(&making);
    bool good = sum_items(&making, err) && make_boards(&making, err) && make_attempts(&making, err);
    if (good)
        make_volumes(&making);
    good = good && make_before(&making, err);
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
