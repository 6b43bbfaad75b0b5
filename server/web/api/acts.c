/* acts.c - what is done: a command of trao-admin, its words taken from path and body. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/web/api/inside.h"

#define WORDS_MAX 4096 /* items named at once, and a few options */

/* One block: the words' places, and their bytes. */
struct words {
    const char *argv[WORDS_MAX];
    int argc;
    char *bytes;
    size_t n, room;
};

static bool add_word(struct words *words, const char *key, const char *value)
{
    size_t n = strlen(key) + strlen(value) + 2;
    if (words->argc == WORDS_MAX || words->n + n > words->room)
        return false;
    char *word = words->bytes + words->n;
    (void)snprintf(word, n, "%s%s%s", key, *key ? "=" : "", value);
    words->argv[words->argc++] = word;
    words->n += n;
    return true;
}

static const char *value_text(const json_t *value, char number[32])
{
    if (json_is_string(value))
        return json_string_value(value);
    (void)snprintf(number, 32, "%lld", (long long)json_integer_value(value));
    return number;
}

/* One word of the operation's: "{item}", "evidence", "pages=", "reason?", "items*". */
static bool take_word(struct ask *ask, const json_t *body, const char *word, struct words *words)
{
    char name[32] = "", number[32];
    size_t n = strcspn(word, "=?*");
    char kind = word[n];
    (void)snprintf(name, sizeof name, "%.*s", (int)n, word);
    if (*word == '{') {
        name[n - 1] = '\0';
        return add_word(words, "", api_param(ask, name + 1));
    }
    const json_t *value = json_object_get(body, name), *one;
    if (!value) {
        if (kind == '?' || kind == '*')
            return true;
        api_problem(ask, 400, "bad-input", name, "%s: còn thiếu. / missing", name);
        return false;
    }
    size_t i;
    bool good = true;
    if (kind == '*')
        json_array_foreach(value, i, one) good =
            good && add_word(words, "", json_string_value(one));
    else
        good = add_word(words, kind == '\0' ? "" : name, value_text(value, number));
    if (!good)
        api_problem(ask, 413, "bad-input", name, "%s: nhiều quá. / too many", name);
    return good;
}

/* Its command, then each word. */
static bool take_words(struct ask *ask, const json_t *body, struct words *words)
{
    char copy[256], *rest = NULL;
    (void)snprintf(copy, sizeof copy, "%s", ask->op->words);
    const char *word = strtok_r(copy, " ", &rest);
    if (!add_word(words, "", word))
        return false;
    while ((word = strtok_r(NULL, " ", &rest)) != NULL)
        if (!take_word(ask, body, word, words))
            return false;
    return true;
}

void api_act(struct ask *ask)
{
    struct error err;
    json_t *said = NULL;
    struct words *words = calloc(1, sizeof *words);
    if (words) {
        words->room = HTTP_BODY_MAX + 4096;
        words->bytes = malloc(words->room);
    }
    if (words && words->bytes && take_words(ask, NULL, words)) {
        if (act_run(ask->web, ask->request, &ask->seat, words->argc, words->argv, -1, &said, &err))
            api_give(ask, 200, said);
        else
            api_problem_error(ask, NULL, &err);
    }
    free(words ? words->bytes : NULL);
    free(words);
}
