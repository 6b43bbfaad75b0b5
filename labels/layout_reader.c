#include "labels/layout_reader.h"

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
    if (found < 0)
        return layout_refuse(r, "%s='%.40s' is not known", name, value);
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
