/* commands_devices.c - handhelds: enrolled, heard of, revoked, and what they hand in then; what is
 * said at a door. */
#include <stdio.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/delivery/door_words.h"
#include "server/delivery/rules.h"
#include "server/field/devices.h"
#include "server/field/dispatch.h"
#include "server/files.h"
#include "server/office/admit.h"
#include "server/office/setup.h"
#include "server/record/postmen.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

/* ------------------------------------------------------------------ handhelds */

static bool is_device_name(const char *name, struct error *err)
{
    return device_name_is_good(name) ||
           error_set(err, ERROR_BAD_INPUT,
                     "%.40s: tên máy có 1 đến %d ký tự A-Z, 0-9, '-'. / a handheld's name has 1 to "
                     "%d of A-Z, 0-9 and '-'",
                     name, DEVICE_NAME_MAX, DEVICE_NAME_MAX);
}

bool run_enrol(const struct commands *commands, const struct call *call, struct error *err)
{
    struct enrol_code code;
    char text[ENROL_CODE_TEXT_MAX], url[sizeof commands->config->tls.host + 16];
    if (!is_device_name(call->argv[1], err) ||
        !enrol_code_issue(commands->enrol, call->argv[1], commands->config->post_office, &code,
                          err))
        return false;
    enrol_code_write(&code, text);
    (void)snprintf(url, sizeof url, "https://%s:%u", commands->config->tls.host,
                   commands->config->tls.port);
    answer_text(call->answer, "code", text);
    answer_text(call->answer, "address", url);
    chain_wipe(&code, sizeof code);
    chain_wipe(text, sizeof text);
    return true;
}

struct listing {
    const struct commands *commands;
    struct answer *answer;
};

static const char *signed_in(uint32_t badge, char out[BADGE_TEXT_MAX])
{
    return badge == 0 ? NULL : badge_text(badge, out);
}

static void say_report(struct answer *answer, const struct machine_word *word)
{
    const struct device_report *report = &word->report;
    answer_label(answer, "chưa gửi ");
    answer_number(answer, "unsent", report->unsent);
    answer_time(answer, "oldest_unsent", report->oldest);
    answer_label(answer, "lệch giờ ");
    answer_number(answer, "skew_ms", report->skew_ms);
    answer_label(answer, "pin ");
    if (report->battery_percent > 0)
        answer_number(answer, "battery_percent", report->battery_percent);
    else /* it has none that it knows of */
        answer_text(answer, "battery_percent", NULL);
    answer_label(answer, "trống ");
    answer_number(answer, "free_bytes", (int64_t)report->free_bytes);
    answer_label(answer, "hỏng ");
    answer_number(answer, "damaged", report->damaged);
    answer_label(answer, "bản ");
    answer_number(answer, "program", report->program);
}

/* Of the key in force: number and last moment follow from the seal key and the enrolment. */
static void say_certificate(struct answer *answer, const struct device *device)
{
    char mark[SEAL_MARK_MAX], number[2 * SEAL_NUMBER_BYTES + 1];
    uint8_t bytes[SEAL_NUMBER_BYTES];
    seal_number(&device->seal_key, bytes);
    answer_label(answer, "dấu ");
    answer_text(answer, "mark", seal_mark(&device->seal_key, mark));
    answer_label(answer, "chứng thư ");
    answer_text(answer, "certificate", chain_hex(bytes, sizeof bytes, number));
    answer_label(answer, "đến ");
    answer_time(answer, "certificate_until",
                (struct instant){device->enrolled.ms + CA_DEVICE_DAYS * DAY_MS});
}

/* What only a report says is left out until one has come. */
static bool say_device(void *ctx, const struct device *device)
{
    const struct listing *listing = ctx;
    struct answer *answer = listing->answer;
    struct dispatch *dispatch = listing->commands->dispatch;
    struct machine_word word = {.badge = 0};
    struct error none;
    char badge[BADGE_TEXT_MAX];
    bool heard = dispatch != NULL && dispatch_machine(dispatch, device->name, &word, &none);
    answer_row(answer, "devices");
    answer_text(answer, "device", device->name);
    answer_text(answer, "state", device->state == DEVICE_ACTIVE ? "active" : "revoked");
    answer_code(answer, "post_office", 6, device->post_office);
    answer_time(answer, "enrolled", device->enrolled);
    answer_time(answer, "heard", heard ? word.heard : (struct instant){0});
    answer_text(answer, "badge", signed_in(word.badge, badge));
    struct care care = {.badge = 0};
    if (device_care(listing->commands->record, device->name, &care, &none))
        answer_text(answer, "assigned", signed_in(care.badge, badge));
    say_certificate(answer, device);
    if (word.reported)
        say_report(answer, &word);
    return true;
}

