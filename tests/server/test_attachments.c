/* Attachments as they come in pieces, are kept, opened and deleted; a peer that sends junk. */
#include "server/field/attachments.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/topic.h"
#include "tests/server/rig.h"

#define ITEM 5

static struct rig rig;
static struct rig_device hand, other;
static struct attachments *attachments;
static struct box_public box_public;
static struct box_secret box_secret;
static struct acts acts;
static struct wire_down last;
static unsigned answers, silent_acts;

static bool run(void *self, act what, void *arg, struct error *err)
{
    struct acts now = rig_acts(self);
    if (silent_acts > 0) {
        silent_acts--;
        return error_set(err, ERROR_LATER, "the record cannot be written");
    }
    return now.run(now.self, what, arg, err);
}

static bool publish(void *self, const char *topic, const void *bytes, size_t n, struct error *err)
{
    char down[TOPIC_MAX];
    (void)self;
    assert_string_equal(topic, topic_down(hand.name, down));
    assert_true(wire_read_down(bytes, n, hand.name, &rig.seal_public, &last, err));
    assert_int_equal(last.kind, WIRE_DOWN_ATTACHMENT);
    answers++;
    return true;
}

static void start(uint64_t day_bytes)
{
    struct attachments_config config = {.folder = rig.dir,
                                        .record_path = rig.record_path,
                                        .acts = acts,
                                        .box_public = &box_public,
                                        .box_secret = &box_secret,
                                        .seal_key = &rig.seal_key,
                                        .out = {publish, NULL},
                                        .clock = rig_clock(&rig),
                                        .day_bytes = day_bytes};
    assert_good(attachments_open(&config, &attachments, &err));
}

