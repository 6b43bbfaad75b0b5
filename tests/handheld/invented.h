/* invented.h - a round, its neighbours, a handover and papers that nobody has lived: what the
 * screens are shown in tests in place of the vault and the store of attachments. */
#ifndef TRAO_TESTS_HANDHELD_INVENTED_H
#define TRAO_TESTS_HANDHELD_INVENTED_H

#include "handheld/day.h"
#include "handheld/papers.h"

#define A "RA123456785VN" /* An: money */
#define B "RA987654326VN" /* Binh: the applicant alone, card, code */
#define C "RA234567895VN" /* Hoa and ... */
#define D "RA345678912VN" /* ... Hoa again: two envelopes, one door */
#define E "RA456789015VN" /* on nobody's list */
#define N "RA567890126VN" /* on chị Hạnh's */
#define PIN "246810"

extern struct round_list list;
extern struct stop stops[8];
extern struct item checked_of; /* whose card or code was looked at last */
extern bool open_day, has_round;
extern uint32_t tries; /* wrong PINs so far */

extern char kept[16][PAPERS_TEXT_MAX + 16]; /* "3: note: 5" */
extern uint32_t kept_n;
extern enum papers_match card_is, code_is; /* what the next one will be */
extern bool file_came, papers_full;

extern const struct day invented_day;
extern const struct door_papers invented_papers;

/* Lays it all out for a shift around `now`. */
void invented_round(struct instant now);

#endif
