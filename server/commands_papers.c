/* commands_papers.c - what a door gave beside the scans: what has come, opened for an office,
 * deleted. What an attachment says goes to the file that was asked for, never to the answer. */
#include <stdlib.h>
#include <string.h>

#include "server/commands_inside.h"
#include "protocol/whole.h"
#include "server/field/attachments.h"

#define NAME_DIGITS 12 /* of 64: enough to tell the papers of one item apart */

static const char *name_of(const struct link *hash, char out[2 * CHAIN_LINK_BYTES + 1])
{
    return chain_hex(hash->bytes, sizeof hash->bytes, out);
}

static const char *kind_word(uint32_t kind)
{
    static const char *const words[] = {"-",         "list",  "receiver", "note",
                                        "signature", "photo", "id-check"};
    return kind < sizeof words / sizeof *words ? words[kind] : "other";
}

static const char *stand_word(enum paper_stand stand)
{
    switch (stand) {
    case PAPER_AWAITED:
        return "awaited";
    case PAPER_KEPT:
        return "kept";
    case PAPER_DELETED:
        return "deleted";
    case PAPER_UNUSABLE:
        break;
    }
    return "unusable";
}

/* ------------------------------------------------------------------ papers */

struct told {
    struct answer *answer;
    int64_t papers, missing;
};

static bool say_paper(void *ctx, const struct paper_row *row)
{
    struct told *told = ctx;
    char name[2 * CHAIN_LINK_BYTES + 1];
    name_of(&row->hash, name);
    if (!answer_is_json(told->answer))
        name[NAME_DIGITS] = '\0';
    answer_row(told->answer, "papers");
    answer_text(told->answer, "name", name);
    answer_text(told->answer, "kind", kind_word(row->kind));
    answer_number(told->answer, "bytes", row->bytes);
    answer_text(told->answer, "state", stand_word(row->stand));
    answer_time(told->answer, "at", row->at);
    told->papers++;
    told->missing += row->stand == PAPER_AWAITED || row->stand == PAPER_UNUSABLE;
    return true;
}

static bool say_item(void *ctx, const struct item *item)
{
    answer_row(ctx, "items");
    answer_text(ctx, "item", item->text);
    return true;
}

bool run_papers(const struct commands *commands, const struct call *call, struct error *err)
{
    struct told told = {.answer = call->answer};
    struct item item;
    if (call->argc == 1)
        return papers_missing(commands->record, say_item, call->answer, err);
    if (!named_item(call->argv[1], &item, err) ||
        !papers_of_item(commands->record, &item, say_paper, &told, err))
        return false;
    answer_row(call->answer, NULL);
    answer_flag(call->answer, "missing", told.missing > 0, "thiếu chứng từ / some are missing",
                told.papers > 0 ? "đủ chứng từ / all are here"
                                : "không có chứng từ / no scan names any");
    return true;
}

/* ------------------------------------------------------------------ one of them */

struct sought {
    const char *begin;
    struct paper_row row;
    unsigned found;
};

static bool seek(void *ctx, const struct paper_row *row)
{
    struct sought *sought = ctx;
    char name[2 * CHAIN_LINK_BYTES + 1];
    if (strncmp(name_of(&row->hash, name), sought->begin, strlen(sought->begin)) != 0)
        return true;
    sought->row = *row;
    sought->found++;
    return true;
}

/* The one paper of the item whose name begins so. */
static bool find_paper(const struct commands *commands, const struct call *call,
                       struct paper_row *ret_row, struct error *err)
{
    struct item item;
    struct sought sought = {.begin = call->argv[2]};
    if (strlen(sought.begin) < 4)
        return error_set(err, ERROR_BAD_INPUT,
                         "%s: cần ít nhất 4 ký tự đầu của tên. / at least 4 digits of its name",
                         sought.begin);
    if (!named_item(call->argv[1], &item, err) ||
        !papers_of_item(commands->record, &item, seek, &sought, err))
        return false;
    if (sought.found != 1)
        return error_set(err, sought.found == 0 ? ERROR_NOT_FOUND : ERROR_BAD_INPUT,
                         "%s của %s: %s", sought.begin, item.text,
                         sought.found == 0 ? "không có chứng từ này. / there is no such paper"
                                           : "nhiều chứng từ. / more than one begins so");
    if (sought.row.stand != PAPER_KEPT)
        return error_set(err, ERROR_NOT_FOUND, "%s của %s: %s, không có ở đây. / not here",
                         sought.begin, item.text, stand_word(sought.row.stand));
    *ret_row = sought.row;
    return true;
}

/* ------------------------------------------------------------------ written out */

static bool put(int fd, const void *bytes, size_t n, struct error *err)
{
    return whole_write(fd, bytes, n) ||
           error_set(err, ERROR_LATER, "không ghi được tệp. / the file cannot be written");
}

static bool put_list(int fd, const uint8_t *bytes, size_t n, struct error *err)
{
    struct attachment_list list;
    if (!attachment_list_read(bytes, n, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        char name[2 * CHAIN_LINK_BYTES + 2];
        name_of(&list.hash[i], name);
        name[sizeof name - 2] = '\n';
        if (!put(fd, name, sizeof name - 1, err))
            return false;
    }
    return true;
}

static bool put_check(int fd, const uint8_t *bytes, size_t n, struct error *err)
{
    static const char *const sources[] = {"", "id-card", "delivery-code"};
    static const char *const matches[] = {"", "match", "no-match", "unknown"};
    struct id_check check;
    char line[96];
    if (!id_check_read(bytes, n, &check, err))
        return false;
    int at = snprintf(line, sizeof line, "%s\t%s\t%s\n", sources[check.source],
                      matches[check.match], *check.last4 ? check.last4 : "-");
    return put(fd, line, (size_t)at, err);
}

bool run_paperout(const struct commands *commands, const struct call *call, struct error *err)
{
    struct paper_row row;
    enum paper kind;
    uint8_t *bytes;
    size_t n;
    if (call->fd < 0 || call->argc != 3)
        return error_set(err, ERROR_BAD_INPUT, "cần --out FILE. / --out FILE is wanted");
    if (!find_paper(commands, call, &row, err) ||
        !attachments_read(commands->folder, &row.hash, commands->box_public, commands->box_secret,
                          &kind, &bytes, &n, err))
        return false;
    bool good = kind == PAPER_LIST       ? put_list(call->fd, bytes, n, err)
                : kind == PAPER_ID_CHECK ? put_check(call->fd, bytes, n, err)
                                         : put(call->fd, bytes, n, err);
    chain_wipe(bytes, n);
    free(bytes);
    if (good)
        answer_say(call->answer, "Đã ghi %s, %zu byte. / written", paper_words_vi(kind), n);
    return good;
}

bool run_paperdelete(const struct commands *commands, const struct call *call, struct error *err)
{
    struct paper_row row;
    if (!find_paper(commands, call, &row, err) ||
        !attachments_delete(commands->folder, &commands->acts, &row.hash, err))
        return false;
    answer_say(call->answer, "Đã xóa chứng từ. / paper deleted");
    return true;
}
