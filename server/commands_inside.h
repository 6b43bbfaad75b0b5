/* commands_inside.h - what the files of commands share: one function a row of commands.def, and the
 * words of a call. A command speaks through call->answer, cell by cell (answer.h): so `--json`
 * comes with it. Nobody else includes it. */
#ifndef TRAO_SERVER_COMMANDS_INSIDE_H
#define TRAO_SERVER_COMMANDS_INSIDE_H

#include "server/commands.h"
#include "server/office/list.h"
#include "server/office/numbers.h"
#include "server/record/people.h"

#define RUN_HERE(name)
#define RUN_ALONE(name)
#define RUN_SERVER(name)                                                                           \
    bool run_##name(const struct commands *commands, const struct call *call, struct error *err)   \
        must_use;
#define COMMAND(name, WHERE, least, most, arguments, help) RUN_##WHERE(name)
#include "server/commands.def"
#undef COMMAND
#undef RUN_HERE
#undef RUN_ALONE
#undef RUN_SERVER

/* An item's number as it was typed. BAD_INPUT. */
bool named_item(const char *text, struct item *ret_item, struct error *err) must_use;
/* An item that the views know. NOT_FOUND, BAD_INPUT. */
bool known_item(const struct commands *commands, const char *text, struct view *ret_view,
                struct error *err) must_use;

/* The items named from argv[first] on; free(*new_items). BAD_INPUT. */
bool named_items(const struct call *call, int first, struct item **new_items, size_t *ret_n,
                 struct error *err) must_use;
/* All items of a status, oldest first; free(*new_items). */
bool all_items(const struct commands *commands, enum status status, struct item **new_items,
               size_t *ret_n, struct error *err) must_use;

/* Words like key=value from argv[first] on. Each must begin with one of `keys`, separated by
 * blanks ("originals copies pages"); BAD_INPUT names the first that does not. */
bool options_check(const struct call *call, int first, const char *keys,
                   struct error *err) must_use;
/* The first word from argv[first] on that is no key=value. */
int options_end(const struct call *call, int first);
/* The value of key=, NULL when it is not given. */
const char *option_text(const struct call *call, int first, const char *key);
/* Digits only, at most `most`; `*ret_value` is left alone when the key is not given. */
bool option_number(const struct call *call, int first, const char *key, uint64_t most,
                   uint64_t *ret_value, struct error *err) must_use;
/* badge=TH-12, required. */
bool option_badge(const struct call *call, int first, uint32_t *ret_badge,
                  struct error *err) must_use;
/* by=NAME: the person of the record who does it; 0 when it is not given. NOT_FOUND. */
bool option_user(const struct commands *commands, const struct call *call, int first,
                 uint32_t *ret_user, struct error *err) must_use;

/* office=CODE: the number of an office in force; left alone when it is not given. NOT_FOUND,
 * REFUSED when it has ended. */
bool option_office(const struct commands *commands, const struct call *call, int first,
                   uint32_t *ret_office, struct error *err) must_use;

/* A post office that is in the registry, or this server's own. NOT_FOUND, in a sentence that begins
 * with `what`: a number of six digits is easily mistyped, and would never be heard of again. */
bool post_office_entered(const struct commands *commands, const char *what, uint32_t post_office,
                         struct error *err) must_use;

/* How an office names its columns (commands_mapping.c); 0 the first office. */
bool office_names(const struct commands *commands, uint32_t office, struct list_names *ret_names,
                  struct error *err) must_use;

/* key=2026-11-25: the first minute of that day; left alone when it is not given. BAD_INPUT. */
bool option_day(const struct call *call, int first, const char *key, struct instant *ret_at,
                struct error *err) must_use;

/* What a fact that sets something has in common: from=, to=, post-office=, by=; the key; the
 * citation, which is wanted. BAD_INPUT, NOT_FOUND. */
bool setting_options(const struct commands *commands, const struct call *call, int first,
                     const char *keys, struct office_fact *fact, struct error *err) must_use;
bool setting_key(struct office_fact *fact, const char *key, struct error *err) must_use;
bool setting_citation(struct office_fact *fact, const char *text, struct error *err) must_use;
/* Writes them, all or none. */
bool settings_record(const struct commands *commands, struct office_fact *facts, size_t n,
                     struct error *err) must_use;

/* The name of a person or key that is to be registered. BAD_INPUT. */
bool person_name_check(const char *name, struct error *err) must_use;
/* Codes of offices by commas into person->offices, or "all": bound to none. BAD_INPUT, NOT_FOUND,
 * REFUSED. */
bool person_offices_read(const struct commands *commands, const char *text, struct person *person,
                         struct error *err) must_use;
void person_offices_say(const struct commands *commands, struct answer *answer,
                        const struct person *person);

bool digits_read(const char *text, uint64_t most, uint64_t *ret_value, struct error *err) must_use;

/* Printers can be reached from here (commands_printers.c); else LATER. */
bool spooling(const struct commands *commands, struct error *err) must_use;

/* The numbers of the post office this server stands in. */
struct numbers commands_numbers(const struct commands *commands);

#endif
