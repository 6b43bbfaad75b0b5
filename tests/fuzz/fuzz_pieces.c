/* Attachments in pieces from a handheld with keys: content of any kind and bytes, closed for the
 * server, its pieces cut, doubled, bent, of another size, under names that no scan knows, by
 * another handheld's pipe, over restarts. What is said to be here never goes beyond what was sent;
 * said to be kept, it is what was closed; in the end the honest rest brings it, or it is refused
 * for good.
 *
 * Kind (from 0x80 on closed for another server), length, the content; then steps of six bytes: what
 * (bits 0 and 1: its name, its name, a name nobody knows, its name over bent bytes; 2 another's
 * pipe, 3 a restart before it, 4 things are tidied, 5 from where the server stands), offset (two
 * bytes), length, what the size is wrong by, which record it is meant for. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"
#include "protocol/topic.h"
#include "room.h"
#include "server/field/attachments.h"
#include "tests/server/rig.h"

#define STEPS_MAX 32
#define STEP_BYTES 6

static struct rig rig;
static struct rig_device hand, other;
static struct attachments *attachments;
static struct box_public box_public, foreign_key; /* of another server */
static struct box_secret box_secret;
static struct attachment_state said;
static bool answered;

static bool publish(void *self, const char *topic, const void *bytes, size_t n, struct error *err)
{
    char own[TOPIC_MAX], others[TOPIC_MAX];
    struct wire_down down;
    (void)self;
    bool is_own = strcmp(topic, topic_down(hand.name, own)) == 0;
    invariant(is_own || strcmp(topic, topic_down(other.name, others)) == 0);
    const char *device = is_own ? hand.name : other.name;
    invariant(wire_read_down(bytes, n, device, &rig.seal_public, &down, err));
    invariant(down.kind == WIRE_DOWN_ATTACHMENT);
    said = down.attachment;
    answered = true;
    return true;
}

static void start(void)
{
    struct attachments_config config = {.folder = rig.dir,
                                        .record_path = rig.record_path,
                                        .acts = rig_acts(&rig),
                                        .box_public = &box_public,
                                        .box_secret = &box_secret,
                                        .seal_key = &rig.seal_key,
                                        .out = {publish, NULL},
                                        .clock = rig_clock(&rig)};
    struct error err;
    attachments_close(attachments);
    invariant(attachments_open(&config, &attachments, &err));
}

static void open_once(void)
{
    if (rig.record != NULL)
        return;
    invariant(setenv("TMPDIR", room(), 1) == 0);
    rig_open(&rig);
    rig_device(&hand, &rig, "HH-001");
    rig_device(&other, &rig, "HH-002");
    struct chance chance = rig_chance(&rig);
    box_keys_new(&chance, &foreign_key, &box_secret);
    box_keys_new(&chance, &box_public, &box_secret);
}

/* ------------------------------------------------------------------ what is sent */

struct closed {
    enum paper kind;
    const uint8_t *plain;
    size_t plain_n;
    struct link name;
    uint8_t *bytes;
    size_t n;
    size_t sent; /* no byte behind it was ever sent under its name */
};

static bool name_it(struct record *record, void *arg, struct error *err)
{
    static uint64_t seq;
    const struct closed *closed = arg;
    struct item item = rig_item(5);
    return paper_named(record, &closed->name, &item, hand.id, ++seq, err);
}

static void take(const struct closed *closed, const char *device,
                 const struct attachment_chunk *chunk)
{
    struct error err = {ERROR_NONE, ""};
    answered = false;
    if (!attachments_take(attachments, device, chunk, &err)) {
        invariant(err.text[0] != '\0');
        return;
    }
    if (!answered)
        return;
    invariant(link_equal(&said.hash, &chunk->hash));
    if (link_equal(&said.hash, &closed->name) && said.stand == ATTACHMENT_WANTED)
        invariant(said.have_bytes <= closed->sent);
    if (link_equal(&said.hash, &closed->name) && said.stand == ATTACHMENT_KEPT)
        invariant(closed->sent == closed->n);
}

