/* commands_desk.c - the desk before the post comes: received, paired, handed over, recounted. */
#include <stdlib.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/office/desk.h"
#include "server/office/handover.h"
#include "server/record/lookups.h"

/* ------------------------------------------------------------------ received and paired */

static bool contents_of(const struct call *call, int first, struct contents *ret_contents,
                        struct error *err)
{
    uint64_t originals = 0, copies = 0, pages = 0;
    if (!option_number(call, first, "originals", CONTENTS_MAX, &originals, err) ||
        !option_number(call, first, "copies", CONTENTS_MAX, &copies, err) ||
        !option_number(call, first, "pages", CONTENTS_MAX, &pages, err))
        return false;
    *ret_contents = (struct contents){(uint32_t)originals, (uint32_t)copies, (uint32_t)pages};
    return true;
}

bool run_receive(const struct commands *commands, const struct call *call, struct error *err)
{
    struct contents contents;
    struct item item;
    uint32_t user = 0;
    if (!options_check(call, 2, "originals copies pages by", err) ||
        !contents_of(call, 2, &contents, err) || !option_user(commands, call, 2, &user, err) ||
        !desk_receive(commands->acts, call->argv[1], &contents, user, &item, err))
        return false;
    answer_text(call->answer, "item", item.text);
    answer_say(call->answer, "Đã nhận; lấy đúng phong bì này, quét hồ sơ rồi quét bì. "
                             "/ received; scan dossier, then envelope");
    return true;
}

bool run_pair(const struct commands *commands, const struct call *call, struct error *err)
{
    struct item item;
    uint32_t user = 0;
    if (!options_check(call, 3, "by", err) || !option_user(commands, call, 3, &user, err) ||
        !desk_pair(commands->acts, call->argv[1], call->argv[2], user, &item, err))
        return false;
    answer_text(call->answer, "item", item.text);
    answer_say(call->answer, "Đúng phong bì. / right envelope");
    return true;
}

/* ------------------------------------------------------------------ handed over */

static bool read_seal(const struct commands *commands, const struct call *call,
                      struct handover_seal *ret_seal, bool *ret_sealed, struct error *err)
{
    uint64_t badge = 0, count = 0;
    uint32_t user = 0;
    const char *number = option_text(call, 1, "seal"), *giver = option_text(call, 1, "giver"),
               *taker = option_text(call, 1, "taker");
    struct call options = *call;
    options.argc = options_end(call, 1);
    if (!options_check(&options, 1, "seal giver taker badge count by", err) ||
        !option_number(call, 1, "badge", BADGE_MAX, &badge, err) ||
        !option_number(call, 1, "count", UINT32_MAX, &count, err) ||
        !option_user(commands, call, 1, &user, err))
        return false;
    *ret_sealed = number || giver || taker || badge != 0 || count != 0; /* not who says so */
    *ret_seal = (struct handover_seal){.number = number ? number : "",
                                       .giver = giver ? giver : "",
                                       .taker = taker ? taker : "",
                                       .badge = (uint32_t)badge,
                                       .count = (uint32_t)count,
                                       .user = user};
    return true;
}

bool run_handover(const struct commands *commands, const struct call *call, struct error *err)
{
    struct handover_seal seal;
    struct item *items;
    size_t n;
    uint64_t serial;
    bool sealed;
    char text[HANDOVER_TEXT_MAX];
    int first = options_end(call, 1);
    if (!read_seal(commands, call, &seal, &sealed, err) ||
        !(call->argc == first ? all_items(commands, STATUS_PRINTED, &items, &n, err)
                              : named_items(call, first, &items, &n, err)))
        return false;
    bool any = n > 0, ok = !any || handover_run(commands->acts, commands->views, items, n,
                                                sealed ? &seal : NULL, &serial, err);
    free(items);
    if (!any)
        answer_say(call->answer, "Không có bì nào chờ bàn giao. / nothing to hand over");
    else if (ok) {
        answer_text(call->answer, "handover", handover_text(serial, text));
        answer_say(call->answer, "Đã bàn giao %zu bì%s. / %zu envelopes handed over%s", n,
                   sealed ? ", có niêm phong" : "", n, sealed ? ", sealed" : "");
    }
    return ok;
}

static bool say_handover(void *ctx, uint64_t handover, uint64_t sealed)
{
    char text[HANDOVER_TEXT_MAX];
    answer_row(ctx, "handovers");
    answer_text(ctx, "handover", handover_text(handover, text));
    answer_flag(ctx, "sealed", sealed != 0, "sealed", "unsealed");
    return true;
}

