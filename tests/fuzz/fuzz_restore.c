/* A whole restore of a backup that somebody with the public key wrote, or that is damaged: a real
 * one, taken apart into its frames, altered, closed again, read into a folder, its record verified,
 * opened, its views worked out. Whatever it holds, it is refused with a reason or becomes a folder
 * whose record holds what the backup's manifest says; nothing is written beside that folder, and
 * trao.conf, on which a server starts, is there only when all went well.
 *
 * First byte: bit 0 a folder of sets, not a file; bit 1 the record is only checked. Then steps,
 * each a letter and what it needs: x F (leave out frame F), d F (twice), s F F (change places), b F
 * P P V (byte P of it is V), c F P P (it ends at P), t F N text (it holds N bytes of text), m N
 * text (a line of the manifest), p F (a part ends before F), r P P P V (a byte of the file), f P P
 * (a further part, that is none, lies beside; 0: N text, a file of that name). Numbers are taken
 * modulo what there is. */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feed.h"
#include "fuzz.h"
#include "room.h"
#include "server/config.h"
#include "server/files.h"
#include "server/keeping/backup.h"
#include "server/keeping/erased_list.h"
#include "server/keeping/restore.h"
#include "server/keeping/sets.h"
#include "server/keys.h"
#include "tests/server/rig.h"

#define FRAMES_MAX 400
#define BYTES_MAX ((size_t)4 << 20)
#define MANIFEST_ADDED_MAX 400
#define PARTS_MAX 4
#define ATTACHMENT                                                                                 \
    "attachments/ab/"                                                                              \
    "ab00000000000000000000000000000000000000000000000000000000000000"

static struct backup_key key;
static struct chance chance;

struct frame {
    char kind;
    size_t n;
    uint8_t *bytes; /* of a block with its number */
};
static struct frame real[FRAMES_MAX], frames[FRAMES_MAX];
static size_t real_n, frames_n;
static struct manifest manifest;

/* ------------------------------------------------------------------ a real one */

static void add_real(char kind, const void *number, const void *bytes, size_t n)
{
    struct frame *frame = &real[real_n++];
    size_t before = number == NULL ? 0 : 8;
    invariant(real_n < FRAMES_MAX);
    *frame = (struct frame){kind, before + n, malloc(before + n + 1)};
    invariant(frame->bytes != NULL);
    if (before > 0)
        memcpy(frame->bytes, number, before);
    memcpy(frame->bytes + before, bytes, n);
}

static void take_apart(int fd)
{
    static struct archive_frame frame;
    struct stream_in *in;
    struct error err;
    uint8_t number[8];
    invariant(lseek(fd, 0, SEEK_SET) == 0);
    invariant(stream_in_open(fd, &key.public_key, &key.secret_key, &in, &err));
    do {
        invariant(archive_next(in, &frame, &err));
        for (size_t i = 0; i < 8; i++)
            number[i] = (uint8_t)(frame.block >> (56 - 8 * i));
        if (frame.kind == ARCHIVE_FILE)
            add_real('F', NULL, frame.name, strlen(frame.name));
        else if (frame.kind != ARCHIVE_MANIFEST)
            add_real((char)frame.kind, frame.kind == ARCHIVE_BLOCK ? number : NULL, frame.data,
                     frame.n);
    } while (frame.kind != ARCHIVE_MANIFEST);
    manifest = frame.manifest;
    stream_in_free(in);
}

static void make_folder(struct rig *rig)
{
    static struct config config;
    char path[ROOM_PATH_MAX];
    const char *base = strrchr(rig->dir, '/') + 1;
    struct error err;
    config = config_defaults();
    (void)snprintf(config.office_name, sizeof config.office_name, "Trung tâm");
    invariant(config_write(rig->dir, &config, &err));
    invariant(keys_make(rig->dir, &config, &chance, &err));
    (void)snprintf(path, sizeof path, "%s/keys/seal.key", base);
    invariant(chmod(room_path(path, (char[ROOM_PATH_MAX]){""}), 0600) == 0);
    room_put(path, rig->seal_key.bytes, sizeof rig->seal_key.bytes);
    static const char *const folders[] = {"broker", "attachments", "attachments/ab"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", rig->dir, folders[i]);
        invariant(mkdir(path, 0700) == 0 || access(path, F_OK) == 0);
    }
    int n = snprintf(path, sizeof path, "cafile %s/keys/ca.crt\n", rig->dir);
    char name[ROOM_PATH_MAX];
    (void)snprintf(name, sizeof name, "%s/broker/mosquitto.conf", base);
    room_put(name, path, (size_t)n);
    (void)snprintf(name, sizeof name, "%s/" ATTACHMENT, base);
    room_put(name, "closed", 6);
}

