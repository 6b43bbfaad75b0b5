/* commands_search.c - items found by number, code, name or the end of a phone number. */
#include <stdlib.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/office/finder.h"
#include "server/record/looks.h"

static bool look_act(struct record *record, void *arg, struct error *err)
{
    return look_add(record, arg, err);
}

static bool write_down(const struct commands *commands, const struct finder_found *found,
                       struct error *err)
{
    char items[FINDER_MOST * ITEM_CHARS + 1] = "";
    struct look look = {.kind = LOOK_SEARCH, .rows = found->n, .items = items};
    for (size_t i = 0; i < found->n; i++)
        memcpy(items + i * ITEM_CHARS, found->items[i].text, ITEM_CHARS + 1);
    return commands->acts.run(commands->acts.self, look_act, &look, err);
}

static void say_found(const struct commands *commands, struct answer *answer,
                      const struct item *item)
{
    struct view view;
    if (!views_item(commands->views, item, &view))
        return;
    const struct status_info *info = status_info(view.state.status);
    answer_row(answer, "items");
    answer_text(answer, "item", item->text);
    answer_text(answer, "status", info ? info->key : "none");
    answer_text(answer, "dossier", view.state.office.dossier);
    answer_time(answer, "since", view.state.since.estimate);
}

bool run_search(const struct commands *commands, const struct call *call, struct error *err)
{
    struct finder_asked asked = {.text = call->argv[1], .names = true};
    struct finder_found *found = calloc(1, sizeof *found);
    bool good = (found && commands->finder) ||
                error_set(err, ERROR_LATER, "chưa tìm được lúc này. / nothing can be sought here");
    good = good && finder_find(commands->finder, &asked, FINDER_MOST, found, err);
    good = good && (!found->by_person || write_down(commands, found, err));
    for (size_t i = 0; good && i < found->n; i++)
        say_found(commands, call->answer, &found->items[i]);
    if (good && found->n == 0)
        answer_say(call->answer, "Không thấy. / nothing found");
    if (good && found->next != 0)
        answer_say(call->answer, "# còn nữa: thêm chữ, thêm số. / there is more, say more");
    if (good && !found->taken_in)
        answer_say(call->answer,
                   "# danh mục tìm đang lập, chưa đủ. / the index is still being made");
    free(found);
    return good;
}
