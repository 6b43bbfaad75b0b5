/* commands_mapping.c - how an office names its columns. */
#include <stdio.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/office/list.h"
#include "server/record/mappings.h"
#include "server/record/premises.h"
#include "server/text/text.h"

struct change {
    uint32_t office;
    struct mapping mappings[LIST_COLUMNS];
    size_t n;
};

static bool change_act(struct record *record, void *arg, struct error *err)
{
    const struct change *change = arg;
    for (size_t i = 0; i < change->n; i++)
        if (!mapping_put(record, change->office, &change->mappings[i], err))
            return false;
    return true;
}

/* A name that folds to nothing can never be found; two columns of one name
 * neither. */
static bool take_name(struct change *change, const char *key, const char *text, struct error *err)
{
    struct mapping *mapping = &change->mappings[change->n];
    if (!text_clean(text, strlen(text), mapping->name, sizeof mapping->name))
        return error_set(err, ERROR_BAD_INPUT, "%s=: quá dài hoặc không đọc được. / too long", key);
    (void)snprintf(mapping->key, sizeof mapping->key, "%s", key);
    text_fold(mapping->name, mapping->folded, sizeof mapping->folded);
    if (*mapping->name != '\0' && *mapping->folded == '\0')
        return error_set(err, ERROR_BAD_INPUT, "%s=: phải có chữ hoặc số. / no letters", key);
    for (size_t i = 0; i < change->n && *mapping->folded; i++)
        if (strcmp(change->mappings[i].folded, mapping->folded) == 0)
            return error_set(err, ERROR_BAD_INPUT,
                             "«%.60s»: hai cột cùng một tên. / one name for two columns",
                             mapping->name);
    change->n++;
    return true;
}

static bool take_names(const struct call *call, struct change *change, struct error *err)
{
    char keys[256] = "office";
    for (int i = 0; i < LIST_COLUMNS; i++) {
        char key[MAPPING_KEY_MAX + 1];
        size_t n = strlen(keys);
        (void)snprintf(keys + n, sizeof keys - n, " %s",
                       list_column_key((enum list_column)i, key, sizeof key));
        const char *text = option_text(call, 1, key);
        if (text && !take_name(change, key, text, err))
            return false;
    }
    return options_check(call, 1, keys, err);
}

static bool note_mapping(void *ctx, const struct mapping *mapping)
{
    struct change *known = ctx;
    if (known->n < LIST_COLUMNS)
        known->mappings[known->n++] = *mapping;
    return known->n < LIST_COLUMNS;
}

static void say_column(struct answer *answer, enum list_column column, const struct change *known)
{
    char key[MAPPING_KEY_MAX + 1];
    const char *name = NULL;
    list_column_key(column, key, sizeof key);
    for (size_t i = 0; i < known->n; i++)
        if (strcmp(known->mappings[i].key, key) == 0)
            name = known->mappings[i].name;
    answer_row(answer, "columns");
    answer_text(answer, "column", key);
    answer_text(answer, "means", list_column_info(column)->vi);
    answer_text(answer, "name", name);
}

bool run_mapping(const struct commands *commands, const struct call *call, struct error *err)
{
    struct change change = {.office = PREMISES_FIRST_OFFICE}, known = {.n = 0};
    if (!take_names(call, &change, err) || !option_office(commands, call, 1, &change.office, err) ||
        (change.n > 0 && !commands->acts.run(commands->acts.self, change_act, &change, err)) ||
        !mappings_each(commands->record, change.office, note_mapping, &known, err))
        return false;
    for (int i = 0; i < LIST_COLUMNS; i++)
        say_column(call->answer, (enum list_column)i, &known);
    return true;
}

/* ------------------------------------------------------------------ for an
 * import */

static bool note_name(void *ctx, const struct mapping *mapping)
{
    list_names_set(ctx, mapping->key, mapping->folded);
    return true;
}

bool office_names(const struct commands *commands, uint32_t office, struct list_names *ret_names,
                  struct error *err)
{
    *ret_names = (struct list_names){.folded = {""}};
    return mappings_each(commands->record, office ? office : PREMISES_FIRST_OFFICE, note_name,
                         ret_names, err);
}
