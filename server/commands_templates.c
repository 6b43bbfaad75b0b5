/* commands_templates.c - what messages say: the words in force, their history, and new ones, which
 * are shown as they will be, with parts and cost, before they are kept. */
#include <string.h>

#include "server/commands_inside.h"
#include "server/notify/kinds.h"

/* ------------------------------------------------------------------ what there is */

struct said {
    const struct commands *commands;
    struct answer *answer;
};

/* "ngay,tu khoa" as they are written: "{ngay} {tu khoa}". */
static const char *in_braces(const char *list, char *out, size_t size)
{
    size_t n = 0;
    for (const char *at = list; *at != '\0' && n < size;) {
        size_t name = strcspn(at, ",");
        n += (size_t)snprintf(out + n, size - n, "%s{%.*s}", at == list ? "" : " ", (int)name, at);
        at += name + (at[name] == ',');
    }
    return out;
}

static void say_words(const struct said *said, const struct kind *kind, enum slot slot,
                      const struct template *template)
{
    struct answer *answer = said->answer;
    struct person person;
    struct error none;
    bool own = template != NULL && *template->words != '\0';
    char shipped[TEMPLATE_WORDS_MAX + 1], gaps[160];
    const char *words = own ? template->words : kind_shown(kind, slot, shipped);
    bool known = template != NULL && template->user != 0 &&
                 person_get(said->commands->record, template->user, &person, &none);
    answer_row(answer, "templates");
    answer_text(answer, "kind", kind->key);
    answer_text(answer, "slot", slot_name(slot));
    answer_text(answer, "words", *words != '\0' ? words : NULL);
    answer_flag(answer, "own", own, "own", "built-in");
    answer_time(answer, "since", template != NULL ? template->at : (struct instant){0});
    answer_text(answer, "by", known ? person.name : NULL);
    answer_text(answer, "name", kind->name);
    answer_text(answer, "gaps", in_braces(kind->gaps, gaps, sizeof gaps));
}

/* A row of the record, as kind and slot. */
struct last {
    const struct said *said;
    const struct kind *kind;
    enum slot slot;
    bool all; /* each there was; else the last alone */
    bool found;
};

static bool say_one(void *ctx, const struct template *template)
{
    struct last *last = ctx;
    last->found = true;
    say_words(last->said, last->kind, last->slot, template);
    return last->all;
}

static bool say_slot(const struct said *said, const struct kind *kind, enum slot slot, bool all,
                     struct error *err)
{
    char key[FACT_KEY_MAX + 1];
    struct last last = {.said = said, .kind = kind, .slot = slot, .all = all};
    kind_key(kind, slot, key);
    if (!templates_each(said->commands->record, key, say_one, &last, err))
        return false;
    if (!last.found && (!all || slot != SLOT_ZNS))
        say_words(said, kind, slot, NULL);
    return true;
}

static bool kind_named(const char *word, const struct kind **ret_kind, struct error *err)
{
    *ret_kind = kind_find(word);
    return *ret_kind != NULL ||
           error_set(err, ERROR_BAD_INPUT,
                     "«%.20s»: không có loại tin ấy; `templates` liệt kê. / no such kind", word);
}

bool run_templates(const struct commands *commands, const struct call *call, struct error *err)
{
    const struct kind *kind = NULL;
    struct said said = {commands, call->answer};
    if (call->argc > 1 && !kind_named(call->argv[1], &kind, err))
        return false;
    bool all = kind != NULL;
    for (size_t i = 0; all ? i == 0 : (kind = kind_row(i)) != NULL; i++)
        for (size_t slot = 0; slot < SLOTS; slot++)
            if (!say_slot(&said, kind, (enum slot)slot, all, err))
                return false;
    answer_end(call->answer);
    return true;
}

/* ------------------------------------------------------------------ new ones */

/* What a part costs now; 0 not entered. */
static bool part_vnd(const struct commands *commands, int64_t *ret_vnd, struct error *err)
{
    struct rules rules;
    if (!views_rules(commands->views, &rules))
        return error_set(err, ERROR_LATER, "out of memory");
    struct instant now = record_now(commands->record);
    struct schedule schedule = {&rules, commands->config->post_office, now};
    *ret_vnd = rule_value(&schedule, RULE_SMS_PART_VND, now);
    rules_done(&rules);
    return true;
}

static bool say_preview(const struct commands *commands, struct answer *answer,
                        const struct kind_preview *preview, enum slot slot, struct error *err)
{
    int64_t vnd = 0;
    if (!part_vnd(commands, &vnd, err))
        return false;
    answer_text(answer, "text", preview->text);
    if (slot == SLOT_ZNS)
        return true;
    answer_label(answer, "parts ");
    answer_number(answer, "parts", (int64_t)preview->usual.parts);
    answer_label(answer, "characters ");
    answer_number(answer, "characters", (int64_t)preview->usual.units);
    answer_label(answer, "parts at most ");
    answer_number(answer, "parts_most", (int64_t)preview->most.parts);
    answer_label(answer, "cost, đồng ");
    if (vnd > 0)
        answer_number(answer, "cost_vnd", (int64_t)preview->usual.parts * vnd);
    else
        answer_text(answer, "cost_vnd", NULL);
    if (vnd > 0)
        answer_number(answer, "cost_most_vnd", (int64_t)preview->most.parts * vnd);
    else
        answer_text(answer, "cost_most_vnd", NULL);
    return true;
}

static bool put_act(struct record *record, void *arg, struct error *err)
{
    return template_put(record, arg, err);
}

bool run_template(const struct commands *commands, const struct call *call, struct error *err)
{
    const struct kind *kind = NULL;
    enum slot slot = SLOT_VI;
    struct template template = {.words = ""};
    struct kind_preview preview;
    const char *dry = option_text(call, 4, "dry"), *typed = call->argv[3];
    bool built_in = strcmp(typed, "-") == 0;
    if (!kind_named(call->argv[1], &kind, err))
        return false;
    if (!slot_find(call->argv[2], &slot))
        return error_set(err, ERROR_BAD_INPUT, "«%.20s»: vi, en hoặc zns. / vi, en or zns",
                         call->argv[2]);
    if (!options_check(call, 4, "dry by", err) ||
        !option_user(commands, call, 4, &template.user, err) ||
        (!built_in && !kind_check(kind, slot, typed, template.words, err)) ||
        !kind_try(slot, built_in ? kind_words(kind, slot) : template.words, commands->config,
                  &preview, err) ||
        !say_preview(commands, call->answer, &preview, slot, err))
        return false;
    if (dry != NULL && strcmp(dry, "yes") == 0)
        return true;
    kind_key(kind, slot, template.key);
    if (!commands->acts.run(commands->acts.self, put_act, &template, err))
        return false;
    answer_say(call->answer, "Đã đặt lời tin %s. / set", template.key);
    return true;
}
