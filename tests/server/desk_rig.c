#include "tests/server/desk_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/list.h"
#include "server/record/communes.h"
#include "server/spooler.h"

/* Fontconfig 2.14 loses 256 bytes of the configuration it reads, which Pango has it do once a
 * process. Only asked for where LeakSanitizer is. */
const char *__lsan_default_suppressions(void); // NOLINT: the sanitizer's own name
const char *__lsan_default_suppressions(void)  // NOLINT
{
    return "leak:libfontconfig.so";
}

static bool seed_act(struct record *record, void *arg, struct error *err)
{
    (void)arg;
    return communes_seed(record, err);
}

void desk_rig_open(struct desk_rig *desk)
{
    memset(desk, 0, sizeof *desk);
    pthread_mutex_init(&desk->lock, NULL);
    rig_open(&desk->rig);
    desk->now_ms = desk->rig.now.ms;
    desk->config = config_defaults();
    desk->config.plain.port = desk->config.tls.port = 0;
    desk->config.post_office = 480000;
    (void)snprintf(desk->config.second_factor, sizeof desk->config.second_factor, "none");
    (void)snprintf(desk->config.office_name, sizeof desk->config.office_name,
                   "Trung tâm Phục vụ hành chính công");
    (void)snprintf(desk->config.office_phone, sizeof desk->config.office_phone, "0239 000 0000");
    (void)snprintf(desk->config.post_office_name, sizeof desk->config.post_office_name,
                   "Cẩm Trung");
    memset(desk->secret, 7, sizeof desk->secret);
    struct acts acts = desk_rig_acts(desk);
    struct error err;
    assert_true(acts.run(acts.self, seed_act, NULL, &err));
}

void desk_rig_close(struct desk_rig *desk)
{
    rig_close(&desk->rig);
    pthread_mutex_destroy(&desk->lock);
}

static struct instant now(void *self)
{
    return (struct instant){((struct desk_rig *)self)->now_ms};
}

struct clock desk_rig_clock(struct desk_rig *desk)
{
    struct clock clock = rig_clock(&desk->rig);
    clock.now = now;
    clock.self = desk;
    return clock;
}

void desk_rig_pass(struct desk_rig *desk, int64_t ms)
{
    pthread_mutex_lock(&desk->lock);
    desk->rig.now.ms += ms;
    desk->now_ms = desk->rig.now.ms;
    pthread_mutex_unlock(&desk->lock);
}

/* What the writer does with one act, on the caller's thread. */
static bool run(void *self, act what, void *arg, struct error *err)
{
    struct desk_rig *desk = self;
    pthread_mutex_lock(&desk->lock);
    bool refused = desk->fail_at == 1;
    desk->fail_at -= desk->fail_at > 0 && !(refused && desk->fail_on);
    struct acts now = rig_acts(&desk->rig);
    bool ok = (!refused || error_set(err, ERROR_LATER, "the record cannot be written")) &&
              now.run(now.self, what, arg, err) &&
              (desk->behind || views_follow(desk->rig.views, err));
    pthread_mutex_unlock(&desk->lock);
    return ok;
}

struct acts desk_rig_acts(struct desk_rig *desk)
{
    return (struct acts){run, desk};
}

struct spooler *desk_rig_spooler(struct desk_rig *desk)
{
    char folder[160];
    struct spooler *spooler = NULL;
    (void)snprintf(folder, sizeof folder, "%s/spool", desk->rig.dir);
    const struct spooler_config config = {.folder = folder,
                                          .record_path = desk->rig.record_path,
                                          .acts = desk_rig_acts(desk),
                                          .views = desk->rig.views,
                                          .config = &desk->config,
                                          .secret = desk->secret,
                                          .every_ms = 20};
    assert_good(spooler_open(&config, &spooler, &err));
    spooler_start(spooler);
    return spooler;
}

struct numbers desk_rig_numbers(struct desk_rig *desk)
{
    return (struct numbers){desk->config.post_office, desk->config.prefix, desk->config.country,
                            desk->secret, desk->rig.views};
}

bool desk_rig_import(struct desk_rig *desk, const char *text, struct import_report *ret_report,
                     char **new_lines, struct error *err)
{
    struct import_config config = {.acts = desk_rig_acts(desk),
                                   .numbers = desk_rig_numbers(desk),
                                   .post_office_name = desk->config.post_office_name,
                                   .office = desk->office,
                                   .dry = desk->dry,
                                   .names = desk->names,
                                   .reader_program = "/proc/self/exe",
                                   .folder = desk->rig.dir};
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0 ? 0 : -1, 0);
    (void)fflush(file);
    rewind(file);
    bool ok = import_run(&config, fileno(file), "ketqua.csv", ret_report, new_lines, err);
    (void)fclose(file);
    return ok;
}

struct item desk_rig_issue(struct desk_rig *desk, const char *dossier, const char *phone,
                           const char *postage)
{
    char text[1024];
    struct import_report report;
    char *lines;
    struct item item;
    (void)snprintf(text, sizeof text,
                   "Mã hồ sơ,Người nhận,Địa chỉ,Số điện thoại,Cước bưu điện thu\n"
                   "%s,Đỗ Xuân Mẫu,\"Thôn 1, X. Cẩm Trung, Hà Tĩnh 46131\",%s,%s\n",
                   dossier, phone, postage);
    assert_good(desk_rig_import(desk, text, &report, &lines, &err));
    if (report.added != 1)
        fail_msg("%s", lines);
    free(lines);
    assert_good(record_item_of_dossier(desk->rig.record, dossier, &item, &err));
    return item;
}

void desk_rig_scan(struct desk_rig *desk, struct rig_device *device, const struct item *item,
                   uint32_t event, int64_t ago_ms)
{
    struct rig_batch batch;
    pthread_mutex_lock(&desk->lock);
    struct scan *scan = rig_beep(&desk->rig, device, 0, event, ago_ms);
    scan->item = *item;
    if (event == EVENT_DELIVERY_FAILED) {
        scan->reason = REASON_NOBODY_HOME;
        scan->action = ACTION_AGAIN;
    }
    scan->relation = event == EVENT_DELIVERED ? RELATION_SPOUSE : 0;
    scan->of_seq = event == EVENT_WITHDRAWN ? scan->seq - 1 : 0;
    rig_cut(device, &batch);
    rig_send(&desk->rig, device, &batch);
    assert_good(views_follow(desk->rig.views, &err));
    pthread_mutex_unlock(&desk->lock);
}

int desk_rig_child(const char *charset, const char *names_text)
{
    struct list_names names = list_names_read(names_text);
    struct charsets *charsets = NULL;
    struct error err;
    if (!charsets_open(&charsets, &err))
        return EXIT_FAILURE;
    return list_child_main(0, 1, charsets, charset_named(charset == NULL ? "" : charset), &names);
}
