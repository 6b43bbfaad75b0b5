#include "server/views/saved.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/views/zeros.h"

/* A row that would be longer cannot be one: as many refs as an item of ours never has. */
#define PLAIN_MOST (64UL << 20)

/* Before refs and money; what is between its fields is zero. */
struct saved_head {
    int64_t since_arrival_ms;
    uint64_t issue_seq;
    int64_t due_ms[VIEW_CLOCKS];
    struct marks marks;
    uint32_t doubts;
    uint32_t refs_n;
    uint8_t status, folded;
    uint8_t stand[VIEW_CLOCKS], kept_at_first[VIEW_CLOCKS];
    struct item item;
};

/* ------------------------------------------------------------------ to bytes */

static bool room_for(uint8_t **bytes, size_t *room, size_t n)
{
    if (n <= *room)
        return true;
    size_t wider = *room == 0 ? 1 << 16 : *room;
    while (wider < n)
        wider *= 2;
    uint8_t *more = realloc(*bytes, wider);
    if (more == NULL)
        return false;
    *bytes = more;
    *room = wider;
    return true;
}

static uint8_t *put(uint8_t *to, const void *from, size_t n)
{
    memcpy(to, from, n);
    return to + n;
}

static void head_of(const struct tracked *entry, struct saved_head *ret_head)
{
    memset(ret_head, 0, sizeof *ret_head);
    ret_head->since_arrival_ms = entry->since_arrival.ms;
    ret_head->issue_seq = entry->issue_seq;
    ret_head->marks = entry->marks;
    ret_head->doubts = entry->doubts;
    ret_head->refs_n = entry->refs_n;
    ret_head->status = (uint8_t)entry->status;
    ret_head->folded = entry->folded;
    for (int clock = 0; clock < VIEW_CLOCKS; clock++) {
        ret_head->due_ms[clock] = entry->dues[clock].due_ms;
        ret_head->stand[clock] = (uint8_t)entry->dues[clock].stand;
        ret_head->kept_at_first[clock] = entry->dues[clock].kept_at_first;
    }
    memcpy(ret_head->item.text, entry->item.text, strlen(entry->item.text));
}

static_assert(sizeof(struct saved_head) % ZEROS_WORD == 0 && sizeof(ref) % ZEROS_WORD == 0 &&
                  sizeof(struct till_taking) % ZEROS_WORD == 0 &&
                  offsetof(struct till_said, taking) % ZEROS_WORD == 0,
              "whole words are packed");

/* One more; there is a row for it. */
static bool add(struct saved *saved, const struct table *table, const struct tracked *entry)
{
    struct saved_head head;
    struct till_said money;
    till_get(&table->till, entry->money, &money);
    size_t refs_bytes = entry->refs_n * sizeof *entry->refs, money_bytes = till_said_bytes(&money);
    size_t n = sizeof head + refs_bytes + money_bytes;
    if (!room_for(&saved->plain, &saved->plain_room, n) ||
        !room_for(&saved->bytes, &saved->room, saved->n + ZEROS_ROOM(n)))
        return false;
    head_of(entry, &head);
    uint8_t *end = put(saved->plain, &head, sizeof head);
    end = put(end, entry->refs, refs_bytes);
    (void)put(end, &money, money_bytes);
    size_t packed = zeros_out(saved->plain, n, saved->bytes + saved->n);
    saved->n += packed;
    saved->row[saved->rows++] = (struct saved_row){.place = entry->index, .n = (uint32_t)packed};
    return true;
}

static int by_place(const void *a, const void *b)
{
    uint32_t x = (*(struct tracked *const *)a)->index, y = (*(struct tracked *const *)b)->index;
    return (x > y) - (x < y);
}

/* When all are dirty the table has them in order. */
static struct tracked **in_order(struct table *table)
{
    if (table->dirty.n == table->entries.n)
        return table->entries.all;
    qsort(table->dirty.all, table->dirty.n, sizeof(struct tracked *), by_place);
    return table->dirty.all;
}

