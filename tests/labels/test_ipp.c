/* A job through libcups: to a real IPP printer, and through a real queue of CUPS to it. Run by
 * with_printer, which gives both. */
#include "job.h"

#include "labels/printer.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LABELS 2
#define LOOK_MS 200
#define PRINTER "ipp://localhost:8631/ipp/print"
#define QUEUE "ipp://localhost:8632/printers/quay1"

static char folder[160];
static struct paper_room rooms[LABELS];
static struct label asked[LABELS];
static const char *numbers[LABELS];
static struct spool *spool;
static struct spool_job *job;
static struct printer_data data;
static struct error err;

/* What is heard, and what the clerk does when it is. */
static struct {
    unsigned seen; /* bit n: state n */
    enum printer_state when;
    bool cancel;   /* cancels at `when` */
    size_t states; /* how often `when` was heard */
} clerk;

/* Given by with_printer. */
static const char *printer_folder(void)
{
    const char *path = getenv("TRAO_PRINTER");
    return path == NULL ? "" : path;
}

static void in_printer(const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", printer_folder(), name);
}

static void put(const char *name)
{
    char path[256];
    in_printer(name, path);
    int file = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(file >= 0);
    close(file);
}

static void take(const char *name)
{
    char path[256];
    in_printer(name, path);
    unlink(path);
}

/* Paper is brought after it was missed twice. */
static bool hear(void *ctx, const struct printer_progress *progress)
{
    (void)ctx;
    clerk.seen |= 1u << progress->state;
    if (progress->state != clerk.when)
        return true;
    clerk.states++;
    if (progress->state == PRINTER_NO_PAPER && clerk.states == 2 && !clerk.cancel)
        take("no-paper");
    return !clerk.cancel;
}

static bool heard(enum printer_state state)
{
    return (clerk.seen >> state & 1) != 0;
}

static bool print(const char *where)
{
    struct printer_profile profile = {.tongue = "pdf"};
    snprintf(profile.where, sizeof profile.where, "%s", where);
    return printer_print(&profile, job, &data, 1,
                         (struct printer_ear){.hear = hear, .every_ms = LOOK_MS}, &err);
}

/* The documents that came out, and whether the last is the very one that was sent. */
static size_t count_printed(bool *ret_same)
{
    size_t n = 0;
    DIR *printer = opendir(printer_folder());
    *ret_same = false;
    if (printer == NULL) {
        fail_msg("no TRAO_PRINTER: this test is run by with_printer");
        return 0;
    }
    for (const struct dirent *e; (e = readdir(printer)) != NULL;) {
        char path[512];
        static char bytes[1 << 20];
        if (strstr(e->d_name, ".done") == NULL)
            continue;
        snprintf(path, sizeof path, "%s/%s", printer_folder(), e->d_name);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        size_t got = fread(bytes, 1, sizeof bytes, file);
        (void)fclose(file);
        *ret_same = got == data.bytes.n && memcmp(bytes, data.bytes.bytes, got) == 0;
        unlink(path);
        n++;
    }
    closedir(printer);
    return n;
}

