/* What both ends say of where each epoch stands: the hello, and what the server answers, a receipt
 * or its standing. */
#include "handheld/outbox_inside.h"

#include <string.h>

/* ------------------------------------------------------------------ hello */

/* The running epoch, and those of which something is not receipted yet or waits to go again. */
static bool is_due(struct outbox *outbox, const struct shelf_epoch *epoch, uint64_t last,
                   bool *ret_due, struct error *err)
{
    *ret_due = true;
    return last > epoch->through || epoch->nth == outbox->epoch.nth ||
           shelf_held_any(outbox->shelf, epoch->nth, ret_due, err);
}

/* Epochs to be told of, oldest first. */
struct told_epochs {
    struct epoch_state epoch[WIRE_EPOCHS_MAX];
    size_t n;
};

static void tell_epoch(struct told_epochs *told, const struct shelf_epoch *epoch, uint64_t last)
{
    if (told->n < WIRE_EPOCHS_MAX)
        told->epoch[told->n++] =
            (struct epoch_state){epoch->epoch, epoch->through, last, epoch->through_link};
}

/* Those the running generation has not spoken of, and the others of which something is due. */
static bool sort_epochs(struct outbox *outbox, struct told_epochs *unstated,
                        struct told_epochs *stated, struct error *err)
{
    struct shelf_epoch epoch = {.nth = 0};
    struct error none = {.code = ERROR_NONE};
    while (unstated->n < WIRE_EPOCHS_MAX &&
           shelf_epoch_after(outbox->shelf, epoch.nth, &epoch, &none)) {
        uint64_t last;
        struct link link;
        bool due;
        if (!outbox_epoch_last(outbox, &epoch, &last, &link, err) ||
            !is_due(outbox, &epoch, last, &due, err))
            return false;
        if (epoch.nth == outbox->fork.nth)
            last = outbox->fork.good + (outbox->fork.bad - outbox->fork.good) / 2;
        if (epoch.stated != outbox->meta.generation)
            tell_epoch(unstated, &epoch, last);
        else if (due)
            tell_epoch(stated, &epoch, last);
    }
    return unstated->n == WIRE_EPOCHS_MAX || none.code == ERROR_NOT_FOUND ||
           error_set(err, none.code, "%s", none.text);
}

bool outbox_hello(struct outbox *outbox, struct hello *hello, struct error *err)
{
    struct error why;
    if (!outbox_ready(outbox, err))
        return false;
    struct told_epochs told = {.n = 0}, stated = {.n = 0};
    if (sort_epochs(outbox, &told, &stated, &why)) {
        for (size_t i = 0; i < stated.n && told.n < WIRE_EPOCHS_MAX; i++)
            told.epoch[told.n++] = stated.epoch[i];
        hello->generation = outbox->meta.generation;
        hello->epochs = told.n;
        memcpy(hello->epoch, told.epoch, sizeof told.epoch);
        return true;
    }
    error_set(err, why.code, "%s", why.text);
    return outbox_lose(outbox, &why);
}

bool outbox_asks(const struct outbox *outbox)
{
    return outbox->asks;
}

/* ------------------------------------------------------------------ what the server says */

/* What is being taken in: where the server is with one epoch. */
struct said {
    uint64_t through;
    struct link link;
    bool explained; /* a verdict says why the link may differ */
    enum outbox_taken taken;
};

/* The running epoch cannot go on: `head` is the last link known of it. Any other is left alone. */
static bool end_if_running(struct outbox *outbox, struct shelf_epoch *epoch,
                           const struct link *head, struct error *err)
{
    if (epoch->nth != outbox->epoch.nth)
        return true;
    outbox->epoch = *epoch;
    epoch->ended = true;
    return outbox_new_epoch(outbox, head, err);
}

/* True and *ret_equal when we know our own link there; a pruned one cannot be compared. */
static bool link_agrees(struct outbox *outbox, const struct shelf_epoch *epoch,
                        const struct said *said, struct link *ret_ours, bool *ret_agrees,
                        struct error *err)
{
    struct error why;
    *ret_ours = said->link;
    *ret_agrees = true;
    if (!outbox_link_at(outbox, epoch, said->through, ret_ours, &why))
        return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.text);
    *ret_agrees = said->through == 0 || said->explained || link_equal(ret_ours, &said->link);
    return true;
}

/* Scans behind `through` that were receipted once and pruned cannot go again, and nothing behind a
 * gap is ever accounted for: what is left of the epoch goes again in the running one. */
