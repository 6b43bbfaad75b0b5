/* A job sent to a thermal printer's raw port: a listener that answers as printers do, runs out of
 * paper, hangs up, says nothing; and to a file. */
#include "job.h"

#include "labels/printer.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define LABELS 4
#define SAID_MAX 64
#define LOOK_MS 250 /* the fake answers in some ms */

static char folder[128];
static struct paper_room rooms[LABELS];
static struct label asked[LABELS];
static const char *numbers[LABELS];
static struct spool *spool;
static struct spool_job *job;
static struct error err;

/* ------------------------------------------------------------------ a printer */

/* How a printer that answers in bytes of flags is asked and answers: the k-th answer, then the last
 * one for good. */
struct byte_status {
    const char *tongue;
    const char *question;
    const char *label_end;
    size_t n; /* bytes of an answer */
    unsigned char answers[8][2];
    size_t n_answers;
};

/* What it was told, and how it behaves. */
static struct fake {
    int listener;
    int port;
    pthread_t thread;
    bool mute;
    size_t hang_up_after; /* labels; 0: never */
    size_t no_paper_at;   /* before that label (from 1) it twice says that paper is out; 0: never */
    const char *ill;      /* its two lines of status instead, once; NULL: none */
    const struct byte_status *status; /* TSPL, ESC/POS: a script of answers; NULL: it speaks ZPL */
    atomic_size_t labels;
    size_t questions;
    struct buffer bytes;
} fake;

static void answer_zpl(int client)
{
    static const char good[] = "\x02"
                               "030,0,0,1200,000,0,0,0,000,0,0,0\x03\r\n"
                               "\x02"
                               "000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x02"
                               "1234,0\x03\r\n";
    static const char no_paper[] = "\x02"
                                   "030,1,0,1200,000,0,0,0,000,0,0,0\x03\r\n"
                                   "\x02"
                                   "000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x02"
                                   "1234,0\x03\r\n";
    static size_t times;
    const char *answer = good;
    fake.questions++;
    if (fake.no_paper_at != 0 && fake.labels + 1 == fake.no_paper_at && times++ < 2)
        answer = no_paper;
    else
        times = 0;
    if (fake.ill != NULL) {
        answer = fake.ill;
        fake.ill = NULL;
    }
    if (times == 0 && answer == good)
        fake.no_paper_at = fake.labels + 1 == fake.no_paper_at ? 0 : fake.no_paper_at;
    /* In two pieces, as a network would. */
    size_t half = strlen(answer) / 2;
    assert_true(write(client, answer, half) == (ssize_t)half);
    usleep(2000);
    assert_true(write(client, answer + half, strlen(answer) - half) > 0);
}

static void answer_bytes(int client)
{
    const struct byte_status *status = fake.status;
    size_t k = fake.questions < status->n_answers ? fake.questions : status->n_answers - 1;
    fake.questions++;
    for (size_t i = 0; i < status->n; i++) {
        assert_int_equal(write(client, &status->answers[k][i], 1), 1);
        usleep(2000); /* in pieces, as a network would */
    }
}

/* Everything up to and with `end` has come. */
static size_t up_to(const struct buffer *bytes, size_t from, const char *end)
{
    const unsigned char *at = memmem(bytes->bytes + from, bytes->n - from, end, strlen(end));
    return at == NULL ? 0 : (size_t)(at - bytes->bytes) + strlen(end);
}

static void *serve(void *unused)
{
    (void)unused;
    int client = accept(fake.listener, NULL, NULL);
    unsigned char room[4096];
    size_t seen = 0;
    const char *question_bytes = fake.status == NULL ? "~HS\r\n" : fake.status->question;
    const char *label_end = fake.status == NULL ? "^XZ\n" : fake.status->label_end;
    for (ssize_t n = 0; client >= 0 && (n = read(client, room, sizeof room)) > 0;) {
        buffer_add(&fake.bytes, room, (size_t)n);
        for (size_t at = 0;;) {
            size_t question = up_to(&fake.bytes, seen, question_bytes);
            size_t label = up_to(&fake.bytes, seen, label_end);
            at = question != 0 && (label == 0 || question < label) ? question : label;
            if (at == 0)
                break;
            seen = at;
            if (at == question && !fake.mute)
                (fake.status == NULL ? answer_zpl : answer_bytes)(client);
            if (at == label && ++fake.labels == fake.hang_up_after) {
                close(client);
                return NULL;
            }
        }
    }
    close(client);
    return NULL;
}