static int set_up(void **state)
{
    (void)state;
    rig_open(&rig);
    rig_device(&hand, &rig, "HH-001");
    rig_device(&other, &rig, "HH-002");
    struct chance chance = rig_chance(&rig);
    box_keys_new(&chance, &box_public, &box_secret);
    acts = (struct acts){run, &rig};
    answers = silent_acts = 0;
    start(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    attachments_close(attachments);
    rig_close(&rig);
    return 0;
}

/* ------------------------------------------------------------------ what a device makes */

struct closed {
    struct link name;
    uint8_t *bytes;
    size_t n;
    enum paper kind;
};

static struct closed close_for(enum paper kind, const void *bytes, size_t n,
                               const struct box_public *to)
{
    struct closed closed = {.kind = kind};
    struct chance chance = rig_chance(&rig);
    assert_good(attachment_close(kind, bytes, n, to, &chance, &closed.bytes, &closed.n,
                                 &closed.name, &err));
    return closed;
}

static struct closed list_of(const struct closed *closed, size_t n)
{
    struct attachment_list list = {.n = n};
    uint8_t bytes[ATTACHMENT_LIST_BYTES_MAX];
    size_t bytes_n;
    for (size_t i = 0; i < n; i++)
        list.hash[i] = closed[i].name;
    assert_good(attachment_list_write(&list, bytes, &bytes_n, &err));
    return close_for(PAPER_LIST, bytes, bytes_n, &box_public);
}

static void scan_naming(struct rig_device *device, const struct link *list)
{
    struct rig_batch batch;
    struct scan *scan = rig_beep(&rig, device, ITEM, EVENT_DELIVERED, 0);
    scan->relation = RELATION_OWNER;
    scan->has_attachments = true;
    scan->attachments = *list;
    rig_cut(device, &batch);
    rig_send(&rig, device, &batch);
}

static uint64_t meant_for; /* generation that pieces name */

static void piece(const struct closed *closed, uint32_t offset, size_t n)
{
    struct attachment_chunk chunk = {.hash = closed->name,
                                     .total_bytes = (uint32_t)closed->n,
                                     .offset = offset,
                                     .data = {closed->bytes + offset, n},
                                     .kind = closed->kind,
                                     .generation = meant_for};
    assert_good(attachments_take(attachments, hand.name, &chunk, &err));
}

static void says(enum attachment_stand stand, uint32_t have)
{
    assert_int_equal(last.attachment.stand, stand);
    assert_int_equal(last.attachment.have_bytes, have);
    assert_true(last.attachment.generation == record_generation(rig.record));
}

/* Every piece, from where the server stands. */
static void send_all(const struct closed *closed)
{
    piece(closed, 0, 0);
    while (last.attachment.stand == ATTACHMENT_WANTED) {
        uint32_t have = last.attachment.have_bytes;
        size_t left = closed->n - have;
        piece(closed, have, left < ATTACHMENT_CHUNK_MAX ? left : ATTACHMENT_CHUNK_MAX);
    }
}

static struct closed photo(size_t n)
{
    uint8_t *bytes = calloc(1, n);
    assert_non_null(bytes);
    memcpy(bytes, "\xFF\xD8\xFF\xE0", 4);
    struct closed closed = close_for(PAPER_PHOTO, bytes, n, &box_public);
    free(bytes);
    return closed;
}

static struct closed receiver(void)
{
    return close_for(PAPER_RECEIVER, "Trần Thị Mẫu", strlen("Trần Thị Mẫu"), &box_public);
}

static void done_with(struct closed *closed, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(closed[i].bytes);
}

static bool count_one(void *ctx, const struct paper_row *row)
{
    unsigned *by_stand = ctx;
    by_stand[row->stand]++;
    return true;
}

static void expect_papers(unsigned awaited, unsigned kept, unsigned deleted, unsigned unusable)
{
    unsigned by_stand[4] = {0};
    struct item item = rig_item(ITEM);
    assert_good(papers_of_item(rig.record, &item, count_one, by_stand, &err));
    assert_int_equal(by_stand[PAPER_AWAITED], awaited);
    assert_int_equal(by_stand[PAPER_KEPT], kept);
    assert_int_equal(by_stand[PAPER_DELETED], deleted);
    assert_int_equal(by_stand[PAPER_UNUSABLE], unusable);
}

static bool count_item(void *ctx, const struct item *item)
{
    struct item expected = rig_item(ITEM);
    assert_true(item_equal(item, &expected));
    ++*(unsigned *)ctx;
    return true;
}

static unsigned items_lacking(void)
{
    unsigned n = 0;
    assert_good(papers_missing(rig.record, count_item, &n, &err));
    return n;
}

static unsigned files_in(const char *name)
{
    char path[200];
    unsigned n = 0;
    (void)snprintf(path, sizeof path, "%s/attachments/%s", rig.dir, name);
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
        n += entry->d_name[0] != '.';
    if (dir != NULL)
        closedir(dir);
    return n;
}

/* ------------------------------------------------------------------ tests */

static void all_that_a_scan_names_comes_and_opens(void **state)
{
    (void)state;
    struct closed made[3] = {receiver(), photo(50000)};
    enum paper kind;
    uint8_t *plain;
    size_t n;
    made[2] = list_of(made, 2);
    scan_naming(&hand, &made[2].name);
    expect_papers(1, 0, 0, 0);
    assert_int_equal(items_lacking(), 1);
    send_all(&made[2]);
    says(ATTACHMENT_KEPT, 0);
    expect_papers(2, 1, 0, 0);
    send_all(&made[1]);
    send_all(&made[0]);
    says(ATTACHMENT_KEPT, 0);
    expect_papers(0, 3, 0, 0);
    assert_int_equal(items_lacking(), 0);
    assert_int_equal(files_in("partial"), 0);
    assert_good(attachments_read(rig.dir, &made[0].name, &box_public, &box_secret, &kind, &plain,
                                 &n, &err));
    assert_int_equal(kind, PAPER_RECEIVER);
    assert_memory_equal(plain, "Trần Thị Mẫu", n);
    free(plain);
    piece(&made[0], 0, made[0].n); /* said again, answered again */
    says(ATTACHMENT_KEPT, 0);
    done_with(made, 3);
}

/* On the disk it is as it came. */
static void nothing_is_kept_in_the_clear(void **state)
{
    (void)state;
    struct closed made[2] = {receiver()};
    char path[ATTACHMENTS_PATH_MAX];
    uint8_t bytes[1000];
    made[1] = list_of(made, 1);
    scan_naming(&hand, &made[1].name);
    send_all(&made[1]);
    send_all(&made[0]);
    assert_good(attachments_path(rig.dir, &made[0].name, path, &err));
    int fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, bytes, sizeof bytes), made[0].n);
    close(fd);
    assert_memory_equal(bytes, made[0].bytes, made[0].n);
    done_with(made, 2);
}

