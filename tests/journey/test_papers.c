/* What a door gives beside the scan, with the real programs: gathered and named as the screens do
 * it, sent by trao-handheld through mosquitto, kept by trao-server, opened by trao-admin. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "handheld/attach.h"
#include "handheld/config.h"
#include "handheld/outbox.h"
#include "tests/journey/evidence.h"

#define DRAIN_S 60
#define PHOTO_BYTES 200000

static struct world world;
static struct hand hand;
static char items[4][16];
static uint8_t photo[PHOTO_BYTES];

static int begin(void **state)
{
    (void)state;
    chain_init();
    memset(photo, 'p', sizeof photo);
    memcpy(photo, "\xFF\xD8\xFF\xE0", 4);
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, 4, items);
    hand_enrol(&hand, &world, "HH-042");
    return 0;
}

static int end(void **state)
{
    (void)state;
    world_end(&world, false);
    return 0;
}

/* ------------------------------------------------------------------ a door, while the program is
 * not running */

struct door {
    struct config config;
    struct outbox *outbox;
    struct attach_store *store;
    struct attach *attach;
    struct door_papers papers;
};

static void must(bool good, const char *what, const struct error *err)
{
    if (!good)
        world_fail(&world, "%s: %s", what, err->text);
}

static void door_open(struct door *door)
{
    struct error err;
    char photos[320], signatures[320];
    (void)snprintf(photos, sizeof photos, "%s/photos", hand.dir);
    (void)snprintf(signatures, sizeof signatures, "%s/signatures", hand.dir);
    *door = (struct door){.outbox = NULL};
    must(config_load(hand.dir, &door->config, &err), "identity", &err);
    struct outbox_config outbox = {.dir = hand.dir,
                                   .device = door->config.device,
                                   .key = &door->config.seal_key,
                                   .clock = clock_system(),
                                   .chance = chance_system()};
    must(outbox_open(&outbox, &door->outbox, &err), "outbox", &err);
    struct attach_store_config store = {hand.dir, 0, clock_system()};
    must(attach_store_open(&store, &door->store, &err), "store", &err);
    struct attach_config attach = {.store = door->store,
                                   .chance = chance_system(),
                                   .photos = photos,
                                   .signatures = signatures};
    memcpy(attach.server.bytes, door->config.server_box_key, sizeof attach.server.bytes);
    must(attach_new(&attach, &door->attach, &err), "attach", &err);
    door->papers = attach_papers(door->attach);
    door->papers.begin(door->papers.ctx);
}

static void door_close(struct door *door)
{
    attach_free(door->attach);
    attach_store_close(door->store);
    outbox_close(door->outbox);
    config_done(&door->config);
}

static void deliver(struct door *door, const char *item, const struct link *list)
{
    struct error err;
    struct clock clock = clock_system();
    struct scan scan = {.wall = clock.now(clock.self),
                        .mono = clock.tick(clock.self),
                        .boot = clock.boot(clock.self),
                        .time_source = TIME_SOURCE_SYSTEM,
                        .event = EVENT_DELIVERED,
                        .place = {.why_none = NO_PLACE_OFF},
                        .badge = 12,
                        .post_office = door->config.post_office,
                        .relation = RELATION_OTHER,
                        .program = scan_program_version(),
                        .entry = ENTRY_WEDGE,
                        .has_attachments = true,
                        .attachments = *list};
    must(item_parse(item, strlen(item), &scan.item, &err) && outbox_add(door->outbox, &scan, &err),
         "scan", &err);
}

static void gather(struct door *door, struct link *ret_list)
{
    struct error err;
    const struct door_papers *papers = &door->papers;
    must(papers->add(papers->ctx, PAPER_RECEIVER, "Tran Thi Mau", 12, &err), "receiver", &err);
    must(papers->add(papers->ctx, PAPER_PHOTO, photo, sizeof photo, &err), "photo", &err);
    must(papers->take(papers->ctx, ret_list, &err), "take", &err);
}

/* ------------------------------------------------------------------ the office's view */

static bool papers_say(const char *item, const char *words)
{
    char out[4096];
    world_do(&world, out, sizeof out, "papers", item, NULL);
    return strstr(out, words) != NULL;
}

static void wait_for(const char *item, const char *words, int seconds)
{
    for (int tenths = 0; !papers_say(item, words); tenths++) {
        if (tenths == 10 * seconds)
            world_fail(&world, "%s: papers never said \"%s\"", item, words);
        usleep(100000);
    }
}

