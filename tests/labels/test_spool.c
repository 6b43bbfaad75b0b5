/* What was printed, kept on disk: no number twice without a reason, and a job goes on where it
 * stopped, after kill -9 too. */
#include "labels/spool.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[128];
static struct spool *spool;
static struct spool_job *job;
static struct error err;
static const char *const numbers[] = {"RA000000005VN", "RA000000014VN", "RA000000028VN",
                                      "RA000000031VN"};

static void reopen(void)
{
    spool_job_close(job);
    job = NULL;
    spool_close(spool);
    spool = NULL;
    if (!spool_open(folder, &spool, &err))
        fail_msg("%s", err.text);
}

static void begin(size_t n, const char *reason)
{
    if (!spool_begin(spool, numbers, n, reason, &job, &err))
        fail_msg("%s", err.text);
}

static unsigned copy_of(size_t item)
{
    size_t n = 0;
    return spool_job_items(job, &n)[item].copy;
}

static void send(size_t item)
{
    assert_true(spool_job_sending(job, item, &err));
    assert_true(spool_job_done(job, item + 1, &err));
}

static int make_folder(void **state)
{
    (void)state;
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/trao-spool-XXXXXX", temporary == NULL ? "/tmp" : temporary);
    if (mkdtemp(folder) == NULL)
        return -1;
    reopen();
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[256];
    spool_job_close(job);
    job = NULL;
    spool_close(spool);
    spool = NULL;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void test_no_number_twice_without_a_reason(void **state)
{
    (void)state;
    char where[SPOOL_ID_BYTES];
    begin(2, NULL);
    assert_string_equal(spool_job_id(job), "000001");
    assert_int_equal(copy_of(0), 1);
    send(0);
    send(1);
    assert_true(spool_job_end(job, true, &err));
    for (int again = 0; again < 2; again++) {
        reopen();
        assert_int_equal(spool_copies(spool, numbers[1], where), 1);
        assert_string_equal(where, "000001");
        assert_int_equal(spool_copies(spool, numbers[2], where), 0);
        assert_false(spool_begin(spool, numbers, 3, NULL, &job, &err));
        assert_int_equal(err.code, ERROR_REFUSED);
        assert_non_null(strstr(err.text, "RA000000005VN was printed in job 000001"));
    }
    begin(3, "nhãn bị rách");
    assert_int_equal(copy_of(0), 2);
    assert_int_equal(copy_of(2), 1);
    for (size_t i = 0; i < 3; i++)
        send(i);
    assert_true(spool_job_end(job, true, &err));
    spool_job_close(job);
    begin(1, "nhãn bị rách");
    assert_int_equal(copy_of(0), 3);
}

static void test_a_number_stands_once_in_a_job(void **state)
{
    (void)state;
    const char *const twice[] = {numbers[0], numbers[1], numbers[0]};
    assert_false(spool_begin(spool, twice, 3, "lý do", &job, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_non_null(strstr(err.text, "RA000000005VN stands twice"));
    assert_false(spool_begin(spool, numbers, 0, NULL, &job, &err));
    assert_false(spool_begin(spool, (const char *const[]){"ra1"}, 1, NULL, &job, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_false(spool_begin(spool, numbers, 1, "hai\ndòng", &job, &err));
    assert_false(spool_begin(spool, numbers, 1, "", &job, &err));
}

/* Killed while item 2 was being sent: 0 and 1 are on paper, 2 may be, 3 is not. */
static void test_goes_on_after_kill(void **state)
{
    (void)state;
    struct spool_stopped stopped;
    char where[SPOOL_ID_BYTES];
    spool_close(spool);
    spool = NULL;
    pid_t pid = fork();
    if (pid == 0) {
        if (spool_open(folder, &spool, &err) && spool_begin(spool, numbers, 4, NULL, &job, &err) &&
            spool_job_sending(job, 0, &err) && spool_job_done(job, 1, &err) &&
            spool_job_sending(job, 1, &err) && spool_job_done(job, 2, &err) &&
            spool_job_sending(job, 2, &err))
            (void)raise(SIGKILL);
        _exit(1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    for (int again = 0; again < 2; again++) { /* going on may be cut off too */
        reopen();
        assert_true(spool_unfinished(spool, &stopped, &err));
        assert_string_equal(stopped.id, "000001");
        assert_int_equal(stopped.n, 4);
        assert_int_equal(stopped.next, 2);
        assert_string_equal(stopped.number, numbers[2]);
        assert_true(spool_resume(spool, stopped.id, &job, &err));
        assert_int_equal(spool_job_next(job), 2);
        assert_int_equal(copy_of(1), 1);
        assert_int_equal(copy_of(2), 2); /* «BẢN IN LẠI 2» */
        assert_int_equal(copy_of(3), 1);
    }
    spool_job_close(job);
    job = NULL;
    assert_int_equal(spool_copies(spool, numbers[2], where), 1);
    assert_int_equal(spool_copies(spool, numbers[3], where), 0);
    assert_true(spool_resume(spool, stopped.id, &job, &err));
    send(2);
    send(3);
    assert_true(spool_job_end(job, true, &err));
    reopen();
    assert_int_equal(spool_copies(spool, numbers[2], where), 2);
    assert_false(spool_unfinished(spool, &stopped, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_false(spool_resume(spool, stopped.id, &job, &err));
    assert_int_equal(err.code, ERROR_REPEATED);
    assert_false(spool_resume(spool, "000009", &job, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
}

/* With a queue everything has left; what it gave up comes back, the next item in doubt. */
static void test_a_job_given_to_a_queue(void **state)
{
    (void)state;
    char where[SPOOL_ID_BYTES];
    begin(4, NULL);
    assert_true(spool_job_handed(job, 42, &err));
    reopen();
    assert_int_equal(spool_copies(spool, numbers[3], where), 1);
    assert_true(spool_resume(spool, "000001", &job, &err));
    assert_int_equal(spool_job_remote(job), 42);
    assert_int_equal(copy_of(3), 1);
    assert_true(spool_job_done(job, 1, &err));
    assert_true(spool_job_recalled(job, &err));
    reopen();
    assert_int_equal(spool_copies(spool, numbers[1], where), 1);
    assert_int_equal(spool_copies(spool, numbers[2], where), 0);
    assert_true(spool_resume(spool, "000001", &job, &err));
    assert_int_equal(spool_job_remote(job), 0);
    assert_int_equal(spool_job_next(job), 1);
    assert_int_equal(copy_of(1), 2);
    assert_int_equal(copy_of(2), 1);
}

/* In doubt it becomes its next copy; somebody who saw it on paper saw it as what it was. */
static void test_seen_on_paper_it_is_what_it_was(void **state)
{
    (void)state;
    begin(3, NULL);
    send(0);
    assert_true(spool_job_sending(job, 1, &err));
    reopen();
    assert_true(spool_resume(spool, "000001", &job, &err));
    assert_int_equal(copy_of(1), 2);
    assert_int_equal(spool_job_next(job), 1);
    assert_int_equal(spool_job_doubt(job), 2);
    for (int again = 0; again < 2; again++) {
        reopen();
        assert_true(spool_resume(spool, "000001", &job, &err));
        assert_int_equal(copy_of(1), again ? 1 : 2);
        assert_int_equal(spool_job_doubt(job), 2);
        if (!again)
            assert_true(spool_job_done(job, 2, &err));
    }
    assert_int_equal(spool_job_next(job), 2);
    assert_int_equal(copy_of(2), 1);
}

/* Once it has begun to leave as its next copy, it is that one which is seen. */
static void test_sent_again_it_is_its_next_copy(void **state)
{
    (void)state;
    begin(2, NULL);
    assert_true(spool_job_sending(job, 0, &err));
    reopen();
    assert_true(spool_resume(spool, "000001", &job, &err));
    assert_true(spool_job_sending(job, 0, &err));
    assert_int_equal(spool_job_doubt(job), 1);
    assert_true(spool_job_done(job, 1, &err));
    reopen();
    assert_true(spool_resume(spool, "000001", &job, &err));
    assert_int_equal(copy_of(0), 2);
}

/* What was voided while a job stood is left out for good; what is in doubt keeps its copy. */
static void test_left_out_the_others_move_up(void **state)
{
    (void)state;
    size_t n = 0;
    begin(4, NULL);
    send(0);
    assert_true(spool_job_sending(job, 1, &err));
    reopen();
    assert_true(spool_resume(spool, "000001", &job, &err));
    assert_true(spool_job_leave_out(job, 2, &err));
    for (int again = 0; again < 2; again++) {
        const struct spool_item *items = spool_job_items(job, &n);
        assert_int_equal(n, 3);
        assert_string_equal(items[1].number, numbers[1]);
        assert_string_equal(items[2].number, numbers[3]);
        assert_int_equal(copy_of(1), 2);
        assert_int_equal(copy_of(2), 1);
        assert_int_equal(spool_job_next(job), 1);
        assert_int_equal(spool_job_doubt(job), 2);
        reopen();
        assert_true(spool_resume(spool, "000001", &job, &err));
    }
    assert_true(spool_job_leave_out(job, 1, &err)); /* the one in doubt */
    assert_int_equal(spool_job_doubt(job), 1);
    send(1);
    assert_true(spool_job_end(job, true, &err));
    reopen();
    char last[SPOOL_ID_BYTES];
    assert_int_equal(spool_copies(spool, numbers[3], last), 1);
    assert_int_equal(spool_copies(spool, numbers[2], last), 0);
}

static void add_to_file(const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/000001.job", folder);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_a_torn_line_is_not_there(void **state)
{
    (void)state;
    begin(2, NULL);
    send(0);
    spool_job_close(job);
    job = NULL;
    add_to_file("sending 1\ndon");
    reopen();
    assert_true(spool_resume(spool, "000001", &job, &err));
    assert_int_equal(spool_job_next(job), 1);
    assert_int_equal(copy_of(1), 2);
    send(1);
    reopen();
    assert_true(spool_resume(spool, "000001", &job, &err));
    assert_int_equal(spool_job_next(job), 2);
}

/* As a power cut leaves the end of a file that grew: its length, and zeros in place of the line. */
static void test_zeros_are_no_line(void **state)
{
    static const char zeros[] = "\0\0\0\0\0\0\0\0\0", line[] = "\0\0\0\n";
    char path[160];
    (void)state;
    begin(2, NULL);
    send(0);
    reopen();
    snprintf(path, sizeof path, "%s/000001.job", folder);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    assert_int_equal(fwrite(zeros, 1, sizeof zeros, file), sizeof zeros);
    assert_int_equal(fclose(file), 0);
    reopen();
    assert_true(spool_resume(spool, "000001", &job, &err));
    assert_int_equal(spool_job_next(job), 1);
    send(1);
    reopen();
    file = fopen(path, "a");
    assert_non_null(file);
    assert_int_equal(fwrite(line, 1, sizeof line - 1, file), sizeof line - 1);
    assert_int_equal(fclose(file), 0);
    spool_close(spool);
    spool = NULL;
    assert_false(spool_open(folder, &spool, &err));
    assert_int_equal(err.code, ERROR_BROKEN);
    assert_non_null(strstr(err.text, "000001.job:9"));
}

static void test_what_is_no_job_file_is_named(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "paid 1\n",   "done 9\n",     "done -1\n",          "done\n",
        "item A 1\n", "sending 0 \n", "finished\ndone 1\n", "\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        remove_folder(NULL);
        make_folder(NULL);
        begin(2, NULL);
        spool_job_close(job);
        job = NULL;
        add_to_file(lines[i]);
        spool_close(spool);
        spool = NULL;
        if (spool_open(folder, &spool, &err))
            fail_msg("taken: %s", lines[i]);
        assert_int_equal(err.code, ERROR_BROKEN);
        assert_non_null(strstr(err.text, "000001.job:"));
    }
}

static void test_one_program_at_a_time(void **state)
{
    (void)state;
    struct spool *other = NULL;
    assert_false(spool_open(folder, &other, &err));
    assert_int_equal(err.code, ERROR_LATER);
    assert_non_null(strstr(err.text, "another program is printing"));
}

/* A full disk: nothing may be sent, and no half file is left. */
static void test_a_full_disk(void **state)
{
    (void)state;
    struct rlimit before;
    begin(1, NULL);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit none = {40, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    bool sent = spool_job_sending(job, 0, &err);
    enum error_code code = err.code;
    spool_job_close(job);
    job = NULL;
    bool begun = spool_begin(spool, numbers + 1, 2, NULL, &job, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(sent);
    assert_int_equal(code, ERROR_LATER);
    assert_false(begun);
    assert_int_equal(err.code, ERROR_LATER);
    reopen();
    begin(2, NULL);
    assert_string_equal(spool_job_id(job), "000002");
}

int main(void)
{
#define ONE(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        ONE(test_no_number_twice_without_a_reason),
        ONE(test_a_number_stands_once_in_a_job),
        ONE(test_goes_on_after_kill),
        ONE(test_a_job_given_to_a_queue),
        ONE(test_seen_on_paper_it_is_what_it_was),
        ONE(test_sent_again_it_is_its_next_copy),
        ONE(test_left_out_the_others_move_up),
        ONE(test_a_torn_line_is_not_there),
        ONE(test_zeros_are_no_line),
        ONE(test_what_is_no_job_file_is_named),
        ONE(test_one_program_at_a_time),
        ONE(test_a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
