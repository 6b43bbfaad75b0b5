/* import_row.c - one dossier of a list against the record: known or new, corrected, refused. */
#include <string.h>

#include "server/office/import_inside.h"
#include "server/office/items.h"
#include "server/record/premises.h"
#include "server/record/lookups.h"
#include "server/record/procedures.h"
#include "server/text/text.h"

static bool add_item(struct record *record, struct job *job, struct issue *issue, struct error *err)
{
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    issue->fact.job = job->id;
    issue->fact.has_addressee = true;
    issue->fact.post_office = job->config->numbers.post_office;
    issue->fact.office = job->config->office;
    return addressee_encode(&issue->who, bytes, &n, err) &&
           record_attachment_add(record, bytes, n, &issue->fact.addressee, err) &&
           record_office_add(record, &issue->fact, NULL, err);
}

static bool folds_alike(const char *a, const char *b)
{
    char folded_a[sizeof((struct addressee *)0)->address];
    char folded_b[sizeof folded_a];
    return strcmp(text_fold(a, folded_a, sizeof folded_a),
                  text_fold(b, folded_b, sizeof folded_b)) == 0;
}

/* A tone makes another name (Hà is not Hạ); where it is written does not. */
static bool named_alike(const char *a, const char *b)
{
    char key_a[2 * sizeof((struct addressee *)0)->name];
    char key_b[sizeof key_a];
    return strcmp(text_name_key(a, key_a, sizeof key_a), text_name_key(b, key_b, sizeof key_b)) ==
           0;
}

static enum outcome compare_who(const struct addressee *old, const struct addressee *now)
{
    bool both_known = *old->id_number && *now->id_number;
    if (!named_alike(old->name, now->name) ||
        (both_known && !folds_alike(old->id_number, now->id_number)))
        return ANOTHER_PERSON;
    if (!folds_alike(old->address, now->address))
        return CHANGED_ADDRESS;
    return strcmp(old->phone, now->phone) == 0 ? PRESENT : CHANGED_PHONE;
}

/* A column that this list does not have says nothing. */
static enum outcome compare_terms(const struct list *list, const struct office_fact *old,
                                  const struct office_fact *now)
{
    if (list->position[LIST_POSTAGE] != 0 && old->postage_vnd != now->postage_vnd)
        return CHANGED_POSTAGE;
    if (list->position[LIST_FEES] != 0 && old->fees_vnd != now->fees_vnd)
        return CHANGED_FEES;
    if (list->position[LIST_OWNER_ONLY] != 0 && old->owner_only != now->owner_only)
        return CHANGED_OWNER_ONLY;
    return PRESENT;
}

/* With what was issued; an addressee deleted since compares as the same. */
static bool compare_with(struct record *record, const struct job *job, const struct item *item,
                         const struct issue *now, enum outcome *ret_outcome, struct error *err)
{
    struct office_fact issued;
    struct addressee old;
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    enum outcome outcome = PRESENT;
    if (!record_issued(record, item, &issued, err))
        return false;
    struct error gone = {ERROR_NONE, ""};
    if (record_attachment_get(record, &issued.addressee, bytes, sizeof bytes, &n, &gone)) {
        if (!addressee_decode(bytes, n, &old, err))
            return false;
        outcome = compare_who(&old, &now->who);
    } else if (gone.code != ERROR_NOT_FOUND) {
        return error_set(err, gone.code, "%s", gone.text);
    }
    *ret_outcome = outcome == PRESENT ? compare_terms(job->list, &issued, &now->fact) : outcome;
    return true;
}

/* What was published about the procedure: to the owner alone, or not by post at all. */
static bool apply_procedure(struct record *record, struct job *job, struct issue *issue,
                            bool *ret_by_post, struct error *err)
{
    char folded[PROCEDURE_NAME_MAX];
    if (job->procedures == NULL &&
        !procedure_set_load(record, record_now(record), &job->procedures, err))
        return false;
    text_fold(issue->who.procedure, folded, sizeof folded);
    const struct procedure *procedure = procedure_set_match(job->procedures, folded);
    issue->fact.owner_only = issue->fact.owner_only || (procedure && procedure->owner_only);
    *ret_by_post = procedure == NULL || procedure->bcci_allowed;
    return true;
}

