/* face.h - what a citizen reads of an item: the part of the page that changes by itself, as markup.
 * Pure: everything it shows comes in as values.
 *
 * How much is shown depends on what was proven (settled point 11): the number alone opens status
 * and date; the link of the envelope also times, post office, reason, history; either with the last
 * four digits of the phone also the amount and who received it.
 */
#ifndef TRAO_SERVER_WEB_FACE_H
#define TRAO_SERVER_WEB_FACE_H

#include "server/config.h"
#include "server/delivery/fold.h"
#include "server/views/views.h"
#include "server/web/html.h"
#include "server/web/readers.h"

enum proof { PROOF_NUMBER, PROOF_LINK, PROOF_FULL };

struct face {
    const struct view *view;
    const struct fact *history; /* folded order, newest last */
    size_t history_n;
    enum proof proof;
    bool english;
    struct instant now;
    const struct config *config;
    const struct pickup *pickup; /* where he will collect it; NULL: at the post office */
};

/* The living part: headline, sentence, steps, age of the news, history, amount. */
void face_render(const struct face *face, struct html *html);

/* Headline for a title, in the language of the face. */
const char *face_headline(const struct face *face);

/* Delivered, and its receiver says that he has nothing: shown as a status of its own [ux.md section
 * 2, "+disputed"]; the sentence names the day of the answer, when that is to come. */
bool face_is_disputed(const struct state *state);
char *face_disputed_sentence(const struct view *view, struct instant now, bool english, char *out,
                             size_t size);

/* The class of a status's colour; of no status that of grey. */
const char *face_tone(const struct status_info *info);

/* "168.000 đ", "VND 168,000". */
char *face_amount(uint64_t vnd, bool english, char *out, size_t size);

#endif
