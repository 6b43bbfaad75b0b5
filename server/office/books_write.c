/* books_write.c - sums that are given on, received, named, taken back. */
#include <string.h>

#include "server/delivery/days.h"
#include "server/office/books.h"
#include "server/office/choices.h"
#include "server/record/postmen.h"
#include "server/text/text.h"

struct writing {
    struct office_fact fact;
    struct testimony testimony;
    uint64_t seq;
};

static bool clean(const char *what, const char *text, char *out, size_t size, struct error *err)
{
    return (text != NULL && text_clean(text, strlen(text), out, size) && text_is_visible(out)) ||
           error_set(err, ERROR_BAD_INPUT, "%s: trống hoặc không đọc được. / wanted", what);
}

static bool read_testimony(const struct signed_sum *sum, struct testimony *testimony,
                           struct error *err)
{
    return clean("căn cứ / evidence", sum->evidence, testimony->text, sizeof testimony->text,
                 err) &&
           clean("bên giao / giver", sum->giver, testimony->giver, sizeof testimony->giver, err) &&
           clean("bên nhận / taker", sum->taker, testimony->taker, sizeof testimony->taker, err);
}

static bool read_sum(const struct signed_sum *sum, struct writing *writing, struct error *err)
{
    if (sum->postage_vnd == 0 && sum->fees_vnd == 0)
        return error_set(err, ERROR_BAD_INPUT, "cần postage= hoặc fees=. / no sum is given");
    if (sum->postage_vnd > SCAN_MONEY_MAX_VND || sum->fees_vnd > SCAN_MONEY_MAX_VND)
        return error_set(err, ERROR_BAD_INPUT, "số tiền quá lớn. / sum too high");
    writing->fact.postage_vnd = sum->postage_vnd;
    writing->fact.fees_vnd = sum->fees_vnd;
    writing->fact.user = sum->user;
    return true;
}

static bool not_to_come(struct record *record, struct instant from, struct error *err)
{
    return from.ms <= record_now(record).ms ||
           error_set(err, ERROR_BAD_INPUT, "ngày chưa đến. / that day is still to come");
}

static bool write_act(struct record *record, void *arg, struct error *err)
{
    struct writing *writing = arg;
    return not_to_come(record, writing->fact.from, err) &&
           testimony_add(record, &writing->testimony, &writing->fact, err) &&
           record_office_add(record, &writing->fact, &writing->seq, err);
}

static bool write(struct acts acts, struct writing *writing, uint64_t *ret_seq, struct error *err)
{
    if (!acts.run(acts.self, write_act, writing, err))
        return false;
    *ret_seq = writing->seq;
    return true;
}

bool books_remit(struct acts acts, uint32_t badge, int64_t day, const struct signed_sum *sum,
                 uint64_t *ret_seq, struct error *err)
{
    struct writing writing = {.fact = {.event = EVENT_REMITTED,
                                       .kind = REMITTANCE_SHIFT,
                                       .badge = badge,
                                       .from = day_minute(day, 0)}};
    return read_sum(sum, &writing, err) && read_testimony(sum, &writing.testimony, err) &&
           write(acts, &writing, ret_seq, err);
}

bool books_pay_office(struct acts acts, uint32_t office, int64_t from_day, int64_t to_day,
                      const struct signed_sum *sum, uint64_t *ret_seq, struct error *err)
{
    struct writing writing = {.fact = {.event = EVENT_REMITTED,
                                       .kind = REMITTANCE_OFFICE,
                                       .office = office,
                                       .from = day_minute(from_day, 0),
                                       .to = day_minute(to_day, 0)}};
    if (to_day < from_day)
        return error_set(err, ERROR_BAD_INPUT, "ngày cuối trước ngày đầu. / ends before it begins");
    if (sum->postage_vnd != 0)
        return error_set(err, ERROR_BAD_INPUT,
                         "cước là của bưu điện, không nộp cơ quan. / postage is not the office's");
    return read_sum(sum, &writing, err) && read_testimony(sum, &writing.testimony, err) &&
           write(acts, &writing, ret_seq, err);
}