/* May this dossier have an envelope at all? */
static bool check_right(struct record *record, struct job *job, size_t i, enum outcome *ret_outcome,
                        struct error *err)
{
    struct choice choice;
    struct issue *issue = &job->issue[i];
    uint32_t office = issue->fact.office ? issue->fact.office : PREMISES_FIRST_OFFICE;
    bool by_post;
    if (!record_choice(record, issue->fact.dossier, office, &choice, err) ||
        !apply_procedure(record, job, issue, &by_post, err))
        return false;
    if (!by_post)
        *ret_outcome = EXCLUDED;
    else if (choice.electronic)
        *ret_outcome = ELECTRONIC;
    else if (choice.opted_out)
        *ret_outcome = WITHDREW;
    else if (job->list->position[LIST_REGISTERED] != 0 && !choice.opted_in &&
             *issue->who.registered == '\0')
        *ret_outcome = ADDED_UNASKED;
    else
        *ret_outcome = ADDED;
    return true;
}

static bool give_number(struct record *record, struct job *job, size_t i, struct error *err)
{
    struct error used_up = {ERROR_NONE, ""};
    enum outcome *outcome = &job->outcome[i];
    if (!check_right(record, job, i, outcome, err))
        return false;
    if (*outcome != ADDED && *outcome != ADDED_UNASKED)
        return true;
    if (!number_run_draw(record, &job->config->numbers, &job->run, &job->issue[i].fact.item,
                         &used_up)) {
        *outcome = NO_NUMBER;
        return used_up.code == ERROR_REFUSED || error_set(err, used_up.code, "%s", used_up.text);
    }
    return add_item(record, job, &job->issue[i], err);
}

/* A label shows the address, so a printed one needs another; a phone is only read from the record,
 * up to the item's end. What the list does not say stays (decision 0103). */
static bool correct(struct record *record, struct job *job, size_t i, const struct item *item,
                    struct error *err)
{
    struct view view;
    enum outcome *outcome = &job->outcome[i];
    const struct issue *now = &job->issue[i];
    bool known = views_item(job->config->numbers.views, item, &view);
    bool printed = known && view.state.status != STATUS_ISSUED;
    bool ended = known && status_is_final(view.state.status);
    if ((*outcome != CHANGED_ADDRESS || printed) && (*outcome != CHANGED_PHONE || ended))
        return true;
    *outcome = *outcome == CHANGED_ADDRESS ? CORRECTED_ADDRESS : CORRECTED_PHONE;
    return item_readdress(record, item, &now->who, now->fact.commune, now->fact.postal_code, err);
}

/* Where it goes is asked of the record's own table of communes. */
static bool place(struct record *record, struct job *job, size_t i, struct error *err)
{
    struct locality locality = {0};
    struct office_fact *fact = &job->issue[i].fact;
    if (!locality_find(record, &job->memo, job->issue[i].who.address, record_now(record), &locality,
                       &job->doubt[i], &job->doubtful[i], err))
        return false;
    fact->commune = locality.commune;
    fact->postal_code = locality.postal_code;
    return true;
}

bool import_take(struct record *record, struct job *job, size_t i, struct error *err)
{
    struct item item;
    bool by_post;
    struct error missing = {ERROR_NONE, ""};
    if (!place(record, job, i, err))
        return false;
    if (record_item_of_dossier(record, job->issue[i].fact.dossier, &item, &missing))
        return apply_procedure(record, job, &job->issue[i], &by_post, err) &&
               compare_with(record, job, &item, &job->issue[i], &job->outcome[i], err) &&
               correct(record, job, i, &item, err);
    if (missing.code != ERROR_NOT_FOUND)
        return error_set(err, missing.code, "%s", missing.text);
    return give_number(record, job, i, err);
}
