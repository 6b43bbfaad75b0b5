#include "server/office/envelope.h"

#include <ctype.h>
#include <stdio.h>

#include "server/record/premises.h"

void envelope_note(const struct print_config *config, const struct item *item, const char *what)
{
    char line[320];
    (void)snprintf(line, sizeof line, "%s: %s", item->text, what);
    if (config->note)
        config->note(config->ctx, line);
}

static void note_report(const struct print_config *config, const struct item *item,
                        const struct labels_report *report)
{
    for (int field = 0; field < LABELS_FIELDS; field++) {
        char what[128];
        const char *name = labels_field_name((enum labels_field)field);
        if (report->shortened & 1u << field) {
            (void)snprintf(what, sizeof what, "«%s» dài quá, đã rút ngắn. / shortened", name);
            envelope_note(config, item, what);
        }
        if (report->substituted & 1u << field) {
            (void)snprintf(what, sizeof what,
                           "«%s» có chữ phông không có. / letter not in the font", name);
            envelope_note(config, item, what);
        }
    }
}

bool envelope_addressee(const struct print_config *config, const struct office_fact *issued,
                        struct addressee *ret_who, struct error *err)
{
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    return record_attachment_get(config->record, &issued->addressee, bytes, sizeof bytes, &n,
                                 err) &&
           addressee_decode(bytes, n, ret_who, err);
}

static bool qr_text(const struct print_config *config, const struct item *item,
                    char out[LINK_URL_MAX], struct error *err)
{
    if (!link_url(config->public_url, config->secret, item, out, err))
        return false;
    for (char *at = out; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return true;
}

bool envelope_draw(const struct print_config *config, struct labels *labels,
                   const struct office_fact *issued, uint32_t copy, struct error *err)
{
    struct addressee who;
    struct sign sign;
    char link[LINK_URL_MAX], postal[8] = "";
    if (!envelope_addressee(config, issued, &who, err) ||
        !qr_text(config, &issued->item, link, err) ||
        !premises_sign(config->record, issued->office, issued->post_office,
                       record_now(config->record), &sign, err))
        return false;
    if (issued->postal_code)
        (void)snprintf(postal, sizeof postal, "%05u", issued->postal_code);
    bool due = issued->postage_vnd + issued->fees_vnd > 0;
    struct label label = {
        .number = issued->item.text,
        .sender = *sign.office ? sign.office : config->sender,
        .sender_address = *sign.office ? sign.address : config->sender_address,
        .name = who.name,
        .address = who.address,
        .postal_code = postal,
        .link = link,
        .marks = (issued->owner_only ? LABELS_OWNER_ONLY : 0u) | (due ? LABELS_TO_COLLECT : 0u),
        .copy = copy,
    };
    struct labels_report report = {0};
    if (!labels_add(labels, &label, &report, err))
        return false;
    note_report(config, &issued->item, &report);
    return true;
}

bool envelope_ready(const struct print_config *config, const struct item *item,
                    struct office_fact *ret_issued, uint32_t *ret_copy, struct error *err)
{
    struct view view;
    if (!views_item(config->views, item, &view) || !view.state.issued)
        return error_set(err, ERROR_NOT_FOUND, "chưa cấp số này. / never issued");
    if (view.state.status == STATUS_VOID)
        return error_set(err, ERROR_REFUSED, "nhãn hủy, không in. / void");
    if (view.state.copies >= LABELS_COPY_MAX)
        return error_set(err, ERROR_REFUSED, "đã in quá nhiều lần. / too many copies");
    if (!record_issued(config->record, item, ret_issued, err))
        return false;
    *ret_copy = view.state.copies + 1;
    ret_issued->postage_vnd = view.due.postage_vnd;
    ret_issued->fees_vnd = view.due.fees_vnd;
    return true;
}
