/* fields.h - what one cell of a list means, or why it cannot be taken. Pure, any thread.
 *
 * Cells are clean text (text_clean). On false `ret_complaint` says in both languages what was seen
 * and what to do, without place: the caller knows file, row and column. A complaint quotes cells,
 * so it is personal: it goes into the import's report and nowhere else, never into a log.
 */
#ifndef TRAO_SERVER_OFFICE_FIELDS_H
#define TRAO_SERVER_OFFICE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/clock.h"
#include "protocol/error.h"
#include "protocol/fact.h"
#include "server/text/phone.h"

struct complaint {
    char vi[256];
    char en[160];
};

#define FIELD_DOSSIER_MAX (DOSSIER_MAX + 1)

/* Dossier code, normalised: upper case, dashes of every kind as '-', no blanks at the ends; then
 * ^(\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}|[A-Z]\d{2}(\.\d{1,3}){0,3})-\d{6}-\d{4,6}$ with a YYMMDD that
 * exists [TT 01/2018/TT-VPCP Art 19; domain.md section 2]. The key is the whole string. */
bool field_dossier(const char *cell, char ret_code[FIELD_DOSSIER_MAX],
                   struct complaint *ret_complaint) must_use;

/* True, with a sentence, when the day in a good code (field_dossier) lies after `now`'s day in
 * Vietnam. */
bool field_dossier_is_ahead(const char *code, struct instant now, struct complaint *ret_complaint);

/* A name must leave ink; anything else is somebody's name (case I09). */
bool field_name(const char *cell, struct complaint *ret_complaint) must_use;

/* dd/MM/yyyy, d/M/yyyy too; empty is fine. The year must lie in 1900..2199. */
bool field_date(const char *cell, struct complaint *ret_complaint) must_use;

/* What a date's numbers say of its order: one above 12 can be no month. */
enum date_order { DATE_EITHER, DATE_DAY_FIRST, DATE_MONTH_FIRST };
enum date_order field_date_order(const char *cell);

/* Whole dong: "33000", "33.000", "33 000 đ", "33000.0"; empty is 0. At most SCAN_MONEY_MAX_VND. */
bool field_money(const char *cell, uint64_t *ret_vnd, struct complaint *ret_complaint) must_use;

/* Personal number, kept as text: 12 digits, or 9 of the old card, or letters and digits. Refused:
 * digits lost in a spreadsheet, 10 or 11 digits (zeros lost), other digits than 0-9 (case I07).
 * `ret_doubt` is set, with a complaint, when 16 and more digits end in 0: looks rounded; and for
 * NULL, which may be what a database writes for nothing. */
bool field_id_number(const char *cell, bool *ret_doubt, struct complaint *ret_complaint) must_use;

/* "x", "có", "1" or nothing, "không", "0". */
bool field_flag(const char *cell, bool *ret_on, struct complaint *ret_complaint) must_use;

/* An address must leave ink; where it lies is asked of the record (locality.h). */
bool field_address(const char *cell, struct complaint *ret_complaint) must_use;

/* Name of a commune by GSO code ("X. Cẩm Trung"), or "" when unknown. */
const char *field_commune_name(uint32_t gso_code, char *out, size_t size);

/* False, with a sentence, when a clerk is to know: the number is bad, takes no SMS (a land line, a
 * foreign one), or was converted from eleven digits (cases I05, N06). Nothing of it stops an
 * envelope. No number at all is fine. */
bool field_phone(const struct phone *phone, struct complaint *ret_complaint) must_use;

#endif
