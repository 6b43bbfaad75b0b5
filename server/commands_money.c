/* commands_money.c - prices, what an item owes, shifts and offices reconciled, what carriage cost.
 */
#include <stdlib.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/delivery/money.h"
#include "server/office/books.h"
#include "server/office/cases.h"
#include "server/record/postmen.h"
#include "server/record/premises.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ words */

static enum payer payer_of(const char *word)
{
    static const char *const words[] = {"", "citizen", "office", "post"};
    for (uint32_t i = PAYER_CITIZEN; i <= PAYER_POST; i++)
        if (strcmp(words[i], word) == 0)
            return (enum payer)i;
    return PAYER_RULE;
}

static const char *payer_word(uint32_t payer)
{
    static const char *const words[] = {"rule", "citizen", "office", "post"};
    return payer <= PAYER_POST ? words[payer] : "?";
}

/* "all", or a word of places.h; the number a price has: one more than enum zone. */
static bool zone_read(const char *word, uint32_t *ret_zone, struct error *err)
{
    *ret_zone = 0;
    if (strcmp(word, "all") == 0)
        return true;
    for (uint32_t i = 0; i < ZONES; i++)
        if (strcmp(zone_key((enum zone)i), word) == 0) {
            *ret_zone = i + 1;
            return true;
        }
    return error_set(err, ERROR_BAD_INPUT,
                     "«%.20s»: all, commune, province, mountain hoặc other. / a zone", word);
}

static bool sums_read(const struct call *call, int first, uint64_t *ret_postage, uint64_t *ret_fees,
                      struct error *err)
{
    return option_number(call, first, "postage", SCAN_MONEY_MAX_VND, ret_postage, err) &&
           option_number(call, first, "fees", SCAN_MONEY_MAX_VND, ret_fees, err);
}

static bool days_read(const struct call *call, int at, int64_t *ret_from, int64_t *ret_to,
                      struct error *err)
{
    if (!day_read(call->argv[at], ret_from, err))
        return false;
    *ret_to = *ret_from;
    bool second = call->argc > at + 1 && strchr(call->argv[at + 1], '=') == NULL;
    if (second && !day_read(call->argv[at + 1], ret_to, err))
        return false;
    return *ret_to >= *ret_from ||
           error_set(err, ERROR_BAD_INPUT, "ngày cuối trước ngày đầu. / ends before it begins");
}

/* "TH-12", or "-" for postmen nobody can name. */
static bool shift_badge(const char *text, uint32_t *ret_badge, struct error *err)
{
    *ret_badge = 0;
    return strcmp(text, "-") == 0 || badge_read(text, ret_badge, err);
}

/* The code of an office, by its number; none once it was never registered. */
static void say_office_code(const struct commands *commands, struct answer *answer, uint32_t number)
{
    struct premises office;
    struct error none = {ERROR_NONE, ""};
    bool known = premises_at(commands->record, PREMISES_OFFICE, number,
                             record_now(commands->record), &office, &none);
    answer_text(answer, "office", known ? office.code : NULL);
}

static bool office_number(const struct commands *commands, const char *code, uint32_t *ret_number,
                          struct error *err)
{
    struct premises office;
    if (!premises_last(commands->record, PREMISES_OFFICE, code, &office, err))
        return error_add(err, "%.40s", code);
    *ret_number = office.number;
    return true;
}

/* ------------------------------------------------------------------ the table */

/* What nobody said begins now, and prices are of whole days: what was issued this morning is of
 * today.
 */
static void from_this_day(const struct commands *commands, struct office_fact *fact)
{
    if (fact->from.ms == 0)
        fact->from = day_minute(day_of(record_now(commands->record)), 0);
}

bool run_price(const struct commands *commands, const struct call *call, struct error *err)
{
    struct office_fact fact = {.event = EVENT_PRICE_SET};
    uint64_t weight = 0;
    if (!digits_read(call->argv[1], WEIGHT_MAX_G, &weight, err) ||
        !zone_read(call->argv[2], &fact.zone, err) ||
        !digits_read(call->argv[3], SCAN_MONEY_MAX_VND, &fact.postage_vnd, err) ||
        !setting_citation(&fact, call->argv[4], err) ||
        !setting_options(commands, call, 5, "from to post-office by", &fact, err))
        return false;
    fact.weight_g = (uint32_t)weight;
    from_this_day(commands, &fact);
    if (!prices_check(&fact, err) || !settings_record(commands, &fact, 1, err))
        return false;
    answer_say(call->answer, "Đến %u gam, vùng %s: %llu đ. / price set", fact.weight_g,
               call->argv[2], (unsigned long long)fact.postage_vnd);
    return true;
}

