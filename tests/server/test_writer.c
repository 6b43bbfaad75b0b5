/* The threads between network and record: order, acts, a record that cannot be written, the end. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "protocol/log.h"
#include "protocol/topic.h"
#include "server/writer.h"
#include "tests/lib/small_disk.h"
#include "tests/server/rig.h"

static struct rig rig;
static struct rig_device hand[4];
static struct writer *writer;
static atomic_int followed, broken;
static atomic_bool standing; /* the views take their time */

static bool follow(void *ctx, struct error *err)
{
    (void)ctx;
    while (atomic_load(&standing))
        usleep(1000);
    atomic_fetch_add(&followed, 1);
    return views_follow(rig.views, err);
}

static void note_broken(void *ctx, const struct error *why)
{
    (void)ctx;
    (void)why;
    atomic_store(&broken, 1);
}

static int set_up(void **state)
{
    (void)state;
    log_set(LOG_LEVEL_ERROR, open("/dev/null", O_WRONLY));
    rig_open(&rig);
    for (int i = 0; i < 4; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "HH-00%d", i);
        rig_device(&hand[i], &rig, name);
    }
    atomic_store(&followed, 0);
    atomic_store(&broken, 0);
    struct writer_config config = {
        .record = rig.record, .intake = rig.intake, .follow = follow, .broken = note_broken};
    assert_good(writer_open(&writer, &err));
    assert_good(writer_start(writer, &config, &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    writer_close(writer);
    rig_close(&rig);
    return 0;
}

static void post(const struct rig_device *device, const struct rig_batch *batch)
{
    static uint8_t bytes[WIRE_BYTES_MAX];
    char topic[TOPIC_MAX];
    size_t n;
    struct envelope envelope = {
        .batch = {batch->bytes, batch->n}, .sent_wall = rig.now, .sent_boot = RIG_BOOT};
    assert_good(wire_envelope(&envelope, bytes, &n, &err));
    writer_message(writer, topic_up(device->name, topic), bytes, n);
}

static uint64_t stored(void)
{
    struct intake_counts counts;
    struct writer_counts groups;
    writer_counts(writer, &groups); /* after the receipts of what it counts */
    intake_counts(rig.intake, &counts);
    return counts.scans_stored;
}

static void wait_stored(uint64_t n)
{
    for (int i = 0; i < 1500 && stored() < n; i++)
        usleep(10000);
    assert_int_equal(stored(), n);
}

/* ------------------------------------------------------------------ acts */

struct issue {
    uint32_t item;
    enum error_code fail;
};

static bool issue(struct record *record, void *arg, struct error *err)
{
    const struct issue *wanted = arg;
    struct office_fact fact = {.item = rig_item(wanted->item), .event = EVENT_ISSUED};
    (void)snprintf(fact.dossier, sizeof fact.dossier, "H56-%u", wanted->item);
    if (!record_office_add(record, &fact, NULL, err))
        return false;
    return wanted->fail == ERROR_NONE || error_set(err, wanted->fail, "as asked");
}

static bool run_issue(uint32_t item, enum error_code fail, struct error *err)
{
    struct acts acts = writer_acts(writer);
    struct issue wanted = {item, fail};
    return acts.run(acts.self, issue, &wanted, err);
}

static bool shown(uint32_t item)
{
    struct view view;
    struct item number = rig_item(item);
    return views_item(rig.views, &number, &view);
}

static void an_act_is_done_when_the_views_show_it(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 50; i++) {
        assert_good(run_issue(i, ERROR_NONE, &err));
        assert_true(shown(i));
    }
    assert_error(run_issue(60, ERROR_REFUSED, &err), ERROR_REFUSED);
    assert_false(shown(60));
    assert_error(run_issue(3, ERROR_NONE, &err), ERROR_REPEATED);
    assert_good(run_issue(61, ERROR_NONE, &err));
}

struct many {
    pthread_t thread;
    uint32_t from, good;
};

static void *many_acts(void *arg)
{
    struct many *many = arg;
    for (uint32_t i = 0; i < 40; i++)
        many->good += run_issue(many->from + i, i % 4 == 3 ? ERROR_BAD_INPUT : ERROR_NONE, NULL);
    return NULL;
}

static void acts_of_many_threads_between_messages(void **state)
{
    (void)state;
    struct many many[4];
    static struct rig_batch batch;
    for (uint32_t i = 0; i < 4; i++) {
        many[i] = (struct many){.from = i * 1000};
        pthread_create(&many[i].thread, NULL, many_acts, &many[i]);
    }
    for (int round = 0; round < 50; round++)
        for (int i = 0; i < 4; i++) {
            rig_beep(&rig, &hand[i], 7, EVENT_PICKED_UP, 0);
            rig_cut(&hand[i], &batch);
            post(&hand[i], &batch);
        }
    for (int i = 0; i < 4; i++) {
        pthread_join(many[i].thread, NULL);
        assert_int_equal(many[i].good, 30);
    }
    wait_stored(200);
    writer_stop(writer);
    struct intake_counts counts;
    intake_counts(rig.intake, &counts);
    assert_int_equal(counts.gaps, 0); /* messages of one device keep their order */
    struct record_proof proof;
    assert_good(record_verify(rig.record, &rig.seal_public, &proof, &err));
    assert_int_equal(proof.office_facts, 120);
    assert_int_equal(proof.scans, 200);
    assert_true(atomic_load(&followed) > 0);
}

