/* acts.c - what is done: a command of trao-admin, its words taken from path, body and query; done
 * once for each Idempotency-Key (once.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/web/api/inside.h"

struct api_words *api_words_new(void)
{
    struct api_words *words = calloc(1, sizeof *words);
    if (!words)
        return NULL;
    words->room = HTTP_BODY_MAX + 4096;
    words->bytes = malloc(words->room);
    if (words->bytes)
        return words;
    free(words);
    return NULL;
}

void api_words_free(struct api_words *words)
{
    if (words)
        free(words->bytes);
    free(words);
}

bool api_word_add(struct api_words *words, const char *key, const char *value)
{
    size_t n = strlen(key) + strlen(value) + 2;
    if (words->argc == API_WORDS_MAX || words->n + n > words->room)
        return false;
    char *word = words->bytes + words->n;
    (void)snprintf(word, n, "%s%s%s", key, *key ? "=" : "", value);
    words->argv[words->argc++] = word;
    words->n += n;
    return true;
}

/* ------------------------------------------------------------------ one word */

/* What stands for a name, as a word; NULL when nothing does. */
static const char *text_of(struct ask *ask, const json_t *body, const char *name, char number[32])
{
    const json_t *value = json_object_get(body, name);
    if (ask->op->method == API_GET)
        return api_param(ask, name);
    if (json_is_integer(value))
        (void)snprintf(number, 32, "%lld", (long long)json_integer_value(value));
    if (json_is_boolean(value))
        return json_is_true(value) ? "yes" : "no";
    return json_is_integer(value) ? number : json_string_value(value);
}

static bool add_list(const json_t *list, struct api_words *words)
{
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one)
    {
        if (!api_word_add(words, "", json_string_value(one)))
            return false;
    }
    return true;
}

struct api_word api_word_read(const char *text)
{
    struct api_word word = {.in_path = *text == '{', .fixed = *text == '\''};
    text += word.in_path || word.fixed;
    size_t n = strcspn(text, "!=?*:} ");
    (void)snprintf(word.name, sizeof word.name, "%.*s", (int)n, text);
    size_t m = text[n] == ':' ? strcspn(text + n, "!=?* ") : 0;
    word.kind = text[n + m];
    if (word.in_path || word.kind == ' ')
        word.kind = '\0';
    if (word.kind == '=' || word.kind == '?')
        (void)snprintf(word.option, sizeof word.option, "%.*s", (int)(m ? m - 1 : n),
                       m ? text + n + 1 : text);
    return word;
}

static bool take_word(struct ask *ask, const json_t *body, const struct api_word *word,
                      struct api_words *words)
{
    char number[32];
    if (word->fixed)
        return api_word_add(words, "", word->name);
    const char *text = word->in_path       ? api_param(ask, word->name)
                       : word->kind == '*' ? NULL
                                           : text_of(ask, body, word->name, number);
    if (!text && (word->kind == '\0' || word->kind == '=')) {
        api_problem(ask, 400, "bad-input", word->name, "%s: còn thiếu. / missing", word->name);
        return false;
    }
    if (word->kind == '*' ? add_list(json_object_get(body, word->name), words)
                          : !text || api_word_add(words, word->option, text))
        return true;
    api_problem(ask, 413, "bad-input", word->name, "%s: nhiều quá. / too many", word->name);
    return false;
}

bool api_words_take(struct ask *ask, const json_t *body, struct api_words *words)
{
    char copy[256], *rest = NULL;
    (void)snprintf(copy, sizeof copy, "%s", ask->op->words);
    const char *text = strtok_r(copy, " ", &rest);
    if (!api_word_add(words, "", text))
        return false;
    while ((text = strtok_r(NULL, " ", &rest)) != NULL) {
        struct api_word word = api_word_read(text);
        if (!take_word(ask, body, &word, words))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ done */

static void run(struct ask *ask, const json_t *body)
{
    struct error err = {ERROR_NONE, ""};
    json_t *said = NULL;
    struct api_words *words = api_words_new();
    if (words && api_words_take(ask, body, words)) {
        if (ask->op->method == API_POST)
            api_once_short(ask, words);
        else if (act_read(ask->web, &ask->seat, words->argc, words->argv, &said, &err))
            api_give(ask, 200, said);
        else
            api_problem_error(ask, NULL, &err);
    }
    api_words_free(words);
}

void api_act(struct ask *ask)
{
    json_t *body = NULL;
    if (ask->op->method == API_POST && !api_body_take(ask, &body))
        return;
    run(ask, body);
    json_decref(body);
}

/* Never kept for an Idempotency-Key: it says a secret, or its hash would be that of a phone. */
static void run_shown(struct ask *ask, const struct api_words *words)
{
    struct error err = {ERROR_NONE, ""};
    json_t *said = NULL;
    if (act_run(ask->web, ask->request, &ask->seat, words->argc, words->argv, -1, &said, &err))
        api_give(ask, 200, said);
    else
        api_problem_error(ask, NULL, &err);
}

static void finish_nothing(struct ask *ask, json_t *said)
{
    (void)ask;
    (void)said;
}

static void run_long(struct ask *ask, const struct api_words *words)
{
    api_once_long(ask, words, -1, finish_nothing);
}

static void with_words(struct ask *ask,
                       void (*then)(struct ask *ask, const struct api_words *words))
{
    json_t *body = NULL;
    if (!api_body_take(ask, &body))
        return;
    struct api_words *words = api_words_new();
    if (words && api_words_take(ask, body, words))
        then(ask, words);
    api_words_free(words);
    json_decref(body);
}

void api_shown(struct ask *ask)
{
    with_words(ask, run_shown);
}

void api_act_long(struct ask *ask)
{
    with_words(ask, run_long);
}
