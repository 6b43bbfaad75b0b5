/* Print jobs of a server: what has left is a fact at once and once, a job stands where it stopped,
 * over a restart too, and goes on; an item is in one job at a time. The printer is a socket that
 * speaks as a Zebra does (ZPL II, ~HS), led by the test. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/office/handover.h"
#include "server/office/items.h"
#include "server/office/press.h"
#include "server/office/printers.h"
#include "server/spooler.h"
#include "tests/server/desk_rig.h"

#define ITEMS 3
#define WAIT_MS 10000

/* ------------------------------------------------------------------ the printer */

struct zebra {
    int listener, port;
    pthread_t thread;
    atomic_int labels; /* printed, since it was plugged in */
    atomic_int most;   /* then it is unplugged: asked once more, it hangs up */
    atomic_bool stop;
    char paper[1 << 20]; /* what came, one label behind the other */
    size_t n;
};

static void answer(int line)
{
    static const char ready[] = "\x02"
                                "030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n"
                                "\x02"
                                "000,0,0,0,0,2,6,0,00000000,1,000\x03\r\n"
                                "\x02"
                                "1234,0\x03\r\n";
    assert_int_equal(write(line, ready, sizeof ready - 1), sizeof ready - 1);
}

/* True: goes on. */
static bool take(struct zebra *zebra, int line)
{
    char bytes[65536];
    ssize_t n = read(line, bytes, sizeof bytes);
    if (n <= 0)
        return false;
    bool asked = memmem(bytes, (size_t)n, "~HS", 3) != NULL;
    assert_true(zebra->n + (size_t)n < sizeof zebra->paper);
    memcpy(zebra->paper + zebra->n, bytes, (size_t)n);
    zebra->n += (size_t)n;
    zebra->paper[zebra->n] = '\0';
    for (const char *at = memmem(bytes, (size_t)n, "^XZ", 3); at != NULL;
         at = memmem(at + 3, (size_t)(bytes + n - at - 3), "^XZ", 3))
        atomic_fetch_add(&zebra->labels, 1);
    if (asked && atomic_load(&zebra->labels) >= atomic_load(&zebra->most))
        return false;
    if (asked)
        answer(line);
    return true;
}

static void *work_zebra(void *arg)
{
    struct zebra *zebra = arg;
    struct pollfd wait = {zebra->listener, POLLIN, 0};
    while (!atomic_load(&zebra->stop)) {
        if (poll(&wait, 1, 20) != 1)
            continue;
        int line = accept(zebra->listener, NULL, NULL);
        while (take(zebra, line))
            continue;
        close(line);
    }
    return NULL;
}

static void open_zebra(struct zebra *zebra)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    zebra->listener = socket(AF_INET, SOCK_STREAM, 0);
    atomic_store(&zebra->most, 1000);
    assert_int_equal(bind(zebra->listener, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(zebra->listener, 4), 0);
    assert_int_equal(getsockname(zebra->listener, (struct sockaddr *)&at, &n), 0);
    zebra->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&zebra->thread, NULL, work_zebra, zebra), 0);
}

static void close_zebra(struct zebra *zebra)
{
    atomic_store(&zebra->stop, true);
    pthread_join(zebra->thread, NULL);
    close(zebra->listener);
}

/* The linker gives the program's calls to these: after so many sheets the line takes no more. */
static atomic_int sheets_taken = 1000;

ssize_t __real_send(int line, const void *bytes, size_t n, int flags);
ssize_t __wrap_send(int line, const void *bytes, size_t n, int flags);
int __real_poll(struct pollfd *fds, nfds_t n, int timeout_ms);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms);

ssize_t __wrap_send(int line, const void *bytes, size_t n, int flags)
{
    bool sheet = n > 100; /* no question */
    if (sheet && atomic_load(&sheets_taken) == 0) {
        errno = EAGAIN;
        return -1;
    }
    ssize_t sent = __real_send(line, bytes, n, flags);
    if (sheet && sent == (ssize_t)n)
        atomic_fetch_sub(&sheets_taken, 1);
    return sent;
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
    if (n != 1 || fds->events != POLLOUT || atomic_load(&sheets_taken) != 0)
        return __real_poll(fds, n, timeout_ms);
    usleep(10000);
    return 0;
}

/* A queue that has printed a sheet, and stands so; SENDING: there is none. */
static enum printer_state queue_stands = PRINTER_SENDING;

