/* choices.h - which results get an envelope at all: the citizen asked for the post or withdrew,
 * the result is electronic, the procedure may not go by post [QĐ 45/2016/QĐ-TTg; domain.md section
 * 1, rules 1 and 5]. Consent is provable: a fact with its evidence (Law 91/2025/QH15).
 */
#ifndef TRAO_SERVER_OFFICE_CHOICES_H
#define TRAO_SERVER_OFFICE_CHOICES_H

#include "server/record/acts.h"
#include "server/record/lookups.h"
#include "server/record/procedures.h"

/* For an office alone, which is bound to it that says so; 0 for whichever the dossier is of.
 * OPTED_IN, OPTED_OUT or ELECTRONIC_RESULT of a dossier, with what it rests on: words, the number
 * of a form. BAD_INPUT for no dossier code or no evidence. Withdrawing, or an electronic result, is
 * REFUSED while the dossier has a live number: recall that first. */
bool choice_record(struct acts acts, uint32_t event, const char *dossier, const char *evidence,
                   uint32_t office, uint32_t user, struct error *err) must_use;

/* A procedure as published: code, or the words its name begins with. From now when `from` is 0. */
bool procedure_publish(struct acts acts, struct procedure *procedure, struct error *err) must_use;

/* Keeps words and names a fact rests on, and has the fact name them; inside a group. */
bool testimony_add(struct record *record, const struct testimony *testimony,
                   struct office_fact *fact, struct error *err) must_use;

#endif
