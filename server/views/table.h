/* table.h - items in memory: where each stands, and which facts are its own. Private to this
 * folder; no lock inside. */
#ifndef TRAO_SERVER_VIEWS_TABLE_H
#define TRAO_SERVER_VIEWS_TABLE_H

#include "server/views/groups.h"
#include "server/views/slab.h"
#include "server/views/tally.h"
#include "server/views/till.h"

/* One fact's place in the record in 64 bits: (batch id, index of the scan) or (office seq, all
 * ones). Eight bytes a fact, so that a million items fit in memory. */
typedef uint64_t ref;
#define REF_OFFICE UINT64_C(0xFF)
static inline ref ref_make(uint64_t position, uint64_t index)
{
    return position << 8 | index;
}

/* What the follower has taken in: everything up to here. */
struct mark {
    int64_t batch;
    uint64_t office;
};

/* Among what has ended (ends.h). */
enum { END_NONE, END_LISTED, END_FORGOTTEN };

/* What a new fact touches stands in the first 64 bytes: one wait for memory, not three. */
struct tracked {
    struct item item;
    /* Each its own byte: what one thread changes without the lock is no neighbour's bit. */
    bool folded;    /* false: has refs that status and doubts do not know yet */
    bool listed;    /* the feeding thread's: waits in its list of items to fold */
    bool dirty;     /* not in views.db as it is here */
    uint8_t end;    /* END_ */
    uint32_t index; /* its own place in entries */
    uint32_t refs_n, refs_room;
    uint32_t end_before; /* neighbours of its day: index + 1, 0 none */
    ref *refs;
    struct bundle *bundle;        /* the feeding thread's: its facts in memory (stock.h), or NULL */
    uint64_t issue_seq;           /* office seq of its issue; 0 an orphan */
    struct kept_view *view;       /* NULL: to be folded when asked for */
    struct instant since_arrival; /* as in its state */
    enum status status;
    uint32_t doubts;
    uint32_t kept_at; /* with a view: its place among those kept */
    uint32_t end_after;
    struct dues dues[VIEW_CLOCKS];
    struct marks marks;
    struct till_kept *money; /* what the till knows of it, or NULL */
};

/* Folded views, packed: some 500 bytes each. The others are folded when asked for. */
#define VIEWS_KEPT 20000

struct list {
    struct tracked **all;
    size_t n, room;
};
/* False without memory. */
bool list_add(struct list *list, struct tracked *entry);
/* In order of issue: how many were issued before office fact `seq`; 0: all. */
size_t list_before(const struct list *issued, uint64_t seq);

/* Office facts by their seq. */
struct seqs {
    uint64_t *all;
    size_t n, room;
};
/* False without memory. */
bool seqs_add(struct seqs *seqs, uint64_t seq);

struct table {
    struct slab slab;    /* of entries and refs */
    struct list entries; /* in order of first sight */
    uint64_t *slots; /* an entry each with a piece of its hash (table.c); a power of two of them */
    size_t slots_n;
    struct list issued; /* in order of issue */
    struct list dirty;  /* each once */
    uint64_t counts[VIEW_STATUSES];
    struct tally tally; /* the same by office */
    struct board_days board;
    struct groups groups;
    struct till till;
    struct tracked **kept; /* whose view is kept, a ring; NULL where one went early */
    size_t kept_hand;      /* the place taken last */
    uint32_t *ends;        /* first of each day, index + 1 (ends.h); NULL until something ends */
    struct mark mark;
};

void table_done(struct table *table);
struct tracked *table_find(const struct table *table, const struct item *item);
/* Begins to bring what a fact of `item` will touch near the processor: its slot first, for all
 * items that come next, then what the slots point to, then what that points to. A table of millions
 * is far away. */
enum table_step { TABLE_SLOT, TABLE_ENTRY, TABLE_BEYOND };
void table_fetch(const struct table *table, const struct item *item, enum table_step step);
/* NULL without memory. */
struct tracked *table_take(struct table *table, const struct item *item);
bool entry_add_ref(struct table *table, struct tracked *entry, ref ref);
/* Makes the entry stand as the view says; the view itself is kept for who asks next, if `keep`. */
bool table_fold(struct table *table, struct tracked *entry, const struct view *view, bool keep);
/* For an entry read from views.db: status, doubts and issue_seq are set already; `dues`, `marks`
 * and `money` are its. */
bool table_place(struct table *table, struct tracked *entry, const struct dues dues[VIEW_CLOCKS],
                 const struct marks *marks, const struct till_said *money);
/* When all of them are there: lists what was issued. False without memory. */
bool table_list_issued(struct table *table);
/* Every entry is to be folded anew, for the rules have changed; false without memory. */
bool table_doubt_all(struct table *table);
/* How the board reaches the entries of this table. */
struct board_entries table_dues(struct table *table, enum view_clock clock);
/* Notes that office fact `seq` issues the entry; the first one counts. False without memory. */
bool table_issue(struct table *table, struct tracked *entry, uint64_t seq);
void table_keep_view(struct table *table, struct tracked *entry, const struct view *view);
/* False: not kept. */
bool table_kept_view(const struct tracked *entry, struct view *ret_view);

#endif