bool __real_printer_print(const struct printer_profile *profile, struct spool_job *job,
                          const struct printer_data *data, size_t items_a_page,
                          struct printer_ear ear, struct error *why);
bool __wrap_printer_print(const struct printer_profile *profile, struct spool_job *job,
                          const struct printer_data *data, size_t items_a_page,
                          struct printer_ear ear, struct error *why);

bool __wrap_printer_print(const struct printer_profile *profile, struct spool_job *job,
                          const struct printer_data *data, size_t items_a_page,
                          struct printer_ear ear, struct error *why)
{
    const struct printer_progress progress = {.state = queue_stands, .done = 1, .n = ITEMS};
    if (queue_stands == PRINTER_SENDING)
        return __real_printer_print(profile, job, data, items_a_page, ear, why);
    bool good = spool_job_handed(job, 42, why) && spool_job_done(job, 1, why);
    while (good && ear.hear(ear.ctx, &progress))
        usleep(10000);
    return good && spool_job_end(job, false, why) && error_set(why, ERROR_REFUSED, "cancelled");
}

/* ------------------------------------------------------------------ the shop */

struct shop {
    struct desk_rig desk;
    struct zebra zebra;
    struct spooler *spooler;
    struct item item[ITEMS];
    struct spool_item wanted[ITEMS];
};

static void reach(struct shop *shop, const char *name, int port)
{
    struct printer_entry entry = {
        .profile = {.tongue = "zpl", .dpi = 203, .layout = "thermal-100x150"}, .on = true};
    (void)snprintf(entry.profile.name, sizeof entry.profile.name, "%s", name);
    (void)snprintf(entry.profile.where, sizeof entry.profile.where, "tcp://127.0.0.1:%d", port);
    assert_good(printer_register(desk_rig_acts(&shop->desk), &entry, 0, &err));
}

static int open_shop(void **state)
{
    struct shop *shop = calloc(1, sizeof *shop);
    desk_rig_open(&shop->desk);
    atomic_store(&sheets_taken, 1000);
    queue_stands = PRINTER_SENDING;
    open_zebra(&shop->zebra);
    for (int i = 0; i < ITEMS; i++) {
        char dossier[32];
        (void)snprintf(dossier, sizeof dossier, "H27-261118-000%d", i);
        shop->item[i] = desk_rig_issue(&shop->desk, dossier, "0912000001", "0");
        memcpy(shop->wanted[i].number, shop->item[i].text, ITEM_CHARS + 1);
        shop->wanted[i].copy = 1;
    }
    reach(shop, "zebra", shop->zebra.port);
    shop->spooler = desk_rig_spooler(&shop->desk);
    *state = shop;
    return 0;
}

static int close_shop(void **state)
{
    struct shop *shop = *state;
    spooler_close(shop->spooler);
    close_zebra(&shop->zebra);
    desk_rig_close(&shop->desk);
    free(shop);
    return 0;
}

static bool order(struct shop *shop, const char *printer, size_t n, uint64_t *ret_job,
                  struct error *err)
{
    const struct spooler_order asked = {
        .printer = printer, .items = shop->wanted, .n = n, .reason = 0, .user = 7};
    return spooler_send(shop->spooler, &asked, ret_job, err);
}

struct seen {
    uint64_t job;
    struct spooler_job about;
    bool found;
};

static bool see(void *ctx, const struct spooler_job *job, const struct spool_item *items)
{
    struct seen *seen = ctx;
    (void)items;
    seen->found = job->job == seen->job;
    if (seen->found)
        seen->about = *job;
    return !seen->found;
}

static struct spooler_job job_of(struct shop *shop, uint64_t job)
{
    struct seen seen = {.job = job};
    spooler_each(shop->spooler, see, &seen);
    if (!seen.found)
        fail_msg("no job %llu", (unsigned long long)job);
    return seen.about;
}

static struct spooler_job await(struct shop *shop, uint64_t job, enum spooler_state state)
{
    for (int ms = 0; ms < WAIT_MS; ms += 10) {
        struct spooler_job about = job_of(shop, job);
        if (about.state == state)
            return about;
        usleep(10000);
    }
    struct spooler_job about = job_of(shop, job);
    fail_msg("job %llu: %s, %zu/%zu, %s", (unsigned long long)job, spooler_state_key(about.state),
             about.done, about.n, about.words);
    return about;
}