bool run_exemption(const struct commands *commands, const struct call *call, struct error *err)
{
    struct office_fact fact = {.event = EVENT_EXEMPTION_SET};
    uint64_t percent = 0;
    if (!setting_key(&fact, call->argv[1], err) ||
        !digits_read(call->argv[2], 100, &percent, err) ||
        !setting_citation(&fact, call->argv[3], err) ||
        !setting_options(commands, call, 4, "from to post-office by", &fact, err))
        return false;
    fact.value = (int64_t)percent;
    from_this_day(commands, &fact);
    if (!prices_check(&fact, err) || !settings_record(commands, &fact, 1, err))
        return false;
    answer_say(call->answer, "%s: giảm %llu %%. / exemption set", fact.key,
               (unsigned long long)percent);
    return true;
}

static void say_price(struct answer *answer, const struct price *row)
{
    answer_row(answer, "prices");
    answer_text(answer, "kind", row->is_exemption ? "exemption" : "price");
    answer_text(answer, "exemption", row->is_exemption ? row->key : NULL);
    answer_number(answer, "weight_to_g", row->weight_to_g);
    answer_text(answer, "zone", row->zone == 0 ? "all" : zone_key((enum zone)(row->zone - 1)));
    answer_number(answer, "price_vnd", (int64_t)row->price_vnd);
    answer_number(answer, "percent_off", row->percent_off);
    answer_code(answer, "post_office", 6, row->post_office);
    answer_day(answer, "from", row->from);
    answer_day(answer, "to", row->to);
    answer_text(answer, "citation", row->citation);
}

bool run_prices(const struct commands *commands, const struct call *call, struct error *err)
{
    struct rules rules;
    if (!views_rules(commands->views, &rules))
        return error_set(err, ERROR_LATER, "out of memory");
    for (size_t i = 0; i < rules.prices.n; i++)
        say_price(call->answer, &rules.prices.rows[i]);
    rules_done(&rules);
    return true;
}

/* ------------------------------------------------------------------ an item */

static bool ground_of(const struct commands *commands, const struct call *call, int evidence,
                      int first, struct ground *ret_ground, struct error *err)
{
    ret_ground->evidence = call->argv[evidence];
    return option_user(commands, call, first, &ret_ground->user, err);
}

static bool read_charge(const struct call *call, struct charge *charge, struct error *err)
{
    uint64_t weight = 0;
    const char *payer = option_text(call, 3, "payer"), *exempt = option_text(call, 3, "exemption");
    charge->has_sums =
        option_text(call, 3, "postage") != NULL || option_text(call, 3, "fees") != NULL;
    if (charge->has_sums &&
        (option_text(call, 3, "postage") == NULL || option_text(call, 3, "fees") == NULL))
        return error_set(err, ERROR_BAD_INPUT, "cần cả postage= và fees=. / both sums are wanted");
    if (!option_number(call, 3, "weight", WEIGHT_MAX_G, &weight, err) ||
        !sums_read(call, 3, &charge->postage_vnd, &charge->fees_vnd, err))
        return false;
    charge->weight_g = (uint32_t)weight;
    charge->payer = payer != NULL ? payer_of(payer) : PAYER_RULE;
    if (payer != NULL && charge->payer == PAYER_RULE)
        return error_set(err, ERROR_BAD_INPUT, "«%.20s»: citizen, office hoặc post. / who pays",
                         payer);
    if (exempt != NULL && strlen(exempt) > FACT_KEY_MAX)
        return error_set(err, ERROR_BAD_INPUT, "exemption: quá dài. / too long");
    text_copy(exempt != NULL ? exempt : "", charge->exemption, sizeof charge->exemption);
    return true;
}

