/* report_before.c - what stood before a pilot, as somebody entered it, beside what was measured. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/delivery/share.h"
#include "server/office/report_inside.h"

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
        report_put_share(cell, (uint64_t)value, 10000);
    else if (i == 1)
        report_put_tenths(cell, (double)value / 10, SHARE_FEW);
    else
        report_put_number(cell, (uint64_t)value);
}

static void put_way(struct report_cell *cell, enum report_items items)
{
    cell->behind = (struct report_behind){.way = REPORT_WAY_ITEMS};
    (void)snprintf(cell->behind.number, sizeof cell->behind.number, "%s", report_items_key(items));
}

static void put_after(const struct making *making, struct report_cell *cell, size_t i)
{
    const struct place_sum *whole = &making->whole;
    if (i == 0) {
        report_put_share(cell, making->post.kept, making->post.due);
    } else if ((i == 2 ? whole->ended : whole->delivered) == 0) {
        report_put_text(cell, "–");
    } else if (i == 1) {
        report_put_tenths(cell, whole->days / (double)whole->delivered, whole->delivered);
        put_way(cell, REPORT_DELIVERED);
    } else if (i == 2) {
        report_put_tenths(cell,
                          100.0 * (double)(whole->ended - whole->trips) / (double)whole->ended,
                          whole->ended);
        put_way(cell, REPORT_NOT_AT_DOOR);
    } else {
        report_put_number(cell, whole->postage_vnd / whole->delivered);
        report_put_few(cell, whole->delivered);
        put_way(cell, REPORT_POSTAGE);
    }
}

bool report_make_before(struct making *making, struct error *err)
{
    struct before *before = calloc(1, sizeof *before);
    int64_t batch;
    uint64_t last = 0;
    bool good = before != NULL || error_set(err, ERROR_LATER, "out of memory");
    good = good && record_end(making->record, &batch, &last, err) &&
           record_office_unnamed(making->record, 0, last, is_baseline, note_baseline, before, err);
    struct report_table *one = TABLE(
        making->report, "before-after", "Trước và sau", "Before and after",
        "«Trước» là con số do người nhập ghi kèm nguồn, không phải Trao đo; «sau» đo trong kỳ: "
        "ngày tính cả ngày nghỉ; chuyến là bì đã kết thúc mà không phát tận nơi; chi phí là cước "
        "đã thu. Hai kỳ "
        "có "
        "thể khác nhau về mùa và loại hồ sơ. / Before: as entered with its source, not measured "
        "here.",
        "Chỉ số", "Đơn vị", "Trước", "Sau", "Nguồn của con số trước");
    for (size_t i = 0; good && baseline_row(i) != NULL; i++) {
        struct report_cell *cells = report_row(making->report, one);
        report_put_text(&cells[0], baseline_row(i)->vi);
        report_put_text(&cells[1], i == 0 ? "%" : i == 1 ? "ngày" : baseline_row(i)->unit);
        if (before->last[i].event != 0)
            put_baseline(&cells[2], i, before->last[i].value);
        else
            report_put_text(&cells[2], "chưa nhập");
        put_after(making, &cells[3], i);
        report_put_text(&cells[4], before->last[i].citation);
    }
    free(before);
    return good;
}