static void start_printer(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    fake.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fake.listener, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(fake.listener, 1), 0);
    assert_int_equal(getsockname(fake.listener, (struct sockaddr *)&at, &n), 0);
    fake.port = ntohs(at.sin_port);
    fake.labels = 0;
    assert_int_equal(pthread_create(&fake.thread, NULL, serve, NULL), 0);
}

static void stop_printer(void)
{
    shutdown(fake.listener, SHUT_RDWR);
    pthread_join(fake.thread, NULL);
    close(fake.listener);
}

/* ------------------------------------------------------------------ a clerk */

static struct {
    size_t n;
    struct printer_progress heard[SAID_MAX];
    size_t cancel_at; /* items done; SIZE_MAX: never */
} clerk;

static bool hear(void *ctx, const struct printer_progress *progress)
{
    (void)ctx;
    if (clerk.n < SAID_MAX)
        clerk.heard[clerk.n++] = *progress;
    return progress->done < clerk.cancel_at;
}

static size_t count(enum printer_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < clerk.n; i++)
        n += clerk.heard[i].state == state;
    return n;
}

static const char *tongue(void)
{
    return fake.status == NULL ? "zpl" : fake.status->tongue;
}

/* Lays out what has not left of the job, as the program does. */
static void lay_out(struct printer_data *data)
{
    struct labels *labels = NULL;
    size_t n = 0;
    const struct spool_item *items = spool_job_items(job, &n);
    assert_true(labels_open("dl", &labels, &err));
    assert_true(labels_begin_as(labels, &(struct labels_options){.tongue = tongue()},
                                printer_data_sink(data), &err));
    for (size_t i = spool_job_next(job); i < n; i++) {
        struct labels_report report;
        asked[i].copy = items[i].copy;
        if (!labels_add(labels, &asked[i], &report, &err))
            fail_msg("%s", err.text);
    }
    assert_true(labels_end(labels, &err));
    labels_close(labels);
}

static bool print_rest(void)
{
    struct printer_profile profile = {0};
    struct printer_data data = {0};
    snprintf(profile.tongue, sizeof profile.tongue, "%s", tongue());
    snprintf(profile.where, sizeof profile.where, "tcp://127.0.0.1:%d", fake.port);
    lay_out(&data);
    clerk.n = 0;
    bool done = printer_print(&profile, job, &data, 1,
                              (struct printer_ear){.hear = hear, .every_ms = LOOK_MS}, &err);
    printer_data_done(&data);
    return done;
}