static bool close_gap(struct outbox *outbox, struct shelf_epoch *epoch, struct error *err)
{
    struct shelf_scan row;
    struct error why;
    if (!shelf_scan_after(outbox->shelf, epoch->nth, epoch->through, &row, &why))
        return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.text);
    if (row.seq == epoch->through + 1)
        return true;
    outbox_tell(outbox, "the server lost scans that are pruned here: the rest goes again",
                epoch->epoch, epoch->through + 1);
    if (!end_if_running(outbox, epoch, &epoch->through_link, err))
        return false;
    return outbox_break_off(outbox, epoch, epoch->through + 1, "behind a gap", err);
}

static bool store_through(struct outbox *outbox, struct shelf_epoch *epoch, uint64_t through,
                          const struct link *link, struct error *err)
{
    epoch->through = through;
    epoch->through_link = *link;
    epoch->stated = outbox->meta.generation;
    if (epoch->nth == outbox->epoch.nth)
        outbox->epoch = *epoch;
    return shelf_epoch_put(outbox->shelf, epoch, err) &&
           shelf_batch_receipted(outbox->shelf, epoch->nth, through, outbox->meta.server_wall, err);
}

/* A receipt: moves N up, and only where the server's link is ours. What does not fit is not decided
 * here: the next Standing tells where the two histories part. */
static bool take_up(struct outbox *outbox, struct shelf_epoch *epoch, struct said *said,
                    struct error *err)
{
    uint64_t last;
    struct link last_link, ours;
    bool agrees;
    if (!outbox_epoch_last(outbox, epoch, &last, &last_link, err))
        return false;
    if (said->through > last) {
        said->taken = OUTBOX_TAKEN_ASK;
        return true;
    }
    if (!link_agrees(outbox, epoch, said, &ours, &agrees, err))
        return false;
    if (!agrees) {
        said->taken = OUTBOX_TAKEN_MISMATCH;
        outbox->asks = true;
        outbox_tell(outbox, "the server's link is not ours", epoch->epoch, said->through);
        return end_if_running(outbox, epoch, &last_link, err) &&
               shelf_epoch_put(outbox->shelf, epoch, err);
    }
    said->taken = OUTBOX_TAKEN_MOVED;
    return store_through(outbox, epoch, said->through, &ours, err) &&
           close_gap(outbox, epoch, err) && outbox_release(outbox, epoch, said->through, err);
}

static void note_time(struct outbox *outbox, struct instant server_wall)
{
    if (server_wall.ms > outbox->meta.server_wall.ms)
        outbox->meta.server_wall = server_wall;
}

/* ------------------------------------------------------------------ receipts */

#define PRUNE_BATCHES 4 /* a receipt must not wait for a month of rows */

struct taking {
    const struct receipt *receipt;
    enum outbox_taken taken;
};

/* A conflict or a broken link among the scans it newly accounts for: the server's chain went
 * another way there, and it has said so. */
static bool verdict_explains(const struct receipt *receipt, uint64_t above)
{
    for (size_t i = 0; i < receipt->verdicts; i++) {
        const struct verdict *v = &receipt->verdict[i];
        if ((v->kind == VERDICT_CONFLICT || v->kind == VERDICT_BROKEN_LINK) &&
            v->first_seq + v->count > above + 1 && v->first_seq <= receipt->through)
            return true;
    }
    return false;
}

/* The kind is the server's word: a later version's may be any number. */
static const char *verdict_words(enum verdict_kind kind)
{
    switch (kind) {
    case VERDICT_BROKEN_LINK:
        return "the server set scans aside: broken link";
    case VERDICT_CONFLICT:
        return "the server set scans aside: same number, other bytes";
    case VERDICT_MALFORMED:
        return "the server set scans aside: it cannot read them";
    case VERDICT_REVOKED:
        return "the server set scans aside: this device is revoked";
    }
    return "the server set scans aside: for a reason this version does not know";
}

static void tell_verdicts(struct outbox *outbox, const struct receipt *receipt)
{
    for (size_t i = 0; i < receipt->verdicts; i++)
        outbox_tell(outbox, verdict_words(receipt->verdict[i].kind), receipt->epoch,
                    receipt->verdict[i].first_seq);
}

static bool take_receipt(struct outbox *outbox, void *ctx, struct error *err)
{
    struct taking *taking = ctx;
    const struct receipt *receipt = taking->receipt;
    struct shelf_epoch epoch;
    struct error why;
    taking->taken = OUTBOX_TAKEN_NOTHING;
    if (receipt->generation != outbox->meta.generation) {
        bool old = receipt->generation_serial < outbox->meta.serial;
        taking->taken = old ? OUTBOX_TAKEN_OLD : OUTBOX_TAKEN_ASK;
        return true;
    }
    if (!outbox_find_epoch(outbox, receipt->epoch, &epoch, &why))
        return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.text);
    if (receipt->through <= epoch.through)
        return true;
    struct said said = {.through = receipt->through,
                        .link = receipt->link,
                        .explained = verdict_explains(receipt, epoch.through)};
    note_time(outbox, receipt->server_wall);
    if (!take_up(outbox, &epoch, &said, err))
        return false;
    taking->taken = said.taken;
    if (said.taken == OUTBOX_TAKEN_MOVED)
        outbox->meta.last_receipt = outbox->clock.now(outbox->clock.self);
    struct instant cutoff = {outbox->meta.server_wall.ms - OUTBOX_KEEP_MS};
    return shelf_meta_put(outbox->shelf, &outbox->meta, err) &&
           shelf_prune(outbox->shelf, cutoff, PRUNE_BATCHES, err);
}

