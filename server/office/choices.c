#include "server/office/choices.h"

#include <string.h>

#include "server/office/fields.h"
#include "server/text/text.h"

bool testimony_add(struct record *record, const struct testimony *testimony,
                   struct office_fact *fact, struct error *err)
{
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    size_t n = 0;
    fact->has_evidence = true;
    return testimony_encode(testimony, bytes, &n, err) &&
           record_attachment_add(record, bytes, n, &fact->evidence, err);
}

/* ------------------------------------------------------------------ what was chosen */

struct chosen {
    struct office_fact fact;
    struct testimony testimony;
};

static bool choice_act(struct record *record, void *arg, struct error *err)
{
    struct chosen *chosen = arg;
    struct item item;
    struct error none = {ERROR_NONE, ""};
    if (chosen->fact.event != EVENT_OPTED_IN) {
        if (record_item_of_dossier(record, chosen->fact.dossier, &item, &none))
            return error_set(err, ERROR_REFUSED,
                             "%s: đã có bì %s; thu hồi bì trước. / recall the envelope first",
                             chosen->fact.dossier, item.text);
        if (none.code != ERROR_NOT_FOUND)
            return error_set(err, none.code, "%s", none.text);
    }
    return testimony_add(record, &chosen->testimony, &chosen->fact, err) &&
           record_office_add(record, &chosen->fact, NULL, err);
}

bool choice_record(struct acts acts, uint32_t event, const char *dossier, const char *evidence,
                   uint32_t office, uint32_t user, struct error *err)
{
    struct chosen chosen = {.fact = {.event = event, .office = office, .user = user}};
    struct complaint complaint;
    if (!field_dossier(dossier, chosen.fact.dossier, &complaint))
        return error_set(err, ERROR_BAD_INPUT, "%s / %s", complaint.vi, complaint.en);
    if (!text_clean(evidence, strlen(evidence), chosen.testimony.text,
                    sizeof chosen.testimony.text) ||
        !text_is_visible(chosen.testimony.text))
        return error_set(err, ERROR_BAD_INPUT, "căn cứ: trống hoặc không đọc được. / evidence");
    return acts.run(acts.self, choice_act, &chosen, err);
}

/* ------------------------------------------------------------------ procedures */

static bool procedure_act(struct record *record, void *arg, struct error *err)
{
    struct procedure *procedure = arg;
    if (procedure->from.ms == 0)
        procedure->from = record_now(record);
    return procedure_put(record, procedure, err);
}

bool procedure_publish(struct acts acts, struct procedure *procedure, struct error *err)
{
    text_fold(procedure->name, procedure->folded, sizeof procedure->folded);
    if (*procedure->folded == '\0')
        return error_set(err, ERROR_BAD_INPUT, "tên thủ tục: trống. / procedure: no name");
    char code[PROCEDURE_CODE_MAX];
    text_copy(procedure->code, code, sizeof code);
    text_fold(code, procedure->code, sizeof procedure->code);
    return acts.run(acts.self, procedure_act, procedure, err);
}