static void step(struct closed *closed, const uint8_t *bytes)
{
    uint8_t bent[256];
    struct error err;
    size_t offset = (size_t)(bytes[1] << 8 | bytes[2]) % (closed->n + 1), n = bytes[3];
    if (bytes[0] & 8)
        start();
    if (bytes[0] & 16)
        invariant(attachments_tidy(attachments, &err));
    if (bytes[0] & 32 && said.have_bytes <= closed->n)
        offset = said.have_bytes;
    n = n < closed->n - offset ? n : closed->n - offset;
    memcpy(bent, closed->bytes + offset, n);
    if ((bytes[0] & 3) == 3 && n > 0)
        bent[n / 2] ^= 1;
    struct attachment_chunk chunk = {.hash = closed->name,
                                     .total_bytes = (uint32_t)closed->n + bytes[4] % 8,
                                     .offset = (uint32_t)offset,
                                     .data = {bent, n},
                                     .kind = closed->kind,
                                     .generation = bytes[5]};
    if (bytes[4] & 0x80 && chunk.total_bytes > offset + n + 1)
        chunk.total_bytes = (uint32_t)(offset + n + 1); /* less than it has */
    if ((bytes[0] & 3) == 2)
        chunk.hash.bytes[3] ^= bytes[5];
    if (link_equal(&chunk.hash, &closed->name) && offset + n > closed->sent)
        closed->sent = offset + n;
    take(closed, bytes[0] & 4 ? other.name : hand.name, &chunk);
}

/* The rest as a handheld sends it: from where the server says it stands. */
static void send_rest(struct closed *closed)
{
    struct attachment_chunk chunk = {
        .hash = closed->name, .total_bytes = (uint32_t)closed->n, .kind = closed->kind};
    closed->sent = closed->n;
    for (int i = 0; i < 8; i++) {
        take(closed, hand.name, &chunk);
        invariant(answered);
        if (said.stand != ATTACHMENT_WANTED)
            break;
        chunk.offset = said.have_bytes;
        chunk.data = (struct slice){closed->bytes + chunk.offset, closed->n - chunk.offset};
    }
}

static void check_kept(const struct closed *closed)
{
    struct error err;
    enum paper kind;
    uint8_t *bytes = NULL;
    size_t n = 0;
    bool kept =
        attachments_read(rig.dir, &closed->name, &box_public, &box_secret, &kind, &bytes, &n, &err);
    invariant(kept == (said.stand == ATTACHMENT_KEPT));
    if (kept)
        invariant(kind == closed->kind && n == closed->plain_n &&
                  memcmp(bytes, closed->plain, n) == 0);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct error err;
    if (n < 2)
        return 0;
    open_once();
    struct chance chance = rig_chance(&rig);
    struct closed closed = {.kind = (enum paper)(bytes[0] & 0x7F), .plain = bytes + 2};
    bool foreign = (bytes[0] & 0x80) != 0;
    closed.plain_n = bytes[1] < n - 2 ? bytes[1] : n - 2;
    if (!attachment_close(closed.kind, closed.plain, closed.plain_n,
                          foreign ? &foreign_key : &box_public, &chance, &closed.bytes, &closed.n,
                          &closed.name, &err))
        return 0;
    char folder[ROOM_PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s/attachments", strrchr(rig.dir, '/') + 1);
    room_clear(folder);
    said = (struct attachment_state){.stand = ATTACHMENT_WANTED};
    start();
    struct acts acts = rig_acts(&rig);
    invariant(acts.run(acts.self, name_it, &closed, &err));
    const uint8_t *at = closed.plain + closed.plain_n;
    for (int i = 0; i < STEPS_MAX && at + STEP_BYTES <= bytes + n; i++, at += STEP_BYTES)
        step(&closed, at);
    send_rest(&closed);
    bool good = !foreign && paper_is_known(bytes[0]);
    invariant(said.stand == (good ? ATTACHMENT_KEPT : ATTACHMENT_REFUSED));
    check_kept(&closed);
    free(closed.bytes);
    return 0;
}
