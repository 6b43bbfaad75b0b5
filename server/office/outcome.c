#include "server/office/outcome.h"

#include <stdio.h>
#include <string.h>

#include "protocol/clock.h"
#include "server/delivery/claims.h"
#include "server/office/fields.h"

enum column {
    NUMBER,
    DOSSIER,
    ITEM,
    COMMUNE,
    STATUS,
    NATIONAL,
    SINCE,
    ATTEMPTS,
    DELIVERED_AT,
    RELATION,
    REASON,
    OFFICE_DUE,
    POST_DUE,
    IN_TIME,
    POSTAGE_DUE,
    FEES_DUE,
    POSTAGE_TAKEN,
    FEES_TAKEN,
    CASES
};

const char *const outcome_header[OUTCOME_COLUMNS] = {[NUMBER] = "STT",
                                                     [DOSSIER] = "Mã hồ sơ",
                                                     [ITEM] = "Số hiệu bưu gửi",
                                                     [COMMUNE] = "Xã, phường",
                                                     [STATUS] = "Trạng thái",
                                                     [NATIONAL] = "Trạng thái ở Cổng Dịch vụ công",
                                                     [SINCE] = "Từ lúc",
                                                     [ATTEMPTS] = "Số lần phát",
                                                     [DELIVERED_AT] = "Giao lúc",
                                                     [RELATION] = "Người nhận là",
                                                     [REASON] = "Lý do chưa giao được",
                                                     [OFFICE_DUE] = "Hạn cơ quan giao bưu điện",
                                                     [POST_DUE] = "Hạn bưu điện giao",
                                                     [IN_TIME] = "Đúng hạn giao",
                                                     [POSTAGE_DUE] = "Cước phải thu (đồng)",
                                                     [FEES_DUE] = "Phí, lệ phí phải thu (đồng)",
                                                     [POSTAGE_TAKEN] = "Cước đã thu (đồng)",
                                                     [FEES_TAKEN] = "Phí, lệ phí đã thu (đồng)",
                                                     [CASES] = "Vụ việc đang mở"};

static void put(struct outcome *outcome, enum column column, const char *text)
{
    (void)snprintf(outcome->cell[column], OUTCOME_CELL, "%s", text);
}

static void put_number(struct outcome *outcome, enum column column, uint64_t number)
{
    (void)snprintf(outcome->cell[column], OUTCOME_CELL, "%llu", (unsigned long long)number);
}

static void put_time(struct outcome *outcome, enum column column, struct instant at)
{
    char day[CLOCK_TEXT_MAX], hour[CLOCK_TEXT_MAX];
    if (at.ms == 0)
        return;
    (void)snprintf(outcome->cell[column], OUTCOME_CELL, "%s %s", clock_date_vi(at, day, sizeof day),
                   clock_time_vi(at, hour, sizeof hour));
}

/* A device without a clock says only between which times it was. */
static struct instant known(const struct when *when)
{
    return when->bounds_only ? (struct instant){0} : when->estimate;
}

/* The national portal's states of a dossier [domain.md section 2]. */
static const char *national_of(uint32_t national)
{
    return national == 10 ? "10 Đã trả kết quả" : national == 9 ? "9 Đã xử lý xong" : "";
}

static const char *in_time(const struct leg *leg, struct instant now)
{
    switch (leg->stand) {
    case STAND_RUNNING:
        return leg_is_late(leg, now) ? "Trễ, chưa giao" : "Chưa đến hạn";
    case STAND_PAUSED:
        return "Tạm dừng tính";
    case STAND_KEPT:
        return "Đúng hạn";
    case STAND_MISSED:
        return "Trễ";
    case STAND_NONE:
        break;
    }
    return "";
}

static void put_door(struct outcome *outcome, const struct state *state)
{
    bool delivered = state->status == STATUS_DELIVERED;
    const struct relation_info *relation = delivered ? relation_info(state->relation) : NULL;
    const struct reason_info *reason = delivered ? NULL : reason_info(state->failed_reason);
    put_number(outcome, ATTEMPTS, state->attempt + delivered);
    if (delivered)
        put_time(outcome, DELIVERED_AT, known(&state->since));
    put(outcome, RELATION, relation != NULL ? relation->vi : "");
    put(outcome, REASON, reason != NULL ? reason->vi : "");
}

static void put_money(struct outcome *outcome, const struct state *state, const struct rules *rules)
{
    struct due due = money_due(state, rules);
    if (due.source != DUE_UNKNOWN)
        put_number(outcome, POSTAGE_DUE, due.postage_vnd);
    if (due.fees_known)
        put_number(outcome, FEES_DUE, due.fees_vnd);
    put_number(outcome, POSTAGE_TAKEN, state->collected_postage_vnd);
    put_number(outcome, FEES_TAKEN, state->collected_fees_vnd);
}

/* "Chưa nhận được; Trễ" */
static void put_cases(struct outcome *outcome, const struct view *view, const struct rules *rules,
                      struct instant now)
{
    struct claim claims[CLAIMS_ALL_MAX];
    size_t n = claims_of(&view->state, &view->clocks, rules, now, claims), at = 0;
    char *cell = outcome->cell[CASES];
    for (size_t i = 0; i < n; i++) {
        if (claims[i].closed.ms != 0)
            continue;
        int more = snprintf(cell + at, OUTCOME_CELL - at, "%s%s", at > 0 ? "; " : "",
                            claim_kind_vi(claims[i].kind));
        at += more > 0 && (size_t)more < OUTCOME_CELL - at ? (size_t)more : 0;
    }
    cell[at] = '\0';
}

void outcome_row(const struct view *view, const struct rules *rules, struct instant now,
                 size_t number, struct outcome *ret_outcome)
{
    const struct state *state = &view->state;
    const struct status_info *status = status_info(state->status);
    memset(ret_outcome, 0, sizeof *ret_outcome);
    put_number(ret_outcome, NUMBER, number);
    put(ret_outcome, DOSSIER, state->office.dossier);
    put(ret_outcome, ITEM, state->item.text);
    (void)field_commune_name(view->marks.commune, ret_outcome->cell[COMMUNE], OUTCOME_CELL);
    put(ret_outcome, STATUS, status != NULL ? status->handheld : "");
    put(ret_outcome, NATIONAL, status != NULL ? national_of(status->national) : "");
    put_time(ret_outcome, SINCE, known(&state->since));
    put_door(ret_outcome, state);
    put_time(ret_outcome, OFFICE_DUE, view->clocks.office.due);
    put_time(ret_outcome, POST_DUE, view->clocks.post.due);
    put(ret_outcome, IN_TIME, in_time(&view->clocks.post, now));
    put_money(ret_outcome, state, rules);
    put_cases(ret_outcome, view, rules, now);
}