static void make_once(void)
{
    static struct rig rig;
    static struct rig_device hand;
    struct pages *pages;
    struct manifest made;
    struct error err;
    if (real_n > 0)
        return;
    invariant(setenv("TMPDIR", room(), 1) == 0);
    rig_open(&rig);
    chance = rig_chance(&rig);
    box_keys_new(&chance, &key.public_key, &key.secret_key);
    rig_device(&hand, &rig, "HH-001");
    rig_issue(&rig, 1, "H27-1");
    rig_scan(&rig, &hand, 1, EVENT_PICKED_UP, 60000);
    rig_stop(&rig);
    make_folder(&rig);
    int fd = files_nameless(room());
    invariant(fd >= 0 && pages_open(rig.record_path, &pages, &err));
    struct backup_source source = {.folder = rig.dir,
                                   .pages = pages,
                                   .to = &key.public_key,
                                   .server = &rig.seal_public,
                                   .clock = clock_system(),
                                   .chance = chance};
    invariant(backup_write(&source, fd, &made, &err));
    pages_close(pages);
    take_apart(fd);
    close(fd);
    room_clear(strrchr(rig.dir, '/') + 1);
}

/* ------------------------------------------------------------------ altered */

static struct slice text_of(struct feed *feed)
{
    size_t n = feed_number(feed, 1);
    struct slice text = {feed->at, n < feed->n ? n : feed->n};
    feed->at += text.n;
    feed->n -= text.n;
    return text;
}

struct altered {
    char added[MANIFEST_ADDED_MAX]; /* to the manifest; of one key the last line counts */
    size_t added_n;
    struct {
        size_t at;
        uint8_t byte;
    } raw[8];
    size_t raw_n;
    uint8_t *heap[64]; /* what was made anew */
    size_t heap_n;
};

static void renew(struct altered *altered, struct frame *frame, size_t n)
{
    uint8_t *bytes = altered->heap_n < 64 ? malloc(n + 1) : NULL;
    if (bytes == NULL)
        return;
    altered->heap[altered->heap_n++] = bytes;
    memset(bytes, 0, n + 1);
    if (frame->n > 0)
        memcpy(bytes, frame->bytes, n < frame->n ? n : frame->n);
    frame->bytes = bytes;
    frame->n = n;
}

static struct frame *frame_of(struct feed *feed)
{
    return frames_n == 0 ? NULL : &frames[feed_number(feed, 1) % frames_n];
}

static void insert(const struct frame *at, struct frame frame)
{
    size_t index = (size_t)(at - frames);
    if (frames_n + 1 >= FRAMES_MAX)
        return;
    memmove(&frames[index + 1], &frames[index], (frames_n++ - index) * sizeof *frames);
    frames[index] = frame;
}

static void alter_frame(struct feed *feed, struct altered *altered, uint8_t what,
                        struct frame *frame)
{
    size_t place = what == 'b' || what == 'c' ? feed_number(feed, 2) % (frame->n + 1) : 0;
    struct slice text;
    switch (what) {
    case 'x':
        memmove(frame, frame + 1, (size_t)(frames + --frames_n - frame) * sizeof *frame);
        return;
    case 'd':
        insert(frame, *frame);
        return;
    case 'p':
        insert(frame, (struct frame){.kind = 'M'});
        return;
    case 'b':
        renew(altered, frame, frame->n);
        frame->bytes[place] = (uint8_t)feed_number(feed, 1);
        return;
    case 'c':
        renew(altered, frame, place);
        return;
    default:
        text = text_of(feed);
        renew(altered, frame, text.n);
        if (frame->n == text.n && text.n > 0)
            memcpy(frame->bytes, text.bytes, text.n);
    }
}

static void put_beside(struct feed *feed)
{
    const struct set_name set = set_name_of((struct instant){INT64_C(1795582800000)}, 7);
    char part_name[SETS_NAME_MAX], name[80];
    size_t part = feed_number(feed, 2);
    struct slice text = part == 0 ? text_of(feed) : (struct slice){NULL, 0};
    set_part_name(&set, part, part_name);
    (void)snprintf(name, sizeof name, "sets/%.*s", (int)(part == 0 ? text.n : 64),
                   part == 0 ? (const char *)text.bytes : part_name);
    if (part == 0 && (text.n == 0 || text.n > 64 || text.bytes[0] == '.' ||
                      strlen(name) != text.n + 5 || strchr(name + 5, '/') != NULL))
        return;
    room_put(name, "x", 1);
}