static int64_t now_ms(void)
{
    struct clock clock = clock_system();
    return clock.tick(clock.self).ms;
}

static uint64_t groups_so_far(void)
{
    struct writer_counts counts;
    writer_counts(writer, &counts);
    return counts.groups;
}

/* One message after the other, a few ms between them; how many groups they became. */
static uint64_t groups_of(int messages)
{
    static struct rig_batch batch;
    uint64_t before = groups_so_far();
    for (int i = 0; i < messages; i++) {
        rig_beep(&rig, &hand[i % 4], 7, EVENT_PICKED_UP, 0);
        rig_cut(&hand[i % 4], &batch);
        post(&hand[i % 4], &batch);
        usleep(5000);
    }
    return groups_so_far() - before;
}

/* Intake goes on, slower, so that they can come after; nothing is lost by it. */
static void views_that_are_behind_hold_groups_up(void **state)
{
    (void)state;
    atomic_store(&standing, true);
    assert_true(groups_of(120) > 3); /* half a second goes by */
    int64_t begun_ms = now_ms();
    uint64_t held = groups_of(120); /* each waits for 200 ms, and no longer */
    uint64_t most = (uint64_t)(now_ms() - begun_ms) / 200 + 2;
    atomic_store(&standing, false);
    wait_stored(240);
    if (held < 1 || held > most)
        fail_msg("%llu groups while the views stood, not 1 to %llu", (unsigned long long)held,
                 (unsigned long long)most);
    assert_true(groups_of(40) > 10);
}

/* ------------------------------------------------------------------ threads that do not start */

static atomic_int threads_left = 1000; /* that the machine lets us start */

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*body)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*body)(void *),
                          void *arg);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*body)(void *),
                          void *arg)
{
    if (atomic_fetch_sub(&threads_left, 1) <= 0)
        return EAGAIN;
    return __real_pthread_create(thread, attr, body, arg);
}

static int threads_now(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/task");
    assert_non_null(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

/* The first, the second, ... of its threads fails: none is left behind to work on freed memory. */
static void a_thread_that_cannot_be_started(void **state)
{
    (void)state;
    writer_close(writer);
    int before = threads_now();
    struct writer_config config = {
        .record = rig.record, .intake = rig.intake, .follow = follow, .broken = note_broken};
    for (int n = 0; n < 4; n++) {
        assert_good(writer_open(&writer, &err));
        atomic_store(&threads_left, n);
        bool good = writer_start(writer, &config, NULL);
        atomic_store(&threads_left, 1000);
        assert_false(good);
        writer_close(writer);
        assert_int_equal(threads_now(), before);
    }
    assert_good(writer_open(&writer, &err));
    assert_good(writer_start(writer, &config, &err));
    assert_good(run_issue(1, ERROR_NONE, &err));
}

/* ------------------------------------------------------------------ bad days */

/* While another process holds the record, nothing is receipted and acts are told LATER; then all
 * goes on by itself. */
static void a_record_that_cannot_be_written(void **state)
{
    (void)state;
    struct db *holder;
    static struct rig_batch batch;
    assert_good(db_open(rig.record_path, DB_DURABLE, &holder, &err));
    assert_good(db_exec(holder, "BEGIN IMMEDIATE", &err));
    rig_beep(&rig, &hand[0], 7, EVENT_PICKED_UP, 0);
    rig_cut(&hand[0], &batch);
    post(&hand[0], &batch);
    assert_error(run_issue(1, ERROR_NONE, &err), ERROR_LATER);
    assert_int_equal(stored(), 0);
    struct writer_counts counts;
    writer_counts(writer, &counts);
    assert_true(counts.failed_groups > 0);
    db_abandon(holder);
    db_close(holder);
    wait_stored(1);
    assert_good(run_issue(1, ERROR_NONE, &err));
    assert_int_equal(atomic_load(&broken), 0);
}

/* ------------------------------------------------------------------ a full disk, fault 41 */

#define FILL_MESSAGES 400

static void post_full(void)
{
    static struct rig_batch batch;
    for (uint32_t i = 0; i < BATCH_SCANS_MAX; i++)
        rig_beep(&rig, &hand[0], i, EVENT_PICKED_UP, 0);
    rig_cut(&hand[0], &batch);
    post(&hand[0], &batch);
}

static uint64_t failed_groups(void)
{
    struct writer_counts counts;
    writer_counts(writer, &counts);
    return counts.failed_groups;
}

static int on_a_small_disk(const char *dir)
{
    char filler[256];
    if (!small_disk_mount(dir, "4m"))
        return 77;
    if (setenv("TMPDIR", dir, 1) != 0)
        return 1;
    (void)set_up(NULL);
    (void)snprintf(filler, sizeof filler, "%s/filler", dir);
    int fd = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, 0) != 0 || posix_fallocate(fd, 0, 2 << 20) != 0 || close(fd) != 0)
        return 1;
    for (int i = 0; i < FILL_MESSAGES; i++)
        post_full();
    for (int i = 0; i < 1000 && failed_groups() < 2; i++)
        usleep(10000);
    uint64_t stuck = rig_through(&rig, &hand[0]);
    if (failed_groups() < 2 || stuck >= FILL_MESSAGES * (uint64_t)BATCH_SCANS_MAX)
        return 2;
    struct error err = {.code = ERROR_NONE};
    if (run_issue(1, ERROR_NONE, &err) || err.code != ERROR_LATER)
        return 3; /* acts are told; views still answer */
    (void)unlink(filler);
    for (int i = 0;
         i < 1500 && rig_through(&rig, &hand[0]) < FILL_MESSAGES * (uint64_t)BATCH_SCANS_MAX; i++)
        usleep(10000);
    if (rig_through(&rig, &hand[0]) != FILL_MESSAGES * (uint64_t)BATCH_SCANS_MAX)
        return 4;
    struct record_proof proof;
    writer_stop(writer);
    if (!record_verify(rig.record, &rig.seal_public, &proof, &err) ||
        proof.scans != FILL_MESSAGES * (uint64_t)BATCH_SCANS_MAX)
        return 5;
    (void)tear_down(NULL);
    small_disk_unmount(dir);
    return 0;
}

