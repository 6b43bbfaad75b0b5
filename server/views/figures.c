/* figures.c - what items have in common, counted, and the items behind a number. */
#include "server/views/inside.h"

#include <sched.h>

/* Of what some offices sent: counted anew, item by item. */
static bool sum_some(struct views *views, const struct view_asked *asked,
                     struct view_figure **new_figures, size_t *ret_n)
{
    const struct list *issued = &views->table.issued;
    struct cells cells = {.n = 0};
    bool good = true;
    for (size_t i = 0; i < issued->n && good; i++) {
        const struct tracked *entry = issued->all[i];
        if (groups_asks(asked, entry->marks.office))
            good = cells_count(&cells, asked->group, &entry->marks, entry->dues);
    }
    good = good && cells_sum(&cells, &views->table.board, asked, new_figures, ret_n);
    cells_done(&cells);
    return good;
}

bool views_figures(struct views *views, const struct view_asked *asked,
                   struct view_figure **new_figures, size_t *ret_n)
{
    pthread_mutex_lock(&views->lock);
    const struct cells *cells = &views->table.groups.of[asked->group];
    bool good = asked->offices_n > 0
                    ? sum_some(views, asked, new_figures, ret_n)
                    : cells_sum(cells, &views->table.board, asked, new_figures, ret_n);
    pthread_mutex_unlock(&views->lock);
    return good;
}

/* What is looked at a little later comes from memory meanwhile: ten million items lie anywhere. */
#define LOOK_AHEAD 24

static void look_ahead(const struct list *list, size_t i)
{
    if (i + LOOK_AHEAD < list->n) {
        const struct tracked *later = list->all[i + LOOK_AHEAD];
        __builtin_prefetch(&later->marks);
    }
}

/* Of ten million items in turn: whoever else asks, and what comes in, waits for a part alone. */
size_t views_behind_looks = 200000;

struct behind_walk {
    uint64_t seq; /* issued with this or before: looked at */
    size_t offset, n, max;
    struct view *out;
};

/* The lock is held. False at the end. */
static bool look_behind(struct views *views, const struct view_asked *asked,
                        const struct view_behind *behind, struct behind_walk *walk)
{
    const struct list *issued = &views->table.issued;
    size_t i = walk->seq == 0 ? 0 : list_before(issued, walk->seq + 1);
    size_t end = issued->n - i > views_behind_looks ? i + views_behind_looks : issued->n;
    for (; i < end && walk->n < walk->max; i++) {
        const struct tracked *entry = issued->all[i];
        look_ahead(issued, i);
        walk->seq = entry->issue_seq;
        if (!groups_has(asked, behind, &views->table.board, &entry->marks, entry->dues))
            continue;
        if (walk->offset > 0)
            walk->offset--;
        else
            walk->out[walk->n++].state.item = entry->item;
    }
    return i < issued->n && walk->n < walk->max;
}

size_t views_behind(struct views *views, const struct view_asked *asked,
                    const struct view_behind *behind, size_t offset, struct view *out, size_t max)
{
    struct behind_walk walk = {.offset = offset, .max = max, .out = out};
    size_t shown = 0;
    for (bool more = true; more;) {
        pthread_mutex_lock(&views->lock);
        more = look_behind(views, asked, behind, &walk);
        pthread_mutex_unlock(&views->lock);
        (void)sched_yield();
    }
    size_t n = walk.n;
    for (size_t i = 0; i < n; i++) {
        struct item item = out[i].state.item;
        shown += views_item(views, &item, &out[shown]);
    }
    return shown;
}
