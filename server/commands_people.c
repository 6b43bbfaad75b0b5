/* commands_people.c - who may log in at a desk, as what, and for which offices. */
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/commands_inside.h"
#include "server/record/looks.h"
#include "server/record/people.h"
#include "server/record/premises.h"
#include "server/record/second.h"
#include "server/text/text.h"
#include "server/web/password.h"

/* ------------------------------------------------------------------ one person */

struct putting {
    struct person person;
    bool is_new, fresh_password, reset_second;
    uint32_t by; /* who does it; 0 the administrator of the machine */
    char password[PASSWORD_ONE_TIME_MAX];
};

static bool put_person_act(struct record *record, void *arg, struct error *err)
{
    const struct putting *putting = arg;
    const struct person *person = &putting->person;
    struct person known;
    bool done = putting->is_new
                    ? person_add(record, person, err)
                    : person_change(record, person, err) &&
                          (!putting->fresh_password ||
                           person_set_password(record, person->id, person->hash, true, err));
    if (!done || !person_find(record, person->name, &known, err))
        return false;
    struct look look = {.person = known.id, .kind = LOOK_PERSON, .rows = putting->by};
    struct look reset = {.person = known.id, .kind = LOOK_SECOND_RESET, .rows = putting->by};
    return look_add(record, &look, err) &&
           (!putting->reset_second ||
            (second_drop(record, known.id, err) && look_add(record, &reset, err)));
}

bool person_name_check(const char *name, struct error *err)
{
    char clean[4 * PERSON_NAME_MAX];
    size_t n = strlen(name);
    if (n > 0 && n <= PERSON_NAME_MAX && text_clean(name, n, clean, sizeof clean) &&
        text_is_visible(clean) && strcmp(clean, name) == 0 && strpbrk(name, "=,") == NULL)
        return true;
    return error_set(err, ERROR_BAD_INPUT, "«%.40s»: không phải tên đăng nhập. / no login name",
                     name);
}

static bool read_role(const struct call *call, struct person *person, struct error *err)
{
    const char *text = option_text(call, 2, "role");
    const struct role_info *role = text == NULL ? NULL : role_named(text);
    if (text != NULL && role == NULL)
        return error_set(err, ERROR_BAD_INPUT,
                         "role=%.40s: clerk reader dispatcher manager administrator auditor", text);
    if (person->role == ROLE_KEY || (role != NULL && role->role == ROLE_KEY))
        return error_set(err, ERROR_BAD_INPUT,
                         "khóa tích hợp: dùng key, keyrevoke. / keys are "
                         "given out by key");
    if (role != NULL)
        person->role = role->role;
    return person->role != ROLE_NONE ||
           error_set(err, ERROR_BAD_INPUT,
                     "role=: người mới cần vai trò. / a new person needs one");
}

static bool add_office(const struct commands *commands, const char *code, struct person *person,
                       struct error *err)
{
    struct premises office;
    if (person->offices_n == PERSON_OFFICES_MAX)
        return error_set(err, ERROR_BAD_INPUT, "office=: nhiều nhất %d. / at most %d",
                         PERSON_OFFICES_MAX, PERSON_OFFICES_MAX);
    if (!premises_find(commands->record, PREMISES_OFFICE, code, record_now(commands->record),
                       &office, err))
        return error_add(err, "office=%.40s", code);
    person->offices[person->offices_n++] = office.number;
    return true;
}

/* Codes by commas; "all": bound to none. */
bool person_offices_read(const struct commands *commands, const char *text, struct person *person,
                         struct error *err)
{
    person->offices_n = 0;
    if (strcmp(text, "all") == 0)
        return true;
    while (*text != '\0') {
        char code[64];
        size_t n = strcspn(text, ",");
        if (n == 0 || n >= sizeof code)
            return error_set(err, ERROR_BAD_INPUT, "office=%.40s: mã cơ quan? / an office's code?",
                             text);
        memcpy(code, text, n);
        code[n] = '\0';
        if (!add_office(commands, code, person, err))
            return false;
        text += n + (text[n] == ',');
    }
    return person->offices_n > 0 ||
           error_set(err, ERROR_BAD_INPUT, "office=: mã cơ quan, hoặc all. / codes, or all");
}