bool run_charge(const struct commands *commands, const struct call *call, struct error *err)
{
    struct item item;
    struct charge charge = {.weight_g = 0};
    struct ground ground;
    if (!options_check(call, 3, "weight payer exemption postage fees by", err) ||
        !named_item(call->argv[1], &item, err) || !read_charge(call, &charge, err) ||
        !ground_of(commands, call, 2, 3, &ground, err) ||
        !item_charge(commands->acts, commands->views, &item, &charge, &ground, err))
        return false;
    answer_say(call->answer, "%s: đã định cước. / charges set", item.text);
    return true;
}

bool run_paid(const struct commands *commands, const struct call *call, struct error *err)
{
    struct item item;
    struct ground ground;
    uint64_t postage = 0, fees = 0;
    if (!options_check(call, 3, "postage fees by", err) || !named_item(call->argv[1], &item, err) ||
        !sums_read(call, 3, &postage, &fees, err) ||
        !ground_of(commands, call, 2, 3, &ground, err) ||
        !item_paid(commands->acts, commands->views, &item, postage, fees, &ground, err))
        return false;
    answer_say(call->answer, "%s: đã thu sau. / paid later", item.text);
    return true;
}

static const char *source_word(enum due_source source)
{
    switch (source) {
    case DUE_UNKNOWN:
        return "unknown";
    case DUE_LIST:
        return "list";
    case DUE_TABLE:
        return "table";
    case DUE_CHARGED:
        return "charged";
    }
    return "?";
}

static void say_taking(struct answer *answer, const struct item *item, const struct taking *taking)
{
    char badge[BADGE_TEXT_MAX];
    answer_row(answer, "takings");
    answer_text(answer, "item", item->text);
    answer_time(answer, "at", taking->at);
    answer_text(answer, "badge", taking->badge == 0 ? NULL : badge_text(taking->badge, badge));
    answer_flag(answer, "later", taking->later, "later", "door");
    answer_number(answer, "postage_vnd", (int64_t)taking->postage_vnd);
    answer_number(answer, "fees_vnd", (int64_t)taking->fees_vnd);
}

static void say_owed(struct answer *answer, const struct state *state, const struct rules *rules)
{
    struct due due = money_due(state, rules);
    struct owed owed = money_owed(state, rules);
    answer_row(answer, NULL);
    answer_text(answer, "item", state->item.text);
    answer_label(answer, "cước ");
    answer_number(answer, "postage_due_vnd", (int64_t)due.postage_vnd);
    answer_label(answer, "lệ phí ");
    answer_number(answer, "fees_due_vnd", (int64_t)due.fees_vnd);
    answer_text(answer, "payer", payer_word(due.payer));
    answer_text(answer, "source", source_word(due.source));
    answer_number(answer, "price_vnd", (int64_t)due.price_vnd);
    answer_number(answer, "taken_off_vnd", (int64_t)due.taken_off_vnd);
    answer_number(answer, "weight_g", due.weight_g);
    answer_label(answer, "còn thiếu ");
    answer_number(answer, "postage_owed_vnd", owed.postage_vnd);
    answer_number(answer, "fees_owed_vnd", owed.fees_vnd);
}

bool run_owed(const struct commands *commands, const struct call *call, struct error *err)
{
    struct view view;
    struct rules rules;
    if (!known_item(commands, call->argv[1], &view, err))
        return false;
    if (!views_rules(commands->views, &rules))
        return error_set(err, ERROR_LATER, "out of memory");
    say_owed(call->answer, &view.state, &rules);
    rules_done(&rules);
    for (size_t i = 0; i < view.state.takings_n; i++)
        say_taking(call->answer, &view.state.item, &view.state.takings[i]);
    return true;
}

/* ------------------------------------------------------------------ books */

static void say_sums(struct answer *answer, const char *label, const char *postage_key,
                     const char *fees_key, const struct sums *sums)
{
    answer_label(answer, label);
    answer_number(answer, postage_key, sums->postage_vnd);
    answer_number(answer, fees_key, sums->fees_vnd);
}

static void say_balance(struct answer *answer, const struct books *books)
{
    say_sums(answer, "thu ", "postage_taken_vnd", "fees_taken_vnd", &books->taken);
    say_sums(answer, "nộp ", "postage_given_vnd", "fees_given_vnd", &books->given);
    say_sums(answer, "nêu ", "postage_named_vnd", "fees_named_vnd", &books->named);
    say_sums(answer, "còn ", "postage_left_vnd", "fees_left_vnd", &books->left);
    answer_flag(answer, "even", books_are_even(books), "khớp / even", "LỆCH / not even");
}

