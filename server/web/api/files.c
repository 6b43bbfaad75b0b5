/* files.c - lists that come in, lists that go out, what was printed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/files.h"
#include "protocol/whole.h"
#include "server/office/list.h"
#include "server/text/text.h"
#include "server/web/api/inside.h"

static int memory_file(const char *name)
{
    return memfd_create(name, MFD_CLOEXEC);
}

static void cannot_now(struct ask *ask)
{
    api_problem(ask, 503, "later", NULL, "Chưa có chỗ cho tệp này. / no room for this file now");
}

/* ------------------------------------------------------------------ in */

/* Quoted, and with ' before what a spreadsheet would run: the import takes it off again. */
static void put_cell(FILE *out, const char *text, bool first)
{
    (void)fputs(first ? "\"" : ",\"", out);
    if (text_is_formula(text))
        (void)fputc('\'', out);
    for (; *text; text++) {
        if (*text == '"')
            (void)fputc('"', out);
        (void)fputc(*text, out);
    }
    (void)fputc('"', out);
}

static const char *cell_of(const json_t *row, enum list_column column, char number[32])
{
    char key[32];
    const json_t *value = json_object_get(row, list_column_key(column, key, sizeof key));
    if (json_is_integer(value))
        (void)snprintf(number, 32, "%lld", (long long)json_integer_value(value));
    return json_is_integer(value)  ? number
           : json_is_true(value)   ? "x"
           : json_is_string(value) ? json_string_value(value)
                                   : "";
}

/* Every member is a column; false names one that is none. */
static bool row_is_known(struct ask *ask, json_t *row)
{
    const char *name;
    json_t *value;
    char key[32];
    json_object_foreach(row, name, value)
    {
        bool known = false;
        for (int i = 0; i < LIST_COLUMNS && !known; i++)
            known = strcmp(list_column_key((enum list_column)i, key, sizeof key), name) == 0;
        bool plain = json_is_string(value) || json_is_integer(value) || json_is_boolean(value);
        if (known && plain)
            continue;
        api_problem(ask, 400, "bad-input", "list",
                    "list: «%.40s» không phải cột của danh sách. / no column, or not plain", name);
        return false;
    }
    return true;
}

/* The rows as the list they would be in a file: there is one way to read lists. */
static bool write_rows(struct ask *ask, const json_t *rows, FILE *out)
{
    size_t i;
    json_t *row;
    char number[32];
    for (int c = 0; c < LIST_COLUMNS; c++)
        put_cell(out, list_column_info((enum list_column)c)->vi, c == 0);
    (void)fputs("\r\n", out);
    json_array_foreach(rows, i, row)
    {
        if (!json_is_object(row)) {
            api_problem(ask, 400, "bad-input", "list",
                        "list: mỗi dòng là một đối tượng. / objects");
            return false;
        }
        if (!row_is_known(ask, row))
            return false;
        for (int c = 0; c < LIST_COLUMNS; c++)
            put_cell(out, cell_of(row, (enum list_column)c, number), c == 0);
        (void)fputs("\r\n", out);
    }
    return true;
}

static bool take_rows(struct ask *ask, int fd)
{
    json_t *body = NULL;
    if (!api_body_take(ask, &body))
        return false;
    const json_t *rows = json_object_get(body, "list");
    bool good = json_array_size(rows) > 0;
    if (!good)
        api_problem(ask, 400, "bad-input", "list", "list: còn thiếu. / missing");
    FILE *out = good ? fdopen(dup(fd), "w") : NULL;
    good = good && out && write_rows(ask, rows, out);
    if (out && fclose(out) != 0)
        good = false;
    json_decref(body);
    return good;
}