/* Those who work for offices are not let loose on all of them by an omission. */
static bool offices_said(const struct person *person, const char *text, struct error *err)
{
    bool bound = person->role == ROLE_CLERK || person->role == ROLE_READER;
    return !bound || text != NULL || person->offices_n > 0 ||
           error_set(err, ERROR_BAD_INPUT,
                     "office=: cơ quan nào, hay all? / which offices, or all?");
}

static bool read_state(const struct call *call, struct person *person, struct error *err)
{
    const char *text = option_text(call, 2, "state");
    if (text != NULL && strcmp(text, "on") != 0 && strcmp(text, "off") != 0)
        return error_set(err, ERROR_BAD_INPUT, "state=%.40s: on, off", text);
    if (text != NULL)
        person->disabled = strcmp(text, "off") == 0;
    return true;
}

static bool read_password(const struct call *call, struct putting *putting, struct error *err)
{
    const char *text = option_text(call, 2, "password");
    struct chance chance = chance_system();
    if (text != NULL && strcmp(text, "new") != 0)
        return error_set(err, ERROR_BAD_INPUT,
                         "password=new: máy chủ đặt, chỉ hiện một lần. / the server draws it");
    putting->fresh_password = text != NULL || putting->is_new;
    if (!putting->fresh_password)
        return true;
    putting->person.must_change = true;
    password_one_time(&chance, putting->password);
    return password_hash(putting->password, putting->person.hash, err);
}

/* Who lost his phone and his recovery codes begins anew. */
static bool read_second(const struct call *call, struct putting *putting, struct error *err)
{
    const char *text = option_text(call, 2, "second");
    if (text != NULL && strcmp(text, "reset") != 0)
        return error_set(err, ERROR_BAD_INPUT, "second=%.40s: reset", text);
    putting->reset_second = text != NULL;
    return true;
}

static bool read_person(const struct commands *commands, const struct call *call,
                        struct putting *putting, struct error *err)
{
    struct person *person = &putting->person;
    const char *offices = option_text(call, 2, "office");
    return read_role(call, person, err) &&
           (offices == NULL || person_offices_read(commands, offices, person, err)) &&
           offices_said(person, offices, err) && read_state(call, person, err) &&
           read_second(call, putting, err) && read_password(call, putting, err) &&
           option_user(commands, call, 2, &putting->by, err);
}

/* As he is, or as nobody yet. */
static bool find_person(const struct commands *commands, const char *name, struct putting *putting,
                        struct error *err)
{
    struct error why = {ERROR_NONE, ""};
    if (person_find(commands->record, name, &putting->person, &why))
        return true;
    if (why.code != ERROR_NOT_FOUND)
        return error_set(err, why.code, "%s", why.text);
    putting->is_new = true;
    memcpy(putting->person.name, name, strlen(name) + 1);
    return true;
}

/* new=yes: an account that is there is not changed by an oversight. */
static bool is_as_said(const struct call *call, const struct putting *putting, struct error *err)
{
    const char *text = option_text(call, 2, "new");
    if (text != NULL && strcmp(text, "yes") != 0)
        return error_set(err, ERROR_BAD_INPUT, "new=%.40s: yes", text);
    return text == NULL || putting->is_new ||
           error_set(
               err, ERROR_REFUSED,
               "%s: tên này đã có; chưa đổi gì. / this name is there already; nothing changed",
               putting->person.name);
}

bool run_person(const struct commands *commands, const struct call *call, struct error *err)
{
    struct putting putting = {.is_new = false};
    const char *name = call->argv[1];
    bool done = person_name_check(name, err) &&
                options_check(call, 2, "role office password state second new by", err) &&
                find_person(commands, name, &putting, err) && is_as_said(call, &putting, err) &&
                read_person(commands, call, &putting, err) &&
                commands->acts.run(commands->acts.self, put_person_act, &putting, err);
    if (done && putting.fresh_password) {
        answer_label(call->answer, "password ");
        answer_text(call->answer, "password", putting.password);
    }
    if (done)
        answer_say(call->answer, "Đã ghi %s. / recorded", name);
    chain_wipe(&putting, sizeof putting);
    return done;
}

/* ------------------------------------------------------------------ all of them */

struct people_listing {
    const struct commands *commands;
    struct answer *answer;
    const struct item *item; /* of looks: only those at its data; NULL all */
};

