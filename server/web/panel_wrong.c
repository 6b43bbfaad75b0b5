/* Where a refusal stands: at the field that its sentence speaks of. Commands know no labels; they
 * begin with what they were given: "«abc»: ...", "to=2026-01-01: ...", "H27.99: to=...". */
#include <stdio.h>
#include <string.h>

#include "server/web/panel_inside.h"

#define VALUE_BYTES 512 /* a longer one is quoted by no sentence */

/* What comes after `begin` in `text`, or NULL. */
static const char *past(const char *text, const char *begin)
{
    size_t n = strlen(begin);
    return n > 0 && strncmp(text, begin, n) == 0 ? text + n : NULL;
}

static const char *past_quoted(const char *text, const char *word)
{
    const char *at = past(text, "«");
    at = at != NULL ? past(at, word) : NULL;
    return at != NULL ? past(at, "»") : NULL;
}

static bool is_seen(const struct panel_field *field)
{
    return field->label != NULL && field->place != PANEL_FIXED;
}

static bool is_typed(const struct panel_field *field)
{
    return is_seen(field) && field->choices == NULL && field->place != PANEL_TICKS;
}

/* By its label, or by its word in the command, which people need not read: what stands behind it.
 * NULL: it is not named. */
static const char *named_by(const struct panel_field *field, const char *text)
{
    const char *at = past_quoted(text, field->label), *rest;
    if (at != NULL)
        return text;
    if (field->place != PANEL_OPTION && field->place != PANEL_TICKS)
        return NULL;
    at = past(text, field->name);
    if (at == NULL)
        return NULL;
    rest = past(at, "=: ");
    rest = rest != NULL ? rest : past(at, "=");
    return rest != NULL ? rest : past(at, ": ");
}

static bool find_named(const struct panel_form *form, const char *text, struct panel_wrong *wrong)
{
    for (size_t i = 0; i < PANEL_FIELDS_MAX && form->fields[i].name != NULL; i++) {
        const char *said = is_seen(&form->fields[i]) ? named_by(&form->fields[i], text) : NULL;
        if (said != NULL) {
            *wrong = (struct panel_wrong){i, true, said};
            return true;
        }
    }
    return false;
}

/* By what was typed there; what stands behind that may name another one. */
static bool find_quoted(const struct panel *panel, const struct panel_form *form,
                        struct panel_wrong *wrong)
{
    const char *text = panel->why.text;
    char value[VALUE_BYTES], begin[VALUE_BYTES + 2];
    bool found = false;
    for (size_t i = 0; i < PANEL_FIELDS_MAX && form->fields[i].name != NULL; i++) {
        if (!is_typed(&form->fields[i]) ||
            !panel_read_field(panel->request, &form->fields[i], value, sizeof value))
            continue;
        (void)snprintf(begin, sizeof begin, "%s: ", value);
        const char *rest = *value != '\0' ? past(text, begin) : NULL;
        if (rest != NULL && find_named(form, rest, wrong))
            return true;
        if (!found && (rest != NULL || past_quoted(text, value) != NULL)) {
            *wrong = (struct panel_wrong){i, true, text};
            found = true;
        }
    }
    return found;
}

/* The rows of a text; the only one that was typed; else the first, and the sentence stands above
 * all. */
static void guess(const char *text, const struct panel_form *form, struct panel_wrong *wrong)
{
    size_t typed = 0, only = 0;
    bool rows = past(text, "dòng ") != NULL;
    *wrong = (struct panel_wrong){PANEL_FIELDS_MAX, false, text};
    for (size_t i = 0; i < PANEL_FIELDS_MAX && form->fields[i].name != NULL; i++) {
        const struct panel_field *field = &form->fields[i];
        if (!is_seen(field) || field->place == PANEL_TICKS)
            continue;
        wrong->field = wrong->field == PANEL_FIELDS_MAX ? i : wrong->field;
        if (is_typed(field) && (typed++ == 0 || (rows && field->place == PANEL_FILE)))
            only = i;
    }
    if (typed == 1 || (rows && typed > 0 && form->fields[only].place == PANEL_FILE))
        *wrong = (struct panel_wrong){only, true, text};
}

struct panel_wrong panel_wrong(const struct panel *panel, const struct panel_form *form)
{
    struct panel_wrong wrong;
    if (!find_named(form, panel->why.text, &wrong) && !find_quoted(panel, form, &wrong))
        guess(panel->why.text, form, &wrong);
    return wrong;
}
