#include "labels/layout_reader.h"

#include "labels/shown.h"
#include "labels/svg_values.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool layout_refuse(struct layout_reader *r, const char *format, ...)
{
    char why[160];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, sizeof why, format, args);
    va_end(args);
    r->failed = true;
    return error_set(r->err, ERROR_BAD_INPUT, "layout %s line %lu: <%s> '%s': %s", r->layout->name,
                     r->line, r->element, r->id, why);
}

const char *layout_attribute(const char **attributes, const char *name)
{
    for (; attributes[0] != NULL; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return NULL;
}

/* Whether the element knows the attribute by itself, or it is another language's. */
static bool is_own(const char *name, const char *const *own)
{
    if (strchr(name, '|') != NULL || strcmp(name, "id") == 0)
        return true;
    for (; *own != NULL; own++)
        if (strcmp(*own, name) == 0 ||
            (strcmp(*own, LAYOUT_ANY_DATA) == 0 && strncmp(name, "data-", 5) == 0))
            return true;
    return false;
}

/* All other attributes must be style, or neutral. `style` comes last, as it wins (CSS 2.1, 6.4.4).
 */
bool layout_attributes(struct layout_reader *r, const char **attributes, const char *const *own)
{
    for (int pass = 0; pass < 2; pass++)
        for (const char **at = attributes; at[0] != NULL; at += 2) {
            bool last = strcmp(at[0], "style") == 0;
            char which[LAYOUT_ID_BYTES];
            const char *why = NULL;
            if (last == (pass == 1) && !is_own(at[0], own) &&
                !layout_style_set(&r->styles[r->depth], at[0], at[1], which, &why))
                return layout_refuse(r, "%s %s", which, why);
        }
    return true;
}

bool layout_only_data(struct layout_reader *r, const char **attributes, const char *const *known)
{
    for (const char **at = attributes; at[0] != NULL; at += 2)
        if (strncmp(at[0], "data-", 5) == 0 && !is_own(at[0], known))
            return layout_refuse(r, "%s is outside the subset beside %s", at[0], known[0]);
    return true;
}

bool layout_length(struct layout_reader *r, const char **attributes, const char *name,
                   int32_t missing, int32_t *ret_um)
{
    const char *value = layout_attribute(attributes, name);
    if (value == NULL && missing >= 0) {
        *ret_um = missing;
        return true;
    }
    if (value == NULL)
        return layout_refuse(r, "attribute %s is missing", name);
    return svg_length_um(value, ret_um) ||
           layout_refuse(r, "attribute %s is not a length in mm", name);
}

bool layout_word(struct layout_reader *r, const char **attributes, const char *name,
                 const char *const *words, int missing, int *ret_index)
{
    const char *value = layout_attribute(attributes, name);
    if (value == NULL && missing < 0)
        return layout_refuse(r, "attribute %s is missing", name);
    int found = value == NULL ? missing : -1;
    for (int i = 0; value != NULL && words[i] != NULL; i++)
        if (strcmp(words[i], value) == 0)
            found = i;
    char word[SHOWN_BYTES];
    if (found < 0)
        return layout_refuse(r, "%s='%s' is not known", name, shown(value, strlen(value), word));
    *ret_index = found;
    return true;
}

bool layout_range(struct layout_reader *r, const char **attributes, const char *name,
                  bool (*read)(const char **, int32_t *), int32_t *ret_min, int32_t *ret_max)
{
    const char *at = layout_attribute(attributes, name);
    if (at == NULL)
        return layout_refuse(r, "attribute %s is missing", name);
    int32_t least = 0;
    int32_t most = 0;
    bool good = read(&at, &least);
    most = least;
    if (good && *at != '\0')
        good = read(&at, &most);
    if (!good || *at != '\0' || least <= 0 || most < least)
        return layout_refuse(r, "%s is not one or two growing numbers", name);
    *ret_min = least;
    *ret_max = most;
    return true;
}

bool layout_pair(struct layout_reader *r, const char **attributes, const char *name,
                 int32_t missing, int32_t *ret_x_um, int32_t *ret_y_um)
{
    const char *at = layout_attribute(attributes, name);
    if (at == NULL && missing >= 0) {
        *ret_x_um = *ret_y_um = missing;
        return true;
    }
    int32_t x = 0;
    int32_t y = 0;
    if (at == NULL || !svg_number_um(&at, &x) || !svg_number_um(&at, &y) || *at != '\0' || x < 0 ||
        y < 0)
        return layout_refuse(r, "%s is not two lengths in mm", name);
    *ret_x_um = x;
    *ret_y_um = y;
    return true;
}

bool layout_words(struct layout_reader *r, const char **attributes, const char *name,
                  char *ret_words, size_t room)
{
    const char *value = layout_attribute(attributes, name);
    size_t n = value == NULL ? 0 : strlen(value);
    if (n >= room)
        return layout_refuse(r, "%s is longer than %zu bytes", name, room - 1);
    memcpy(ret_words, value == NULL ? "" : value, n + 1);
    return true;
}
