/* commands_items.c - numbers, and which results get one: ranges, labels voided and given anew,
 * recalls, procedures, what citizens chose. */
#include <stdio.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/office/choices.h"
#include "server/office/items.h"
#include "server/record/premises.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ ranges of numbers */

struct range {
    uint32_t post_office, size;
    const char *prefix, *country;
    struct pool pool;
};

static bool range_act(struct record *record, void *arg, struct error *err)
{
    struct range *range = arg;
    return pool_add(record, range->post_office, range->prefix, range->country, range->size,
                    &range->pool, err);
}

/* Numbers of one nobody entered are never used: a slip of the finger would burn them. */
bool post_office_entered(const struct commands *commands, const char *what, uint32_t post_office,
                         struct error *err)
{
    struct premises entered;
    struct error why = {ERROR_NONE, ""};
    char code[8];
    (void)snprintf(code, sizeof code, "%06u", post_office);
    if (post_office == commands->config->post_office ||
        premises_last(commands->record, PREMISES_POST_OFFICE, code, &entered, &why))
        return true;
    return why.code == ERROR_NOT_FOUND
               ? error_set(err, ERROR_NOT_FOUND,
                           "%s%s chưa ghi. Xem lại sáu số, hoặc ghi bưu cục trước. / no such post "
                           "office: enter it first",
                           what, code)
               : error_set(err, why.code, "%s", why.text);
}

bool run_range(const struct commands *commands, const struct call *call, struct error *err)
{
    uint64_t post_office = 0, size = 0;
    if (!digits_read(call->argv[1], 999999, &post_office, err) ||
        !digits_read(call->argv[2], ITEM_SERIALS, &size, err) ||
        !post_office_entered(commands, "«Bưu cục (6 số)»: ", (uint32_t)post_office, err))
        return false;
    struct range range = {.post_office = (uint32_t)post_office,
                          .size = (uint32_t)size,
                          .prefix = commands->config->prefix,
                          .country = commands->config->country};
    if (!commands->acts.run(commands->acts.self, range_act, &range, err))
        return false;
    answer_say(call->answer, "Bưu cục %06u: thêm %u số %s. / range added", range.post_office,
               range.size, range.prefix);
    return true;
}

static bool say_range(void *ctx, const struct pool *pool)
{
    answer_row(ctx, "ranges");
    answer_code(ctx, "post_office", 6, pool->post_office);
    answer_text(ctx, "prefix", pool->prefix);
    answer_number(ctx, "size", pool->size);
    answer_number(ctx, "left", pool->size - pool->used);
    answer_time(ctx, "added", pool->added);
    return true;
}

bool run_ranges(const struct commands *commands, const struct call *call, struct error *err)
{
    struct numbers numbers = commands_numbers(commands);
    struct pool_left left;
    if (!pools_each(commands->record, say_range, call->answer, err) ||
        !pool_left(commands->record, numbers.post_office, numbers.prefix, numbers.country, &left,
                   err))
        return false;
    answer_row(call->answer, NULL);
    answer_code(call->answer, "post_office", 6, numbers.post_office);
    answer_text(call->answer, "prefix", numbers.prefix);
    answer_label(call->answer, "còn ");
    answer_number(call->answer, "left", (int64_t)left.left);
    answer_flag(call->answer, "low", left.low, "sắp hết số; xin cấp dải mới / low, ask for a range",
                "đủ số / enough");
    return true;
}

/* ------------------------------------------------------------------ labels */

static bool because_of(const struct commands *commands, const struct call *call,
                       struct because *ret_because, struct error *err)
{
    uint64_t reason = 0;
    uint32_t user = 0;
    if (!option_number(call, 2, "reason", UINT32_MAX, &reason, err) ||
        !option_user(commands, call, 2, &user, err))
        return false;
    *ret_because = (struct because){.user = user, .reason = (uint32_t)reason};
    return true;
}

bool run_void(const struct commands *commands, const struct call *call, struct error *err)
{
    struct because because;
    struct view view;
    if (!options_check(call, 2, "reason by", err) || !because_of(commands, call, &because, err) ||
        !known_item(commands, call->argv[1], &view, err) ||
        !item_void(commands->acts, commands->views, &view.state.item, &because, err))
        return false;
    answer_say(call->answer, "Đã hủy nhãn %s. / label voided", view.state.item.text);
    return true;
}

bool run_recall(const struct commands *commands, const struct call *call, struct error *err)
{
    struct because because;
    struct view view;
    if (!options_check(call, 2, "reason by", err) || !because_of(commands, call, &because, err) ||
        !known_item(commands, call->argv[1], &view, err) ||
        !item_recall(commands->acts, commands->views, &view.state.item, &because, err))
        return false;
    answer_say(call->answer, "Đã thu hồi %s. / recalled", view.state.item.text);
    return true;
}