static int begin(void **state)
{
    (void)state;
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/trao-print-XXXXXX", temporary == NULL ? "/tmp" : temporary);
    if (mkdtemp(folder) == NULL || !spool_open(folder, &spool, &err))
        return -1;
    memset(&fake, 0, sizeof fake);
    clerk.cancel_at = SIZE_MAX;
    for (unsigned i = 0; i < LABELS; i++) {
        asked[i] = paper_label(i, &rooms[i]);
        numbers[i] = asked[i].number;
    }
    return spool_begin(spool, numbers, LABELS, NULL, &job, &err) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    char command[256];
    spool_job_close(job);
    spool_close(spool);
    job = NULL;
    spool = NULL;
    buffer_done(&fake.bytes);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void expect_finished(void)
{
    struct spool_stopped stopped;
    assert_int_equal(spool_job_next(job), LABELS);
    assert_int_equal(clerk.heard[clerk.n - 1].state, PRINTER_FINISHED);
    assert_false(spool_unfinished(spool, &stopped, &err));
}

/* ------------------------------------------------------------------ tests */

static void test_every_label_leaves_once(void **state)
{
    (void)state;
    start_printer();
    if (!print_rest())
        fail_msg("%s", err.text);
    stop_printer();
    assert_int_equal(fake.labels, LABELS);
    assert_int_equal(fake.questions, LABELS + 1);
    for (size_t i = 0; i < LABELS; i++) {
        char link[64];
        snprintf(link, sizeof link, "^FDMA,%s^FS", asked[i].link);
        size_t at = up_to(&fake.bytes, 0, link);
        assert_int_not_equal(at, 0);
        assert_int_equal(up_to(&fake.bytes, at, link), 0);
    }
    expect_finished();
}

static void test_waits_for_paper(void **state)
{
    (void)state;
    fake.no_paper_at = 3;
    start_printer();
    assert_true(print_rest());
    stop_printer();
    assert_int_equal(fake.labels, LABELS);
    assert_int_equal(count(PRINTER_NO_PAPER), 2);
    for (size_t i = 0; i < clerk.n; i++)
        if (clerk.heard[i].state == PRINTER_NO_PAPER)
            assert_int_equal(clerk.heard[i].done, 2);
    expect_finished();
}

static void test_says_what_is_amiss(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        enum printer_state state;
        const char *words;
    } ills[] = {
        {"\x02"
         "030,0,1,1200,000,0,0,0,000,0,0,0\x03\r\n"
         "\x02"
         "000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x02"
         "1234,0\x03\r\n",
         PRINTER_HELD, "tạm dừng"},
        {"\x02"
         "030,0,0,1200,000,0,0,0,000,0,0,0\x03\r\n"
         "\x02"
         "000,0,1,0,0,2,4,0,00000000,1,000\x03\r\n\x02"
         "1234,0\x03\r\n",
         PRINTER_STOPPED, "đầu in đang mở"},
        {"\x02"
         "030,0,0,1200,000,0,0,0,000,0,0,0\x03\r\n"
         "\x02"
         "000,0,0,1,0,2,4,0,00000000,1,000\x03\r\n\x02"
         "1234,0\x03\r\n",
         PRINTER_STOPPED, "hết ruy băng"},
    };
    for (size_t i = 0; i < sizeof ills / sizeof *ills; i++) {
        if (i > 0) {
            end(NULL);
            begin(NULL);
        }
        fake.ill = ills[i].status;
        start_printer();
        assert_true(print_rest());
        stop_printer();
        assert_int_equal(clerk.heard[0].state, ills[i].state);
        assert_non_null(strstr(clerk.heard[0].words, ills[i].words));
        expect_finished();
    }
}

/* What is heard of the n-th turn at which something was amiss. */
struct amiss {
    enum printer_state state;
    const char *words;
};

/* Every answer of the script but ready ones is heard, in order, before the first label leaves. */
static void expect_told(const struct byte_status *status, const struct amiss *all, size_t n)
{
    fake.status = status;
    start_printer();
    if (!print_rest())
        fail_msg("%s: %s", status->tongue, err.text);
    stop_printer();
    assert_int_equal(fake.labels, LABELS);
    for (size_t i = 0; i < n; i++) {
        if (clerk.heard[i].state != all[i].state ||
            strstr(clerk.heard[i].words, all[i].words) == NULL)
            fail_msg("%s: answer %zu is heard as %s: %s", status->tongue, i,
                     printer_state_words(clerk.heard[i].state), clerk.heard[i].words);
        assert_int_equal(clerk.heard[i].done, 0);
    }
    assert_int_equal(clerk.heard[n].state, PRINTER_SENDING);
    /* Each answer but the last was asked for once; then one a label and one at the end. */
    assert_int_equal(fake.questions, status->n_answers + LABELS);
    expect_finished();
}

static void test_tspl_says_what_is_amiss(void **state)
{
    (void)state;
    static const struct byte_status status = {.tongue = "tspl",
                                              .question = "\x1B!?",
                                              .label_end = "PRINT 1,1\r\n",
                                              .n = 1,
                                              .answers = {{0x04}, {0x01}, {0x10}, {0x00}},
                                              .n_answers = 4};
    static const struct amiss told[] = {
        {PRINTER_NO_PAPER, ""}, {PRINTER_STOPPED, "đầu in đang mở"}, {PRINTER_HELD, "tạm dừng"}};
    expect_told(&status, told, sizeof told / sizeof *told);
}

