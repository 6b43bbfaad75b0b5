#include "server/views/stop_questions.h"

#include <stdlib.h>

#include "server/delivery/border.h"
#include "server/record/outlines.h"
#include "server/record/premises.h"

/* ------------------------------------------------------------------ post offices */

struct post {
    uint32_t number;
    int32_t lat_e7, lon_e7;
    struct instant from, to; /* to.ms 0: open */
};

struct gathering_posts {
    struct questions *questions;
    size_t room;
    bool out_of_memory;
};

static bool is_known(const struct questions *questions, const struct premises *premises)
{
    for (size_t i = 0; i < questions->posts_n; i++)
        if (questions->posts[i].number == premises->number &&
            questions->posts[i].from.ms == premises->from.ms)
            return true;
    return false;
}

static bool take_post(void *ctx, const struct premises *premises)
{
    struct gathering_posts *to = ctx;
    struct questions *questions = to->questions;
    if (!premises->has_place || is_known(questions, premises))
        return true;
    if (questions->posts_n == to->room) {
        size_t room = to->room * 2 + 32;
        struct post *more = realloc(questions->posts, room * sizeof *more);
        if (more == NULL) {
            to->out_of_memory = true;
            return false;
        }
        questions->posts = more;
        to->room = room;
    }
    questions->posts[questions->posts_n++] = (struct post){
        premises->number, premises->lat_e7, premises->lon_e7, premises->from, premises->to};
    return true;
}

/* Those in force on the first day and on the last: one that moved within stands at both places. */
bool questions_open(struct questions *questions, struct record *record, const struct rules *rules,
                    int64_t from_day, int64_t to_day, struct error *err)
{
    struct gathering_posts to = {.questions = questions};
    *questions = (struct questions){.record = record, .rules = rules};
    bool good =
        premises_each(record, PREMISES_POST_OFFICE, day_minute(from_day, 0), take_post, &to, err) &&
        premises_each(record, PREMISES_POST_OFFICE, day_minute(to_day, 1439), take_post, &to, err);
    if (good && !to.out_of_memory)
        return true;
    questions_done(questions);
    return good ? error_set(err, ERROR_LATER, "out of memory") : false;
}

/* Number of the nearest within the rule's metres; 0 none. */
static uint32_t post_beside(const struct questions *questions, const struct stop *stop)
{
    uint32_t nearest = 0;
    double least = 0;
    for (size_t i = 0; i < questions->posts_n; i++) {
        const struct post *post = &questions->posts[i];
        if (stop->at.ms < post->from.ms || (post->to.ms != 0 && stop->at.ms >= post->to.ms))
            continue;
        struct schedule schedule = {questions->rules, post->number, {INT64_MAX}}; /* asked now */
        double within = (double)rule_value(&schedule, RULE_DOOR_APART_M, stop->at);
        double metres =
            place_metres_apart(stop->place.lat_e7, stop->place.lon_e7, post->lat_e7, post->lon_e7);
        if (within > 0 && metres <= within && (nearest == 0 || metres < least)) {
            nearest = post->number;
            least = metres;
        }
    }
    return nearest;
}

/* ------------------------------------------------------------------ communes */

struct known_border {
    uint32_t commune;
    struct border border; /* no edges: nobody loaded its outline */
};

static bool read_border(void *ctx, const struct outline *outline)
{
    struct known_border *known = ctx;
    if (!border_read(outline->shape, &known->border))
        known->border = (struct border){NULL, 0};
    return false;
}

static const struct border *border_of(struct questions *questions, uint32_t commune,
                                      struct error *err)
{
    for (size_t i = 0; i < questions->borders_n; i++)
        if (questions->borders[i].commune == commune)
            return &questions->borders[i].border;
    if (questions->borders_n == questions->borders_room) {
        size_t room = questions->borders_room * 2 + 16;
        struct known_border *more = realloc(questions->borders, room * sizeof *more);
        if (more == NULL) {
            (void)error_set(err, ERROR_LATER, "out of memory");
            return NULL;
        }
        questions->borders = more;
        questions->borders_room = room;
    }
    struct known_border *known = &questions->borders[questions->borders_n];
    *known = (struct known_border){.commune = commune};
    if (!outlines_one(questions->record, commune, read_border, known, err))
        return NULL;
    questions->borders_n++;
    return &known->border;
}

/* ------------------------------------------------------------------ asking */

static unsigned of_accuracy(const struct place *place)
{
    bool coarse =
        place->accuracy_mm == PLACE_ACCURACY_UNKNOWN || place->accuracy_mm > STOP_COARSE_MM;
    return (coarse ? STOP_COARSE : 0U) | (place->jumped ? STOP_JUMPED : 0U);
}

/* A place that is coarse or jumped proves neither. */
bool questions_ask(struct questions *questions, struct stop *stop, enum status before,
                   struct error *err)
{
    stop->questions = 0;
    stop->near = 0;
    if (!stop_has_place(stop))
        return true;
    stop->questions = of_accuracy(&stop->place);
    if (stop->questions != 0)
        return true;
    stop->near = before == STATUS_WAITING ? 0 : post_beside(questions, stop);
    if (stop->near != 0)
        stop->questions |= STOP_AT_POST_OFFICE;
    if (stop->commune == 0 || before == STATUS_WAITING)
        return true;
    const struct border *border = border_of(questions, stop->commune, err);
    if (border == NULL)
        return false;
    double slack = STOP_BORDER_M + stop->place.accuracy_mm / 1000.0;
    if (border->n > 0 &&
        border_metres_outside(border, stop->place.lat_e7, stop->place.lon_e7) > slack)
        stop->questions |= STOP_ELSEWHERE;
    return true;
}

void questions_done(struct questions *questions)
{
    for (size_t i = 0; i < questions->borders_n; i++)
        border_done(&questions->borders[i].border);
    free(questions->borders);
    free(questions->posts);
    *questions = (struct questions){.record = NULL};
}