bool run_reissue(const struct commands *commands, const struct call *call, struct error *err)
{
    struct because because;
    struct view view;
    struct item item;
    struct numbers numbers = commands_numbers(commands);
    struct correction correction = {.name = option_text(call, 2, "name"),
                                    .address = option_text(call, 2, "address"),
                                    .phone = option_text(call, 2, "phone")};
    if (!options_check(call, 2, "name address phone office reason by", err) ||
        !option_office(commands, call, 2, &correction.office, err) ||
        !because_of(commands, call, &because, err) ||
        !known_item(commands, call->argv[1], &view, err) ||
        !item_reissue(commands->acts, commands->views, &numbers, &view.state.item, &correction,
                      &because, &item, err))
        return false;
    answer_text(call->answer, "item", item.text);
    answer_say(call->answer, "Thay cho %s, nhãn cũ đã hủy. / replaces it, the old is void",
               view.state.item.text);
    return true;
}

/* ------------------------------------------------------------------ what is chosen */

/* Who is bound to offices speaks for one of them; a dossier that nobody sent yet may be another's.
 */
static bool speaks_for(const struct commands *commands, const struct call *call, uint32_t user,
                       uint32_t *ret_office, struct error *err)
{
    struct person person;
    *ret_office = 0;
    if (!option_office(commands, call, 3, ret_office, err))
        return false;
    if (*ret_office != 0 || user == 0)
        return true;
    if (!person_get(commands->record, user, &person, err))
        return false;
    if (person.offices_n > 1)
        return error_set(err, ERROR_BAD_INPUT,
                         "office=: của cơ quan nào? / of which office, for this account has more");
    *ret_office = person.offices_n == 1 ? person.offices[0] : 0;
    return true;
}

static bool choose(const struct commands *commands, const struct call *call, uint32_t event,
                   struct error *err)
{
    uint32_t user = 0, office = 0;
    if (!options_check(call, 3, "by office", err) || !option_user(commands, call, 3, &user, err) ||
        !speaks_for(commands, call, user, &office, err) ||
        !choice_record(commands->acts, event, call->argv[1], call->argv[2], office, user, err))
        return false;
    answer_say(call->answer, "Đã ghi: %s. / recorded", event_info(event)->vi);
    return true;
}

bool run_optin(const struct commands *commands, const struct call *call, struct error *err)
{
    return choose(commands, call, EVENT_OPTED_IN, err);
}

bool run_optout(const struct commands *commands, const struct call *call, struct error *err)
{
    return choose(commands, call, EVENT_OPTED_OUT, err);
}

bool run_electronic(const struct commands *commands, const struct call *call, struct error *err)
{
    return choose(commands, call, EVENT_ELECTRONIC_RESULT, err);
}

/* ------------------------------------------------------------------ procedures */

static bool option_flag(const struct call *call, const char *key, bool *ret_on, struct error *err)
{
    const char *text = option_text(call, 2, key);
    if (!text)
        return true;
    if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
        return error_set(err, ERROR_BAD_INPUT, "%s=%s: yes hoặc no. / yes or no", key, text);
    *ret_on = strcmp(text, "yes") == 0;
    return true;
}

bool run_procedure(const struct commands *commands, const struct call *call, struct error *err)
{
    struct procedure procedure = {.bcci_allowed = true};
    const char *citation = option_text(call, 2, "citation"), *code = option_text(call, 2, "code");
    if (!options_check(call, 2, "post owner-only citation code", err) ||
        !option_flag(call, "post", &procedure.bcci_allowed, err) ||
        !option_flag(call, "owner-only", &procedure.owner_only, err))
        return false;
    if (!text_clean(call->argv[1], strlen(call->argv[1]), procedure.name, sizeof procedure.name))
        return error_set(err, ERROR_BAD_INPUT, "tên thủ tục: không đọc được. / procedure");
    if (code && strlen(code) >= sizeof procedure.code)
        return error_set(err, ERROR_BAD_INPUT, "code: mã thủ tục quá dài. / too long");
    text_copy(code ? code : "", procedure.code, sizeof procedure.code);
    text_copy(citation ? citation : "", procedure.citation, sizeof procedure.citation);
    if (!procedure_publish(commands->acts, &procedure, err))
        return false;
    answer_say(call->answer, "Đã ghi thủ tục. / procedure recorded");
    return true;
}

static bool say_procedure(void *ctx, const struct procedure *procedure)
{
    answer_row(ctx, "procedures");
    answer_text(ctx, "procedure", procedure->name);
    answer_flag(ctx, "post", procedure->bcci_allowed, "post", "no-post");
    answer_flag(ctx, "owner_only", procedure->owner_only, "owner-only", "anybody");
    answer_time(ctx, "from", procedure->from);
    answer_text(ctx, "citation", procedure->citation);
    answer_text(ctx, "code", *procedure->code ? procedure->code : NULL);
    return true;
}

bool run_procedures(const struct commands *commands, const struct call *call, struct error *err)
{
    return procedures_each(commands->record, record_now(commands->record), say_procedure,
                           call->answer, err);
}
