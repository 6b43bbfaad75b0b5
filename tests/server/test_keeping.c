/* What stands in a backup: found whole, or what is wrong with it is named. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/keeping/restore.h"
#include "server/keeping/sets.h"
#include "server/record/papers.h"
#include "tests/server/rig.h"

static struct backup_key key;

static int make_key(void **state)
{
    struct chance chance = chance_system();
    (void)state;
    box_keys_new(&chance, &key.public_key, &key.secret_key);
    return 0;
}

/* ------------------------------------------------------------------ the stream */

#define PLAIN 150000 /* three pieces */

static int sealed_file(size_t n)
{
    struct chance chance = chance_system();
    struct stream_out *out;
    uint8_t *bytes = malloc(n + 1);
    int fd = memfd_create("stream", MFD_CLOEXEC);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(i * 7);
    assert_good(stream_out_open(fd, &key.public_key, &chance, &out, &err));
    assert_good(stream_put(out, bytes, n, &err));
    assert_good(stream_end(out, &err));
    struct stat about;
    assert_int_equal(fstat(fd, &about), 0);
    assert_int_equal(about.st_size, stream_out_bytes(out));
    stream_out_free(out);
    free(bytes);
    return fd;
}

/* True when exactly what was put comes back, and then the end. */
static bool reads_whole(int fd, size_t n, struct error *err)
{
    struct stream_in *in;
    uint8_t *bytes = malloc(n + 1);
    lseek(fd, 0, SEEK_SET);
    bool good = stream_in_open(fd, &key.public_key, &key.secret_key, &in, err);
    if (good) {
        good = stream_get(in, bytes, n, err) && stream_done(in, err);
        for (size_t i = 0; good && i < n; i++)
            assert_int_equal(bytes[i], (uint8_t)(i * 7));
        stream_in_free(in);
    }
    free(bytes);
    return good;
}

static void any_length_comes_back(void **state)
{
    (void)state;
    static const size_t lengths[] = {0,
                                     1,
                                     STREAM_PIECE_BYTES - 1,
                                     STREAM_PIECE_BYTES,
                                     STREAM_PIECE_BYTES + 1,
                                     (size_t)3 * STREAM_PIECE_BYTES};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        int fd = sealed_file(lengths[i]);
        assert_good(reads_whole(fd, lengths[i], &err));
        close(fd);
    }
}

static void any_cut_is_found(void **state)
{
    (void)state;
    struct stat about;
    int fd = sealed_file(PLAIN);
    assert_int_equal(fstat(fd, &about), 0);
    for (off_t n = about.st_size - 1; n >= 0; n -= n > 300 && n < about.st_size - 300 ? 997 : 1) {
        assert_int_equal(ftruncate(fd, n), 0);
        struct error err;
        assert_false(reads_whole(fd, PLAIN, &err));
    }
    close(fd);
}

static void any_flipped_bit_is_found(void **state)
{
    (void)state;
    struct stat about;
    int fd = sealed_file(PLAIN);
    assert_int_equal(fstat(fd, &about), 0);
    for (off_t at = 0; at < about.st_size; at += at < 300 ? 1 : 1009) {
        uint8_t was, is;
        struct error err;
        assert_int_equal(pread(fd, &was, 1, at), 1);
        is = was ^ (uint8_t)(1 << at % 8);
        assert_int_equal(pwrite(fd, &is, 1, at), 1);
        assert_false(reads_whole(fd, PLAIN, &err));
        assert_int_equal(pwrite(fd, &was, 1, at), 1);
    }
    assert_int_equal(pwrite(fd, "x", 1, about.st_size), 1); /* ... and one byte more */
    assert_error(reads_whole(fd, PLAIN, &err), ERROR_BROKEN);
    close(fd);
}

/* Two pieces of one stream in each other's place. */
static void moved_pieces_are_found(void **state)
{
    (void)state;
    enum { PIECE = 4 + STREAM_PIECE_BYTES + 17, FRONT = 8 + 8 + 80 + 24 };
    uint8_t *bytes = malloc((size_t)2 * PIECE);
    int fd = sealed_file(PLAIN);
    assert_int_equal(pread(fd, bytes, (size_t)2 * PIECE, FRONT), 2 * PIECE);
    assert_int_equal(pwrite(fd, bytes + PIECE, PIECE, FRONT), PIECE);
    assert_int_equal(pwrite(fd, bytes, PIECE, FRONT + PIECE), PIECE);
    assert_error(reads_whole(fd, PLAIN, &err), ERROR_BROKEN);
    free(bytes);
    close(fd);
}

static void another_key_opens_nothing(void **state)
{
    (void)state;
    struct backup_key right = key;
    int fd = sealed_file(10);
    make_key(NULL);
    assert_error(reads_whole(fd, 10, &err), ERROR_BAD_INPUT);
    key = right;
    close(fd);
}

/* ------------------------------------------------------------------ names */