/* Its PRINTED facts. */
static size_t facts_of(struct shop *shop, int i, struct office_fact *ret_last)
{
    struct fact facts[16];
    size_t n = 0, got = views_history(shop->desk.rig.views, &shop->item[i], facts, 16);
    for (size_t k = 0; k < got; k++)
        if (!facts[k].is_scan && facts[k].office.event == EVENT_PRINTED) {
            *ret_last = facts[k].office;
            n++;
        }
    return n;
}

static size_t folders(struct shop *shop)
{
    char path[160];
    size_t n = 0;
    (void)snprintf(path, sizeof path, "%s/spool", shop->desk.rig.dir);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(folder);
    return n;
}

/* ------------------------------------------------------------------ tests */

static void what_has_left_is_a_fact(void **state)
{
    struct shop *shop = *state;
    struct office_fact fact;
    uint64_t job = 0;
    assert_good(order(shop, "zebra", ITEMS, &job, &err));
    struct spooler_job about = await(shop, job, SPOOLER_FINISHED);
    assert_int_equal(about.done, ITEMS);
    assert_int_equal(atomic_load(&shop->zebra.labels), ITEMS);
    for (int i = 0; i < ITEMS; i++) {
        assert_int_equal(facts_of(shop, i, &fact), 1);
        assert_int_equal(fact.job, job);
        assert_int_equal(fact.copy, 1);
        assert_int_equal(fact.user, 7);
    }
    assert_int_equal(folders(shop), 0); /* nobody resumes it */
}

static void it_goes_on_where_it_stopped(void **state)
{
    struct shop *shop = *state;
    struct error why;
    struct office_fact fact;
    uint64_t job = 0;
    atomic_store(&shop->zebra.most, 1);
    assert_good(order(shop, "zebra", ITEMS, &job, &err));
    struct spooler_job about = await(shop, job, SPOOLER_STOPPED);
    assert_int_equal(about.done, 1);
    assert_int_equal(facts_of(shop, 0, &fact), 1);
    assert_int_equal(facts_of(shop, 1, &fact), 0);
    assert_int_equal(spooler_holds(shop->spooler, shop->item[1].text), job);
    assert_false(spooler_resume(shop->spooler, job, 1, &why)); /* is on paper */
    assert_int_equal(why.code, ERROR_REFUSED);
    assert_false(spooler_resume(shop->spooler, job, ITEMS + 1, &why));
    assert_int_equal(why.code, ERROR_BAD_INPUT);
    atomic_store(&shop->zebra.most, 1000);
    assert_good(spooler_resume(shop->spooler, job, 0, &err));
    await(shop, job, SPOOLER_FINISHED);
    assert_int_equal(atomic_load(&shop->zebra.labels), ITEMS);
    for (int i = 0; i < ITEMS; i++)
        assert_int_equal(facts_of(shop, i, &fact), 1);
    assert_int_equal(spooler_holds(shop->spooler, shop->item[1].text), 0);
}

static void somebody_saw_what_is_on_paper(void **state)
{
    struct shop *shop = *state;
    struct office_fact fact;
    uint64_t job = 0;
    atomic_store(&shop->zebra.most, 1);
    assert_good(order(shop, "zebra", ITEMS, &job, &err));
    await(shop, job, SPOOLER_STOPPED);
    atomic_store(&shop->zebra.most, 1000);
    assert_good(spooler_resume(shop->spooler, job, 3, &err));
    await(shop, job, SPOOLER_FINISHED);
    assert_int_equal(atomic_load(&shop->zebra.labels), 2);
    assert_int_equal(facts_of(shop, 1, &fact), 1);
}

/* A label is voided while its job stands: the others come out, and it does not. */
static void what_was_voided_meanwhile_is_left_out(void **state)
{
    struct shop *shop = *state;
    struct office_fact fact;
    struct because because = {.reason = 3};
    uint64_t job = 0;
    atomic_store(&shop->zebra.most, 1);
    assert_good(order(shop, "zebra", ITEMS, &job, &err));
    await(shop, job, SPOOLER_STOPPED);
    assert_good(item_void(desk_rig_acts(&shop->desk), shop->desk.rig.views, &shop->item[1],
                          &because, &err));
    atomic_store(&shop->zebra.most, 1000);
    assert_good(spooler_resume(shop->spooler, job, 0, &err));
    struct spooler_job about = await(shop, job, SPOOLER_FINISHED);
    assert_int_equal(about.n, ITEMS - 1);
    assert_int_equal(about.done, ITEMS - 1);
    assert_int_equal(about.left_out, 1);
    assert_int_equal(atomic_load(&shop->zebra.labels), ITEMS - 1);
    assert_null(strstr(shop->zebra.paper, shop->item[1].text));
    assert_int_equal(facts_of(shop, 1, &fact), 0);
    assert_int_equal(facts_of(shop, 2, &fact), 1);
}

