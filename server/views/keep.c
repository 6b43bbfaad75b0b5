/* keep.c - what changed goes to views.db, while readers and the feeding thread go on. */
#include "server/views/inside.h"

#include <stdlib.h>

static bool copy_seqs(const struct seqs *seqs, struct seqs *ret_copy)
{
    struct seqs copy = {.all = NULL};
    for (size_t i = 0; i < seqs->n; i++)
        if (!seqs_add(&copy, seqs->all[i])) {
            free(copy.all);
            return false;
        }
    *ret_copy = copy;
    return true;
}

static bool copy_dirty(struct views *views, struct saved *ret_saved, struct seqs *ret_rules,
                       struct mark *ret_mark)
{
    struct table *table = &views->table;
    if (!saved_dirty(table, ret_saved))
        return false;
    if (!copy_seqs(&views->rule_seqs, ret_rules)) {
        saved_free(ret_saved);
        return false;
    }
    for (size_t i = 0; i < table->dirty.n; i++)
        table->dirty.all[i]->dirty = false;
    table->dirty.n = 0;
    *ret_mark = table->mark;
    return true;
}

/* After a failed write memory is ahead of the disk without knowing where: all of it is written
 * again next time. */
static void dirty_all(struct views *views)
{
    struct table *table = &views->table;
    pthread_mutex_lock(&views->lock);
    for (size_t i = 0; i < table->entries.n; i++) {
        struct tracked *entry = table->entries.all[i];
        entry->dirty = entry->dirty || list_add(&table->dirty, entry);
    }
    pthread_mutex_unlock(&views->lock);
}

bool views_flush(struct views *views, struct error *err)
{
    struct saved saved;
    struct seqs rules;
    struct mark mark;
    pthread_mutex_lock(&views->storing);
    pthread_mutex_lock(&views->lock);
    bool copied = copy_dirty(views, &saved, &rules, &mark), good = copied;
    pthread_mutex_unlock(&views->lock);
    if (!copied)
        error_set(err, ERROR_LATER, "views: out of memory");
    if (copied && saved.rows > 0) {
        good = store_write(views->store, &saved, &rules, &mark, err);
        if (!good)
            dirty_all(views);
    }
    if (copied) {
        saved_free(&saved);
        free(rules.all);
    }
    pthread_mutex_unlock(&views->storing);
    return good;
}