static const char *entry_word(const struct ledger_entry *entry)
{
    if (entry->event == EVENT_REMITTED)
        return entry->kind == REMITTANCE_OFFICE ? "to-office" : "to-post-office";
    return entry->kind == NAMING_OVER ? "over" : "short";
}

static void say_rows(struct answer *answer, const struct books *books)
{
    for (size_t i = 0; i < books->takings_n; i++)
        say_taking(answer, &books->takings[i].item, &books->takings[i].taking);
    for (size_t i = 0; i < books->entries_n; i++) {
        const struct ledger_entry *entry = &books->entries[i];
        answer_row(answer, "entries");
        answer_number(answer, "entry", (int64_t)entry->seq);
        answer_text(answer, "kind", entry_word(entry));
        answer_time(answer, "at", entry->at);
        answer_number(answer, "postage_vnd", (int64_t)entry->postage_vnd);
        answer_number(answer, "fees_vnd", (int64_t)entry->fees_vnd);
        answer_flag(answer, "cleared", entry->cleared_seq != 0, "cleared", "-");
        answer_flag(answer, "taken_back", entry->taken_back, "taken-back", "counts");
    }
}

bool run_shift(const struct commands *commands, const struct call *call, struct error *err)
{
    uint32_t badge = 0;
    int64_t day = 0;
    char text[BADGE_TEXT_MAX];
    struct books books;
    if (!shift_badge(call->argv[1], &badge, err) || !day_read(call->argv[2], &day, err) ||
        !books_shift(commands->views, commands->record, badge, day, &books, err))
        return false;
    answer_row(call->answer, NULL);
    answer_text(call->answer, "badge", badge == 0 ? NULL : badge_text(badge, text));
    answer_day(call->answer, "day", day_minute(day, 1));
    say_balance(call->answer, &books);
    say_rows(call->answer, &books);
    books_done(&books);
    return true;
}

static bool say_shift(void *ctx, const struct shift *shift)
{
    struct answer *answer = ctx;
    char badge[BADGE_TEXT_MAX];
    answer_row(answer, "shifts");
    answer_day(answer, "day", day_minute(shift->day, 1));
    answer_text(answer, "badge", shift->badge == 0 ? NULL : badge_text(shift->badge, badge));
    say_balance(answer, &shift->books);
    return true;
}

bool run_shifts(const struct commands *commands, const struct call *call, struct error *err)
{
    int64_t from = 0, to = 0;
    return days_read(call, 1, &from, &to, err) &&
           books_shifts(commands->views, commands->record, from, to, say_shift, call->answer, err);
}

bool run_officebooks(const struct commands *commands, const struct call *call, struct error *err)
{
    int64_t from = 0, to = 0;
    uint32_t office = 0;
    struct books books;
    if (!office_number(commands, call->argv[1], &office, err) ||
        !days_read(call, 2, &from, &to, err) ||
        !books_office(commands->views, commands->record, office, from, to, &books, err))
        return false;
    answer_row(call->answer, NULL);
    answer_text(call->answer, "office", call->argv[1]);
    say_balance(call->answer, &books);
    answer_label(call->answer, "đã gạch nợ ");
    answer_number(call->answer, "fees_cleared_vnd", books.cleared.fees_vnd);
    say_rows(call->answer, &books);
    books_done(&books);
    return true;
}

/* EVIDENCE, then postage= fees= giver= taker= by= from argv[first] on. */
static bool signed_of(const struct commands *commands, const struct call *call, int evidence,
                      const char *keys, struct signed_sum *sum, struct error *err)
{
    int first = evidence + 1;
    *sum = (struct signed_sum){.evidence = call->argv[evidence],
                               .giver = option_text(call, first, "giver"),
                               .taker = option_text(call, first, "taker")};
    return options_check(call, first, keys, err) &&
           sums_read(call, first, &sum->postage_vnd, &sum->fees_vnd, err) &&
           option_user(commands, call, first, &sum->user, err);
}

static bool say_entry(const struct call *call, bool good, uint64_t seq, const char *what)
{
    if (!good)
        return false;
    answer_number(call->answer, "entry", (int64_t)seq);
    answer_say(call->answer, "%s", what);
    return true;
}

