/* citizen_form.h - the forms of a receiver's pages, as they are drawn: what citizen_form.c and
 * citizen_say.c share. Threads as http.h. */
#ifndef TRAO_SERVER_WEB_CITIZEN_FORM_H
#define TRAO_SERVER_WEB_CITIZEN_FORM_H

#include "server/office/receiver.h"
#include "server/web/inside.h"

enum citizen_form_kind { FORM_CHOOSE, FORM_POINTS, FORM_MISSING, FORM_RATING, FORM_POSTMAN };

/* What was sent, to be sent again when the form comes back. */
struct citizen_kept {
    char way[24], name[4 * RECEIVER_NAME_MAX + 1], stars[4], badge[24];
    char wrong[CITIZEN_WRONG_MAX]; /* of the digits; "" nothing */
};

struct citizen_form {
    enum citizen_form_kind form;
    const char *path, *title_vi, *title_en, *send_vi, *send_en;
    const char *done_vi, *done_en; /* once it is noted */
    bool wants_digits;
    const char *digits;              /* of points: they were right, and go along; else NULL */
    const struct citizen_kept *kept; /* NULL: nothing */
};

/* The form with what there is to say above it; `tone` of the sentence, a class. What is reported
 * already is not asked for again. */
void citizen_form_give(struct web *web, const struct citizen_form *page, const struct view *view,
                       bool en, unsigned status, const char *tone, const char *sentence,
                       struct http_answer *answer);
/* The pickup points of the post office that has it; how many. */
size_t citizen_points(struct web *web, const struct view *view, struct pickup out[PICKUPS_MAX]);

#endif