static void an_item_is_in_one_job(void **state)
{
    struct shop *shop = *state;
    struct error why;
    uint64_t job = 0, other = 0;
    reach(shop, "away", 1);
    assert_good(order(shop, "away", 2, &job, &err));
    struct spooler_job about = await(shop, job, SPOOLER_STOPPED);
    assert_non_null(printer_reason_words(about.words));
    assert_false(order(shop, "zebra", 1, &other, &why));
    assert_int_equal(why.code, ERROR_REFUSED);
    assert_non_null(strstr(why.text, shop->item[0].text));
    assert_good(spooler_cancel(shop->spooler, job, &err));
    await(shop, job, SPOOLER_CANCELLED);
    assert_false(spooler_cancel(shop->spooler, job, &why));
    assert_int_equal(why.code, ERROR_REPEATED);
    assert_good(order(shop, "zebra", 1, &other, &err));
    await(shop, other, SPOOLER_FINISHED);
}

/* A port that is listened to and takes nobody: whoever dials waits until it is closed. */
static int open_deaf(struct sockaddr_in *at, int callers[], int n)
{
    socklen_t size = sizeof *at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    assert_int_equal(bind(listener, (struct sockaddr *)at, size), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)at, &size), 0);
    for (int i = 0; i < n; i++) {
        callers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(callers[i], (struct sockaddr *)at, size);
    }
    return listener;
}

/* Cancelled while the printer is dialled, which then fails: it ends, and does not stand there to
 * be cancelled by whoever goes on with it. */
static void cancelled_while_it_comes_to_a_stop(void **state)
{
    struct shop *shop = *state;
    struct sockaddr_in at;
    int callers[3];
    uint64_t job = 0;
    int listener = open_deaf(&at, callers, 3);
    reach(shop, "deaf", ntohs(at.sin_port));
    assert_good(order(shop, "deaf", 2, &job, &err));
    await(shop, job, SPOOLER_GOING);
    usleep(300000);
    assert_int_equal(job_of(shop, job).state, SPOOLER_GOING);
    assert_good(spooler_cancel(shop->spooler, job, &err));
    for (int i = 0; i < 3; i++)
        close(callers[i]);
    close(listener);
    await(shop, job, SPOOLER_CANCELLED);
    assert_int_equal(spooler_holds(shop->spooler, shop->item[0].text), 0);
}

/* Cancelled while a sheet is being sent: it may come out, so it counts, and its next print is
 * marked as another. */
static void a_sheet_on_its_way_counts(void **state)
{
    struct shop *shop = *state;
    struct office_fact fact;
    struct spooler_job about;
    uint64_t job = 0;
    atomic_store(&sheets_taken, 1);
    assert_good(order(shop, "zebra", ITEMS, &job, &err));
    do {
        about = await(shop, job, SPOOLER_GOING);
        usleep(10000);
    } while (about.printing != PRINTER_STOPPED);
    assert_int_equal(about.done, 1);
    assert_good(spooler_cancel(shop->spooler, job, &err));
    about = await(shop, job, SPOOLER_CANCELLED);
    assert_non_null(strstr(about.words, "1 tờ không rõ đã in ra chưa"));
    for (size_t i = 0; i < ITEMS; i++)
        assert_int_equal(facts_of(shop, (int)i, &fact), i <= 1);
    assert_int_equal(fact.copy, 1);
}

/* The same of the sheet that a queue has under way; where its job is held none is. */
static void a_sheet_that_a_queue_prints_counts(void **state)
{
    struct shop *shop = *state;
    struct office_fact fact;
    uint64_t job = 0;
    for (int held = 1; held >= 0; held--) {
        queue_stands = held ? PRINTER_HELD : PRINTER_PRINTING;
        shop->wanted[0].copy = held ? 1 : 2;
        assert_good(order(shop, "zebra", ITEMS, &job, &err));
        while (job_of(shop, job).printing != queue_stands)
            usleep(10000);
        assert_good(spooler_cancel(shop->spooler, job, &err));
        struct spooler_job about = await(shop, job, SPOOLER_CANCELLED);
        assert_int_equal(strstr(about.words, "1 tờ không rõ") == NULL, held);
        assert_int_equal(facts_of(shop, 0, &fact), held ? 1 : 2);
        assert_int_equal(facts_of(shop, 1, &fact), !held);
        assert_int_equal(facts_of(shop, 2, &fact), 0);
    }
}