static void a_full_disk_stops_receipts_and_mends_itself(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0)
        _exit(on_a_small_disk(rig.dir));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

static int only_a_folder(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(rig.dir, sizeof rig.dir, "%s/trao-full-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    return mkdtemp(rig.dir) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(rig.dir);
}

/* ------------------------------------------------------------------ damage, the end */

static void a_damaged_record_ends_the_program(void **state)
{
    (void)state;
    struct db *other;
    assert_good(db_open(rig.record_path, DB_DURABLE, &other, &err));
    assert_good(db_exec(other, "DROP TABLE office", &err));
    db_close(other);
    assert_false(run_issue(1, ERROR_NONE, NULL));
    static struct rig_batch batch;
    assert_good(db_open(rig.record_path, DB_DURABLE, &other, &err));
    assert_good(db_exec(other, "DROP TABLE batch", &err));
    db_close(other);
    rig_beep(&rig, &hand[0], 7, EVENT_PICKED_UP, 0);
    rig_cut(&hand[0], &batch);
    post(&hand[0], &batch);
    for (int i = 0; i < 500 && !atomic_load(&broken); i++)
        usleep(10000);
    assert_int_equal(atomic_load(&broken), 1);
    assert_false(run_issue(2, ERROR_NONE, NULL)); /* whoever asks meanwhile is answered */
}

static void nothing_after_the_end(void **state)
{
    (void)state;
    static struct rig_batch batch;
    assert_good(run_issue(1, ERROR_NONE, &err));
    writer_stop(writer);
    writer_stop(writer);
    assert_error(run_issue(2, ERROR_NONE, &err), ERROR_LATER);
    rig_beep(&rig, &hand[0], 7, EVENT_PICKED_UP, 0);
    rig_cut(&hand[0], &batch);
    post(&hand[0], &batch);
    struct writer_counts counts;
    writer_counts(writer, &counts);
    assert_int_equal(counts.dropped, 1);
}

static void rubbish_from_the_network(void **state)
{
    (void)state;
    static uint8_t large[WIRE_BYTES_MAX + 1];
    static struct rig_batch batch;
    writer_message(writer, "trao/1/HH-000/up", "rubbish", 7);
    writer_message(writer, "trao/1/HH-000/down", "", 0);
    writer_message(writer, "some/topic/that/is/much/longer/than/any/of/ours/could/ever/be", "", 0);
    writer_message(writer, "trao/1/HH-000/up", large, sizeof large);
    rig_beep(&rig, &hand[0], 7, EVENT_PICKED_UP, 0);
    rig_cut(&hand[0], &batch);
    post(&hand[0], &batch);
    wait_stored(1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_act_is_done_when_the_views_show_it),
        TEST(acts_of_many_threads_between_messages),
        TEST(views_that_are_behind_hold_groups_up),
        TEST(a_thread_that_cannot_be_started),
        TEST(a_record_that_cannot_be_written),
        cmocka_unit_test_setup_teardown(a_full_disk_stops_receipts_and_mends_itself, only_a_folder,
                                        remove_folder),
        TEST(a_damaged_record_ends_the_program),
        TEST(nothing_after_the_end),
        TEST(rubbish_from_the_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