bool outbox_receipt(struct outbox *outbox, const struct receipt *receipt,
                    enum outbox_taken *ret_taken, struct error *err)
{
    struct taking taking = {.receipt = receipt};
    if (!outbox_transact(outbox, OUTBOX_ROOM_RESERVED, take_receipt, &taking, err))
        return false;
    if (taking.taken == OUTBOX_TAKEN_MOVED)
        tell_verdicts(outbox, receipt);
    *ret_taken = taking.taken;
    return true;
}

/* ------------------------------------------------------------------ standings */

/* The server's time alone is not worth a commit, and a write to the card, at each hello: an hour of
 * it lost with a power cut keeps receipted scans an hour longer. */
#define TIME_WORTH_MS 3600000

static bool put_meta_when_due(struct outbox *outbox, const struct shelf_meta *before,
                              struct error *err)
{
    const struct shelf_meta *meta = &outbox->meta;
    if (meta->generation == before->generation && meta->serial == before->serial &&
        meta->server_wall.ms - before->server_wall.ms < TIME_WORTH_MS) {
        outbox->meta.server_wall = before->server_wall;
        return true;
    }
    return shelf_meta_put(outbox->shelf, meta, err);
}

struct standing_taken {
    const struct hello *asked;
    const struct standing *standing;
    struct outbox_fork fork; /* as it was before: a try that failed sought nothing */
    bool ask_again;
};

/* What the server says of one epoch that was asked for; an epoch it does not name it does not know.
 */
static struct epoch_state stated_of(const struct standing *standing, uint64_t epoch)
{
    for (size_t i = 0; i < standing->epochs; i++)
        if (standing->epoch[i].epoch == epoch)
            return standing->epoch[i];
    return (struct epoch_state){.epoch = epoch};
}

/* Up to `seq`, with `link`, the server's history of this epoch is ours. What we beeped behind it
 * the server does not have, whatever it has under those numbers: it goes again in the running
 * epoch, as the true scans they are (settled point 2). */
static bool part_at(struct outbox *outbox, struct shelf_epoch *epoch, uint64_t seq,
                    const struct link *link, struct error *err)
{
    outbox->fork.nth = 0;
    return end_if_running(outbox, epoch, &outbox->last_link, err) &&
           outbox_break_off(outbox, epoch, seq + 1, "the server has another history", err) &&
           store_through(outbox, epoch, seq, link, err) && outbox_release(outbox, epoch, seq, err);
}

/* Seeks where the histories part: halves what is between the last number known to be the same and
 * the first known to differ, one hello each. An answer that tells nothing new, which no server of
 * one record gives, ends the search on the safe side: rather under two numbers than never, for the
 * server counts a beep once (docs/decisions/0155). */
static bool seek_fork(struct outbox *outbox, struct shelf_epoch *epoch, uint64_t seq,
                      const struct link *agreed, struct error *err)
{
    struct outbox_fork *fork = &outbox->fork;
    struct outbox_fork before = *fork;
    if (agreed != NULL && seq > fork->good) {
        fork->good = seq;
        fork->good_link = *agreed;
    }
    if (agreed == NULL && seq < fork->bad)
        fork->bad = seq;
    if (fork->bad <= fork->good + 1 ||
        (before.good == fork->good && before.bad == fork->bad && !fork->fresh)) {
        struct link link = fork->good_link;
        return part_at(outbox, epoch, fork->good, &link, err);
    }
    fork->fresh = false;
    return true;
}

/* Two histories under one epoch, as after a folder was copied back. New beeps get an epoch of their
 * own at once. One epoch is searched at a time; the others are asked for again after it. What an
 * older record vouched for, the present one may have otherwise: then nothing is known but the
 * beginning. */
static bool diverge(struct outbox *outbox, struct shelf_epoch *epoch, uint64_t seq,
                    struct error *err)
{
    outbox_tell(outbox, "the server's link is not ours", epoch->epoch, seq);
    epoch->stated = 0; /* until it is known where they part */
    if (!end_if_running(outbox, epoch, &outbox->last_link, err) ||
        !shelf_epoch_put(outbox->shelf, epoch, err))
        return false;
    if (outbox->fork.nth != 0)
        return true;
    bool known = seq > epoch->through;
    outbox->fork =
        (struct outbox_fork){.nth = epoch->nth,
                             .good = known ? epoch->through : 0,
                             .bad = seq,
                             .good_link = known ? epoch->through_link : epoch->first_link,
                             .fresh = true};
    return seek_fork(outbox, epoch, seq, NULL, err);
}

