#include "server/office/sheets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/office/envelope.h"
#include "server/office/fields.h"
#include "server/office/handover.h"
#include "server/record/lookups.h"
#include "server/record/premises.h"
#include "server/text/text.h"

/* The words that a row points to. */
struct words {
    char number[ITEM_CHARS + 1];
    char dossier[DOSSIER_MAX + 1];
    char name[sizeof((struct addressee *)0)->name];
    char ward[128];
};

struct sheets {
    const struct print_config *config;
    uint64_t handover;
    struct labels_row *rows;
    struct words *words;
    size_t n;
    char serial[HANDOVER_TEXT_MAX], time[2 * CLOCK_TEXT_MAX];
    char seal[SEAL_NUMBER_MAX + 1];
    struct sign sign;
    uint32_t post_office;
};

static bool count_one(void *ctx, const struct item *item)
{
    (void)item;
    ++*(size_t *)ctx;
    return true;
}

/* ------------------------------------------------------------------ rows */

struct filling {
    struct sheets *sheets;
    size_t n;
    struct error *err;
    bool good;
};

/* Without a name the row stands: the sheet is of what was handed over. */
static bool read_name(const struct print_config *config, const struct office_fact *issued,
                      struct words *words, struct error *err)
{
    struct addressee who;
    struct error why = {ERROR_NONE, ""};
    if (!envelope_addressee(config, issued, &who, &why)) {
        text_copy("(đã xóa)", words->name, sizeof words->name);
        return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.text);
    }
    text_copy(who.name, words->name, sizeof words->name);
    chain_wipe(&who, sizeof who);
    return true;
}

static bool read_row(const struct print_config *config, const struct item *item,
                     struct words *words, struct labels_row *row, struct error *err)
{
    struct record *record = config->record;
    struct office_fact issued, received = {.seq = 0};
    struct content content;
    struct view view;
    if (!views_item(config->views, item, &view))
        return error_set(err, ERROR_NOT_FOUND, "%s: chưa cấp số này. / never issued", item->text);
    if (!record_issued(record, item, &issued, err) ||
        !record_content(record, item, &content, err) ||
        (content.received != 0 && !record_office_get(record, content.received, &received, err)) ||
        !read_name(config, &issued, words, err))
        return error_add(err, "%s", item->text);
    text_copy(item->text, words->number, sizeof words->number);
    text_copy(issued.dossier, words->dossier, sizeof words->dossier);
    (void)field_commune_name(issued.commune, words->ward, sizeof words->ward);
    *row = (struct labels_row){.number = words->number,
                               .dossier = words->dossier,
                               .name = words->name,
                               .ward = words->ward,
                               .originals = received.originals,
                               .copies = received.certified,
                               .pages = received.pages,
                               .fees_vnd = view.due.fees_vnd,
                               .postage_vnd = view.due.postage_vnd};
    return true;
}

static bool fill_one(void *ctx, const struct item *item)
{
    struct filling *filling = ctx;
    struct sheets *sheets = filling->sheets;
    filling->good =
        filling->n < sheets->n && read_row(sheets->config, item, &sheets->words[filling->n],
                                           &sheets->rows[filling->n], filling->err);
    filling->n += filling->good;
    return filling->good;
}

static bool fill(struct sheets *sheets, struct error *err)
{
    struct record *record = sheets->config->record;
    struct filling filling = {.sheets = sheets, .err = err, .good = true};
    if (!record_handover_items(record, sheets->handover, count_one, &sheets->n, err))
        return false;
    sheets->rows = calloc(sheets->n + 1, sizeof *sheets->rows);
    sheets->words = calloc(sheets->n + 1, sizeof *sheets->words);
    if (!sheets->rows || !sheets->words)
        return error_set(err, ERROR_LATER, "out of memory");
    return record_handover_items(record, sheets->handover, fill_one, &filling, err) && filling.good;
}

/* ------------------------------------------------------------------ the head */

/* The office and post office of its first envelope; of several offices, the desk that handed over
 * is the first one's. */
static bool read_head(struct sheets *sheets, struct error *err)
{
    struct record *record = sheets->config->record;
    struct office_fact issued, fact = {.seq = 0};
    struct item first;
    uint64_t sealed = 0;
    char time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX];
    if (!item_parse(sheets->words[0].number, ITEM_CHARS, &first, err) ||
        !record_issued(record, &first, &issued, err) ||
        !premises_sign(record, issued.office, issued.post_office, record_now(record), &sheets->sign,
                       err) ||
        !record_handover(record, sheets->handover, &sealed, err) ||
        (sealed != 0 && !record_office_get(record, sealed, &fact, err)))
        return false;
    if (*sheets->sign.office == '\0')
        text_copy(sheets->config->sender, sheets->sign.office, sizeof sheets->sign.office);
    struct instant at = sealed != 0 ? fact.at : record_now(record);
    text_copy(fact.seal_number, sheets->seal, sizeof sheets->seal);
    (void)snprintf(sheets->time, sizeof sheets->time, "%s ngày %s",
                   clock_time_vi(at, time, sizeof time), clock_date_vi(at, date, sizeof date));
    handover_text(sheets->handover, sheets->serial);
    sheets->post_office = issued.post_office;
    return true;
}

bool sheets_open(const struct print_config *config, uint64_t handover, struct sheets **ret_sheets,
                 struct error *err)
{
    struct sheets *sheets = calloc(1, sizeof *sheets);
    if (!sheets)
        return error_set(err, ERROR_LATER, "out of memory");
    sheets->config = config;
    sheets->handover = handover;
    bool good = fill(sheets, err) &&
                (sheets->n > 0 || error_set(err, ERROR_NOT_FOUND,
                                            "không có lần bàn giao này. / no such handover")) &&
                read_head(sheets, err);
    if (!good) {
        sheets_close(sheets);
        return false;
    }
    *ret_sheets = sheets;
    return true;
}

void sheets_close(struct sheets *sheets)
{
    if (!sheets)
        return;
    if (sheets->words)
        chain_wipe(sheets->words, sheets->n * sizeof *sheets->words);
    free(sheets->words);
    free(sheets->rows);
    free(sheets);
}

uint32_t sheets_post_office(const struct sheets *sheets)
{
    return sheets->post_office;
}

bool sheets_count(const struct sheets *sheets, const struct labels *labels, size_t *ret_n,
                  struct error *err)
{
    return labels_list_sheets(labels, sheets->rows, sheets->n, ret_n, err);
}

bool sheets_draw(const struct sheets *sheets, struct labels *labels, size_t sheet, uint32_t copy,
                 struct error *err)
{
    struct labels_report report;
    const struct label head = {.serial = sheets->serial,
                               .sender = sheets->sign.office,
                               .post_office = sheets->sign.post_office,
                               .time = sheets->time,
                               .seal = sheets->seal,
                               .copy = copy};
    return labels_add_sheet(labels, &head, sheets->rows, sheets->n, sheet, &report, err);
}