static void what_no_scan_names_is_refused(void **state)
{
    (void)state;
    struct closed made[2] = {receiver()};
    send_all(&made[0]);
    says(ATTACHMENT_REFUSED, 0);
    assert_int_equal(files_in("partial"), 0);
    made[1] = list_of(made, 1);
    scan_naming(&other, &made[1].name); /* another device's scan names it */
    send_all(&made[1]);
    says(ATTACHMENT_REFUSED, 0);
    done_with(made, 2);
}

/* It lay in a queue while the record was put back; the scan that names it goes again (wide seed 15
 * of the simulation: "refused", and the photo stayed on the handheld for good). */
static void what_an_older_record_was_sent_is_not_refused(void **state)
{
    (void)state;
    struct closed made[2] = {receiver()};
    made[1] = list_of(made, 1);
    meant_for = record_generation(rig.record) + 1;
    send_all(&made[1]);
    says(ATTACHMENT_LATER, 0);
    rig_revoke(&rig, &hand);
    send_all(&made[1]);
    says(ATTACHMENT_LATER, 0);
    meant_for = record_generation(rig.record);
    send_all(&made[1]);
    says(ATTACHMENT_REFUSED, 0);
    meant_for = 0; /* of a handheld that does not say it yet */
    send_all(&made[1]);
    says(ATTACHMENT_REFUSED, 0);
    done_with(made, 2);
}

static void strangers_are_told_nothing(void **state)
{
    (void)state;
    struct closed made = photo(100);
    struct attachment_chunk chunk = {.hash = made.name,
                                     .total_bytes = (uint32_t)made.n,
                                     .data = {made.bytes, made.n},
                                     .kind = PAPER_PHOTO};
    assert_good(attachments_take(attachments, "HH-999", &chunk, &err));
    assert_int_equal(answers, 0);
    done_with(&made, 1);
}

static void admit_last_scan(void)
{
    struct office_fact fact = {.item = rig_item(1),
                               .event = EVENT_SCAN_ADMITTED,
                               .of_epoch = hand.epoch,
                               .of_seq = hand.seq};
    (void)snprintf(fact.device, sizeof fact.device, "%s", hand.name);
    rig_fact(&rig, &fact);
}

/* What was beeped before the handheld was revoked is as good as ever; what it hands in since waits
 * for the desk, its papers too; what nothing names has no use. */