/* Every sheet left, and its end could not be written: whatever sheet is named, it ends. */
static void all_has_left_and_no_sheet_is_next(void **state)
{
    struct shop *shop = *state;
    struct office_fact fact;
    struct error why;
    uint64_t job = 0;
    shop->desk.fail_at = 3;
    shop->desk.fail_on = true;
    assert_good(order(shop, "zebra", ITEMS, &job, &err));
    assert_int_equal(await(shop, job, SPOOLER_STOPPED).done, ITEMS);
    shop->desk.fail_on = false;
    shop->desk.fail_at = 0;
    assert_false(spooler_resume(shop->spooler, job, ITEMS + 1, &why));
    assert_good(spooler_resume(shop->spooler, job, ITEMS, &err)); /* what the page says */
    await(shop, job, SPOOLER_FINISHED);
    assert_int_equal(atomic_load(&shop->zebra.labels), ITEMS);
    for (int i = 0; i < ITEMS; i++)
        assert_int_equal(facts_of(shop, i, &fact), 1);
}

static void a_job_stands_over_a_restart(void **state)
{
    struct shop *shop = *state;
    struct office_fact fact;
    uint64_t job = 0;
    atomic_store(&shop->zebra.most, 1);
    assert_good(order(shop, "zebra", ITEMS, &job, &err));
    await(shop, job, SPOOLER_STOPPED);
    spooler_close(shop->spooler);
    shop->spooler = desk_rig_spooler(&shop->desk);
    struct spooler_job about = job_of(shop, job);
    assert_int_equal(about.state, SPOOLER_STOPPED);
    assert_int_equal(about.done, 1);
    assert_int_equal(about.user, 7);
    assert_string_equal(about.printer, "zebra");
    atomic_store(&shop->zebra.most, 1000);
    assert_good(spooler_resume(shop->spooler, job, 0, &err));
    await(shop, job, SPOOLER_FINISHED);
    for (int i = 0; i < ITEMS; i++)
        assert_int_equal(facts_of(shop, i, &fact), 1);
}

/* Acts fail one after the other: nothing leaves without its facts, and none is written twice. */
static void a_record_that_cannot_be_written(void **state)
{
    struct shop *shop = *state;
    struct error why;
    struct office_fact fact;
    uint64_t job = 0;
    for (uint32_t at = 1; at <= 2; at++) { /* its number, and that it was sent */
        shop->desk.fail_at = at;
        assert_false(order(shop, "zebra", ITEMS, &job, &why));
        assert_int_equal(why.code, ERROR_LATER);
        assert_int_equal(folders(shop), 0);
        assert_int_equal(spooler_holds(shop->spooler, shop->item[0].text), 0);
    }
    shop->desk.fail_at = 3; /* what was printed */
    assert_good(order(shop, "zebra", ITEMS, &job, &err));
    await(shop, job, SPOOLER_FINISHED);
    assert_int_equal(atomic_load(&shop->zebra.labels), ITEMS);
    for (int i = 0; i < ITEMS; i++)
        assert_int_equal(facts_of(shop, i, &fact), 1);
}

/* The server was stopped between a job's folder and its fact. */
static void a_folder_without_its_fact(void **state)
{
    struct shop *shop = *state;
    struct spool *spool = NULL;
    struct spool_job *job = NULL;
    char path[200];
    (void)snprintf(path, sizeof path, "%s/spool/99", shop->desk.rig.dir);
    assert_good(spool_open(path, &spool, &err));
    assert_good(spool_begin_as(spool, shop->wanted, ITEMS, NULL, &job, &err));
    spool_job_close(job);
    spool_close(spool);
    assert_int_equal(folders(shop), 1);
    spooler_close(shop->spooler);
    shop->spooler = desk_rig_spooler(&shop->desk);
    assert_int_equal(folders(shop), 0);
    assert_int_equal(spooler_holds(shop->spooler, shop->item[0].text), 0);
}

