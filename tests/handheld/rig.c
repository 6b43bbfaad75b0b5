#include "tests/handheld/rig.h"

#include <ftw.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct instant rig_now(void *self)
{
    return (struct instant){((struct rig *)self)->wall_ms};
}

static struct tick rig_tick(void *self)
{
    return (struct tick){((struct rig *)self)->mono_ms};
}

static uint64_t rig_boot(void *self)
{
    return ((struct rig *)self)->boot;
}

static enum time_source rig_source(void *self)
{
    (void)self;
    return TIME_SOURCE_SYSTEM;
}

struct clock rig_clock(struct rig *rig)
{
    return (struct clock){rig_now, rig_tick, rig_boot, rig_source, rig};
}

static void rig_fill(void *self, void *bytes, size_t n)
{
    struct rig *rig = self;
    for (uint8_t *at = bytes; n > 0; n--)
        *at++ = (uint8_t)(++rig->drawn * 2654435761u >> 16);
}

struct chance rig_chance(struct rig *rig)
{
    return (struct chance){rig_fill, rig};
}

static void rig_tell(void *ctx, const char *sentence, uint64_t epoch, uint64_t seq)
{
    struct rig *rig = ctx;
    (void)epoch;
    (void)seq;
    rig->tells++;
    snprintf(rig->told, sizeof rig->told, "%s", sentence);
}

bool rig_try_open(struct rig *rig, struct error *err)
{
    struct outbox_config config = {.dir = rig->dir,
                                   .device = RIG_DEVICE,
                                   .key = &rig->key,
                                   .clock = rig_clock(rig),
                                   .chance = rig_chance(rig),
                                   .told = {rig_tell, rig}};
    return outbox_open(&config, &rig->outbox, err);
}

void rig_open(struct rig *rig)
{
    struct error err = {0};
    if (!rig_try_open(rig, &err))
        fail_msg("%s", err.text);
}