static void test_escpos_says_what_is_amiss(void **state)
{
    (void)state;
    static const struct byte_status status = {.tongue = "escpos",
                                              .question = "\x10\x04\x02\x10\x04\x04",
                                              .label_end = "\x1DVB",
                                              .n = 2,
                                              .answers = {{0x32, 0x72}, {0x16, 0x72}, {0x12, 0x1E}},
                                              .n_answers = 3};
    static const struct amiss told[] = {{PRINTER_NO_PAPER, ""},
                                        {PRINTER_STOPPED, "nắp máy in đang mở"}};
    expect_told(&status, told, sizeof told / sizeof *told); /* the roll's near end is no end */
}

/* TSPL: what it took is on paper only when it no longer says that it prints. */
static void test_tspl_is_followed_to_paper(void **state)
{
    (void)state;
    static const struct byte_status status = {
        .tongue = "tspl",
        .question = "\x1B!?",
        .label_end = "PRINT 1,1\r\n",
        .n = 1,
        .answers = {{0x00}, {0x20}, {0x20}, {0x20}, {0x20}, {0x00}},
        .n_answers = 6};
    fake.status = &status;
    start_printer();
    assert_true(print_rest());
    stop_printer();
    assert_int_equal(count(PRINTER_PRINTING), 1);
    assert_int_equal(fake.questions, 6);
    expect_finished();
}

/* A clerk gives up while paper is out: nothing has left, the job is over. */
static void test_cancelled_while_out_of_paper(void **state)
{
    (void)state;
    struct spool_stopped stopped;
    static const struct byte_status status = {.tongue = "escpos",
                                              .question = "\x10\x04\x02\x10\x04\x04",
                                              .label_end = "\x1DVB",
                                              .n = 2,
                                              .answers = {{0x32, 0x72}},
                                              .n_answers = 1};
    fake.status = &status;
    clerk.cancel_at = 0;
    start_printer();
    assert_false(print_rest());
    stop_printer();
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_int_equal(fake.labels, 0);
    assert_int_equal(clerk.heard[0].state, PRINTER_NO_PAPER);
    assert_false(spool_unfinished(spool, &stopped, &err));
}

static void test_a_mute_printer_is_sent_to(void **state)
{
    (void)state;
    fake.mute = true;
    start_printer();
    assert_true(print_rest());
    stop_printer();
    assert_int_equal(fake.labels, LABELS);
    expect_finished();
}

/* The printer hangs up within the third label: two are on paper, the third may be. The job goes on
 * with the third as its second copy, and the fourth as its first. */
static void test_goes_on_after_a_broken_line(void **state)
{
    (void)state;
    struct spool_stopped stopped;
    fake.hang_up_after = 2;
    start_printer();
    assert_false(print_rest());
    stop_printer();
    assert_int_equal(err.code, ERROR_LATER);
    assert_in_range(spool_job_next(job), 2, 3);
    size_t next = spool_job_next(job);
    spool_job_close(job);
    job = NULL;
    assert_true(spool_unfinished(spool, &stopped, &err));
    assert_true(spool_resume(spool, stopped.id, &job, &err));
    buffer_clear(&fake.bytes);
    fake.hang_up_after = 0;
    start_printer();
    if (!print_rest())
        fail_msg("%s", err.text);
    stop_printer();
    assert_int_equal(fake.labels, LABELS - next);
    assert_int_equal(up_to(&fake.bytes, 0, asked[1].link), 0);
    assert_int_not_equal(up_to(&fake.bytes, 0, asked[3].link), 0);
    expect_finished();
}

static void test_nobody_listens(void **state)
{
    (void)state;
    start_printer();
    stop_printer();
    assert_false(print_rest());
    assert_int_equal(err.code, ERROR_LATER);
    assert_non_null(strstr(err.text, "cannot connect"));
    assert_int_equal(spool_job_next(job), 0);
}

/* Cancelled by its own people: over, and what did not leave is as if never printed. */
static void test_a_cancelled_job_is_over(void **state)
{
    (void)state;
    struct spool_stopped stopped;
    char where[SPOOL_ID_BYTES];
    clerk.cancel_at = 2;
    start_printer();
    assert_false(print_rest());
    stop_printer();
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_int_equal(fake.labels, 2);
    spool_job_close(job);
    job = NULL;
    assert_false(spool_unfinished(spool, &stopped, &err));
    assert_int_equal(spool_copies(spool, numbers[1], where), 1);
    assert_int_equal(spool_copies(spool, numbers[2], where), 0);
}

