/* commands_words.c - the words of a call: key=value, numbers, who does it. */
#include <stdlib.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/record/postmen.h"
#include "server/record/premises.h"

static bool names(const char *keys, const char *word)
{
    const char *equals = strchr(word, '=');
    size_t n = equals ? (size_t)(equals - word) : 0;
    for (const char *at = keys; n > 0 && *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (strcspn(at, " ") == n && strncmp(at, word, n) == 0)
            return true;
    return false;
}

bool options_check(const struct call *call, int first, const char *keys, struct error *err)
{
    for (int i = first; i < call->argc; i++)
        if (!names(keys, call->argv[i]))
            return error_set(err, ERROR_BAD_INPUT, "«%s»: chỉ nhận KEY=… với %s. / unknown word",
                             call->argv[i], keys);
    return true;
}

int options_end(const struct call *call, int first)
{
    while (first < call->argc && strchr(call->argv[first], '=') != NULL)
        first++;
    return first;
}

const char *option_text(const struct call *call, int first, const char *key)
{
    size_t n = strlen(key);
    for (int i = first; i < call->argc; i++)
        if (strncmp(call->argv[i], key, n) == 0 && call->argv[i][n] == '=')
            return call->argv[i] + n + 1;
    return NULL;
}

bool digits_read(const char *text, uint64_t most, uint64_t *ret_value, struct error *err)
{
    size_t n = strlen(text);
    uint64_t value = n > 0 && n < 20 ? strtoull(text, NULL, 10) : most + 1;
    if (strspn(text, "0123456789") != n || n == 0 || value > most)
        return error_set(err, ERROR_BAD_INPUT, "«%s»: phải là số, nhiều nhất %llu. / not a number",
                         text, (unsigned long long)most);
    *ret_value = value;
    return true;
}

bool option_number(const struct call *call, int first, const char *key, uint64_t most,
                   uint64_t *ret_value, struct error *err)
{
    const char *text = option_text(call, first, key);
    return !text || digits_read(text, most, ret_value, err) || error_add(err, "%s", key);
}

bool option_user(const struct commands *commands, const struct call *call, int first,
                 uint32_t *ret_user, struct error *err)
{
    struct person person;
    const char *name = option_text(call, first, "by");
    *ret_user = 0;
    if (!name)
        return true;
    if (!person_find(commands->record, name, &person, err))
        return error_add(err, "by=%s", name);
    if (person.disabled)
        return error_set(err, ERROR_REFUSED, "by=%s: tài khoản đã tắt. / the account is off", name);
    *ret_user = (uint32_t)person.id;
    return true;
}

bool option_office(const struct commands *commands, const struct call *call, int first,
                   uint32_t *ret_office, struct error *err)
{
    struct premises office;
    const char *code = option_text(call, first, "office");
    if (!code)
        return true;
    if (!premises_find(commands->record, PREMISES_OFFICE, code, record_now(commands->record),
                       &office, err))
        return error_add(err, "office=%.40s", code);
    *ret_office = office.number;
    return true;
}

bool option_badge(const struct call *call, int first, uint32_t *ret_badge, struct error *err)
{
    const char *text = option_text(call, first, "badge");
    return badge_read(text ? text : "", ret_badge, err);
}

struct numbers commands_numbers(const struct commands *commands)
{
    return (struct numbers){commands->config->post_office, commands->config->prefix,
                            commands->config->country, commands->secret, commands->views};
}