bool saved_dirty(struct table *table, struct saved *ret_saved)
{
    size_t n = table->dirty.n;
    *ret_saved = (struct saved){.row = malloc((n == 0 ? 1 : n) * sizeof *ret_saved->row)};
    struct tracked **entries = n == 0 ? NULL : in_order(table);
    bool good = ret_saved->row != NULL;
    for (size_t i = 0; good && i < n; i++)
        good = add(ret_saved, table, entries[i]);
    if (!good)
        saved_free(ret_saved);
    return good;
}

void saved_free(struct saved *saved)
{
    free(saved->row);
    free(saved->bytes);
    free(saved->plain);
    *saved = (struct saved){.row = NULL};
}

/* ------------------------------------------------------------------ from bytes */

uint64_t saved_shape(void)
{
    static const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return (uint64_t)sizeof(struct saved_head) << 8 | first;
}

static bool is_sound(const struct saved_head *head)
{
    for (int clock = 0; clock < VIEW_CLOCKS; clock++)
        if (head->stand[clock] > STAND_MISSED || head->kept_at_first[clock] > 1)
            return false;
    return head->status < VIEW_STATUSES && head->folded <= 1 && head->marks.zone < ZONES &&
           head->marks.reason < MARKS_REASONS && head->marks.stars < MARKS_STARS &&
           memchr(head->item.text, '\0', sizeof head->item.text) != NULL &&
           item_parse(head->item.text, strlen(head->item.text), &(struct item){""}, NULL);
}

static bool take(const struct saved_head *head, const uint8_t *refs, const struct till_said *money,
                 struct table *table)
{
    struct dues dues[VIEW_CLOCKS];
    struct tracked *entry = table_take(table, &head->item);
    if (entry == NULL)
        return false;
    for (uint32_t i = 0; i < head->refs_n; i++) {
        ref one;
        memcpy(&one, refs + i * sizeof one, sizeof one);
        if (!entry_add_ref(table, entry, one))
            return false;
    }
    entry->folded = head->folded;
    entry->status = (enum status)head->status;
    entry->doubts = head->doubts;
    entry->since_arrival.ms = head->since_arrival_ms;
    entry->issue_seq = head->issue_seq;
    for (int clock = 0; clock < VIEW_CLOCKS; clock++)
        dues[clock] = (struct dues){.due_ms = head->due_ms[clock],
                                    .stand = (enum stand)head->stand[clock],
                                    .kept_at_first = head->kept_at_first[clock]};
    return table_place(table, entry, dues, &head->marks, money);
}

static bool read_plain(const uint8_t *bytes, size_t n, struct table *table, struct error *err)
{
    struct saved_head head;
    struct till_said money;
    bool good = n >= sizeof head;
    if (good)
        memcpy(&head, bytes, sizeof head);
    good = good && is_sound(&head) && head.refs_n <= (n - sizeof head) / sizeof(ref);
    size_t refs_bytes = good ? head.refs_n * sizeof(ref) : 0;
    if (!good ||
        !till_said_read(bytes + sizeof head + refs_bytes, n - sizeof head - refs_bytes, &money))
        return error_set(err, ERROR_BROKEN, "views: a row cannot be read");
    return take(&head, bytes + sizeof head, &money, table) ||
           error_set(err, ERROR_LATER, "views: out of memory");
}

bool saved_read(const void *bytes, size_t n, struct table *table, struct error *err)
{
    uint8_t few[1024], *plain = few;
    size_t length;
    if (!zeros_length(bytes, n, &length) || length > PLAIN_MOST)
        return error_set(err, ERROR_BROKEN, "views: a row cannot be read");
    if (length > sizeof few && (plain = malloc(length)) == NULL)
        return error_set(err, ERROR_LATER, "views: out of memory");
    zeros_in(bytes, n, plain);
    bool good = read_plain(plain, length, table, err);
    if (plain != few)
        free(plain);
    return good;
}
