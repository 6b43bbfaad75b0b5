/* templates.h - what an administrator had messages say in place of the words of the program, newest
 * last. Rows beside the chain, for looking up; each was written with its fact (TEMPLATE_SET), which
 * the words rest on as evidence. Same threads and groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_TEMPLATES_H
#define TRAO_SERVER_RECORD_TEMPLATES_H

#include "server/record/record.h"

#define TEMPLATE_WORDS_MAX 480 /* bytes, UTF-8 */

struct template
{
    char key[FACT_KEY_MAX + 1];         /* "out.vi": kind and slot */
    char words[TEMPLATE_WORDS_MAX + 1]; /* "" those of the program again */
    struct instant at;
    uint32_t user; /* 0 not known */
};

/* The fact, what it rests on and the row, in one group. `at` is set. */
bool template_put(struct record *record, struct template *template, struct error *err) must_use;
/* What holds; "" those of the program. */
bool template_words(struct record *record, const char *key, char out[TEMPLATE_WORDS_MAX + 1],
                    struct error *err) must_use;
/* Every row of a key, or ("") the last of each; newest first. `each` returns false to stop. */
bool templates_each(struct record *record, const char *key,
                    bool (*each)(void *ctx, const struct template *template), void *ctx,
                    struct error *err) must_use;

#endif
