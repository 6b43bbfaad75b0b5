/* attachments.c - attachments on their way in: which are awaited, what is answered, which act
 * enters them. */
#include "server/field/attachments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/topic.h"
#include "protocol/wire.h"
#include "server/field/attachment_files.h"
#include "server/record/aside.h"
#include "server/record/devices.h"

#define DAY_MS INT64_C(86400000)
#define TIDY_MAX 1000

struct attachments {
    struct attachments_config config;
    struct record *reader;
    char folder[ATTACHMENTS_PATH_MAX]; /* .../attachments */
};

/* ------------------------------------------------------------------ open, close */

bool attachments_open(const struct attachments_config *config, struct attachments **ret_attachments,
                      struct error *err)
{
    char partial[ATTACHMENTS_PATH_MAX + 16];
    struct attachments *attachments = calloc(1, sizeof *attachments);
    if (attachments == NULL)
        return error_set(err, ERROR_LATER, "attachments: out of memory");
    attachments->config = *config;
    if (attachments->config.day_bytes == 0)
        attachments->config.day_bytes = ATTACHMENTS_DAY_BYTES;
    /* Room for "/partial/", the longest device name and the hash. */
    int n = snprintf(attachments->folder, sizeof attachments->folder - 128, "%s/attachments",
                     config->folder);
    bool good = n < (int)sizeof attachments->folder - 128 ||
                error_set(err, ERROR_BAD_INPUT, "the data folder's name is too long");
    (void)snprintf(partial, sizeof partial, "%s/partial", attachments->folder);
    if (!good || !attachment_folder_make(attachments->folder, err) ||
        !attachment_folder_make(partial, err) ||
        !record_open_reader(config->record_path, &attachments->reader, err)) {
        attachments_close(attachments);
        return error_add(err, "attachments");
    }
    *ret_attachments = attachments;
    return true;
}

void attachments_close(struct attachments *attachments)
{
    if (attachments == NULL)
        return;
    record_close(attachments->reader);
    free(attachments);
}

/* ------------------------------------------------------------------ what is said */

static void say(struct attachments *attachments, const char *device, const struct link *hash,
                enum attachment_stand stand, uint32_t have)
{
    const struct attachments_config *config = &attachments->config;
    uint8_t bytes[WIRE_BYTES_MAX];
    char topic[TOPIC_MAX];
    size_t n;
    struct attachment_state state = {.hash = *hash,
                                     .have_bytes = have,
                                     .stand = stand,
                                     .generation = record_generation(attachments->reader)};
    if (wire_attachment_state(device, &state, config->seal_key, bytes, &n, NULL))
        (void)config->out.publish(config->out.self, topic_down(device, topic), bytes, n, NULL);
}

/* ------------------------------------------------------------------ acts */

struct came {
    struct link hash;
    enum paper kind;
    uint32_t bytes;
    bool usable;
    const struct attachment_list *list;
};

static bool came_act(struct record *record, void *arg, struct error *err)
{
    const struct came *came = arg;
    if (!came->usable)
        return paper_set(record, &came->hash, PAPER_UNUSABLE, err);
    return paper_came(record, &came->hash, came->kind, came->bytes, came->list, err);
}

static bool run(const struct acts *acts, act what, void *arg, struct error *err)
{
    return acts->run(acts->self, what, arg, err);
}

/* ------------------------------------------------------------------ a whole one */

/* Opens it once, to know what it is; nothing of it is kept in the clear. */
static bool enter(struct attachments *attachments, const struct link *hash, const uint8_t *bytes,
                  size_t n, bool *ret_usable, struct error *err)
{
    const struct attachments_config *config = &attachments->config;
    struct came came = {.hash = *hash};
    struct attachment_list list;
    struct error why;
    uint8_t *plain = NULL;
    size_t plain_n = 0;
    came.usable = attachment_open(bytes, n, config->box_public, config->box_secret, &came.kind,
                                  &plain, &plain_n, &why);
    if (!came.usable && why.code == ERROR_LATER)
        return error_set(err, ERROR_LATER, "%s", why.text);
    came.bytes = (uint32_t)plain_n;
    if (came.usable && came.kind == PAPER_LIST && attachment_list_read(plain, plain_n, &list, NULL))
        came.list = &list;
    if (plain != NULL)
        chain_wipe(plain, plain_n);
    free(plain);
    *ret_usable = came.usable;
    return run(&config->acts, came_act, &came, err);
}