/* A Standing names no number above what it was asked about, so its link can always be compared;
 * beside it stands how far the server has accounted for in all. More than the hello told of, and
 * more than was given out since this outbox was opened, is from a tail that this device lost. */
static bool take_state(struct outbox *outbox, struct shelf_epoch *epoch,
                       const struct epoch_state *state, uint64_t asked, struct error *err)
{
    struct said said = {.through = state->through, .link = state->link};
    struct link ours;
    bool agrees;
    if (state->through > asked) {
        outbox_tell(outbox, "the server says more than it was asked", epoch->epoch, state->through);
        return true;
    }
    if (!link_agrees(outbox, epoch, &said, &ours, &agrees, err))
        return false;
    if (epoch->nth == outbox->fork.nth)
        return seek_fork(outbox, epoch, said.through, agrees ? &ours : NULL, err);
    if (!agrees)
        return diverge(outbox, epoch, said.through, err);
    if (state->last_seq > asked && state->last_seq > outbox->given &&
        epoch->nth == outbox->epoch.nth) {
        outbox_tell(outbox, "the server has beeps that this device lost", epoch->epoch, asked + 1);
        return part_at(outbox, epoch, asked, &ours, err);
    }
    uint64_t accounted = state->last_seq > said.through ? state->last_seq : said.through;
    return store_through(outbox, epoch, said.through, &ours, err) &&
           close_gap(outbox, epoch, err) && outbox_release(outbox, epoch, accounted, err);
}

/* An epoch of which nothing is kept any more, and that the server has whole, is forgotten. */
static bool forget_if_done(struct outbox *outbox, const struct shelf_epoch *epoch,
                           struct error *err)
{
    uint64_t last = 0;
    struct link link;
    bool held;
    if (epoch->ended && !shelf_scan_end(outbox->shelf, epoch->nth, &last, &link, err))
        return false;
    if (!epoch->ended || last > 0)
        return true;
    if (!shelf_held_any(outbox->shelf, epoch->nth, &held, err))
        return false;
    return held || shelf_epoch_delete(outbox->shelf, epoch->nth, err);
}

static bool anything_to_ask(struct outbox *outbox, bool *ret_any, struct error *err)
{
    struct error why;
    struct shelf_epoch epoch = {.nth = 0};
    *ret_any = outbox->fork.nth != 0;
    while (shelf_epoch_after(outbox->shelf, epoch.nth, &epoch, &why))
        if (epoch.stated != outbox->meta.generation)
            *ret_any = true;
    return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.text);
}

static bool take_standing(struct outbox *outbox, void *ctx, struct error *err)
{
    struct standing_taken *taken = ctx;
    const struct shelf_meta before = outbox->meta;
    uint32_t anew = 0; /* another record: what the last one agreed to says nothing of it */
    outbox->asks = false;
    outbox->fork = taken->fork;
    if (taken->standing->generation != outbox->meta.generation) {
        anew = outbox->fork.nth;
        outbox->fork.nth = 0;
    }
    outbox->meta.generation = taken->standing->generation;
    outbox->meta.serial = taken->standing->generation_serial;
    note_time(outbox, taken->standing->server_wall);
    for (size_t i = 0; i < taken->asked->epochs; i++) {
        struct shelf_epoch epoch;
        struct error why;
        const struct epoch_state *asked = &taken->asked->epoch[i];
        struct epoch_state state = stated_of(taken->standing, asked->epoch);
        if (!outbox_find_epoch(outbox, asked->epoch, &epoch, &why)) {
            if (why.code != ERROR_NOT_FOUND)
                return error_set(err, why.code, "%s", why.text);
            continue;
        }
        if (epoch.nth == anew)
            continue; /* asked about its middle: the next hello asks about all of it */
        if (!take_state(outbox, &epoch, &state, asked->last_seq, err) ||
            !forget_if_done(outbox, &epoch, err))
            return false;
    }
    return anything_to_ask(outbox, &taken->ask_again, err) &&
           put_meta_when_due(outbox, &before, err);
}

bool outbox_standing(struct outbox *outbox, const struct hello *asked,
                     const struct standing *standing, bool *ret_ask_again, struct error *err)
{
    struct standing_taken taken = {.asked = asked, .standing = standing, .fork = outbox->fork};
    if (!outbox_transact(outbox, OUTBOX_ROOM_RESERVED, take_standing, &taken, err)) {
        outbox->fork = taken.fork;
        return false;
    }
    *ret_ask_again = taken.ask_again;
    return true;
}