/* One job after the other at one printer, the oldest first; another printer does not wait. */
static void jobs_wait_their_turn(void **state)
{
    struct shop *shop = *state;
    uint64_t jobs[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
        const struct spooler_order asked = {.printer = "zebra", .items = &shop->wanted[i], .n = 1};
        assert_good(spooler_send(shop->spooler, &asked, &jobs[i], &err));
    }
    const char *last = shop->zebra.paper;
    for (int i = 0; i < ITEMS; i++) {
        await(shop, jobs[i], SPOOLER_FINISHED);
        last = strstr(last, shop->item[i].text);
        assert_non_null(last);
    }
}

static void registered(void **state)
{
    struct shop *shop = *state;
    struct error why;
    struct printer_entry entry;
    static const struct {
        const char *name, *where, *tongue, *layout;
    } bad[] = {{"", "tcp://x", "zpl", "thermal-100x150"},
               {"a b", "tcp://x", "zpl", "thermal-100x150"},
               {"x", "file:/etc/passwd", "pdf", "dl"},
               {"x", "ipp://", "pdf", "dl"},
               {"x", "tcp://x", "pdf", "dl"},
               {"x", "tcp://x", "png", "dl"},
               {"x", "tcp://x", "zpl", "bang-ke"},
               {"x", "ipp://x/y", "pdf", "giay-moi"},
               {"x", "ipp://x/y", "pdf", "../dl"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        entry = (struct printer_entry){.on = true};
        entry.profile.dpi = 203;
        (void)snprintf(entry.profile.name, sizeof entry.profile.name, "%s", bad[i].name);
        (void)snprintf(entry.profile.where, sizeof entry.profile.where, "%s", bad[i].where);
        (void)snprintf(entry.profile.tongue, sizeof entry.profile.tongue, "%s", bad[i].tongue);
        (void)snprintf(entry.profile.layout, sizeof entry.profile.layout, "%s", bad[i].layout);
        if (printer_register(desk_rig_acts(&shop->desk), &entry, 0, &why))
            fail_msg("row %zu was registered", i);
        assert_int_equal(why.code, ERROR_BAD_INPUT);
    }
    reach(shop, "zebra", 9101); /* the newest counts */
    assert_good(printer_named(shop->desk.rig.record, "zebra", &entry, &err));
    assert_string_equal(entry.profile.where, "tcp://127.0.0.1:9101");
    assert_int_equal(entry.width_um, 100000);
    assert_false(printer_named(shop->desk.rig.record, "moon", &entry, &why));
    assert_int_equal(why.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(why.text, "zebra"));
}

static bool note_entry(void *ctx, const struct printer_entry *entry)
{
    char *names = ctx;
    size_t n = strlen(names);
    (void)snprintf(names + n, 80 - n, "%s %s%s;", entry->profile.name, entry->profile.tongue,
                   entry->on ? "" : " off");
    return true;
}

/* Its words were lost: the others are there all the same, and it can be entered anew. */
static void one_that_cannot_be_read_hides_no_other(void **state)
{
    struct shop *shop = *state;
    struct record *record = shop->desk.rig.record;
    struct office_fact fact = {.event = EVENT_PRINTER_SET, .value = 1, .key = "moon"};
    char names[80] = "";
    memset(fact.evidence.bytes, 0x5A, sizeof fact.evidence.bytes);
    reach(shop, "zebra", 9101);
    rig_in_group(record, record_office_add(record, &fact, NULL, &err));
    assert_good(printers_each(record, note_entry, names, &err));
    assert_string_equal(names, "moon – off;zebra zpl;");
    reach(shop, "moon", 9102);
    names[0] = '\0';
    assert_good(printers_each(record, note_entry, names, &err));
    assert_string_equal(names, "moon zpl;zebra zpl;");
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_shop, close_shop)
    const struct CMUnitTest tests[] = {
        TEST(what_has_left_is_a_fact),
        TEST(it_goes_on_where_it_stopped),
        TEST(somebody_saw_what_is_on_paper),
        TEST(what_was_voided_meanwhile_is_left_out),
        TEST(an_item_is_in_one_job),
        TEST(cancelled_while_it_comes_to_a_stop),
        TEST(a_sheet_on_its_way_counts),
        TEST(a_sheet_that_a_queue_prints_counts),
        TEST(all_has_left_and_no_sheet_is_next),
        TEST(a_job_stands_over_a_restart),
        TEST(a_record_that_cannot_be_written),
        TEST(a_folder_without_its_fact),
        TEST(jobs_wait_their_turn),
        TEST(registered),
        TEST(one_that_cannot_be_read_hides_no_other),
    };
    return cmocka_run_group_tests_name("spooler", tests, NULL, NULL);
}