/* Nobody can open it: its file would only lie there. */
static void remove_kept(struct attachments *attachments, const struct link *hash)
{
    char path[ATTACHMENTS_PATH_MAX];
    if (attachments_path(attachments->config.folder, hash, path, NULL))
        unlink(path);
}

static bool finish(struct attachments *attachments, const char *device, const char *part,
                   const struct link *hash, struct error *err)
{
    uint8_t *bytes;
    size_t n;
    bool usable = false;
    if (!attachment_file_read(part, &bytes, &n, err))
        return false;
    struct link found = chain_hash(bytes, n);
    if (!link_equal(&found, hash)) { /* bent on its way, or never what it was named */
        free(bytes);
        unlink(part);
        say(attachments, device, hash, ATTACHMENT_WANTED, 0);
        return true;
    }
    bool good = attachment_part_place(attachments->folder, part, hash, err) &&
                enter(attachments, hash, bytes, n, &usable, err);
    free(bytes);
    if (!good)
        return false;
    if (!usable)
        remove_kept(attachments, hash);
    say(attachments, device, hash, usable ? ATTACHMENT_KEPT : ATTACHMENT_REFUSED, 0);
    return true;
}

/* ------------------------------------------------------------------ pieces */

/* Asked when one begins; what has begun may end. */
static bool has_room(struct attachments *attachments, const char *device, int64_t device_id,
                     const struct attachment_chunk *chunk, const char *part, bool *ret_room,
                     struct error *err)
{
    const struct attachments_config *config = &attachments->config;
    struct instant since = {config->clock.now(config->clock.self).ms - DAY_MS};
    uint64_t brought;
    if (!papers_bytes_since(attachments->reader, device_id, since, &brought, err))
        return false;
    *ret_room = brought + chunk->total_bytes <= config->day_bytes &&
                attachment_parts(attachments->folder, device, part) < ATTACHMENTS_PARTS_MAX &&
                attachment_disk_has_room(attachments->folder, chunk->total_bytes);
    return true;
}

static bool take_piece(struct attachments *attachments, const char *device, int64_t device_id,
                       const struct attachment_chunk *chunk, struct error *err)
{
    char part[ATTACHMENTS_PATH_MAX];
    bool room = true;
    attachment_part_path(attachments->folder, device, &chunk->hash, part);
    uint32_t have = attachment_part_bytes(part);
    if (have > chunk->total_bytes) { /* another size was said before */
        unlink(part);
        have = 0;
    }
    if (have == 0 && !has_room(attachments, device, device_id, chunk, part, &room, err))
        return false;
    if (!room || !attachment_part_append(part, chunk, &have)) {
        say(attachments, device, &chunk->hash, ATTACHMENT_LATER, have);
        return true;
    }
    if (have == chunk->total_bytes)
        return finish(attachments, device, part, &chunk->hash, err);
    say(attachments, device, &chunk->hash, ATTACHMENT_WANTED, have);
    return true;
}

/* ------------------------------------------------------------------ what lies here already */

struct awaited {
    struct link *hash;
    size_t n;
};

static bool note_awaited(void *ctx, const struct paper_row *row)
{
    struct awaited *awaited = ctx;
    awaited->hash[awaited->n++] = row->hash;
    return awaited->n < TIDY_MAX;
}

static bool enter_if_here(struct attachments *attachments, const struct link *hash,
                          struct error *err)
{
    char path[ATTACHMENTS_PATH_MAX];
    struct error none = {ERROR_NONE, ""};
    uint8_t *bytes;
    size_t n;
    bool usable;
    if (!attachments_path(attachments->config.folder, hash, path, err))
        return false;
    if (!attachment_file_read(path, &bytes, &n, &none))
        return true; /* not here: it is still awaited */
    struct link found = chain_hash(bytes, n);
    bool good = !link_equal(&found, hash) || enter(attachments, hash, bytes, n, &usable, err);
    free(bytes);
    return good;
}

