#include "server/office/desk.h"

#include <string.h>

#include "server/office/choices.h"
#include "server/office/fields.h"
#include "server/record/lookups.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ what was scanned */

struct step {
    char dossier[FIELD_DOSSIER_MAX];
    struct item item; /* the dossier's own */
    struct item envelope;
    struct contents contents;
    uint32_t user;
    bool wrong_envelope;
};

static bool read_dossier(const char *text, struct step *step, struct error *err)
{
    struct complaint complaint;
    return field_dossier(text, step->dossier, &complaint) ||
           error_set(err, ERROR_BAD_INPUT, "%s / %s", complaint.vi, complaint.en);
}

static bool live_item(struct record *record, struct step *step, struct error *err)
{
    if (record_item_of_dossier(record, step->dossier, &step->item, err))
        return true;
    if (err->code == ERROR_NOT_FOUND)
        error_set(err, ERROR_NOT_FOUND,
                  "%s: chưa có số phong bì; nhập danh sách trước. / import it", step->dossier);
    return false;
}

static bool still_here(struct record *record, const struct item *item, struct error *err)
{
    uint64_t handover;
    if (!record_handover_of(record, item, &handover, err))
        return false;
    return handover == 0 ||
           error_set(err, ERROR_REFUSED, "%s: đã bàn giao BG-%06llu. / handed over already",
                     item->text, (unsigned long long)handover);
}

/* ------------------------------------------------------------------ received */

static bool receive_act(struct record *record, void *arg, struct error *err)
{
    struct step *step = arg;
    if (!live_item(record, step, err) || !still_here(record, &step->item, err))
        return false;
    struct office_fact fact = {.item = step->item,
                               .event = EVENT_RECEIVED_FROM_DEPARTMENT,
                               .user = step->user,
                               .originals = step->contents.originals,
                               .certified = step->contents.certified,
                               .pages = step->contents.pages};
    text_copy(step->dossier, fact.dossier, sizeof fact.dossier);
    return record_office_add(record, &fact, NULL, err);
}

static bool counted(const struct contents *contents, struct error *err)
{
    if (contents->originals + contents->certified == 0 || contents->pages == 0)
        return error_set(
            err, ERROR_BAD_INPUT,
            "chưa đếm: cần bản chính hoặc bản sao, và số trang. / count papers, pages");
    return true;
}

bool desk_receive(struct acts acts, const char *dossier, const struct contents *contents,
                  uint32_t user, struct item *ret_item, struct error *err)
{
    struct step step = {.contents = *contents, .user = user};
    if (!read_dossier(dossier, &step, err) || !counted(contents, err) ||
        !acts.run(acts.self, receive_act, &step, err))
        return false;
    *ret_item = step.item;
    return true;
}

/* ------------------------------------------------------------------ paired */

/* The near miss is kept: who held which paper against which envelope. */
static bool keep_near_miss(struct record *record, struct step *step, struct error *err)
{
    step->wrong_envelope = true;
    struct office_fact fact = {.item = step->item,
                               .event = EVENT_DIFFERENCE,
                               .user = step->user,
                               .kind = DIFFERENCE_WRONG_ENVELOPE,
                               .other_item = step->envelope};
    text_copy(step->dossier, fact.dossier, sizeof fact.dossier);
    return record_office_add(record, &fact, NULL, err);
}

static bool pair_act(struct record *record, void *arg, struct error *err)
{
    struct step *step = arg;
    struct content content;
    if (!live_item(record, step, err) || !record_content(record, &step->item, &content, err))
        return false;
    if (!item_equal(&step->item, &step->envelope))
        return keep_near_miss(record, step, err);
    if (!still_here(record, &step->item, err))
        return false;
    if (content.received == 0)
        return error_set(err, ERROR_REFUSED, "%s: chưa nhận từ phòng. / not received yet",
                         step->dossier);
    if (content.paired != 0)
        return error_set(err, ERROR_REPEATED, "%s: đã vào phong bì rồi. / it is in already",
                         step->dossier);
    struct office_fact fact = {.item = step->item, .event = EVENT_PAIRED, .user = step->user};
    text_copy(step->dossier, fact.dossier, sizeof fact.dossier);
    return record_office_add(record, &fact, NULL, err);
}

bool desk_pair(struct acts acts, const char *dossier, const char *envelope, uint32_t user,
               struct item *ret_item, struct error *err)
{
    struct step step = {.user = user};
    if (!read_dossier(dossier, &step, err) ||
        !item_parse(envelope, strlen(envelope), &step.envelope, err) ||
        !acts.run(acts.self, pair_act, &step, err))
        return false;
    if (step.wrong_envelope)
        return error_set(err, ERROR_REFUSED,
                         "SAI PHONG BÌ: %s thuộc bì %s, không phải %s. Lấy ra, quét lại. / "
                         "WRONG ENVELOPE",
                         step.dossier, step.item.text, step.envelope.text);
    *ret_item = step.item;
    return true;
}

/* ------------------------------------------------------------------ a recount */

static const struct {
    enum difference kind;
    const char *word;
} kinds[] = {
    {DIFFERENCE_MISSING, "missing"},
    {DIFFERENCE_EXTRA, "extra"},
    {DIFFERENCE_CONTENTS, "contents"},
    {DIFFERENCE_DAMAGED, "damaged"},
    {DIFFERENCE_WRONG_ENVELOPE, "wrong-envelope"},
};

enum difference difference_of(const char *word)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].word, word) == 0)
            return kinds[i].kind;
    return DIFFERENCE_NONE;
}

const char *difference_word(enum difference kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].kind == kind)
            return kinds[i].word;
    return "?";
}

static bool belongs(struct record *record, const struct found *found, struct error *err)
{
    uint64_t sealed, handover;
    if (!record_handover(record, found->handover, &sealed, err) ||
        !record_handover_of(record, &found->item, &handover, err))
        return false;
    bool listed = handover == found->handover;
    if (listed != (found->kind == DIFFERENCE_EXTRA))
        return true;
    return error_set(err, ERROR_REFUSED,
                     listed ? "%s: có trong BG-%06llu, không phải thừa. / it is listed"
                            : "%s: không có trong BG-%06llu. / it is not listed",
                     found->item.text, (unsigned long long)found->handover);
}

static bool difference_act(struct record *record, void *arg, struct error *err)
{
    const struct found *found = arg;
    struct office_fact fact = {.item = found->item,
                               .event = EVENT_DIFFERENCE,
                               .user = found->user,
                               .handover = found->handover,
                               .kind = found->kind,
                               .originals = found->contents.originals,
                               .certified = found->contents.certified,
                               .pages = found->contents.pages};
    struct testimony testimony = {.text = ""};
    if (!belongs(record, found, err))
        return false;
    if (found->note == NULL)
        return record_office_add(record, &fact, NULL, err);
    if (!text_clean(found->note, strlen(found->note), testimony.text, sizeof testimony.text))
        return error_set(err, ERROR_BAD_INPUT, "ghi chú: không đọc được. / note");
    return testimony_add(record, &testimony, &fact, err) &&
           record_office_add(record, &fact, NULL, err);
}

bool desk_difference(struct acts acts, const struct found *found, struct error *err)
{
    struct found copy = *found;
    return acts.run(acts.self, difference_act, &copy, err);
}
