#include "tests/server/api_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int api_rig_open(void **state)
{
    struct web_rig *rig = calloc(1, sizeof *rig);
    web_rig_open(rig);
    json_decref(api_rig_command(rig, -1, "range 480000 5000"));
    *state = rig;
    return 0;
}

int api_rig_close(void **state)
{
    web_rig_close(*state);
    free(*state);
    return 0;
}

json_t *api_rig_command(struct web_rig *rig, int fd, const char *words)
{
    char copy[1024], *rest = NULL, *argv[64], *json = NULL;
    struct call call = {.argv = argv, .fd = fd};
    (void)snprintf(copy, sizeof copy, "%s", words);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[call.argc++] = word;
    argv[call.argc] = NULL;
    struct error why = {ERROR_NONE, ""};
    if (!lanes_say(rig->lanes, &call, &json, &why))
        fail_msg("%s: %s", words, why.text);
    json_t *document = json_loads(json, 0, NULL);
    free(json);
    assert_non_null(document);
    return document;
}

void api_rig_key(struct web_rig *rig, const char *words, char out[160])
{
    char line[512];
    (void)snprintf(line, sizeof line, "key %s", words);
    json_t *said = api_rig_command(rig, -1, line);
    (void)snprintf(out, 160, "Authorization: Bearer %s\r\n",
                   json_string_value(json_object_get(said, "key")));
    json_decref(said);
}

json_t *api_rig_document(const struct web_rig *rig)
{
    json_error_t why;
    json_t *document = json_loads(web_rig_body(rig), JSON_REJECT_DUPLICATES, &why);
    if (!document)
        fail_msg("%s: %s", why.text, rig->answer);
    return document;
}

static const char *text_of(const json_t *document, const char *name)
{
    const char *text = json_string_value(json_object_get(document, name));
    return text ? text : "";
}

void api_rig_problem(const struct web_rig *rig, int status, const char *code, const char *field)
{
    if (!web_rig_says(rig, "Content-Type: application/problem+json\r\n"))
        fail_msg("no problem: %s", rig->answer);
    json_t *problem = api_rig_document(rig);
    assert_int_equal(json_integer_value(json_object_get(problem, "status")), status);
    assert_string_equal(text_of(problem, "code"), code);
    if (strcmp(text_of(problem, "field"), field ? field : "") != 0)
        fail_msg("field %s: %s", text_of(problem, "field"), web_rig_body(rig));
    assert_non_null(strstr(text_of(problem, "title"), " / "));
    assert_string_not_equal(text_of(problem, "detail"), "");
    json_decref(problem);
}

void api_rig_import(struct web_rig *rig, int n)
{
    static const char *const names[] = {"Nguyễn Thị Lan", "Trần Văn Bình", "Đỗ Xuân Quỳnh",
                                        "Lê Hoàng Ân"};
    struct import_report report;
    char *text = NULL, *lines = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    (void)fputs("Mã hồ sơ,Người nhận,Địa chỉ,Số điện thoại\n", out);
    for (int i = 1; i <= n; i++)
        (void)fprintf(out, "H27.15-261119-%04d,%s,\"Thôn %d, X. Cẩm Trung, Hà Tĩnh\",09120%05d\n",
                      i, names[i % 4], i, 10000 + i);
    (void)fclose(out);
    assert_good(desk_rig_import(&rig->desk, text, &report, &lines, &err));
    if (report.added != (uint32_t)n)
        fail_msg("%s", lines);
    free(lines);
    free(text);
}