/* The name of the item's paper of a kind. */
static void name_of(const char *item, const char *kind, char out[16])
{
    char lines[4096], word[32];
    world_do(&world, lines, sizeof lines, "papers", item, NULL);
    for (char *line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (sscanf(line, "%15s\t%31s", out, word) == 2 && strcmp(word, kind) == 0)
            return;
    world_fail(&world, "%s has no %s", item, kind);
}

static void written_out_is(const char *item, const char *kind, const void *bytes, size_t n)
{
    char name[16], path[300];
    static uint8_t found[PHOTO_BYTES + 1];
    name_of(item, kind, name);
    (void)snprintf(path, sizeof path, "%s/out", world.dir);
    unlink(path);
    world_do(&world, NULL, 0, "paperout", item, name, "--out", path, NULL);
    int fd = open(path, O_RDONLY);
    if (fd < 0 || read(fd, found, sizeof found) != (ssize_t)n || memcmp(found, bytes, n) != 0)
        world_fail(&world, "%s %s: not what was gathered", item, kind);
    close(fd);
}

/* True when some file under the folder holds the words. */
static bool folder_holds(const char *folder, const char *words)
{
    char command[600];
    (void)snprintf(command, sizeof command, "grep -rqF '%s' '%s'", words, folder);
    int status = system(command);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ------------------------------------------------------------------ tests */

static void what_a_door_gives_reaches_the_office(void **state)
{
    (void)state;
    struct door door;
    struct link list, lost = {{0xEE}};
    door_open(&door);
    gather(&door, &list);
    deliver(&door, items[0], &list);
    deliver(&door, items[1], &list); /* two envelopes, one door */
    deliver(&door, items[2], &lost); /* its papers never come */
    door_close(&door);
    hand_start(&hand);
    hand_drain(&hand, DRAIN_S);
    wait_for(items[0], "đủ chứng từ", DRAIN_S);
    if (!papers_say(items[1], "đủ chứng từ") || !papers_say(items[2], "thiếu chứng từ") ||
        !papers_say(items[3], "không có chứng từ"))
        world_fail(&world, "papers says something else");
    written_out_is(items[1], "photo", photo, sizeof photo);
    written_out_is(items[0], "receiver", "Tran Thi Mau", 12);
    hand_end(&hand);
    if (!folder_holds(world.dir, "Tran Thi Mau")) /* the file written out */
        world_fail(&world, "the search finds nothing");
    if (folder_holds(world.data, "Tran Thi Mau") || folder_holds(hand.dir, "Tran Thi Mau") ||
        folder_holds(world.log, "Tran Thi Mau"))
        world_fail(&world, "a name is in the clear on a disk");
}

static void what_lacks_papers_is_named(void **state)
{
    (void)state;
    char out[4096];
    world_do(&world, out, sizeof out, "papers", NULL);
    assert_non_null(strstr(out, items[2]));
    assert_null(strstr(out, items[0]));
}

/* Both ends killed again and again while a photo is on its way. */
static void kills_cost_no_paper(void **state)
{
    (void)state;
    struct door door;
    struct link list;
    door_open(&door);
    gather(&door, &list);
    deliver(&door, items[3], &list);
    door_close(&door);
    for (int i = 0; i < 6; i++) {
        hand_start(&hand);
        usleep(120000 + 60000 * (useconds_t)i);
        proc_stop(&hand.proc, SIGKILL);
        if (i % 3 == 2) {
            proc_stop(&world.server, SIGKILL);
            world_start_server(&world);
        }
    }
    hand_start(&hand);
    hand_drain(&hand, DRAIN_S);
    wait_for(items[3], "đủ chứng từ", DRAIN_S);
    written_out_is(items[3], "photo", photo, sizeof photo);
    hand_end(&hand);
}

static void a_deleted_paper_leaves_the_chain(void **state)
{
    (void)state;
    char name[16], path[300];
    (void)snprintf(path, sizeof path, "%s/gone", world.dir);
    name_of(items[0], "receiver", name);
    world_do(&world, NULL, 0, "paperdelete", items[0], name, NULL);
    if (!papers_say(items[0], "deleted"))
        world_fail(&world, "it is not said to be deleted");
    if (world_admin(&world, NULL, 0, "paperout", items[0], name, "--out", path, NULL) == 0)
        world_fail(&world, "a deleted paper was written out");
    world_do(&world, NULL, 0, "verify", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_door_gives_reaches_the_office),
        cmocka_unit_test(what_lacks_papers_is_named),
        cmocka_unit_test(kills_cost_no_paper),
        cmocka_unit_test(a_deleted_paper_leaves_the_chain),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
