/* A table of communes as an administrator hands it in: all rows or a sentence with the line. */
#include <stdlib.h>

#include "fuzz.h"
#include "server/office/offices.h"

/* Nobody writes: what would be written is only looked at. */
static bool run_nothing(void *self, act what, void *arg, struct error *err)
{
    (void)self;
    (void)what;
    (void)arg;
    (void)err;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const struct acts acts = {run_nothing, NULL};
    char *text = malloc(n + 1);
    struct error err;
    size_t rows = 0;
    invariant(text != NULL);
    if (n > 0)
        memcpy(text, bytes, n);
    text[n] = '\0';
    if (!communes_load(acts, text, "", 0, &rows, &err))
        check_refusal(&err);
    else
        invariant(rows > 0 && rows <= n);
    free(text);
    return 0;
}
