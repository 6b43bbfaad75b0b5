/* stop_questions.h - what there is to ask about the place of a stop: was it recorded at the post
 * office, or in another commune. Private to this folder; one thread. */
#ifndef TRAO_SERVER_VIEWS_STOP_QUESTIONS_H
#define TRAO_SERVER_VIEWS_STOP_QUESTIONS_H

#include "server/views/stops.h"

/* Zeroed fields are its own. */
struct questions {
    struct record *record; /* reader; borrowed, as the rules are */
    const struct rules *rules;
    struct post *posts; /* post offices whose place is known, as they were in these days */
    size_t posts_n;
    struct known_border *borders; /* of the communes asked for so far */
    size_t borders_n, borders_room;
};

/* LATER. */
bool questions_open(struct questions *questions, struct record *record, const struct rules *rules,
                    int64_t from_day, int64_t to_day, struct error *err) must_use;
/* Sets `questions` and `near` of a stop whose other fields are there. `before`: how the item stood
 * until then. LATER. */
bool questions_ask(struct questions *questions, struct stop *stop, enum status before,
                   struct error *err) must_use;
void questions_done(struct questions *questions);

#endif
