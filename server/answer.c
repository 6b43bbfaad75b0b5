#include "server/answer.h"

#include <jansson.h>
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/utf8.h"
#include "server/delivery/share.h"

struct answer {
    FILE *out;
    json_t *document; /* NULL: text */
    json_t *row;      /* borrowed from the document; the one that is being said */
    bool in_row, begun;
    const char *label; /* before the next cell */
    bool short_of_memory;
    FILE *lines; /* JSON: what was written without a name */
    char *lines_text;
    size_t lines_n;
};

/* ------------------------------------------------------------------ open, close */

/* A one-time code or a PIN may have stood in it. */
static void wipe_and_free(void *bytes)
{
    if (bytes != NULL)
        explicit_bzero(bytes, malloc_usable_size(bytes));
    free(bytes);
}

static void use_wiping_memory(void)
{
    json_set_alloc_funcs(malloc, wipe_and_free);
}

static void put(struct answer *answer, json_t *into, const char *key, json_t *value)
{
    if (json_object_set_new(into, key, value) != 0)
        answer->short_of_memory = true;
}

/* What is no UTF-8 came from a command line: it is shown with "?" in its places. */
static json_t *string_of(const char *text)
{
    json_t *string = json_string(text);
    size_t left = strlen(text);
    if (string != NULL || utf8_is_text(text, left))
        return string;
    char *copy = strdup(text);
    const char *at = copy;
    uint32_t point;
    while (copy != NULL && left > 0)
        if (!utf8_next(&at, &left, &point)) {
            copy[at - copy] = '?';
            at++;
            left--;
        }
    string = copy == NULL ? NULL : json_string(copy);
    free(copy);
    return string;
}

static void forget(struct answer *answer)
{
    if (answer->lines != NULL)
        (void)fclose(answer->lines);
    wipe_and_free(answer->lines_text);
    json_decref(answer->document);
    free(answer);
}

bool answer_open(const char *command, bool json, FILE *out, struct answer **ret_answer,
                 struct error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct answer *answer = calloc(1, sizeof *answer);
    if (answer == NULL)
        return error_set(err, ERROR_LATER, "answer: out of memory");
    answer->out = out;
    if (json) {
        (void)pthread_once(&once, use_wiping_memory);
        answer->document = json_object();
        answer->lines = open_memstream(&answer->lines_text, &answer->lines_n);
    }
    if (json && (answer->document == NULL || answer->lines == NULL)) {
        forget(answer);
        return error_set(err, ERROR_LATER, "answer: out of memory");
    }
    answer->row = answer->document;
    if (json) {
        put(answer, answer->document, "command", string_of(command));
        put(answer, answer->document, "ok", json_true());
    }
    *ret_answer = answer;
    return true;
}

static json_t *list_of(struct answer *answer, const char *name)
{
    json_t *list = json_object_get(answer->document, name);
    if (list == NULL) {
        put(answer, answer->document, name, json_array());
        list = json_object_get(answer->document, name);
    }
    return list;
}

static void append(struct answer *answer, const char *name, json_t *value)
{
    if (json_array_append_new(list_of(answer, name), value) != 0)
        answer->short_of_memory = true;
}

