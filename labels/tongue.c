#include "labels/tongue.h"

#include <stdio.h>
#include <string.h>

const struct tongue tongues[] = {
#define TONGUE(name, many, words) {#name, many, words, write_##name##_open},
#include "labels/tongues.def"
#undef TONGUE
    {0},
};

bool tongue_find(const char *name, const struct tongue **ret_tongue, struct error *err)
{
    char all[128] = "";
    size_t used = 0;
    for (const struct tongue *t = tongues; t->name != NULL; t++) {
        if (strcmp(t->name, name) == 0) {
            *ret_tongue = t;
            return true;
        }
        used += (size_t)snprintf(all + used, sizeof all - used, " %s", t->name);
    }
    return error_set(err, ERROR_NOT_FOUND, "no tongue '%s'; there are:%s", name, all);
}
