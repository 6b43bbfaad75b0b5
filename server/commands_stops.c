/* commands_stops.c - where postmen stood when they delivered or could not, and what there is to ask
 * about it. */
#include <string.h>

#include "server/commands_inside.h"
#include "server/record/postmen.h"
#include "server/views/stops.h"

#define DAYS_MAX 31

static const struct {
    const char *key;
    unsigned kind;
} kinds[] = {
    {"delivered", STOP_DELIVERED},
    {"failed", STOP_FAILED},
    {"without-place", STOP_WITHOUT},
};

static bool read_kind(const char *word, unsigned *ret_kinds, struct error *err)
{
    *ret_kinds = 0;
    for (unsigned i = 0; word != NULL && i < STOP_QUESTIONS; i++)
        if (strcmp(word, "any") == 0 || strcmp(word, stop_question_key(1U << i)) == 0)
            *ret_kinds |= 1U << i;
    for (size_t i = 0; word != NULL && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(word, kinds[i].key) == 0)
            *ret_kinds = kinds[i].kind;
    return word == NULL || *ret_kinds != 0 ||
           error_set(err, ERROR_BAD_INPUT,
                     "ask=%.20s: coarse, jumped, at-post-office, elsewhere, any, delivered, "
                     "failed, without-place. / no such question",
                     word);
}

/* "none": where nobody had signed in. */
static bool read_whose(const char *word, uint32_t *badge, struct stops_asked *asked,
                       struct error *err)
{
    *badge = 0;
    if (word == NULL)
        return true;
    asked->badge = badge;
    return strcmp(word, "none") == 0 || badge_read(word, badge, err);
}

static bool read_asked(const struct call *call, uint32_t *badge, struct stops_asked *asked,
                       struct error *err)
{
    const char *to = option_text(call, 2, "to");
    if (!options_check(call, 2, "to ask by badge", err) ||
        !read_whose(option_text(call, 2, "badge"), badge, asked, err) ||
        !day_read(call->argv[1], &asked->from_day, err) ||
        !read_kind(option_text(call, 2, "ask"), &asked->kinds, err))
        return false;
    asked->to_day = asked->from_day;
    if (to != NULL && !day_read(to, &asked->to_day, err))
        return false;
    return (asked->from_day <= asked->to_day && asked->to_day - asked->from_day < DAYS_MAX) ||
           error_set(err, ERROR_BAD_INPUT,
                     "to=: từ ngày đến ngày, nhiều nhất %d ngày. / %d days at most", DAYS_MAX,
                     DAYS_MAX);
}

/* "at_post_office" */
static void question_key(unsigned i, char key[32])
{
    (void)snprintf(key, 32, "%s", stop_question_key(1U << i));
    for (char *at = key; (at = strchr(at, '-')) != NULL;)
        *at = '_';
}

static void say_sums(struct answer *answer, const struct stops *stops)
{
    answer_label(answer, "delivered ");
    answer_number(answer, "delivered", (int64_t)stops->sums.delivered);
    answer_label(answer, "failed ");
    answer_number(answer, "failed", (int64_t)stops->sums.failed);
    answer_label(answer, "without place ");
    answer_number(answer, "without_place", (int64_t)stops->sums.without);
    answer_label(answer, "with a question ");
    answer_number(answer, "questioned", (int64_t)stops_sum_of(&stops->sums, STOP_ANY_QUESTION));
    for (unsigned i = 0; i < STOP_QUESTIONS; i++) {
        char label[32], key[32];
        (void)snprintf(label, sizeof label, "%s ", stop_question_key(1U << i));
        question_key(i, key);
        answer_label(answer, label);
        answer_number(answer, key, (int64_t)stops_sum_of(&stops->sums, 1U << i));
    }
    answer_flag(answer, "more", stops->more, "not all are here: ask for fewer days", "");
}

static void say_place(struct answer *answer, const struct stop *stop)
{
    char degrees[48];
    if (!stop_has_place(stop)) {
        answer_text(answer, "place", NULL);
        answer_text(answer, "accuracy_m", NULL);
        return;
    }
    (void)snprintf(degrees, sizeof degrees, "%.5f,%.5f", stop->place.lat_e7 / 1e7,
                   stop->place.lon_e7 / 1e7);
    answer_text(answer, "place", degrees);
    if (stop->place.accuracy_mm == PLACE_ACCURACY_UNKNOWN)
        answer_text(answer, "accuracy_m", NULL);
    else
        answer_number(answer, "accuracy_m", (stop->place.accuracy_mm + 999) / 1000);
}

static void say_stop(struct answer *answer, const struct stop *stop)
{
    char badge[BADGE_TEXT_MAX];
    const char *questions[STOP_QUESTIONS];
    size_t n = 0;
    for (unsigned i = 0; i < STOP_QUESTIONS; i++)
        if ((stop->questions & (1U << i)) != 0)
            questions[n++] = stop_question_key(1U << i);
    answer_row(answer, "stops");
    answer_text(answer, "item", stop->item.text);
    answer_time(answer, "at", stop->at);
    answer_text(answer, "event", event_info(stop->event)->key);
    answer_text(answer, "badge", stop->badge != 0 ? badge_text(stop->badge, badge) : NULL);
    say_place(answer, stop);
    answer_words(answer, "questions", questions, n);
    answer_code(answer, "near", 6, stop->near);
}

static void say_postman(struct answer *answer, const struct stops_postman *postman)
{
    char badge[BADGE_TEXT_MAX], key[32];
    answer_row(answer, "postmen");
    answer_text(answer, "badge", postman->badge != 0 ? badge_text(postman->badge, badge) : NULL);
    answer_number(answer, "delivered", (int64_t)postman->sums.delivered);
    answer_number(answer, "failed", (int64_t)postman->sums.failed);
    answer_number(answer, "without_place", (int64_t)postman->sums.without);
    for (unsigned i = 0; i < STOP_QUESTIONS; i++) {
        question_key(i, key);
        answer_number(answer, key, (int64_t)stops_sum_of(&postman->sums, 1U << i));
    }
}

bool run_stops(const struct commands *commands, const struct call *call, struct error *err)
{
    struct stops_asked asked = {.offices = NULL};
    struct stops stops;
    uint32_t badge;
    const char *by = option_text(call, 2, "by");
    if (by != NULL && strcmp(by, "postman") != 0)
        return error_set(err, ERROR_BAD_INPUT, "by=%.20s: by=postman. / by=postman", by);
    if (!read_asked(call, &badge, &asked, err) ||
        !views_stops(commands->views, commands->record, &asked, &stops, err))
        return false;
    say_sums(call->answer, &stops);
    for (size_t i = 0; by != NULL && i < stops.postmen_n; i++)
        say_postman(call->answer, &stops.postmen[i]);
    for (size_t i = 0; by == NULL && i < stops.n; i++)
        say_stop(call->answer, &stops.rows[i]);
    stops_done(&stops);
    return true;
}