/* Of commands that write lines without names. */
static void take_lines(struct answer *answer)
{
    char *rest = NULL;
    for (char *line = strtok_r(answer->lines_text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        append(answer, "lines", string_of(line));
}

static void write_document(struct answer *answer, const struct error *why)
{
    if (why != NULL) {
        json_t *error = json_object();
        put(answer, error, "code", json_string(error_code_name(why->code)));
        put(answer, error, "text", string_of(why->text));
        put(answer, answer->document, "ok", json_false());
        put(answer, answer->document, "error", error);
    }
    if (answer->short_of_memory ||
        json_dumpf(answer->document, answer->out, JSON_COMPACT | JSON_REAL_PRECISION(12)) != 0)
        (void)fputs("{\"ok\":false,\"error\":{\"code\":\"later\",\"text\":\"out of memory\"}}",
                    answer->out);
    (void)fputc('\n', answer->out);
}

bool answer_close(struct answer *answer, const struct error *why, struct error *err)
{
    bool good = true;
    answer_end(answer);
    if (answer->lines != NULL) {
        (void)fflush(answer->lines);
        take_lines(answer);
        write_document(answer, why);
        good = !answer->short_of_memory || error_set(err, ERROR_LATER, "answer: out of memory");
    }
    forget(answer);
    return good;
}

bool answer_is_json(const struct answer *answer)
{
    return answer->document != NULL;
}

FILE *answer_lines(struct answer *answer)
{
    return answer->lines != NULL ? answer->lines : answer->out;
}

/* ------------------------------------------------------------------ rows */

void answer_row(struct answer *answer, const char *list)
{
    answer_end(answer);
    answer->in_row = true;
    answer->row = answer->document;
    if (answer->document == NULL || list == NULL)
        return;
    json_t *row = json_object();
    answer->row = row; /* the array holds it from here on */
    append(answer, list, row);
}

void answer_end(struct answer *answer)
{
    if (answer->in_row && answer->document == NULL)
        (void)fputc('\n', answer->out);
    answer->in_row = answer->begun = false;
    answer->row = answer->document;
}

/* ------------------------------------------------------------------ cells */

/* JSON takes `value`; text what follows. */
static void cell(struct answer *answer, const char *key, json_t *value, const char *text)
{
    if (answer->document != NULL) {
        put(answer, answer->row, key, value);
        return;
    }
    (void)fprintf(answer->out, "%s%s%s%s", answer->begun ? "\t" : "",
                  answer->label != NULL ? answer->label : "", text, answer->in_row ? "" : "\n");
    answer->begun = answer->in_row;
    answer->label = NULL;
}

/* The JSON of a value; nothing is made when text is wanted. */
#define IN_JSON(answer, value) ((answer)->document != NULL ? (value) : NULL)

void answer_text(struct answer *answer, const char *key, const char *value)
{
    cell(answer, key, IN_JSON(answer, value != NULL ? string_of(value) : json_null()),
         value != NULL ? value : "-");
}

void answer_number(struct answer *answer, const char *key, int64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)value);
    cell(answer, key, IN_JSON(answer, json_integer(value)), text);
}

void answer_code(struct answer *answer, const char *key, int digits, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%0*llu", digits, (unsigned long long)value);
    answer_text(answer, key, text);
}

void answer_time(struct answer *answer, const char *key, struct instant at)
{
    char text[CLOCK_TEXT_MAX];
    answer_text(answer, key, at.ms == 0 ? NULL : clock_iso_local(at, text, sizeof text));
}

void answer_day(struct answer *answer, const char *key, struct instant at)
{
    char text[CLOCK_TEXT_MAX] = "";
    if (at.ms != 0)
        clock_iso_local(at, text, sizeof text);
    text[10] = '\0';
    answer_text(answer, key, at.ms == 0 ? NULL : text);
}

void answer_flag(struct answer *answer, const char *key, bool on, const char *yes, const char *no)
{
    cell(answer, key, IN_JSON(answer, json_boolean(on)), on ? yes : no);
}

void answer_share(struct answer *answer, const char *key, uint64_t part, uint64_t whole)
{
    char text[32] = "–";
    uint64_t hundredths = whole == 0 ? 0 : share_hundredths(part, whole);
    if (whole > 0)
        (void)snprintf(text, sizeof text, "%llu,%02llu %%", (unsigned long long)(hundredths / 100),
                       (unsigned long long)(hundredths % 100));
    cell(answer, key,
         IN_JSON(answer, whole == 0 ? json_null() : json_real((double)hundredths / 100)), text);
}

void answer_words(struct answer *answer, const char *key, const char *const *words, size_t n)
{
    json_t *array = IN_JSON(answer, json_array());
    bool alone = !answer->in_row;
    if (answer->document == NULL) {
        if (alone)
            answer_row(answer, NULL);
        cell(answer, key, NULL, n == 0 ? "none" : words[0]);
        for (size_t i = 1; i < n; i++)
            (void)fprintf(answer->out, ",%s", words[i]);
        if (alone)
            answer_end(answer);
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (json_array_append_new(array, string_of(words[i])) != 0)
            answer->short_of_memory = true;
    cell(answer, key, array, "");
}

void answer_label(struct answer *answer, const char *label)
{
    answer->label = label;
}

void answer_say(struct answer *answer, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&text, format, args);
    va_end(args);
    answer_end(answer);
    if (n < 0)
        answer->short_of_memory = true;
    else if (answer->document != NULL)
        append(answer, "said", string_of(text));
    else
        (void)fprintf(answer->out, "%s\n", text);
    if (n >= 0)
        free(text);
}