bool run_remit(const struct commands *commands, const struct call *call, struct error *err)
{
    uint32_t badge = 0;
    int64_t day = 0;
    uint64_t seq = 0;
    struct signed_sum sum;
    bool good = shift_badge(call->argv[1], &badge, err) && day_read(call->argv[2], &day, err) &&
                signed_of(commands, call, 3, "postage fees giver taker by", &sum, err) &&
                books_remit(commands->acts, badge, day, &sum, &seq, err);
    return say_entry(call, good, seq, "Đã ghi tiền nộp. / remitted");
}

bool run_payoffice(const struct commands *commands, const struct call *call, struct error *err)
{
    uint32_t office = 0;
    int64_t from = 0, to = 0;
    uint64_t seq = 0;
    struct signed_sum sum;
    bool good = office_number(commands, call->argv[1], &office, err) &&
                days_read(call, 2, &from, &to, err) &&
                signed_of(commands, call, 4, "fees giver taker by", &sum, err) &&
                books_pay_office(commands->acts, office, from, to, &sum, &seq, err);
    return say_entry(call, good, seq, "Đã ghi tiền nộp cơ quan. / given to the office");
}

bool run_clear(const struct commands *commands, const struct call *call, struct error *err)
{
    uint64_t seq = 0;
    struct signed_sum sum;
    if (!digits_read(call->argv[1], INT64_MAX, &seq, err) ||
        !signed_of(commands, call, 2, "taker by", &sum, err) ||
        !books_clear(commands->acts, seq, &sum, err))
        return false;
    answer_say(call->answer, "Đã gạch nợ. / cleared");
    return true;
}

bool run_unbalanced(const struct commands *commands, const struct call *call, struct error *err)
{
    uint32_t badge = 0;
    int64_t day = 0;
    uint64_t seq = 0;
    struct signed_sum sum;
    bool over = strcmp(call->argv[3], "over") == 0;
    if (!over && strcmp(call->argv[3], "short") != 0)
        return error_set(err, ERROR_BAD_INPUT, "«%.20s»: short hoặc over. / short or over",
                         call->argv[3]);
    bool good =
        shift_badge(call->argv[1], &badge, err) && day_read(call->argv[2], &day, err) &&
        signed_of(commands, call, 4, "postage fees by", &sum, err) &&
        books_name(commands->acts, badge, day, over ? NAMING_OVER : NAMING_SHORT, &sum, &seq, err);
    return say_entry(call, good, seq, "Đã nêu chênh lệch. / difference named");
}

bool run_takeback(const struct commands *commands, const struct call *call, struct error *err)
{
    uint64_t seq = 0;
    uint32_t user = 0;
    if (!options_check(call, 3, "by", err) || !digits_read(call->argv[1], INT64_MAX, &seq, err) ||
        !option_user(commands, call, 3, &user, err) ||
        !books_take_back(commands->acts, seq, call->argv[2], user, err))
        return false;
    answer_say(call->answer, "Đã rút khoản %llu. / taken back", (unsigned long long)seq);
    return true;
}

bool run_costs(const struct commands *commands, const struct call *call, struct error *err)
{
    int64_t from = 0, to = 0;
    struct view_cost *costs = NULL;
    size_t n = 0;
    if (!days_read(call, 1, &from, &to, err) ||
        !books_costs(commands->views, from, to, &costs, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        answer_row(call->answer, "costs");
        say_office_code(commands, call->answer, costs[i].office);
        answer_number(call->answer, "band_g", costs[i].band_g);
        answer_text(call->answer, "zone", zone_key(costs[i].zone));
        answer_text(call->answer, "payer", payer_word(costs[i].payer));
        answer_number(call->answer, "items", (int64_t)costs[i].items);
        answer_number(call->answer, "delivered", (int64_t)costs[i].delivered);
        answer_number(call->answer, "price_vnd", (int64_t)costs[i].price_vnd);
        answer_number(call->answer, "taken_off_vnd", (int64_t)costs[i].taken_off_vnd);
        answer_number(call->answer, "postage_taken_vnd", (int64_t)costs[i].postage_taken_vnd);
        answer_number(call->answer, "fees_taken_vnd", (int64_t)costs[i].fees_taken_vnd);
    }
    free(costs);
    return true;
}