/* The list as a file that can be read from its beginning; "" for a type that is none. */
static const char *take_list(struct ask *ask, int fd)
{
    bool csv = api_body_is(ask, "text/csv");
    bool xlsx =
        api_body_is(ask, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    if (api_body_is(ask, "application/json"))
        return take_rows(ask, fd) ? "api.csv" : NULL;
    if (!csv && !xlsx) {
        api_problem(ask, 415, "content-type", "Content-Type",
                    "text/csv, application/json, hoặc XLSX. / or XLSX");
        return NULL;
    }
    if (ask->request->file >= 0 || /* it came as a file (upload.h) */
        whole_write(fd, ask->request->body, ask->request->body_n))
        return csv ? "api.csv" : "api.xlsx";
    cannot_now(ask);
    return NULL;
}

static bool import_words(struct ask *ask, const char *file, struct api_words *words)
{
    const char *office = api_param(ask, "office"), *charset = api_param(ask, "charset");
    return api_word_add(words, "", "import") && api_word_add(words, "", file) &&
           (!office || api_word_add(words, "office", office)) &&
           (!charset || api_word_add(words, "charset", charset)) &&
           (!api_param_flag(ask, "dry") || api_word_add(words, "dry", "yes"));
}

static void finish_import(struct ask *ask, json_t *said)
{
    (void)ask;
    (void)said;
}

void api_import(struct ask *ask)
{
    struct api_words *words = api_words_new();
    int brought = ask->request->file;
    int fd = brought >= 0 ? fcntl(brought, F_DUPFD_CLOEXEC, 0) : memory_file("list");
    if (!words || fd < 0) {
        cannot_now(ask);
    } else {
        const char *file = take_list(ask, fd);
        if (file && lseek(fd, 0, SEEK_SET) == 0 && import_words(ask, file, words))
            api_once_long(ask, words, fd, finish_import);
    }
    if (fd >= 0)
        close(fd);
    api_words_free(words);
}

/* ------------------------------------------------------------------ out */

/* Whoever is bound to one office means that one. */
static bool name_office(struct ask *ask, struct api_words *words)
{
    if (ask->seat.person.offices_n == 0 || api_param(ask, "office"))
        return true;
    api_problem(ask, 400, "bad-input", "office", "office: cơ quan nào? / which office?");
    (void)words;
    return false;
}

static void give_file(struct ask *ask, int fd, const char *type)
{
    struct stat about;
    if (fstat(fd, &about) != 0) {
        cannot_now(ask);
        close(fd);
        return;
    }
    ask->answer->status = 200;
    ask->answer->type = type;
    ask->answer->file = fd;
    ask->answer->file_n = (uint64_t)about.st_size;
}

static void run_export(struct ask *ask, struct api_words *words, int fd)
{
    const char *form = api_param(ask, "form");
    struct error err = {ERROR_NONE, ""};
    json_t *said = NULL;
    if (!act_run(ask->web, ask->request, &ask->seat, words->argc, words->argv, fd, &said, &err)) {
        api_problem_error(ask, NULL, &err);
        close(fd);
        return;
    }
    json_decref(said); /* whose names are in it the command wrote down */
    give_file(ask, fd,
              form && strcmp(form, "xlsx") == 0
                  ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                  : "text/csv; charset=utf-8");
}

void api_export(struct ask *ask)
{
    struct api_words *words = api_words_new();
    int fd = -1;
    if (words && api_words_take(ask, NULL, words) && name_office(ask, words)) {
        fd = files_nameless(ask->web->config.folder);
        if (fd >= 0)
            run_export(ask, words, fd);
        else
            cannot_now(ask);
    }
    api_words_free(words);
}

/* ------------------------------------------------------------------ the evaluation */

void api_report(struct ask *ask)
{
    struct api_words *words = api_words_new();
    struct error err = {ERROR_NONE, ""};
    json_t *said = NULL;
    if (words && api_words_take(ask, NULL, words) && name_office(ask, words)) {
        if (act_read(ask->web, &ask->seat, words->argc, words->argv, &said, &err))
            api_give(ask, 200, said);
        else
            api_problem_error(ask, NULL, &err);
    }
    api_words_free(words);
}

static const char *type_of_paper(const char *paper)
{
    if (paper && strcmp(paper, "xlsx") == 0)
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    return paper && strcmp(paper, "html") == 0 ? "text/html; charset=utf-8" : "application/pdf";
}

static void run_report_file(struct ask *ask, struct api_words *words, int fd)
{
    struct error err = {ERROR_NONE, ""};
    json_t *said = NULL;
    if (act_run(ask->web, ask->request, &ask->seat, words->argc, words->argv, fd, &said, &err)) {
        json_decref(said);
        give_file(ask, fd, type_of_paper(api_param(ask, "paper")));
        return;
    }
    api_problem_error(ask, NULL, &err);
    close(fd);
}

void api_report_file(struct ask *ask)
{
    struct api_words *words = api_words_new();
    if (words && api_words_take(ask, NULL, words) && name_office(ask, words) &&
        (api_param(ask, "paper") || api_word_add(words, "form", "pdf"))) {
        int fd = memory_file("report");
        if (fd >= 0)
            run_report_file(ask, words, fd);
        else
            cannot_now(ask);
    }
    api_words_free(words);
}

/* ------------------------------------------------------------------ printed */

/* The server's own path is nobody's business: its number is what is fetched with. */
static void finish_print(struct ask *ask, json_t *said)
{
    const char *path = json_string_value(json_object_get(said, "path"));
    const char *name = path ? strrchr(path, '/') : NULL;
    (void)ask;
    json_object_set_new(said, "print",
                        name ? json_integer(strtoll(name + 1, NULL, 10)) : json_null());
    json_object_del(said, "path");
}

void api_print(struct ask *ask)
{
    json_t *body = NULL;
    if (!api_body_take(ask, &body))
        return;
    struct api_words *words = api_words_new();
    if (json_array_size(json_object_get(body, "items")) == 0)
        api_problem(ask, 400, "bad-input", "items", "items: còn thiếu. / missing");
    else if (words && api_words_take(ask, body, words))
        api_once_long(ask, words, -1, finish_print);
    api_words_free(words);
    json_decref(body);
}

/* A job may hold what several offices sent. */
void api_print_file(struct ask *ask)
{
    char path[CONFIG_PATH_MAX + 32];
    if (ask->seat.person.offices_n > 0) {
        api_problem(
            ask, 403, "offices", NULL,
            "Tệp in có thể có bì của cơ quan khác. / a print job may hold what other offices "
            "sent");
        return;
    }
    (void)snprintf(path, sizeof path, "%s/%s.pdf", ask->web->print_folder, api_param(ask, "print"));
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        api_problem(ask, 404, "not-found", "print", "%s: không có tệp in này. / no such job",
                    api_param(ask, "print"));
    else if (!api_looked(ask, LOOK_PRINT, api_param_number(ask, "print", 0)))
        close(fd);
    else
        give_file(ask, fd, "application/pdf");
}