void rig_init(struct rig *rig)
{
    const char *tmp = getenv("TMPDIR");
    *rig = (struct rig){
        .wall_ms = 1795574460000, .mono_ms = 1000, .boot = 11, .generation = 7, .serial = 1};
    snprintf(rig->dir, sizeof rig->dir, "%s/trao-rig-XXXXXX", tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(rig->dir));
    chain_init();
    struct chance chance = rig_chance(rig);
    chain_keys_new(&chance, &rig->public, &rig->key);
    rig_open(rig);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void rig_done(struct rig *rig)
{
    outbox_close(rig->outbox);
    nftw(rig->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void rig_kill(struct rig *rig)
{
    outbox_drop(rig->outbox);
    rig_open(rig);
}

struct scan rig_scan(struct rig *rig, uint32_t n, uint32_t event)
{
    struct scan scan = {.event = event,
                        .wall = {rig->wall_ms},
                        .mono = {rig->mono_ms},
                        .boot = rig->boot,
                        .time_source = TIME_SOURCE_SYSTEM,
                        .place = {.why_none = NO_PLACE_OFF},
                        .program = scan_program_version(),
                        .entry = ENTRY_WEDGE};
    assert_true(item_make("RA", n, "VN", &scan.item, NULL));
    return scan;
}

void rig_beep(struct rig *rig, uint32_t from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        rig->wall_ms += 1000;
        rig->mono_ms += 1000;
        struct scan scan = rig_scan(rig, from + i, EVENT_PICKED_UP);
        struct error err = {0};
        if (!outbox_add(rig->outbox, &scan, &err))
            fail_msg("%s", err.text);
    }
}

static struct outbox_counts counts(struct rig *rig)
{
    struct outbox_counts c;
    struct error err = {0};
    if (!outbox_counts(rig->outbox, &c, &err))
        fail_msg("%s", err.text);
    return c;
}

uint64_t rig_unsent(struct rig *rig)
{
    return counts(rig).unsent;
}

uint64_t rig_set_aside(struct rig *rig)
{
    return counts(rig).set_aside;
}

void rig_damage(struct rig *rig, const char *sql)
{
    char path[96];
    sqlite3 *db;
    char *why = NULL;
    outbox_drop(rig->outbox);
    snprintf(path, sizeof path, "%s/outbox.db", rig->dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
    sqlite3_close(db);
    rig_open(rig);
}

struct outbox_batch rig_next(struct rig *rig, struct outbox_at after)
{
    static struct outbox_batch batch;
    struct error err = {0};
    if (!outbox_batch_after(rig->outbox, after, true, &batch, &err))
        fail_msg("%s", err.text);
    return batch;
}

struct receipt rig_receipt(const struct rig *rig, const struct outbox_batch *batch)
{
    struct batch read;
    assert_true(batch_read(batch->bytes, batch->n, &read, NULL));
    assert_true(batch_holds(&read, &rig->public));
    return (struct receipt){.generation = rig->generation,
                            .generation_serial = rig->serial,
                            .epoch = batch->epoch,
                            .through = batch->last.seq,
                            .link = read.head.after,
                            .server_wall = {rig->wall_ms}};
}

enum outbox_taken rig_take(struct rig *rig, const struct receipt *receipt)
{
    enum outbox_taken taken;
    struct error err = {0};
    if (!outbox_receipt(rig->outbox, receipt, &taken, &err))
        fail_msg("%s", err.text);
    return taken;
}

bool rig_stand(struct rig *rig, uint64_t generation, uint64_t serial, uint64_t through,
               const struct link *link)
{
    struct hello hello = {.nonce = 1};
    struct error err = {0};
    if (!outbox_hello(rig->outbox, &hello, &err))
        fail_msg("%s", err.text);
    struct standing standing = {.generation = generation,
                                .generation_serial = serial,
                                .epochs = hello.epochs,
                                .nonce = 1,
                                .server_wall = {rig->wall_ms}};
    for (size_t i = 0; i < hello.epochs; i++)
        standing.epoch[i] =
            (struct epoch_state){.epoch = hello.epoch[i].epoch, .through = through, .link = *link};
    bool again;
    if (!outbox_standing(rig->outbox, &hello, &standing, &again, &err))
        fail_msg("%s", err.text);
    return again;
}

uint32_t rig_drain(struct rig *rig, uint8_t seen[1000])
{
    uint32_t n = 0;
    struct outbox_at after = {0, 0};
    static struct outbox_batch batch;
    struct error err;
    while (outbox_batch_after(rig->outbox, after, true, &batch, &err)) {
        struct batch read;
        assert_true(batch_read(batch.bytes, batch.n, &read, NULL));
        assert_true(batch_holds(&read, &rig->public));
        for (uint32_t i = 0; i < read.head.count; i++) {
            struct scan scan;
            assert_true(scan_decode(read.scan[i].bytes, read.scan[i].n, &scan, NULL));
            assert_int_equal(scan.seq, read.head.first_seq + i);
            char serial[9] = {0};
            memcpy(serial, scan.item.text + 2, 8);
            seen[strtoul(serial, NULL, 10)]++;
            n++;
        }
        struct receipt receipt = rig_receipt(rig, &batch);
        assert_int_equal(rig_take(rig, &receipt), OUTBOX_TAKEN_MOVED);
        after = batch.last;
    }
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    return n;
}

void rig_keep(struct rig_kept *kept, const struct outbox_batch *sent)
{
    struct batch batch;
    assert_true(batch_read(sent->bytes, sent->n, &batch, NULL));
    kept->epoch = sent->epoch;
    kept->link[batch.head.first_seq - 1] = batch.head.before;
    for (uint32_t i = 0; i < batch.head.count; i++)
        kept->link[batch.head.first_seq + i] = chain_next(&kept->link[batch.head.first_seq + i - 1],
                                                          batch.scan[i].bytes, batch.scan[i].n);
    kept->through = sent->last.seq;
}

struct standing rig_answer(const struct rig_kept *kept, const struct hello *hello)
{
    struct standing standing = {.generation = kept->serial > 0 ? kept->generation : 7,
                                .generation_serial = kept->serial > 0 ? kept->serial : 1,
                                .epochs = hello->epochs,
                                .nonce = hello->nonce};
    for (size_t i = 0; i < hello->epochs; i++) {
        standing.epoch[i].epoch = hello->epoch[i].epoch;
        if (hello->epoch[i].epoch != kept->epoch)
            continue;
        bool lost = kept->through > hello->epoch[i].last_seq;
        standing.epoch[i].last_seq = kept->through;
        standing.epoch[i].through = lost ? hello->epoch[i].last_seq : kept->through;
        standing.epoch[i].link = kept->link[standing.epoch[i].through];
    }
    return standing;
}

int rig_settle(struct rig *rig, const struct rig_kept *kept)
{
    bool again = true;
    int asked = 0;
    while (again && asked < 40) {
        struct hello hello = {.nonce = 1};
        struct error err = {0};
        assert_true(outbox_hello(rig->outbox, &hello, NULL));
        struct standing standing = rig_answer(kept, &hello);
        if (!outbox_standing(rig->outbox, &hello, &standing, &again, &err))
            fail_msg("%s", err.text);
        asked++;
    }
    return asked;
}

void rig_path(const struct rig *rig, char out[96], const char *name)
{
    snprintf(out, 96, "%s/%s", rig->dir, name);
}