static bool enter_awaited(struct attachments *attachments, const struct awaited *awaited,
                          struct error *err)
{
    for (size_t i = 0; i < awaited->n; i++)
        if (!enter_if_here(attachments, &awaited->hash[i], err))
            return false;
    return true;
}

/* A record that was put back has forgotten which papers the lists name that lie here; the device
 * has only the papers by now. */
static bool enter_lists(struct attachments *attachments, int64_t device, struct error *err)
{
    struct awaited awaited = {.hash = calloc(TIDY_MAX, sizeof *awaited.hash)};
    if (awaited.hash == NULL)
        return error_set(err, ERROR_LATER, "attachments: out of memory");
    bool good =
        papers_awaited_lists(attachments->reader, device, TIDY_MAX, note_awaited, &awaited, err) &&
        enter_awaited(attachments, &awaited, err);
    free(awaited.hash);
    return good;
}

/* ------------------------------------------------------------------ a message */

/* Whoever is revoked keeps what no scan that counts names, until an administrator admits it. */
static bool find_device(struct attachments *attachments, const char *name,
                        const struct link *attachment, struct device *device, bool *ret_revoked,
                        bool *ret_known, struct error *err)
{
    struct error none = {ERROR_NONE, ""};
    bool counts = false;
    *ret_known = device_find(attachments->reader, name, device, &none);
    *ret_revoked = *ret_known && device->state == DEVICE_REVOKED;
    if (*ret_revoked && !aside_counts(attachments->reader, name, attachment, &counts, err))
        return false;
    *ret_revoked = *ret_revoked && !counts;
    return *ret_known || none.code == ERROR_NOT_FOUND || error_set(err, none.code, "%s", none.text);
}

static bool find_row(struct attachments *attachments, const struct attachment_chunk *chunk,
                     int64_t device, struct paper_row *row, bool *ret_named, struct error *err)
{
    struct error none = {ERROR_NONE, ""};
    *ret_named = paper_find(attachments->reader, &chunk->hash, row, &none);
    if (!*ret_named && none.code != ERROR_NOT_FOUND)
        return error_set(err, none.code, "%s", none.text);
    *ret_named = *ret_named && row->device == device && paper_is_known((uint32_t)chunk->kind);
    return true;
}

/* Nobody names it, as far as is known: the device's lists that lie here unread may. */
static bool find_again(struct attachments *attachments, const struct attachment_chunk *chunk,
                       int64_t device, struct paper_row *row, bool *ret_named, struct error *err)
{
    return enter_lists(attachments, device, err) &&
           find_row(attachments, chunk, device, row, ret_named, err);
}

/* Some list of the device is unread because its scan does not count yet. One whose scan counts and
 * that is still on the device comes before what it names. */
static bool list_waits(struct attachments *attachments, const char *device, int64_t id,
                       bool *ret_waits, struct error *err)
{
    struct awaited unread = {.hash = calloc(TIDY_MAX, sizeof *unread.hash)};
    bool waits = false, counts = true;
    if (unread.hash == NULL)
        return error_set(err, ERROR_LATER, "attachments: out of memory");
    bool good = papers_awaited_lists(attachments->reader, id, TIDY_MAX, note_awaited, &unread, err);
    for (size_t i = 0; good && !waits && i < unread.n; i++) {
        good = aside_counts(attachments->reader, device, &unread.hash[i], &counts, err);
        waits = good && !counts;
    }
    free(unread.hash);
    *ret_waits = waits;
    return good;
}

/* Sent to a record that has been put back since: the scan that names it may be on its way again. */
static enum attachment_stand refusal(struct attachments *attachments,
                                     const struct attachment_chunk *chunk, bool unnamed)
{
    bool meant =
        chunk->generation == 0 || chunk->generation == record_generation(attachments->reader);
    return unnamed && !meant ? ATTACHMENT_LATER : ATTACHMENT_REFUSED;
}

