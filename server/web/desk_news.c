#include "server/web/desk_news.h"

/* More numbers than desks are told in a millisecond: the next start's are above this one's. */
#define A_MILLISECOND 1024

void desk_news_begin(struct desk_news *news, struct instant now)
{
    *news = (struct desk_news){.last = (uint64_t)now.ms * A_MILLISECOND};
    news->first = news->last;
}

uint64_t desk_news_add(struct desk_news *news, const struct item *item)
{
    static const struct item none = {""};
    news->item[++news->last % DESK_NEWS_KEPT] = item == NULL ? none : *item;
    return news->last;
}

static void miss(struct desk_missed *missed, const struct item *item)
{
    for (size_t i = 0; i < missed->n; i++)
        if (item_equal(&missed->item[i], item))
            return;
    missed->item[missed->n++] = *item;
}

bool desk_news_since(const struct desk_news *news, uint64_t known, struct desk_missed *ret_missed)
{
    ret_missed->n = 0;
    ret_missed->printed = false;
    if (known < news->first || known > news->last || news->last - known > DESK_NEWS_KEPT)
        return false;
    for (uint64_t at = known + 1; at <= news->last; at++) {
        const struct item *item = &news->item[at % DESK_NEWS_KEPT];
        if (item->text[0] == '\0')
            ret_missed->printed = true;
        else
            miss(ret_missed, item);
    }
    return true;
}
