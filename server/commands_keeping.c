/* commands_keeping.c - the copy of the data folder that the running server writes. */
#include <string.h>

#include "server/commands_inside.h"
#include "server/keeping/backup.h"
#include "server/keeping/backup_key.h"

/* to=, as trao-admin gives it (digits), else the key of the settings. */
static bool key_of(const struct commands *commands, const struct call *call,
                   struct box_public *ret_key, struct error *err)
{
    const char *digits = option_text(call, 1, "to");
    if (digits == NULL)
        digits = commands->config->backup_key;
    if (*digits == '\0')
        return error_set(err, ERROR_BAD_INPUT,
                         "cần to=KHÓA, hoặc [backup] key trong trao.conf. / to=PUBLIC-KEY-FILE is "
                         "wanted, or a key in the settings");
    return backup_key_parse(digits, ret_key, err);
}

bool run_backup(const struct commands *commands, const struct call *call, struct error *err)
{
    struct box_public key;
    struct manifest manifest;
    if (call->fd < 0)
        return error_set(err, ERROR_BAD_INPUT, "cần --out FILE. / --out FILE is wanted");
    if (commands->pages == NULL)
        return error_set(err, ERROR_REFUSED,
                         "máy chủ này không sao lưu. / this server makes no copies");
    if (!options_check(call, 1, "to", err) || !key_of(commands, call, &key, err))
        return false;
    struct backup_source source = {.folder = commands->folder,
                                   .pages = commands->pages,
                                   .to = &key,
                                   .server = commands->seal_public,
                                   .clock = clock_system(),
                                   .chance = chance_system(),
                                   .wanted = call->wanted,
                                   .ctx = call->ctx};
    if (!backup_write(&source, call->fd, &manifest, err))
        return false;
    answer_say(
        call->answer,
        "Đã sao lưu: %llu lô quét, %llu việc văn phòng, %llu tệp. / backed up: %llu batches, "
        "%llu office facts, %llu files",
        (unsigned long long)manifest.census.batches,
        (unsigned long long)manifest.census.office_facts, (unsigned long long)manifest.files,
        (unsigned long long)manifest.census.batches,
        (unsigned long long)manifest.census.office_facts, (unsigned long long)manifest.files);
    return true;
}