bool books_name(struct acts acts, uint32_t badge, int64_t day, enum naming kind,
                const struct signed_sum *sum, uint64_t *ret_seq, struct error *err)
{
    struct writing writing = {
        .fact = {
            .event = EVENT_MONEY_NAMED, .kind = kind, .badge = badge, .from = day_minute(day, 0)}};
    return read_sum(sum, &writing, err) &&
           clean("lý do / reason", sum->evidence, writing.testimony.text,
                 sizeof writing.testimony.text, err) &&
           write(acts, &writing, ret_seq, err);
}

/* ------------------------------------------------------------------ of an entry */

static bool clear_act(struct record *record, void *arg, struct error *err)
{
    struct writing *writing = arg;
    struct ledger_entry entry;
    if (!ledger_get(record, writing->fact.of_seq, &entry, err))
        return error_add(err, "%llu", (unsigned long long)writing->fact.of_seq);
    if (entry.event != EVENT_REMITTED || entry.kind != REMITTANCE_OFFICE)
        return error_set(err, ERROR_REFUSED,
                         "không phải khoản nộp cơ quan. / not paid to an office");
    if (entry.taken_back || entry.cleared_seq != 0)
        return error_set(err, ERROR_REFUSED, "đã gạch nợ hoặc đã rút. / cleared, or taken back");
    writing->fact.office = entry.office;
    writing->fact.fees_vnd = entry.fees_vnd;
    return write_act(record, writing, err);
}

bool books_clear(struct acts acts, uint64_t seq, const struct signed_sum *receipt,
                 struct error *err)
{
    struct writing writing = {
        .fact = {.event = EVENT_CLEARED, .of_seq = seq, .user = receipt->user}};
    return clean("căn cứ / evidence", receipt->evidence, writing.testimony.text,
                 sizeof writing.testimony.text, err) &&
           clean("bên nhận / taker", receipt->taker, writing.testimony.taker,
                 sizeof writing.testimony.taker, err) &&
           acts.run(acts.self, clear_act, &writing, err);
}

/* A sum, or the fact CLEARED of one. */
static bool may_be_taken_back(struct record *record, uint64_t seq, struct error *err)
{
    struct ledger_entry entry;
    struct office_fact fact;
    struct error none = {ERROR_NONE, ""};
    uint64_t of = seq;
    if (record_office_get(record, seq, &fact, &none) && fact.event == EVENT_CLEARED)
        of = fact.of_seq;
    if (!ledger_get(record, of, &entry, err))
        return error_add(err, "%llu", (unsigned long long)seq);
    if (entry.event == EVENT_PAID_LATER)
        return error_set(err, ERROR_REFUSED, "khoản của một phong bì: dùng correct. / use correct");
    bool gone = of == seq ? entry.taken_back : entry.cleared_seq != seq;
    if (gone)
        return error_set(err, ERROR_REFUSED, "đã rút rồi. / taken back already");
    return (of != seq || entry.cleared_seq == 0) ||
           error_set(err, ERROR_REFUSED, "đã gạch nợ: rút gạch nợ trước. / it is cleared");
}

static bool take_back_act(struct record *record, void *arg, struct error *err)
{
    struct writing *writing = arg;
    return may_be_taken_back(record, writing->fact.of_seq, err) && write_act(record, writing, err);
}

bool books_take_back(struct acts acts, uint64_t seq, const char *why, uint32_t user,
                     struct error *err)
{
    struct writing writing = {
        .fact = {.event = EVENT_MONEY_CORRECTED, .of_seq = seq, .user = user}};
    return clean("lý do / reason", why, writing.testimony.text, sizeof writing.testimony.text,
                 err) &&
           acts.run(acts.self, take_back_act, &writing, err);
}
