/* What is gathered at a door, its store and its way to the server, in virtual time; the server's
 * side is played here with the box's secret key. */
#include "handheld/attach.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "handheld/attach_send.h"
#include "protocol/idcard.h"
#include "protocol/round.h"
#include "tests/handheld/rig.h"

static const char jpeg[] = "\xFF\xD8\xFF\xE0 a photo";

static struct rig rig;
static struct attach_store *store;
static struct attach *attach;
static struct door_papers papers;
static struct box_public public;
static struct box_secret secret;
static struct error err;
static char photos[96], signatures[96];

static void open_store(uint64_t budget)
{
    struct attach_store_config config = {rig.dir, budget, rig_clock(&rig)};
    if (!attach_store_open(&config, &store, &err))
        fail_msg("%s", err.text);
    struct attach_config door = {store, public, rig_chance(&rig), photos, signatures};
    assert_true(attach_new(&door, &attach, &err));
    papers = attach_papers(attach);
    papers.begin(papers.ctx);
}

/* As a kill leaves it: there is nothing to close but descriptors. */
static void start_again(uint64_t budget)
{
    attach_free(attach);
    attach_store_close(store);
    open_store(budget);
}

static int setup(void **state)
{
    (void)state;
    rig_init(&rig);
    struct chance chance = rig_chance(&rig);
    box_keys_new(&chance, &public, &secret);
    rig_path(&rig, photos, "photos");
    rig_path(&rig, signatures, "signatures");
    assert_int_equal(mkdir(photos, 0700), 0);
    assert_int_equal(mkdir(signatures, 0700), 0);
    open_store(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    attach_free(attach);
    attach_store_close(store);
    rig_done(&rig);
    return 0;
}

static uint64_t files_in(const char *folder)
{
    char path[96];
    uint64_t n = 0;
    rig_path(&rig, path, folder);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

static void add(enum paper kind, const char *text)
{
    if (!papers.add(papers.ctx, kind, text, strlen(text), &err))
        fail_msg("%s", err.text);
}

static struct link take(void)
{
    struct link list;
    if (!papers.take(papers.ctx, &list, &err))
        fail_msg("%s", err.text);
    return list;
}

/* ------------------------------------------------------------------ a server that opens */

struct server {
    uint8_t bytes[ATTACHMENT_CLOSED_MAX]; /* of the one on its way */
    struct link hash;
    uint32_t have;
    struct attachment_state answer; /* for the next drive */
    bool answers, silent;
    enum attachment_stand whole; /* what it says of a whole one */
    struct link kept[64];
    enum paper kinds[64];
    size_t kept_n;
    uint64_t pieces;
};

static struct server server;
static struct attach_send sending;

static bool publish(void *self, const char *topic, const void *bytes, size_t n, struct error *why)
{
    struct wire_up up;
    (void)self;
    (void)why;
    assert_string_equal(topic, "trao/1/HH-042/up");
    assert_true(wire_read_up(bytes, n, &up, NULL));
    assert_int_equal(up.kind, WIRE_UP_ATTACHMENT);
    const struct attachment_chunk *chunk = &up.attachment;
    server.pieces++;
    if (!link_equal(&chunk->hash, &server.hash)) {
        server.hash = chunk->hash;
        server.have = 0;
    }
    if (chunk->offset == server.have && chunk->data.n > 0) {
        memcpy(server.bytes + server.have, chunk->data.bytes, chunk->data.n);
        server.have += (uint32_t)chunk->data.n;
    }
    server.answers = !server.silent;
    server.answer = (struct attachment_state){chunk->hash, server.have, ATTACHMENT_WANTED, 7};
    if (server.have == chunk->total_bytes) {
        server.answer.stand = server.whole;
        struct link hash = chain_hash(server.bytes, server.have);
        assert_true(link_equal(&hash, &chunk->hash));
        if (server.whole == ATTACHMENT_KEPT) {
            server.kinds[server.kept_n] = chunk->kind;
            server.kept[server.kept_n++] = chunk->hash;
        }
    }
    return true;
}

static void send_init(void)
{
    memset(&server, 0, sizeof server);
    server.whole = ATTACHMENT_KEPT;
    struct attach_send_config config = {.device = RIG_DEVICE,
                                        .store = store,
                                        .clock = rig_clock(&rig),
                                        .chance = rig_chance(&rig),
                                        .out = {publish, NULL}};
    attach_send_init(&sending, &config);
    attach_send_anew(&sending, 7);
}

static void drive(int ticks)
{
    for (int i = 0; i < ticks; i++) {
        attach_send_tick(&sending);
        if (server.answers)
            attach_send_state(&sending, &server.answer);
        server.answers = false;
        rig.mono_ms += 10;
    }
}

/* ------------------------------------------------------------------ gathering */

static void a_list_names_what_was_gathered(void **state)
{
    (void)state;
    enum paper kind;
    uint8_t *plain;
    size_t n;
    add(PAPER_RECEIVER, "Trần Thị Mẫu");
    add(PAPER_PHOTO, jpeg);
    struct link name = take();
    send_init();
    drive(20);
    assert_int_equal(server.kept_n, 3);
    assert_true(link_equal(&server.kept[0], &name)); /* the list goes first, photos last */
    assert_int_equal(server.kinds[1], PAPER_RECEIVER);
    assert_int_equal(server.kinds[2], PAPER_PHOTO);
    assert_true(
        attachment_open(server.bytes, server.have, &public, &secret, &kind, &plain, &n, &err));
    assert_int_equal(n, strlen(jpeg));
    assert_memory_equal(plain, jpeg, n);
    free(plain);
    assert_int_equal(files_in("attachments/queue"), 0); /* pruned once the server has them */
    assert_int_equal(attach_store_counts(store).bytes, 0);
}

static void nothing_gathered_is_no_list(void **state)
{
    (void)state;
    struct link list;
    assert_false(papers.take(papers.ctx, &list, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
}

static void envelopes_of_one_door_share_a_list(void **state)
{
    (void)state;
    add(PAPER_RECEIVER, "Trần Thị Mẫu");
    struct link first = take(), second = take();
    assert_true(link_equal(&first, &second));
    assert_int_equal(attach_store_counts(store).waiting, 2);
    add(PAPER_NOTE, "gửi bảo vệ"); /* the next envelope's list names both */
    struct link third = take();
    assert_false(link_equal(&first, &third));
    assert_int_equal(attach_store_counts(store).waiting, 4);
}

static void a_text_replaces_the_one_before(void **state)
{
    (void)state;
    add(PAPER_RECEIVER, "Trần Thị Mãu");
    add(PAPER_RECEIVER, "Trần Thị Mẫu");
    (void)take();
    assert_int_equal(attach_store_counts(store).waiting, 2);
    assert_int_equal(files_in("attachments/door"), 0);
}

static void another_door_forgets(void **state)
{
    (void)state;
    struct link list;
    add(PAPER_RECEIVER, "Trần Thị Mẫu");
    papers.begin(papers.ctx);
    assert_int_equal(files_in("attachments/door"), 0);
    assert_false(papers.take(papers.ctx, &list, &err));
}

static void nothing_is_in_the_clear_on_the_disk(void **state)
{
    (void)state;
    char path[96], command[300];
    add(PAPER_RECEIVER, "Tran Thi Mau");
    (void)take();
    rig_path(&rig, path, "attachments");
    snprintf(command, sizeof command, "grep -rq 'Tran Thi Mau' %s", path);
    assert_int_equal(WEXITSTATUS(system(command)), 1);
    rig_path(&rig, path, "plain");
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "Tran Thi Mau", 12), 12);
    close(fd);
    snprintf(command, sizeof command, "grep -rq 'Tran Thi Mau' %s", rig.dir);
    assert_int_equal(WEXITSTATUS(system(command)), 0); /* it would be found */
}

static void what_no_scan_named_goes_at_the_next_start(void **state)
{
    (void)state;
    add(PAPER_RECEIVER, "Trần Thị Mẫu");
    (void)take();
    add(PAPER_NOTE, "chưa lưu");
    assert_int_equal(files_in("attachments/door"), 1);
    start_again(0);
    assert_int_equal(files_in("attachments/door"), 0);
    assert_int_equal(attach_store_counts(store).waiting, 2);
    add(PAPER_RECEIVER, "Lê Văn Thử"); /* its door has a number of its own */
    (void)take();
    assert_int_equal(attach_store_counts(store).waiting, 4);
}

/* ------------------------------------------------------------------ the folders of a camera */

static void write_photo(const char *folder, const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    usleep(10000); /* the file system's own clock ticks in steps */
}

static void a_photo_is_fetched_and_removed(void **state)
{
    (void)state;
    write_photo(photos, "old.jpg", jpeg);
    papers.begin(papers.ctx);
    assert_false(papers.fetch(papers.ctx, PAPER_PHOTO, &err)); /* the old one is not of this door */
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    write_photo(photos, "new.jpg", "\xFF\xD8\xFF");
    assert_false(papers.fetch(papers.ctx, PAPER_PHOTO, &err)); /* it may still grow */
    write_photo(photos, "new.jpg", jpeg);
    assert_false(papers.fetch(papers.ctx, PAPER_PHOTO, &err)); /* and did */
    assert_true(papers.fetch(papers.ctx, PAPER_PHOTO, &err));
    assert_int_equal(files_in("photos"), 1);
    assert_false(papers.fetch(papers.ctx, PAPER_PHOTO, &err));
    (void)take();
    assert_int_equal(attach_store_counts(store).waiting, 2);
}

static void a_file_that_is_no_picture_is_said_once(void **state)
{
    (void)state;
    write_photo(photos, "x.gif", "GIF89a");
    papers.begin(papers.ctx);
    write_photo(photos, "y.gif", "GIF89a");
    assert_false(papers.fetch(papers.ctx, PAPER_PHOTO, &err));
    assert_false(papers.fetch(papers.ctx, PAPER_PHOTO, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_false(papers.fetch(papers.ctx, PAPER_PHOTO, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
}

static void a_signature_is_strokes_or_a_picture(void **state)
{
    (void)state;
    write_photo(signatures, "sign.txt", "trao-strokes 1 400 300\n10,20 11,22\n");
    assert_false(papers.fetch(papers.ctx, PAPER_SIGNATURE, &err));
    assert_true(papers.fetch(papers.ctx, PAPER_SIGNATURE, &err));
    assert_false(papers.fetch(papers.ctx, PAPER_NOTE, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
}

/* ------------------------------------------------------------------ who it is */

static const uint8_t key[16] = {1, 2, 3};

/* One hash for the owner's number and the code. */
static struct stop stop_of(const struct link *hash)
{
    struct stop stop = {.has_id = true, .has_code = true};
    memcpy(stop.id_key, key, 16);
    memcpy(stop.code_salt, key, 16);
    memcpy(stop.id_hash, hash->bytes, 32);
    memcpy(stop.code_hash, hash->bytes, 32);
    return stop;
}

static void a_card_is_the_owners_or_not(void **state)
{
    (void)state;
    static const char card[] = "000099000001||Nguyễn Văn Mẫu|05031999|Nam|Số 3|15042021";
    struct link hash = idcard_hash(key, "000099000001"), other = idcard_hash(key, "000099000002");
    struct stop owner = stop_of(&hash), not_him = stop_of(&other), unknown = {.has_id = false};
    assert_int_equal(papers.id_card(papers.ctx, &owner, card, sizeof card - 1), PAPERS_MATCH);
    assert_int_equal(papers.id_card(papers.ctx, &not_him, card, sizeof card - 1), PAPERS_OTHER);
    assert_int_equal(papers.id_card(papers.ctx, &unknown, card, sizeof card - 1), PAPERS_UNKNOWN);
    assert_int_equal(papers.id_card(papers.ctx, &owner, "RA123456785VN", 13), PAPERS_UNREADABLE);
    (void)take();
    assert_int_equal(attach_store_counts(store).waiting, 2); /* the last reading, and the list */
}

static void nothing_but_the_result_of_a_card_is_kept(void **state)
{
    (void)state;
    enum paper kind;
    uint8_t *plain;
    size_t n;
    struct id_check check;
    struct link hash = idcard_hash(key, "000099000001");
    struct stop owner = stop_of(&hash);
    static const char card[] = "000099000001||Nguyen Van Mau|05031999|Nam|So 3|15042021";
    assert_int_equal(papers.id_card(papers.ctx, &owner, card, sizeof card - 1), PAPERS_MATCH);
    (void)take();
    send_init();
    drive(20);
    assert_true(
        attachment_open(server.bytes, server.have, &public, &secret, &kind, &plain, &n, &err));
    assert_int_equal(kind, PAPER_ID_CHECK);
    assert_true(id_check_read(plain, n, &check, &err));
    assert_int_equal(check.match, ID_CHECK_YES);
    assert_string_equal(check.last4, "0001");
    assert_true(link_equal(&check.hash, &hash));
    assert_null(memmem(plain, n, "000099", 6));
    assert_null(memmem(plain, n, "Mau", 3));
    free(plain);
}

static void a_code_is_right_or_wrong(void **state)
{
    (void)state;
    struct link hash = delivery_code_hash(key, "048213");
    struct stop code = stop_of(&hash), none = {.has_code = false};
    assert_int_equal(papers.code(papers.ctx, &code, "048213"), PAPERS_MATCH);
    assert_int_equal(papers.code(papers.ctx, &code, "048214"), PAPERS_OTHER);
    assert_int_equal(papers.code(papers.ctx, &code, "4821"), PAPERS_UNREADABLE);
    assert_int_equal(papers.code(papers.ctx, &none, "048213"), PAPERS_UNKNOWN);
}

/* ------------------------------------------------------------------ the budget */

static void a_full_budget_is_said_and_texts_go_on(void **state)
{
    (void)state;
    static char photo[60000] = "\xFF\xD8\xFF\xE0";
    start_again(160000);
    assert_true(papers.add(papers.ctx, PAPER_PHOTO, photo, sizeof photo, &err));
    assert_true(papers.add(papers.ctx, PAPER_PHOTO, photo, sizeof photo, &err));
    assert_false(papers.add(papers.ctx, PAPER_PHOTO, photo, sizeof photo, &err));
    assert_int_equal(err.code, ERROR_LATER);
    assert_non_null(strstr(err.text, "hết chỗ"));
    assert_true(attach_store_counts(store).full);
    add(PAPER_RECEIVER, "Trần Thị Mẫu");
    (void)take();
    assert_int_equal(attach_store_counts(store).waiting, 4);
    start_again(160000); /* what is there counts after a start too */
    assert_false(papers.add(papers.ctx, PAPER_PHOTO, photo, sizeof photo, &err));
    rig_beep(&rig, 1, 3); /* the outbox knows nothing of it */
    assert_int_equal(rig_unsent(&rig), 3);
}

static void no_more_than_a_list_holds(void **state)
{
    (void)state;
    for (int i = 0; i < ATTACHMENT_LIST_MAX; i++)
        add(PAPER_PHOTO, jpeg);
    assert_false(papers.add(papers.ctx, PAPER_PHOTO, jpeg, strlen(jpeg), &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    (void)take();
    assert_int_equal(attach_store_counts(store).waiting, ATTACHMENT_LIST_MAX + 1);
}

/* ------------------------------------------------------------------ the way up */

static void add_large(void)
{
    static char photo[100000] = "\xFF\xD8\xFF\xE0";
    assert_true(papers.add(papers.ctx, PAPER_PHOTO, photo, sizeof photo, &err));
    (void)take();
}

static void a_cut_link_costs_one_piece(void **state)
{
    (void)state;
    add_large();
    send_init();
    drive(5); /* the list, the question, three pieces */
    assert_int_equal(server.have, 3 * ATTACHMENT_CHUNK_MAX);
    attach_send_anew(&sending, 7);
    uint64_t before = server.pieces;
    drive(20);
    assert_int_equal(server.kept_n, 2);
    assert_int_equal(server.pieces - before, 1 + 4); /* a question, what was missing */
}

static void silence_sends_again_later_and_later(void **state)
{
    (void)state;
    add(PAPER_NOTE, "gửi bảo vệ");
    (void)take();
    send_init();
    server.silent = true;
    for (int64_t ms = 0; ms < 3600000; ms += 1000) {
        attach_send_tick(&sending);
        rig.mono_ms += 1000;
    }
    assert_in_range(server.pieces, 12, 40); /* an hour of 5 min waits */
    server.silent = false;
    rig.mono_ms += ATTACH_WAIT_MAX_MS;
    drive(10);
    assert_int_equal(sending.kept, 2);
}

static void refused_is_set_aside_and_the_rest_goes_on(void **state)
{
    (void)state;
    add(PAPER_NOTE, "gửi bảo vệ");
    (void)take();
    send_init();
    server.whole = ATTACHMENT_REFUSED;
    drive(1);
    server.whole = ATTACHMENT_KEPT;
    drive(10);
    assert_int_equal(server.kept_n, 1);
    assert_int_equal(attach_store_counts(store).aside, 1);
    start_again(0);
    assert_int_equal(attach_store_counts(store).aside, 1);
    rig.wall_ms += ATTACH_ASIDE_MS + 2000;
    start_again(0);
    start_again(0);
    assert_int_equal(files_in("attachments/aside"), 0);
}

static void later_is_asked_again(void **state)
{
    (void)state;
    add(PAPER_NOTE, "gửi bảo vệ");
    (void)take();
    send_init();
    server.whole = ATTACHMENT_LATER;
    drive(20);
    assert_int_equal(server.pieces, 1);
    server.whole = ATTACHMENT_KEPT;
    rig.mono_ms += ATTACH_WAIT_MIN_MS;
    drive(10);
    assert_int_equal(server.kept_n, 2);
}

static void a_damaged_one_is_no_hindrance(void **state)
{
    (void)state;
    char path[300];
    struct attach_file file;
    add(PAPER_NOTE, "gửi bảo vệ");
    (void)take();
    assert_true(attach_store_first(store, &file, &err));
    rig_path(&rig, path, "attachments/queue");
    char command[400];
    snprintf(command, sizeof command, "for f in %s/*-1-*; do printf x >>$f; done", path);
    assert_int_equal(system(command), 0);
    send_init();
    drive(20);
    assert_int_equal(server.kept_n, 1);
    assert_int_equal(attach_store_counts(store).aside, 1);
}

/* More than are looked up at once, in the order of sending. */
static void many_doors_drain(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++) {
        papers.begin(papers.ctx);
        add(PAPER_RECEIVER, "Trần Thị Mẫu");
        add(PAPER_PHOTO, jpeg);
        (void)take();
    }
    start_again(0);
    assert_int_equal(attach_store_counts(store).waiting, 90);
    send_init();
    for (int i = 0; attach_store_counts(store).waiting > 0; i++) {
        assert_true(i < 200);
        drive(1);
        if (server.kept_n > 1)
            assert_false(server.kinds[server.kept_n - 2] == PAPER_PHOTO &&
                         server.kinds[server.kept_n - 1] != PAPER_PHOTO);
        if (server.kept_n == 64) {
            server.kinds[0] = server.kinds[63];
            server.kept_n = 1;
        }
    }
    assert_int_equal(sending.kept, 90);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_list_names_what_was_gathered),
        T(nothing_gathered_is_no_list),
        T(envelopes_of_one_door_share_a_list),
        T(a_text_replaces_the_one_before),
        T(another_door_forgets),
        T(nothing_is_in_the_clear_on_the_disk),
        T(what_no_scan_named_goes_at_the_next_start),
        T(a_photo_is_fetched_and_removed),
        T(a_file_that_is_no_picture_is_said_once),
        T(a_signature_is_strokes_or_a_picture),
        T(a_card_is_the_owners_or_not),
        T(nothing_but_the_result_of_a_card_is_kept),
        T(a_code_is_right_or_wrong),
        T(a_full_budget_is_said_and_texts_go_on),
        T(no_more_than_a_list_holds),
        T(a_cut_link_costs_one_piece),
        T(silence_sends_again_later_and_later),
        T(refused_is_set_aside_and_the_rest_goes_on),
        T(later_is_asked_again),
        T(a_damaged_one_is_no_hindrance),
        T(many_doors_drain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