static void of_a_revoked_one_what_counts(void **state)
{
    (void)state;
    struct closed before = photo(100), since = photo(200), nobody_s = photo(300);
    struct closed list_before = list_of(&before, 1), list_since = list_of(&since, 1);
    scan_naming(&hand, &list_before.name);
    rig_revoke(&rig, &hand);
    piece(&list_before, 0, list_before.n);
    says(ATTACHMENT_KEPT, 0);
    piece(&before, 0, before.n);
    says(ATTACHMENT_KEPT, 0);
    piece(&nobody_s, 0, nobody_s.n);
    says(ATTACHMENT_REFUSED, 0);

    scan_naming(&hand, &list_since.name);
    piece(&list_since, 0, list_since.n);
    says(ATTACHMENT_LATER, 0);
    piece(&since, 0, since.n);
    says(ATTACHMENT_LATER, 0);
    piece(&nobody_s, 0, nobody_s.n); /* that list may name it */
    says(ATTACHMENT_LATER, 0);
    admit_last_scan();
    piece(&nobody_s, 0, nobody_s.n); /* older than that list, it holds it up on the handheld */
    says(ATTACHMENT_REFUSED, 0);
    piece(&list_since, 0, list_since.n);
    says(ATTACHMENT_KEPT, 0);
    piece(&since, 0, since.n);
    says(ATTACHMENT_KEPT, 0);
    piece(&nobody_s, 0, nobody_s.n);
    says(ATTACHMENT_REFUSED, 0);
    done_with(&before, 1);
    done_with(&since, 1);
    done_with(&nobody_s, 1);
    done_with(&list_before, 1);
    done_with(&list_since, 1);
}

static struct closed one_awaited(struct closed *list, size_t n)
{
    struct closed made = photo(n);
    *list = list_of(&made, 1);
    scan_naming(&hand, &list->name);
    send_all(list);
    return made;
}

static void it_goes_on_where_it_stopped(void **state)
{
    (void)state;
    struct closed list, made = one_awaited(&list, 60000);
    piece(&made, 0, 16384);
    says(ATTACHMENT_WANTED, 16384);
    piece(&made, 0, 16384); /* doubled by the broker */
    says(ATTACHMENT_WANTED, 16384);
    piece(&made, 32768, 16384); /* too early */
    says(ATTACHMENT_WANTED, 16384);
    attachments_close(attachments);
    start(0);
    piece(&made, 0, 0);
    says(ATTACHMENT_WANTED, 16384);
    send_all(&made);
    says(ATTACHMENT_KEPT, 0);
    done_with(&made, 1);
    done_with(&list, 1);
}

static void bent_bytes_are_wanted_again(void **state)
{
    (void)state;
    struct closed list, made = one_awaited(&list, 60000);
    piece(&made, 0, 16384);
    made.bytes[20000] ^= 1;
    piece(&made, 16384, 16384);
    made.bytes[20000] ^= 1;
    piece(&made, 32768, 16384);
    piece(&made, 49152, made.n - 49152);
    says(ATTACHMENT_WANTED, 0);
    assert_int_equal(files_in("partial"), 0);
    send_all(&made);
    says(ATTACHMENT_KEPT, 0);
    done_with(&made, 1);
    done_with(&list, 1);
}

static void what_nobody_can_open_is_said(void **state)
{
    (void)state;
    struct box_public wrong;
    struct box_secret none;
    struct chance chance = rig_chance(&rig);
    box_keys_new(&chance, &wrong, &none);
    struct closed made[2] = {close_for(PAPER_NOTE, "gửi", 5, &wrong)};
    char path[ATTACHMENTS_PATH_MAX];
    made[1] = list_of(made, 1);
    scan_naming(&hand, &made[1].name);
    send_all(&made[1]);
    send_all(&made[0]);
    says(ATTACHMENT_REFUSED, 0);
    expect_papers(0, 1, 0, 1);
    assert_int_equal(items_lacking(), 1);
    assert_good(attachments_path(rig.dir, &made[0].name, path, &err));
    assert_int_not_equal(access(path, F_OK), 0);
    done_with(made, 2);
}

