/* A person is forgotten by a real server: after `erase` no file of the data folder holds the name,
 * the phone or the number of the card, whatever was killed; every chain verifies; and an older
 * backup that is restored, or an older record that is put back by hand, forgets again. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/world.h"

#define HEADER "Mã hồ sơ,Người nhận,Số CCCD,Địa chỉ,Số điện thoại,Cước bưu điện thu\n"
#define HIM "H27.10-261118-0001"
#define HER "H27.10-261118-0002"
#define NEW "H27.10-261118-0003"

static struct world world;

static int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *format, ...)
{
    char command[1400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(command, sizeof command, format, args);
    va_end(args);
    return system(command);
}

/* In any file of the folder, as it lies on the disk, but for what went out: sms.txt is a gateway.
 */
static bool lies_in(const char *folder, const char *word)
{
    return run("grep -raqF --exclude=sms.txt -e '%s' '%s'", word, folder) == 0;
}

static void his_words(const char *folder, bool there)
{
    static const char *const words[] = {"Nguyễn Vắng Mặt", "912000077", "042099000077",
                                        "nguyen vang mat"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (lies_in(folder, words[i]) && !there)
            fail_msg("%s: %s is still there", folder, words[i]);
    assert_int_equal(lies_in(folder, words[0]), there);
}

static void item_of(const char *dossier, char item[16])
{
    char out[8192], *line, *rest;
    world_do(&world, out, sizeof out, "items", NULL);
    for (line = strtok_r(out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (strstr(line, dossier) && sscanf(line, "%13s", item) == 1)
            return;
    fail_msg("%s has no item", dossier);
}

static void import(const char *rows)
{
    char path[300];
    snprintf(path, sizeof path, "%s/list.csv", world.dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, HEADER "%s", rows);
    fclose(file);
    world_do(&world, NULL, 0, "import", path, NULL);
}

static void issue_two(char him[16], char her[16])
{
    char out[4096];
    import(HIM ",Nguyễn Vắng Mặt,042099000077,\"Số 7, X. Đức Thọ, Hà Tĩnh\",0912000077,0\n" HER
               ",Trần Ở Lại,042099000078,\"Số 8, X. Đức Thọ, Hà Tĩnh\",0912000078,0\n");
    item_of(HIM, him);
    item_of(HER, her);
    world_do(&world, NULL, 0, "recall", him, NULL);
    world_do(&world, NULL, 0, "recall", her, NULL);
    world_do(&world, out, sizeof out, "search", "nguyen vang mat", NULL);
    assert_non_null(strstr(out, him));
}

static void copy_before(char key[280], char copy[280])
{
    char public_key[300];
    snprintf(key, 280, "%s/key", world.dir);
    snprintf(copy, 280, "%s/copies/before.bak", world.dir);
    snprintf(public_key, sizeof public_key, "to=%s/key.pub", world.dir);
    assert_int_equal(run("mkdir '%s/copies' '%s/aside'", world.dir, world.dir), 0);
    world_do(&world, NULL, 0, "backupkey", "--out", key, NULL);
    world_do(&world, NULL, 0, "backup", "--out", copy, public_key, NULL);
}

static void forget_him(const char *him, const char *her)
{
    char out[8192], path[280];
    snprintf(path, sizeof path, "%s/person.json", world.dir);
    world_do(&world, NULL, 0, "persondata", "0912 000 077", "form=json", "--out", path, NULL);
    assert_int_equal(run("python3 -c \"import json,sys; d=json.load(open('%s')); "
                         "a=d['addressees'][0]; sys.exit(not (d['ok'] and len(d['items'])==1 and "
                         "a['name']=='Nguyễn Vắng Mặt' and a['phone']=='+84912000077' and "
                         "len(d['fields'])>20 and d['history'] and d['looks']))\"",
                         path),
                     0);
    assert_int_not_equal(world_admin(&world, out, sizeof out, "erase", HIM, "Yêu cầu xóa", NULL),
                         0); /* a complaint may still come */
    world_do(&world, NULL, 0, "hold", him, "Tòa án yêu cầu", NULL);
    assert_int_not_equal(
        world_admin(&world, out, sizeof out, "erase", HIM, "Yêu cầu xóa", "early=yes", NULL), 0);
    his_words(world.data, true);
    world_do(&world, NULL, 0, "unhold", him, "Tòa án thôi", NULL);
    world_do(&world, out, sizeof out, "erase", "0912000077", "Yêu cầu xóa", "early=yes", NULL);
    assert_non_null(strstr(out, "Đã xóa 1"));
    assert_null(strstr(out, "ít phút")); /* it is gone from the log too */
    his_words(world.data, false);
    assert_true(lies_in(world.data, "Trần Ở Lại"));
    world_do(&world, out, sizeof out, "search", "nguyen vang mat", NULL);
    assert_null(strstr(out, him));
    world_do(&world, out, sizeof out, "search", "tran o lai", NULL);
    assert_non_null(strstr(out, her));
    world_do(&world, out, sizeof out, "erasures", NULL);
    assert_non_null(strstr(out, "Yêu cầu xóa"));
    world_do(&world, out, sizeof out, "verify", NULL);
    assert_non_null(strstr(out, "1 tệp đính kèm đã xóa theo luật"));
    assert_null(strstr(out, "no fact says so"));
}

/* What came a moment ago lies in the log still, before it lies in the record. */
static void forget_who_just_came(void)
{
    char item[16], out[4096];
    import(NEW ",Lê Mới Đến,042099000079,\"Số 9, X. Đức Thọ, Hà Tĩnh\",0912000079,0\n");
    item_of(NEW, item);
    world_do(&world, NULL, 0, "recall", item, NULL);
    assert_true(lies_in(world.data, "Lê Mới Đến"));
    world_do(&world, out, sizeof out, "erase", item, "Yêu cầu xóa", "early=yes", NULL);
    assert_null(strstr(out, "ít phút"));
    assert_false(lies_in(world.data, "Lê Mới Đến"));
}

static void stop_server(int signal_number)
{
    (void)proc_stop(&world.server, signal_number);
}

/* The record alone is put back by hand: the server finds the number in its list. */
static void put_back_by_hand(void)
{
    char out[4096] = "";
    stop_server(SIGTERM);
    assert_int_equal(run("rm -f '%s/record.db-wal' '%s/record.db-shm' '%s/record.mark' && "
                         "cp '%s/aside/record.db' '%s/record.db'",
                         world.data, world.data, world.data, world.dir, world.data),
                     0);
    his_words(world.data, true);
    world_start_server(&world);
    for (int i = 0; i < 100 && strstr(out, "put back") == NULL; i++) {
        proc_sleep_ms(50);
        world_do(&world, out, sizeof out, "erasures", NULL);
    }
    assert_non_null(strstr(out, "put back"));
    for (int i = 0; i < 100 && lies_in(world.data, "Nguyễn Vắng Mặt"); i++)
        proc_sleep_ms(50);
    his_words(world.data, false);
    assert_true(lies_in(world.data, "Trần Ở Lại"));
}

static void a_person_is_forgotten(void **state)
{
    (void)state;
    char him[16], her[16], key[280], key_word[300], copy[280], erased[300], out[4096];
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    issue_two(him, her);
    copy_before(key, copy);
    stop_server(SIGTERM);
    assert_int_equal(run("cp '%s/record.db' '%s/aside/record.db'", world.data, world.dir), 0);
    world_start_server(&world);
    forget_him(him, her);
    forget_who_just_came();
    stop_server(SIGKILL);
    his_words(world.data, false);
    world_start_server(&world);
    put_back_by_hand();
    stop_server(SIGTERM);
    /* A copy of before: all of the folder but the list beside it. */
    snprintf(key_word, sizeof key_word, "key=%s", key);
    snprintf(erased, sizeof erased, "erased=%s/kept", world.dir);
    assert_int_equal(run("mkdir '%s/kept' && cp '%s/erased.txt' '%s/kept/' && rm -r '%s'",
                         world.dir, world.data, world.dir, world.data),
                     0);
    world_do(&world, NULL, 0, "restore", copy, key_word, erased, NULL);
    his_words(world.data, false);
    assert_true(lies_in(world.data, "Trần Ở Lại"));
    world_do(&world, out, sizeof out, "verify", NULL);
    assert_non_null(strstr(out, "1 tệp đính kèm đã xóa theo luật"));
    world_end(&world, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_person_is_forgotten)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