static int begin(void **state)
{
    (void)state;
    struct labels *labels = NULL;
    bool same;
    snprintf(folder, sizeof folder, "%s/spool-XXXXXX", printer_folder());
    if (mkdtemp(folder) == NULL || !spool_open(folder, &spool, &err))
        return -1;
    memset(&clerk, 0, sizeof clerk);
    clerk.when = PRINTER_CANCELLED;
    if (!labels_open("dl", &labels, &err) || !labels_begin(labels, printer_data_sink(&data), &err))
        return -1;
    for (unsigned i = 0; i < LABELS; i++) {
        struct labels_report report;
        asked[i] = paper_label(i, &rooms[i]);
        numbers[i] = asked[i].number;
        if (!labels_add(labels, &asked[i], &report, &err))
            return -1;
    }
    if (!labels_end(labels, &err))
        return -1;
    labels_close(labels);
    count_printed(&same);
    return spool_begin(spool, numbers, LABELS, NULL, &job, &err) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    char command[256];
    take("no-paper");
    take("jam");
    take("slow");
    spool_job_close(job);
    spool_close(spool);
    job = NULL;
    spool = NULL;
    printer_data_done(&data);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void expect_finished(void)
{
    struct spool_stopped stopped;
    assert_int_equal(spool_job_next(job), LABELS);
    assert_true(heard(PRINTER_FINISHED));
    assert_false(spool_unfinished(spool, &stopped, &err));
}

static void test_the_very_bytes_come_out(void **state)
{
    (void)state;
    bool same = false;
    if (!print(PRINTER))
        fail_msg("%s", err.text);
    assert_int_equal(count_printed(&same), 1);
    assert_true(same);
    assert_true(heard(PRINTER_SENDING));
    assert_true(heard(PRINTER_PRINTING));
    expect_finished();
}

static void test_through_a_queue_of_cups(void **state)
{
    (void)state;
    bool same = false;
    if (!print(QUEUE))
        fail_msg("%s", err.text);
    assert_int_equal(count_printed(&same), 1);
    expect_finished();
}

static void test_waits_for_paper(void **state)
{
    (void)state;
    bool same = false;
    clerk.when = PRINTER_NO_PAPER;
    put("no-paper");
    if (!print(PRINTER))
        fail_msg("%s", err.text);
    assert_true(clerk.states >= 2);
    assert_int_equal(count_printed(&same), 1);
    expect_finished();
}

/* Its own people cancel it while paper is out: cancelled at the printer too, and over. */
static void test_cancelled_here(void **state)
{
    (void)state;
    struct spool_stopped stopped;
    clerk.when = PRINTER_NO_PAPER;
    clerk.cancel = true;
    put("no-paper");
    assert_false(print(PRINTER));
    assert_int_equal(err.code, ERROR_REFUSED);
    take("no-paper");
    assert_false(spool_unfinished(spool, &stopped, &err));
}

/* Cancelled at the printer: it can be gone on with, the first item in doubt. */
static bool cancel_there(void *ctx, const struct printer_progress *progress)
{
    (void)ctx;
    if (progress->state == PRINTER_NO_PAPER && clerk.states++ == 0) {
        return system("cancel -h localhost:8632 -a quay1") == 0;
    }
    return true;
}

static void test_cancelled_at_the_queue(void **state)
{
    (void)state;
    struct spool_stopped stopped;
    struct printer_profile profile = {.where = QUEUE, .tongue = "pdf"};
    put("no-paper");
    assert_false(printer_print(&profile, job, &data, 1,
                               (struct printer_ear){.hear = cancel_there, .every_ms = LOOK_MS},
                               &err));
    take("no-paper");
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_non_null(strstr(err.text, "cancelled at the printer"));
    size_t next = spool_job_next(job);
    spool_job_close(job);
    job = NULL;
    assert_true(spool_unfinished(spool, &stopped, &err));
    assert_true(spool_resume(spool, stopped.id, &job, &err));
    size_t n = 0;
    const struct spool_item *items = spool_job_items(job, &n);
    assert_int_equal(spool_job_remote(job), 0);
    assert_in_range(next, 0, LABELS - 1);
    assert_int_equal(items[next].copy, 2);
}

static bool release_when_held(void *ctx, const struct printer_progress *progress)
{
    (void)ctx;
    char command[128];
    clerk.seen |= 1u << progress->state;
    if (progress->state != PRINTER_HELD || clerk.states++ != 1)
        return true;
    snprintf(command, sizeof command, "lp -h localhost:8632 -i quay1-%d -H resume",
             (int)spool_job_remote(job));
    return system(command) == 0;
}

/* Somebody holds jobs at the queue, and lets this one go after a while. */
static void test_held_in_the_queue(void **state)
{
    (void)state;
    bool same = false;
    struct printer_profile profile = {.where = QUEUE, .tongue = "pdf"};
    const char *hold = "lpadmin -h localhost:8632 -p quay1 -o job-hold-until-default=";
    char command[128];
    snprintf(command, sizeof command, "%sindefinite", hold);
    assert_int_equal(system(command), 0);
    bool printed =
        printer_print(&profile, job, &data, 1,
                      (struct printer_ear){.hear = release_when_held, .every_ms = LOOK_MS}, &err);
    snprintf(command, sizeof command, "%sno-hold", hold);
    assert_int_equal(system(command), 0);
    if (!printed)
        fail_msg("%s", err.text);
    assert_true(heard(PRINTER_HELD));
    assert_int_equal(count_printed(&same), 1);
    expect_finished();
}

static void test_given_up_by_the_printer(void **state)
{
    (void)state;
    struct spool_stopped stopped;
    put("jam");
    assert_false(print(PRINTER));
    assert_int_equal(err.code, ERROR_LATER);
    if (strstr(err.text, "given up by the printer") == NULL)
        fail_msg("%s", err.text);
    assert_true(spool_unfinished(spool, &stopped, &err));
}

/* The program is killed while the queue has the job: the next one looks after it to its end, and
 * nothing is sent a second time. */
static void test_followed_after_a_crash(void **state)
{
    (void)state;
    struct spool_stopped stopped;
    bool same = false;
    struct printer_profile profile = {.where = PRINTER, .tongue = "pdf"};
    clerk.when = PRINTER_PRINTING;
    put("slow");
    spool_job_close(job);
    job = NULL;
    spool_close(spool);
    spool = NULL;
    pid_t pid = fork();
    if (pid == 0) {
        if (!spool_open(folder, &spool, &err) || !spool_resume(spool, "000001", &job, &err))
            _exit(1);
        alarm(1); /* kills while the printer is at work, which takes two seconds then */
        print(PRINTER);
        fprintf(stderr, "%s\n", err.text);
        _exit(1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_true(spool_open(folder, &spool, &err));
    assert_true(spool_unfinished(spool, &stopped, &err));
    assert_true(spool_resume(spool, stopped.id, &job, &err));
    assert_int_not_equal(spool_job_remote(job), 0);
    if (!printer_follow(&profile, job, 1, (struct printer_ear){.hear = hear, .every_ms = LOOK_MS},
                        &err))
        fail_msg("%s", err.text);
    assert_int_equal(count_printed(&same), 1);
    assert_true(same);
    expect_finished();
}

static void test_no_such_queue(void **state)
{
    (void)state;
    assert_false(print("ipp://localhost:8632/printers/quay9"));
    assert_int_equal(err.code, ERROR_LATER);
    assert_non_null(strstr(err.text, "takes no job"));
    assert_false(print("ipp://localhost:8633/printers/quay1"));
    assert_int_equal(err.code, ERROR_LATER);
    assert_non_null(strstr(err.text, "cannot connect"));
    assert_int_equal(spool_job_next(job), 0);
}

int main(void)
{
#define ONE(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        ONE(test_the_very_bytes_come_out), ONE(test_through_a_queue_of_cups),
        ONE(test_waits_for_paper),         ONE(test_cancelled_here),
        ONE(test_cancelled_at_the_queue),  ONE(test_held_in_the_queue),
        ONE(test_given_up_by_the_printer), ONE(test_followed_after_a_crash),
        ONE(test_no_such_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