static void a_device_cannot_fill_the_disk(void **state)
{
    (void)state;
    struct closed made[8], list;
    for (int i = 0; i < 8; i++)
        made[i] = photo(20000);
    list = list_of(made, 8);
    scan_naming(&hand, &list.name);
    send_all(&list);
    for (int i = 0; i < ATTACHMENTS_PARTS_MAX; i++)
        piece(&made[i], 0, 100);
    piece(&made[7], 0, 100); /* one too many unfinished */
    says(ATTACHMENT_LATER, 0);
    attachments_close(attachments);
    start(50000);
    for (int i = 0; i < 2; i++) {
        send_all(&made[i]);
        says(ATTACHMENT_KEPT, 0);
    }
    piece(&made[7], 0, 100); /* more than 50,000 bytes a day */
    says(ATTACHMENT_LATER, 0);
    rig.now.ms += INT64_C(86400000) + 1;
    piece(&made[7], 0, 100);
    says(ATTACHMENT_WANTED, 100);
    done_with(made, 8);
    done_with(&list, 1);
}

/* Between the file and its row the server may die. */
static void what_lies_here_whole_is_entered(void **state)
{
    (void)state;
    struct closed list, made = one_awaited(&list, 100);
    struct attachment_chunk chunk = {.hash = made.name,
                                     .total_bytes = (uint32_t)made.n,
                                     .data = {made.bytes, made.n},
                                     .kind = PAPER_PHOTO};
    unsigned before = answers;
    silent_acts = 1;
    assert_error(attachments_take(attachments, hand.name, &chunk, &err), ERROR_LATER);
    assert_int_equal(answers, before); /* nothing is vouched for */
    expect_papers(1, 1, 0, 0);
    attachments_close(attachments);
    start(0);
    assert_good(attachments_tidy(attachments, &err));
    expect_papers(0, 2, 0, 0);
    piece(&made, 0, 0);
    says(ATTACHMENT_KEPT, 0);
    done_with(&made, 1);
    done_with(&list, 1);
}

static void a_deleted_one_is_gone_and_the_chain_verifies(void **state)
{
    (void)state;
    struct closed list, made = one_awaited(&list, 100);
    struct record_proof proof;
    char path[ATTACHMENTS_PATH_MAX];
    send_all(&made);
    assert_good(attachments_delete(rig.dir, &acts, &made.name, &err));
    assert_good(attachments_path(rig.dir, &made.name, path, &err));
    assert_int_not_equal(access(path, F_OK), 0);
    expect_papers(0, 1, 1, 0);
    assert_int_equal(items_lacking(), 0); /* it was here */
    assert_good(record_verify(rig.record, &rig.seal_public, &proof, &err));
    piece(&made, 0, made.n); /* and does not come back */
    says(ATTACHMENT_KEPT, 0);
    assert_int_not_equal(access(path, F_OK), 0);
    done_with(&made, 1);
    done_with(&list, 1);
}

static void what_was_begun_long_ago_goes(void **state)
{
    (void)state;
    struct closed list, made = one_awaited(&list, 60000);
    char path[200];
    piece(&made, 0, 16384);
    assert_int_equal(files_in("partial"), 1);
    assert_good(attachments_tidy(attachments, &err));
    assert_int_equal(files_in("partial"), 1);
    (void)snprintf(path, sizeof path, "touch -d @%lld %s/attachments/partial/*",
                   (long long)(rig.now.ms / 1000 - 31 * 86400), rig.dir);
    assert_int_equal(system(path), 0);
    assert_good(attachments_tidy(attachments, &err));
    assert_int_equal(files_in("partial"), 0);
    done_with(&made, 1);
    done_with(&list, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(all_that_a_scan_names_comes_and_opens),
        T(nothing_is_kept_in_the_clear),
        T(what_no_scan_names_is_refused),
        T(what_an_older_record_was_sent_is_not_refused),
        T(strangers_are_told_nothing),
        T(of_a_revoked_one_what_counts),
        T(it_goes_on_where_it_stopped),
        T(bent_bytes_are_wanted_again),
        T(what_nobody_can_open_is_said),
        T(a_device_cannot_fill_the_disk),
        T(what_lies_here_whole_is_entered),
        T(a_deleted_one_is_gone_and_the_chain_verifies),
        T(what_was_begun_long_ago_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