bool run_devices(const struct commands *commands, const struct call *call, struct error *err)
{
    struct listing listing = {commands, call->answer};
    return devices_each(commands->record, say_device, &listing, err);
}

bool run_code(const struct commands *commands, const struct call *call, struct error *err)
{
    struct view view;
    char code[7];
    if (!known_item(commands, call->argv[1], &view, err))
        return false;
    delivery_code(commands->secret, &view.state.item, code);
    answer_text(call->answer, "code", code);
    chain_wipe(code, sizeof code);
    return true;
}

bool run_keyword(const struct commands *commands, const struct call *call, struct error *err)
{
    int64_t day = day_of(record_now(commands->record));
    if (call->argc > 1 && !day_read(call->argv[1], &day, err))
        return false;
    answer_text(call->answer, "keyword", word_of_day(commands->secret, day));
    return true;
}

bool run_assign(const struct commands *commands, const struct call *call, struct error *err)
{
    uint32_t badge = 0, user = 0;
    const char *name = call->argv[1];
    if (!is_device_name(name, err) || !options_check(call, 3, "by", err) ||
        (strcmp(call->argv[2], "-") != 0 && !badge_read(call->argv[2], &badge, err)) ||
        !option_user(commands, call, 3, &user, err) ||
        !device_assign(commands->acts, name, badge, user, err))
        return false;
    answer_say(call->answer, badge != 0 ? "Đã giao máy %s. / assigned" : "%s: đã cất. / put back",
               name);
    return true;
}

bool run_revoke(const struct commands *commands, const struct call *call, struct error *err)
{
    const char *name = call->argv[1];
    if (!is_device_name(name, err))
        return false;
    if (!device_revoke(&commands->acts, name, err))
        return err->code == ERROR_NOT_FOUND
                   ? error_set(err, ERROR_NOT_FOUND, "%s: không có máy này. / no such handheld",
                               name)
                   : false;
    answer_say(call->answer, "Đã khóa máy %s. / revoked", name);
    return true;
}

bool run_bar(const struct commands *commands, const struct call *call, struct error *err)
{
    const char *name = call->argv[1];
    char path[CONFIG_PATH_MAX];
    if (!is_device_name(name, err) ||
        !files_join(commands->folder, "keys/crl.pem", path, sizeof path, err))
        return false;
    if (!device_bar(commands->enrol, name, path, err))
        return err->code == ERROR_NOT_FOUND
                   ? error_set(err, ERROR_NOT_FOUND, "%s: không có máy này. / no such handheld",
                               name)
                   : false;
    answer_say(call->answer,
               "%s: đã vào danh sách thu hồi; nạp lại máy chủ MQTT (SIGHUP). / on the revocation "
               "list: have the broker read it again",
               name);
    return true;
}

/* ------------------------------------------------------------------ what it sends afterwards */

static bool say_aside(void *ctx, const struct aside *aside)
{
    struct answer *answer = ctx;
    char number[48];
    (void)snprintf(number, sizeof number, "%016llx-%llu", (unsigned long long)aside->epoch,
                   (unsigned long long)aside->scan.seq);
    const struct event_info *info = event_info(aside->scan.event);
    answer_row(answer, "scans");
    answer_text(answer, "device", aside->device);
    answer_text(answer, "scan", number);
    answer_text(answer, "item", aside->scan.item.text);
    answer_text(answer, "event", info != NULL ? info->key : NULL);
    answer_time(answer, "at", aside->when.estimate);
    answer_flag(answer, "sure", !aside->when.bounds_only, "", "chừng / about");
    answer_time(answer, "arrived", aside->arrival);
    answer_flag(answer, "admitted", aside->admitted, "đã nhận / admitted", "để riêng / set aside");
    return true;
}

bool run_setaside(const struct commands *commands, const struct call *call, struct error *err)
{
    const char *name = call->argc > 1 ? call->argv[1] : NULL;
    return (name == NULL || is_device_name(name, err)) &&
           aside_list(commands->record, name, say_aside, call->answer, err);
}

bool run_admit(const struct commands *commands, const struct call *call, struct error *err)
{
    const char *name = call->argv[1];
    struct ground ground = {.evidence = call->argv[2]};
    size_t n = 0;
    if (!options_check(call, 3, "scan by", err) || !is_device_name(name, err) ||
        !option_user(commands, call, 3, &ground.user, err) ||
        !aside_admit(commands->acts, commands->record, name, option_text(call, 3, "scan"), &ground,
                     &n, err))
        return false;
    answer_say(call->answer, "%s: đã nhận %zu lượt quét. / admitted", name, n);
    return true;
}