static void alter(struct feed *feed, struct altered *altered)
{
    uint8_t what = (uint8_t)feed_number(feed, 1);
    struct frame *frame = strchr("xdsbctp", what) != NULL && what != '\0' ? frame_of(feed) : NULL;
    struct slice text;
    switch (what) {
    case 'm':
        text = text_of(feed);
        if (altered->added_n + text.n + 1 >= MANIFEST_ADDED_MAX || text.n == 0)
            return;
        memcpy(altered->added + altered->added_n, text.bytes, text.n);
        altered->added_n += text.n;
        altered->added[altered->added_n++] = '\n';
        return;
    case 'r':
        if (altered->raw_n == sizeof altered->raw / sizeof *altered->raw)
            return;
        altered->raw[altered->raw_n].at = feed_number(feed, 3);
        altered->raw[altered->raw_n++].byte = (uint8_t)feed_number(feed, 1);
        return;
    case 'f':
        put_beside(feed);
        return;
    case 's':
        if (frame != NULL) {
            struct frame *other = frame_of(feed), kept = *frame;
            *frame = *other;
            *other = kept;
        }
        return;
    default:
        if (frame != NULL)
            alter_frame(feed, altered, what, frame);
    }
}

/* ------------------------------------------------------------------ closed again */

static void put_frame(struct stream_out *out, char kind, const void *bytes, size_t n)
{
    struct error err;
    const uint8_t head[] = {(uint8_t)kind, (uint8_t)(n >> 24), (uint8_t)(n >> 16),
                            (uint8_t)(n >> 8), (uint8_t)n};
    invariant(stream_put(out, head, sizeof head, &err) &&
              (n == 0 || stream_put(out, bytes, n, &err)));
}

static void put_manifest(struct stream_out *out, const struct altered *altered, uint64_t part,
                         uint64_t files, uint64_t blocks)
{
    static char text[4096 + MANIFEST_ADDED_MAX];
    char head[2 * CHAIN_LINK_BYTES + 1], server[2 * CHAIN_PUBLIC_BYTES + 1];
    const struct record_census *census = &manifest.census;
    chain_hex(census->office_head.bytes, CHAIN_LINK_BYTES, head);
    chain_hex(manifest.server, CHAIN_PUBLIC_BYTES, server);
    int n = snprintf(text, sizeof text,
                     "program %s\nfolder %s\nmade_ms 1\noffice_head %s\nserver %s\nset 7\n",
                     manifest.program, manifest.folder, head, server);
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {{"part", part},
                   {"record_bytes", manifest.record_bytes},
                   {"files", files},
                   {"blocks", blocks},
                   {"layout", census->layout},
                   {"generation", census->generation},
                   {"generation_serial", census->generation_serial},
                   {"batches", census->batches},
                   {"office_facts", census->office_facts},
                   {"epochs", census->epochs},
                   {"through", census->through},
                   {"devices", census->devices},
                   {"people", census->people},
                   {"attachments", census->attachments},
                   {"set_aside", census->set_aside}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s %" PRIu64 "\n", numbers[i].key,
                      numbers[i].value);
    memcpy(text + n, altered->added, altered->added_n);
    put_frame(out, 'M', text, (size_t)n + altered->added_n);
}