void person_offices_say(const struct commands *commands, struct answer *answer,
                        const struct person *person)
{
    char codes[PERSON_OFFICES_MAX][PREMISES_CODE_MAX + 1];
    const char *words[PERSON_OFFICES_MAX];
    struct instant now = record_now(commands->record);
    for (size_t i = 0; i < person->offices_n; i++) {
        struct premises office;
        struct error none;
        bool known =
            premises_at(commands->record, PREMISES_OFFICE, person->offices[i], now, &office, &none);
        (void)snprintf(codes[i], sizeof codes[i], "%s", known ? office.code : "?");
        words[i] = codes[i];
    }
    if (person->offices_n == 0)
        answer_text(answer, "offices", "all");
    else
        answer_words(answer, "offices", words, person->offices_n);
}

static bool say_person(void *ctx, const struct person *person)
{
    const struct people_listing *listing = ctx;
    const struct role_info *role = role_info(person->role);
    answer_row(listing->answer, "people");
    answer_text(listing->answer, "name", person->name);
    answer_text(listing->answer, "role", role != NULL ? role->key : NULL);
    person_offices_say(listing->commands, listing->answer, person);
    answer_flag(listing->answer, "on", !person->disabled, "on", "off");
    answer_flag(listing->answer, "one_time_password", person->must_change, "one-time", "own");
    answer_flag(listing->answer, "second_factor", person->second, "two", "one");
    answer_time(listing->answer, "locked_until",
                person->locked_until.ms > record_now(listing->commands->record).ms
                    ? person->locked_until
                    : (struct instant){0});
    return true;
}

bool run_people(const struct commands *commands, const struct call *call, struct error *err)
{
    struct people_listing listing = {commands, call->answer, NULL};
    return people_each(commands->record, say_person, &listing, err);
}

/* ------------------------------------------------------------------ what they looked at */

/* By commas; those of a page with many are many. */
static void say_looked_items(struct answer *answer, const struct look *look)
{
    static const size_t each = ITEM_CHARS + 1;
    char text[LOOK_ITEMS_MAX * (ITEM_CHARS + 1) + 1] = "";
    size_t n = look->items == NULL ? 0 : strlen(look->items) / ITEM_CHARS;
    for (size_t i = 0; i < n && i < LOOK_ITEMS_MAX; i++)
        (void)snprintf(text + i * each, each + 1, "%.*s,", ITEM_CHARS,
                       look->items + i * ITEM_CHARS);
    if (n > 0)
        text[n * each - 1] = '\0';
    answer_text(answer, "items", n > 0 ? text : NULL);
}

static bool say_look(void *ctx, const struct look *look)
{
    const struct people_listing *listing = ctx;
    if (listing->item != NULL && !look_has_item(look, listing->item))
        return true;
    struct person person;
    struct error none;
    bool known =
        look->person != 0 && person_get(listing->commands->record, look->person, &person, &none);
    answer_row(listing->answer, "looks");
    answer_number(listing->answer, "number", (int64_t)look->seq);
    answer_time(listing->answer, "at", look->at);
    answer_text(listing->answer, "person", known ? person.name : NULL);
    answer_text(listing->answer, "kind", look_key(look->kind));
    answer_number(listing->answer, "rows", (int64_t)look->rows);
    answer_text(listing->answer, "client", *look->client != '\0' ? look->client : NULL);
    say_looked_items(listing->answer, look);
    return true;
}

bool run_looks(const struct commands *commands, const struct call *call, struct error *err)
{
    struct people_listing listing = {commands, call->answer, NULL};
    struct instant from = {0}, to = {INT64_MAX};
    struct person person = {.id = 0};
    const char *name = option_text(call, 1, "person");
    const char *number = option_text(call, 1, "item");
    struct item item;
    if (!options_check(call, 1, "person item from to", err) ||
        !option_day(call, 1, "from", &from, err) || !option_day(call, 1, "to", &to, err))
        return false;
    if (name != NULL && !person_find(commands->record, name, &person, err))
        return error_add(err, "person=%.40s", name);
    if (number != NULL && !named_item(number, &item, err))
        return false;
    listing.item = number == NULL ? NULL : &item;
    return looks_each(commands->record, person.id, from, to, say_look, &listing, err);
}