bool run_handovers(const struct commands *commands, const struct call *call, struct error *err)
{
    return record_handovers(commands->record, 0, say_handover, call->answer, err);
}

/* ------------------------------------------------------------------ one handover, and recounts */

struct saying {
    const struct commands *commands;
    const struct call *call;
    uint64_t handover;
    struct error *err;
    bool good;
};

static void say_papers(struct answer *answer, const struct office_fact *counted)
{
    answer_number(answer, "originals", counted->originals);
    answer_number(answer, "copies", counted->certified);
    answer_number(answer, "pages", counted->pages);
}

static void say_difference(struct answer *answer, const struct office_fact *found)
{
    answer_row(answer, "differences");
    answer_text(answer, "item", found->item.text);
    answer_label(answer, "difference\t");
    answer_text(answer, "difference", difference_word((enum difference)found->kind));
    say_papers(answer, found);
}

static void say_differences(const struct saying *saying, const struct item *item)
{
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    size_t n = facts ? views_history(saying->commands->views, item, facts, VIEW_HISTORY_MAX) : 0;
    for (size_t i = 0; i < n; i++)
        if (!facts[i].is_scan && facts[i].office.event == EVENT_DIFFERENCE &&
            facts[i].office.handover == saying->handover)
            say_difference(saying->call->answer, &facts[i].office);
    free(facts);
}

static bool say_handover_item(void *ctx, const struct item *item)
{
    struct saying *saying = ctx;
    struct record *record = saying->commands->record;
    struct content content;
    struct office_fact issued, received = {.seq = 0};
    saying->good = record_issued(record, item, &issued, saying->err) &&
                   record_content(record, item, &content, saying->err) &&
                   (content.received == 0 ||
                    record_office_get(record, content.received, &received, saying->err));
    if (!saying->good)
        return false;
    answer_row(saying->call->answer, "envelopes");
    answer_text(saying->call->answer, "item", item->text);
    answer_text(saying->call->answer, "dossier", issued.dossier);
    say_papers(saying->call->answer, &received);
    say_differences(saying, item);
    return true;
}

static bool say_seal(const struct saying *saying, uint64_t sealed, struct error *err)
{
    struct office_fact fact;
    struct testimony names = {.text = ""};
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    size_t n = 0;
    if (!record_office_get(saying->commands->record, sealed, &fact, err))
        return false;
    /* The names may have been deleted since: then the seal stands without them. */
    if (record_attachment_get(saying->commands->record, &fact.evidence, bytes, sizeof bytes, &n,
                              NULL) &&
        !testimony_decode(bytes, n, &names, err))
        return false;
    struct answer *answer = saying->call->answer;
    answer_row(answer, NULL);
    answer_label(answer, "seal ");
    answer_text(answer, "seal", fact.seal_number);
    answer_time(answer, "sealed", fact.at);
    answer_text(answer, "giver", names.giver);
    answer_text(answer, "taker", names.taker);
    answer_number(answer, "count", fact.count);
    say_papers(answer, &fact);
    return true;
}

bool run_batch(const struct commands *commands, const struct call *call, struct error *err)
{
    struct saying saying = {.commands = commands, .call = call, .err = err, .good = true};
    uint64_t sealed;
    return handover_read(call->argv[1], &saying.handover, err) &&
           record_handover(commands->record, saying.handover, &sealed, err) &&
           (sealed == 0 || say_seal(&saying, sealed, err)) &&
           record_handover_items(commands->record, saying.handover, say_handover_item, &saying,
                                 err) &&
           saying.good;
}

bool run_difference(const struct commands *commands, const struct call *call, struct error *err)
{
    struct found found = {.kind = difference_of(call->argv[3]),
                          .note = option_text(call, 4, "note")};
    if (found.kind == DIFFERENCE_NONE || found.kind == DIFFERENCE_WRONG_ENVELOPE)
        return error_set(err, ERROR_BAD_INPUT,
                         "«%s»: missing, extra, contents hoặc damaged. / unknown kind",
                         call->argv[3]);
    if (!options_check(call, 4, "originals copies pages note by", err) ||
        !handover_read(call->argv[1], &found.handover, err) ||
        !named_item(call->argv[2], &found.item, err) ||
        !contents_of(call, 4, &found.contents, err) ||
        !option_user(commands, call, 4, &found.user, err) ||
        !desk_difference(commands->acts, &found, err))
        return false;
    answer_say(call->answer, "Đã ghi chênh. / difference recorded");
    return true;
}