static void test_a_file_is_whole_or_not_there(void **state)
{
    (void)state;
    struct printer_profile profile = {.tongue = "zpl"};
    struct printer_data data = {0};
    lay_out(&data);
    snprintf(profile.where, sizeof profile.where, "file:%s/none/job.zpl", folder);
    assert_false(printer_print(&profile, job, &data, 1,
                               (struct printer_ear){.hear = hear, .every_ms = LOOK_MS}, &err));
    assert_int_equal(err.code, ERROR_LATER);
    snprintf(profile.where, sizeof profile.where, "file:%s/job.zpl", folder);
    assert_true(printer_print(&profile, job, &data, 1,
                              (struct printer_ear){.hear = hear, .every_ms = LOOK_MS}, &err));
    FILE *file = fopen(profile.where + 5, "r");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    assert_int_equal(ftell(file), data.bytes.n);
    assert_int_equal(fclose(file), 0);
    printer_data_done(&data);
    expect_finished();
}

static void test_what_is_no_place(void **state)
{
    (void)state;
    static const char *const places[] = {"quay1",        "tcp://", "tcp://host:0", "tcp://host:x",
                                         "ipp://:631/x", "file:",  "http://host/"};
    struct printer_data data = {0};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct printer_profile profile = {.tongue = "zpl"};
        snprintf(profile.where, sizeof profile.where, "%s", places[i]);
        if (printer_print(&profile, job, &data, 1,
                          (struct printer_ear){.hear = hear, .every_ms = LOOK_MS}, &err))
            fail_msg("taken: %s", places[i]);
        assert_int_equal(err.code, ERROR_BAD_INPUT);
    }
}

/* ------------------------------------------------------------------ profiles */

static void write_profiles(const char *text, char path[160])
{
    snprintf(path, 160, "%s/printers", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_profiles(void **state)
{
    (void)state;
    char path[160];
    struct printer_profile found;
    write_profiles("# máy in ở quầy\n\n"
                   "quay1 where=ipp://localhost/printers/quay1 dpi=600 media=iso_dl_110x220mm "
                   "layout=dl\n"
                   "nhiet where=tcp://10.0.0.9 tongue=zpl dpi=203 native-text=yes\n",
                   path);
    assert_true(printer_find(path, "nhiet", &found, &err));
    assert_string_equal(found.where, "tcp://10.0.0.9");
    assert_string_equal(found.tongue, "zpl");
    assert_int_equal(found.dpi, 203);
    assert_true(found.native_text);
    assert_true(printer_find(path, "quay1", &found, &err));
    assert_string_equal(found.tongue, "pdf");
    assert_string_equal(found.media, "iso_dl_110x220mm");
    assert_string_equal(found.layout, "dl");
    assert_false(printer_find(path, "quay2", &found, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.text, "there are: quay1 nhiet"));
    static const char *const bad[] = {"a\n", "a where=\n", "a where=x colour=red\n",
                                      "a where=x dpi=200\n", "a where=x native-text=maybe\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_profiles(bad[i], path);
        if (printer_find(path, "a", &found, &err))
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(err.code, ERROR_BAD_INPUT);
        assert_non_null(strstr(err.text, "printers:1 is no printer"));
    }
}

int main(void)
{
#define ONE(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        ONE(test_every_label_leaves_once),
        ONE(test_waits_for_paper),
        ONE(test_says_what_is_amiss),
        ONE(test_tspl_says_what_is_amiss),
        ONE(test_escpos_says_what_is_amiss),
        ONE(test_tspl_is_followed_to_paper),
        ONE(test_cancelled_while_out_of_paper),
        ONE(test_a_mute_printer_is_sent_to),
        ONE(test_goes_on_after_a_broken_line),
        ONE(test_nobody_listens),
        ONE(test_a_cancelled_job_is_over),
        ONE(test_a_file_is_whole_or_not_there),
        ONE(test_what_is_no_place),
        ONE(test_profiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