/* From frame *at on, one part into `name`. */
static void write_part(const char *name, size_t *at, uint64_t part, const struct altered *altered)
{
    char path[ROOM_PATH_MAX];
    struct stream_out *out;
    struct error err;
    uint64_t files = 0, blocks = 0;
    int fd = open(room_path(name, path), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    invariant(fd >= 0 && stream_out_open(fd, &key.public_key, &chance, &out, &err));
    for (; *at < frames_n && frames[*at].kind != 'M'; ++*at) {
        files += frames[*at].kind == 'F';
        blocks += frames[*at].kind == 'B';
        put_frame(out, frames[*at].kind, frames[*at].bytes, frames[*at].n);
    }
    ++*at;
    put_manifest(out, altered, part, files, blocks);
    invariant(stream_end(out, &err));
    stream_out_free(out);
    off_t length = lseek(fd, 0, SEEK_END);
    for (size_t i = 0; i < altered->raw_n; i++)
        invariant(pwrite(fd, &altered->raw[i].byte, 1, (off_t)altered->raw[i].at % length) == 1);
    close(fd);
}

static void write_all(const struct altered *altered)
{
    const struct set_name set = set_name_of((struct instant){INT64_C(1795582800000)}, 7);
    char part_name[SETS_NAME_MAX], name[ROOM_PATH_MAX];
    size_t at = 0;
    for (uint64_t part = 0; part < PARTS_MAX && (part == 0 || at < frames_n); part++) {
        set_part_name(&set, part, part_name);
        (void)snprintf(name, sizeof name, "sets/%s", part_name);
        write_part(name, &at, part, altered);
    }
}

/* ------------------------------------------------------------------ and read */

static bool is_there(const char *name)
{
    char path[ROOM_PATH_MAX];
    return access(room_path(name, path), F_OK) == 0;
}

static bool never(const struct error *err)
{
    invariant(err->text[0] != '\0');
    invariant(!is_there("out/data/trao.conf"));
    return false;
}

/* As `restore` does. */
static bool take_over(struct restore *restore, const char *folder, struct error *err)
{
    char path[ROOM_PATH_MAX];
    struct keys *keys = NULL;
    struct record *record = NULL;
    struct erased_list list = {.items = NULL};
    struct record_census census;
    uint64_t forgotten;
    size_t items;
    struct record_config config = {
        .path = room_path("out/data/record.db", path), .clock = clock_system(), .chance = chance};
    bool good = keys_open(folder, &keys, err);
    if (good) {
        config.seal_key = &keys->seal;
        good = record_open(&config, &record, err) &&
               (record_was_put_back(record) || record_new_generation(record, err)) &&
               erased_list_read(&list, folder, err) &&
               erased_list_apply(record, &list, &items, err) &&
               restore_forget(restore, record, &forgotten, err);
    }
    erased_list_done(&list);
    if (good && record_census(record, &census, err))
        invariant(census.batches == restore_manifest(restore)->census.batches);
    record_close(record);
    keys_close(keys);
    return good;
}

static void look(const char *folder)
{
    static struct config config;
    struct views *views = NULL;
    struct error err = {ERROR_NONE, ""};
    char record[ROOM_PATH_MAX], path[ROOM_PATH_MAX];
    if (!config_read(folder, &config, &err))
        invariant(err.text[0] != '\0');
    bool good = views_open(room_path("out/data/views.db", path),
                           room_path("out/data/record.db", record), &views, &err) &&
                views_flush(views, &err);
    invariant(good || err.text[0] != '\0');
    views_close(views);
}

static bool restore_in(const char *from, const char *folder, bool record_only)
{
    struct restore *restore = NULL;
    struct record_proof proof;
    struct error err = {ERROR_NONE, ""};
    bool good = restore_open(folder, record_only, &restore, &err) &&
                restore_read(restore, from, NULL, UINT64_MAX, &key, &err) &&
                restore_verify(restore, &proof, &err);
    if (good && !record_only) {
        invariant(!is_there("out/data/trao.conf"));
        good = take_over(restore, folder, &err) && restore_finish(restore, &err);
    }
    restore_close(restore);
    return good || never(&err);
}

/* Nothing but the folder. */
static void check_beside(void)
{
    char path[ROOM_PATH_MAX];
    DIR *dir = opendir(room_path("out", path));
    invariant(dir != NULL);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
        invariant(entry->d_name[0] == '.' || strcmp(entry->d_name, "data") == 0);
    closedir(dir);
}

static void empty_room(void)
{
    static const char *const folders[] = {"out", "sets"};
    char path[ROOM_PATH_MAX];
    for (size_t i = 0; i < 2; i++) {
        room_clear(folders[i]);
        (void)mkdir(room_path(folders[i], path), 0700);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct altered altered;
    struct feed feed = {bytes + 1, n - 1};
    char from[ROOM_PATH_MAX], folder[ROOM_PATH_MAX];
    if (n == 0)
        return 0;
    make_once();
    empty_room();
    altered = (struct altered){.added_n = 0};
    memcpy(frames, real, sizeof real);
    frames_n = real_n;
    while (feed.n > 0)
        alter(&feed, &altered);
    write_all(&altered);
    (void)room_path("sets", from);
    if (!(bytes[0] & 1)) {
        struct set_name set = set_name_of((struct instant){INT64_C(1795582800000)}, 7);
        char name[SETS_NAME_MAX], whole[ROOM_PATH_MAX];
        set_part_name(&set, 0, name);
        (void)snprintf(whole, sizeof whole, "sets/%s", name);
        (void)room_path(whole, from);
    }
    if (restore_in(from, room_path("out/data", folder), bytes[0] & 2) && !(bytes[0] & 2))
        look(folder);
    check_beside();
    for (size_t i = 0; i < altered.heap_n; i++)
        free(altered.heap[i]);
    return 0;
}