/* Of a revoked device: what a scan names waits for the scan to be admitted, and so does what a list
 * may name that nobody read yet; one that is found named now counts when it is asked for again. The
 * rest is named by nothing that was ever recorded. */
static bool answer_revoked(struct attachments *attachments, const char *device, int64_t id,
                           const struct attachment_chunk *chunk, bool named, struct error *err)
{
    struct paper_row row;
    bool waits = named;
    if (!named && (!list_waits(attachments, device, id, &waits, err) ||
                   (!waits && !find_again(attachments, chunk, id, &row, &waits, err))))
        return false;
    say(attachments, device, &chunk->hash,
        waits ? ATTACHMENT_LATER : refusal(attachments, chunk, true), 0);
    return true;
}

bool attachments_take(struct attachments *attachments, const char *device,
                      const struct attachment_chunk *chunk, struct error *err)
{
    struct device known;
    struct paper_row row;
    bool is_known, revoked, named;
    if (!find_device(attachments, device, &chunk->hash, &known, &revoked, &is_known, err))
        return error_add(err, "attachment of %s", device);
    if (!is_known)
        return true; /* its scans are set aside too: nothing is said to a stranger */
    if (!find_row(attachments, chunk, known.id, &row, &named, err) ||
        (!named && !revoked && !find_again(attachments, chunk, known.id, &row, &named, err)))
        return error_add(err, "attachment of %s", device);
    if (revoked)
        return answer_revoked(attachments, device, known.id, chunk, named, err) ||
               error_add(err, "attachment of %s", device);
    if (!named || row.stand == PAPER_UNUSABLE) {
        say(attachments, device, &chunk->hash, refusal(attachments, chunk, !named), 0);
        return true;
    }
    if (row.stand != PAPER_AWAITED) { /* kept, or kept and deleted since */
        say(attachments, device, &chunk->hash, ATTACHMENT_KEPT, 0);
        return true;
    }
    return take_piece(attachments, device, known.id, chunk, err) ||
           error_add(err, "attachment of %s", device);
}

/* ------------------------------------------------------------------ now and then */

bool attachments_tidy(struct attachments *attachments, struct error *err)
{
    struct awaited awaited = {.hash = calloc(TIDY_MAX, sizeof *awaited.hash)};
    if (awaited.hash == NULL)
        return error_set(err, ERROR_LATER, "attachments: out of memory");
    bool good = papers_awaited(attachments->reader, TIDY_MAX, note_awaited, &awaited, err);
    good = good && enter_awaited(attachments, &awaited, err);
    free(awaited.hash);
    struct clock *clock = &attachments->config.clock;
    attachment_parts_forget(attachments->folder, clock->now(clock->self));
    return good;
}

/* ------------------------------------------------------------------ for an office */

bool attachments_read(const char *folder, const struct link *hash, const struct box_public *to,
                      const struct box_secret *secret, enum paper *ret_kind, uint8_t **new_bytes,
                      size_t *ret_n, struct error *err)
{
    char path[ATTACHMENTS_PATH_MAX];
    uint8_t *bytes;
    size_t n;
    if (!attachments_path(folder, hash, path, err) || !attachment_file_read(path, &bytes, &n, err))
        return false;
    bool good = attachment_open(bytes, n, to, secret, ret_kind, new_bytes, ret_n, err);
    free(bytes);
    return good;
}

static bool delete_act(struct record *record, void *arg, struct error *err)
{
    return paper_set(record, arg, PAPER_DELETED, err);
}

/* The record first: a file that outlives its row is removed by deleting again. */
bool attachments_delete(const char *folder, const struct acts *acts, const struct link *hash,
                        struct error *err)
{
    char path[ATTACHMENTS_PATH_MAX];
    struct link name = *hash;
    if (!attachments_path(folder, hash, path, err) || !run(acts, delete_act, &name, err))
        return false;
    return unlink(path) == 0 || error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_LATER,
                                          "attachment: %s", strerror(errno));
}
