/* The API's own document, checked as OpenAPI 3.1, and every operation in it asked of a server; each
 * answer fits its schema (api_walk.mjs). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/office/list.h"
#include "tests/server/api_rig.h"

static const char scopes[] =
    "items:read,names:read,items:write,desk:write,handovers:read,rounds:read,rounds:write,"
    "cases:read,cases:write,boards:read,exports:read,law:read,law:write,hooks:read,hooks:write";

/* The key alone, without its header. */
static void bare(char line[160])
{
    const char *at = strstr(line, "trao_");
    assert_non_null(at);
    memmove(line, at, strlen(at) + 1);
    line[strcspn(line, "\r")] = '\0';
}

static void every_operation(void **state)
{
    struct web_rig *rig = *state;
    char words[384], key[160], boards[160], items[160], base[64];
    int status = 0;
    if (access(NPM_DIR "/node_modules/@seriousme", F_OK) != 0) {
        print_message("sh tests/setup --npm brings what checks the document\n");
        skip();
    }
    for (int badge = 12; badge <= 13; badge++) {
        (void)snprintf(words, sizeof words, "postman TH-%d name=Mẫu from=2026-11-01", badge);
        json_decref(api_rig_command(rig, -1, words));
    }
    (void)snprintf(words, sizeof words, "cong scope=%s office=all", scopes);
    api_rig_key(rig, words, key);
    api_rig_key(rig, "bang scope=boards:read office=all", boards);
    api_rig_key(rig, "bi scope=items:read office=all", items);
    (void)snprintf(rig->desk.config.push_hosts, sizeof rig->desk.config.push_hosts, "mot.vn");
    bare(key);
    bare(boards);
    bare(items);
    (void)snprintf(base, sizeof base, "http://127.0.0.1:%u", rig->desk.config.plain.port);
    pid_t child = fork();
    if (child == 0) {
        execlp("node", "node", TESTS_DIR "/server/api_walk.mjs", NPM_DIR, base, key, boards, items,
               (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_operation, api_rig_open, api_rig_close)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