static void no_name_leads_out(void **state)
{
    (void)state;
    static const char *const good[] = {"trao.conf", "keys/ca.key", "attachments/0f/0f12",
                                       "sổ tay.txt"};
    static const char *const bad[] = {"",     "/etc/passwd", "..",       "a/../b",
                                      "a//b", "a/",          ".hidden",  "a/.b",
                                      "a\nb", "a/b/c/d/e",   "keys/\x7f"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(archive_name_is_good(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(archive_name_is_good(bad[i]));
}

/* ------------------------------------------------------------------ sets in a folder */

static void touch(const char *folder, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static void sets_are_found_in_order(void **state)
{
    (void)state;
    char folder[] = "/tmp/trao-sets.XXXXXX", name[SETS_NAME_MAX], command[160];
    char unfinished[SETS_NAME_MAX + 8];
    struct set_name *sets, old = set_name_of((struct instant){1000}, 7),
                           new = set_name_of((struct instant){RIG_NOW_MS}, 8);
    size_t n;
    uint64_t parts;
    bool beyond;
    assert_non_null(mkdtemp(folder));
    assert_string_equal(new.text, "trao-20261125T010000Z-0000000000000008");
    for (uint64_t part = 0; part < 5; part++) {
        set_part_name(&new, part, name);
        if (part != 3)
            touch(folder, name);
    }
    set_part_name(&old, 0, name);
    touch(folder, name);
    set_part_name(&old, 1, name);
    (void)snprintf(unfinished, sizeof unfinished, "%s.part", name);
    touch(folder, unfinished);
    touch(folder, "trao-20261125T010000Z-0000000000000009-000001.bak"); /* without a base */
    touch(folder, "readme");
    assert_good(sets_list(folder, &sets, &n, &err));
    assert_int_equal(n, 2);
    assert_string_equal(sets[0].text, old.text);
    assert_string_equal(sets[1].text, new.text);
    free(sets);
    assert_good(set_parts(folder, &new, &parts, &beyond, &err));
    assert_int_equal(parts, 3);
    assert_true(beyond);
    assert_good(sets_tidy(folder, &err));
    assert_good(set_parts(folder, &old, &parts, &beyond, &err));
    assert_int_equal(parts, 1);
    assert_false(beyond);
    assert_good(set_remove(folder, &new, &err));
    assert_good(sets_list(folder, &sets, &n, &err));
    assert_int_equal(n, 1);
    free(sets);
    (void)snprintf(command, sizeof command, "test \"$(ls %s | wc -l)\" = 3 && rm -r %s", folder,
                   folder);
    assert_int_equal(system(command), 0);
}

/* ------------------------------------------------------------------ what was deleted */

/* A part that was written before the deletion brings a paper back; the record knows better. */
static void deleted_papers_stay_deleted(void **state)
{
    (void)state;
    static struct rig rig;
    struct rig_device device;
    struct restore *restore;
    struct item item = rig_item(1);
    struct link gone = chain_hash("gone", 4), kept = chain_hash("kept", 4);
    char folder[160], path[256], name[65];
    uint64_t forgotten = 0;
    rig_open(&rig);
    rig_device(&device, &rig, "HH-042");
    assert_good(record_begin(rig.record, &err));
    assert_good(paper_named(rig.record, &gone, &item, device.id, 1, &err));
    assert_good(paper_named(rig.record, &kept, &item, device.id, 2, &err));
    assert_good(paper_set(rig.record, &gone, PAPER_DELETED, &err));
    assert_good(paper_set(rig.record, &kept, PAPER_KEPT, &err));
    assert_good(record_commit(rig.record, &err));
    (void)snprintf(folder, sizeof folder, "%s/new", rig.dir);
    assert_good(restore_open(folder, false, &restore, &err));
    (void)snprintf(path, sizeof path, "%s/attachments", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    const struct link *both[] = {&gone, &kept};
    for (int i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "%s/attachments/%02x", folder, both[i]->bytes[0]);
        assert_int_equal(mkdir(path, 0700), 0);
        for (size_t b = 0; b < CHAIN_LINK_BYTES; b++)
            (void)snprintf(name + 2 * b, 3, "%02x", both[i]->bytes[b]);
        touch(path, name);
    }
    assert_good(restore_forget(restore, rig.record, &forgotten, &err));
    assert_int_equal(forgotten, 1);
    (void)snprintf(path + strlen(path), sizeof path - strlen(path), "/%s", name);
    assert_int_equal(access(path, F_OK), 0); /* the kept one */
    restore_close(restore);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_length_comes_back),     cmocka_unit_test(any_cut_is_found),
        cmocka_unit_test(any_flipped_bit_is_found),  cmocka_unit_test(moved_pieces_are_found),
        cmocka_unit_test(another_key_opens_nothing), cmocka_unit_test(no_name_leads_out),
        cmocka_unit_test(sets_are_found_in_order),   cmocka_unit_test(deleted_papers_stay_deleted),
    };
    chain_init();
    return cmocka_run_group_tests(tests, make_key, NULL);
}
