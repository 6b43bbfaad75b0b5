#include "server/field/round_pieces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/idcard.h"
#include "server/delivery/door_words.h"
#include "server/delivery/money.h"
#include "server/delivery/wishes.h"
#include "server/field/round_shared.h"
#include "server/record/postmen.h"
#include "server/record/premises.h"
#include "server/record/rounds.h"

/* ------------------------------------------------------------------ a heap of pieces */

void pieces_wipe(struct pieces *pieces)
{
    if (pieces->bytes != NULL)
        chain_wipe(pieces->bytes, pieces->n);
    free(pieces->bytes);
    free(pieces->end);
    free(pieces->items);
    *pieces = (struct pieces){.bytes = NULL};
}

/* By hand: what realloc leaves behind would hold names. */
static bool make_room(struct pieces *pieces, size_t n)
{
    if (pieces->room - pieces->n < n) {
        size_t room = pieces->room == 0 ? 32768 : pieces->room * 2;
        while (room - pieces->n < n)
            room *= 2;
        uint8_t *grown = malloc(room);
        if (grown == NULL)
            return false;
        if (pieces->n > 0) {
            memcpy(grown, pieces->bytes, pieces->n);
            chain_wipe(pieces->bytes, pieces->n);
        }
        free(pieces->bytes);
        pieces->bytes = grown;
        pieces->room = room;
    }
    if (pieces->count == pieces->count_room) {
        size_t room = pieces->count_room == 0 ? 128 : pieces->count_room * 2;
        size_t *grown = realloc(pieces->end, room * sizeof *grown);
        if (grown == NULL)
            return false;
        pieces->end = grown;
        pieces->count_room = room;
    }
    return true;
}

bool pieces_add(struct pieces *pieces, const struct round_piece *piece, struct error *err)
{
    size_t n = 0;
    if (!make_room(pieces, ROUND_PIECE_BYTES_MAX))
        return error_set(err, ERROR_LATER, "out of memory");
    if (!round_piece_write(piece, pieces->bytes + pieces->n, &n, err))
        return false;
    pieces->n += n;
    pieces->end[pieces->count++] = pieces->n;
    return true;
}

bool pieces_copy(struct pieces *pieces, const struct pieces *from, size_t at, struct error *err)
{
    size_t begin = at == 0 ? 0 : from->end[at - 1], n = from->end[at] - begin;
    if (!make_room(pieces, n))
        return error_set(err, ERROR_LATER, "out of memory");
    memcpy(pieces->bytes + pieces->n, from->bytes + begin, n);
    pieces->n += n;
    pieces->end[pieces->count++] = pieces->n;
    return true;
}

static bool note_item(struct pieces *pieces, const struct item *item)
{
    if (pieces->items_n == pieces->items_room) {
        size_t room = pieces->items_room == 0 ? 64 : pieces->items_room * 2;
        struct item *grown = realloc(pieces->items, room * sizeof *grown);
        if (grown == NULL)
            return false;
        pieces->items = grown;
        pieces->items_room = room;
    }
    pieces->items[pieces->items_n++] = *item;
    return true;
}

/* ------------------------------------------------------------------ a stop */

struct gathering {
    const struct dispatch_config *config;
    struct record *record;
    const struct device *device;
    struct rules rules;
    struct postman postman;
    struct instant now;
    struct pieces *pieces;
    struct error *err;
    bool good;
    uint32_t stops;
    struct round round; /* the one being read */
    struct shared *shared;
};

void pieces_name(uint64_t round, char out[16])
{
    (void)snprintf(out, 16, "BD-%06llu", (unsigned long long)round);
}

void pieces_text(const char *from, char *to, size_t size)
{
    size_t n = strlen(from);
    if (n >= size) {
        n = size - 1;
        while (n > 0 && ((uint8_t)from[n] & 0xC0) == 0x80)
            n--;
    }
    memcpy(to, from, n);
    to[n] = '\0';
}

/* NOT_FOUND: deleted on the addressee's own demand; the envelope is carried all the same. */
static bool read_addressee(struct gathering *g, const struct state *state,
                           struct addressee *ret_who)
{
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    struct error none = {ERROR_NONE, ""};
    *ret_who = (struct addressee){.name = ""};
    if (!state->office.has_addressee)
        return true;
    if (!record_attachment_get(g->record, &state->office.addressee, bytes, sizeof bytes, &n, &none))
        return none.code == ERROR_NOT_FOUND || error_set(g->err, none.code, "%s", none.text);
    bool good = addressee_decode(bytes, n, ret_who, g->err);
    chain_wipe(bytes, sizeof bytes);
    return good;
}

static void put_secrets(const struct gathering *g, const struct addressee *who, struct stop *stop)
{
    const uint8_t *secret = g->config->secret;
    char code[7];
    uint8_t salt[32];
    chain_keyed_hash(secret, DOOR_SECRET_BYTES, "trao salt 1", stop->item.text,
                     strlen(stop->item.text), salt, sizeof salt);
    if (stop->code != PROOF_OFF) {
        stop->has_code = true;
        memcpy(stop->code_salt, salt, sizeof stop->code_salt);
        delivery_code(secret, &stop->item, code);
        struct link hash = delivery_code_hash(stop->code_salt, code);
        memcpy(stop->code_hash, hash.bytes, sizeof stop->code_hash);
        chain_wipe(code, sizeof code);
    }
    if (strlen(who->id_number) == IDCARD_DIGITS &&
        strspn(who->id_number, "0123456789") == IDCARD_DIGITS) {
        stop->has_id = true;
        memcpy(stop->id_key, salt + 16, sizeof stop->id_key);
        struct link hash = idcard_hash(stop->id_key, who->id_number);
        memcpy(stop->id_hash, hash.bytes, sizeof stop->id_hash);
    }
}

static enum proof_level level(const struct gathering *g, enum rule rule, const struct view *view)
{
    struct schedule schedule = {&g->rules, view->state.office.post_office, g->now};
    return (enum proof_level)rule_value(&schedule, rule, g->now);
}

static void put_view(const struct gathering *g, const struct view *view, struct stop *stop)
{
    const struct state *state = &view->state;
    struct due due = money_due(state, &g->rules);
    stop->item = state->item;
    stop->fees_vnd = due.fees_vnd;
    stop->postage_vnd = due.postage_vnd;
    stop->owner_only = state->office.owner_only;
    stop->voided = state->status == STATUS_VOID || state->status == STATUS_RECALLED;
    if (state->status == STATUS_DELIVERED && state->holder != g->device->id)
        stop->delivered = state->since.estimate;
    stop->attempts = state->attempt;
    stop->last_failed = state->last_failed_at;
    stop->due = view->clocks.post.due;
    stop->signature = level(g, RULE_PROOF_SIGNATURE, view);
    stop->photo = level(g, RULE_PROOF_PHOTO, view);
    stop->code = level(g, RULE_PROOF_CODE, view);
    stop->id_card = stop->owner_only ? level(g, RULE_PROOF_ID_CARD, view) : PROOF_OFF;
}

/* NOT_FOUND: deleted since; then nobody is named. */
static bool read_other(struct gathering *g, const struct state *state, struct testimony *ret_said)
{
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    size_t n = 0;
    struct error none = {ERROR_NONE, ""};
    *ret_said = (struct testimony){.text = ""};
    if (!state->has_other)
        return true;
    if (!record_attachment_get(g->record, &state->other, bytes, sizeof bytes, &n, &none))
        return none.code == ERROR_NOT_FOUND || error_set(g->err, none.code, "%s", none.text);
    bool good = testimony_decode(bytes, n, ret_said, g->err);
    chain_wipe(bytes, sizeof bytes);
    return good;
}

/* What the receiver asked for stands first, then what the desk wants the postman to know. */
static bool put_note(struct gathering *g, const struct state *state, const struct addressee *who,
                     const struct sign *sign, struct stop *stop)
{
    struct testimony said;
    char note[sizeof said.text + sizeof who->phone_note + sizeof sign->pickup + 128] = "",
                                                                                day[CLOCK_TEXT_MAX];
    size_t n = 0;
    if (!read_other(g, state, &said))
        return false;
    clock_date_vi(state->chosen, day, sizeof day);
    if (wish_stands(state) && state->wish == WISH_DAY)
        n += (size_t)snprintf(note, sizeof note, "HẸN GIAO %.5s. ", day);
    if (wish_stands(state) && state->wish == WISH_COLLECT)
        n += *sign->pickup
                 ? (size_t)snprintf(note, sizeof note, "TỰ ĐẾN NHẬN TẠI: %s. ", sign->pickup)
                 : (size_t)snprintf(note, sizeof note, "TỰ ĐẾN BƯU CỤC NHẬN. ");
    if (said.text[0] != '\0')
        n += (size_t)snprintf(note + n, sizeof note - n, "NHẬN THAY: %s, có giấy ủy quyền. ",
                              said.text);
    (void)snprintf(note + n, sizeof note - n, "%s", who->phone_note);
    pieces_text(note, stop->note, sizeof stop->note);
    chain_wipe(&said, sizeof said);
    chain_wipe(note, sizeof note);
    return true;
}

static bool add_stop(struct gathering *g, const struct view *view)
{
    struct round_piece piece = {.kind = ROUND_PIECE_STOP};
    struct stop *stop = &piece.u.stop;
    struct addressee who;
    struct sign sign;
    put_view(g, view, stop);
    stop->place = g->stops + 1;
    if (!read_addressee(g, &view->state, &who) ||
        !premises_sign(g->record, view->state.office.office, view->state.office.post_office, g->now,
                       &sign, g->err) ||
        !premises_sign_pickup(g->record, wish_pickup(&view->state), g->now, &sign, g->err))
        return false;
    pieces_text(who.name, stop->name, sizeof stop->name);
    pieces_text(who.address, stop->address, sizeof stop->address);
    pieces_text(who.phone, stop->phone, sizeof stop->phone);
    pieces_text(sign.office, stop->office, sizeof stop->office);
    put_secrets(g, &who, stop);
    bool good =
        put_note(g, &view->state, &who, &sign, stop) && pieces_add(g->pieces, &piece, g->err);
    chain_wipe(&who, sizeof who);
    chain_wipe(&piece, sizeof piece);
    g->stops += good;
    return good;
}

static bool each_item_on(void *ctx, const struct item *item)
{
    struct gathering *g = ctx;
    struct view view;
    if (g->stops >= ROUND_STOPS_MAX || !views_item(g->config->views, item, &view))
        return g->stops < ROUND_STOPS_MAX;
    g->good = (note_item(g->pieces, item) || error_set(g->err, ERROR_LATER, "out of memory")) &&
              add_stop(g, &view);
    return g->good;
}

static bool each_own_round(void *ctx, const struct round *round)
{
    struct gathering *g = ctx;
    if (g->pieces->round == 0)
        g->round = *round;
    g->pieces->round = g->round.id;
    return round_items(g->record, round->id, each_item_on, g, g->err) ? g->good : (g->good = false);
}

/* ------------------------------------------------------------------ the whole */

static bool add_list(struct gathering *g)
{
    struct round_piece piece = {.kind = ROUND_PIECE_LIST};
    struct round_list *list = &piece.u.list;
    int64_t day = day_of(g->now);
    list->round = g->pieces->round;
    list->badge = g->postman.badge;
    pieces_text(g->postman.name, list->postman, sizeof list->postman);
    pieces_name(list->round, list->name);
    pieces_text(word_of_day(g->config->secret, day), list->keyword, sizeof list->keyword);
    list->from = day_minute(day, 0);
    list->until = g->pieces->until;
    list->stops = g->stops;
    return pieces_add(g->pieces, &piece, g->err);
}

static bool add_login(struct gathering *g)
{
    struct round_piece piece = {.kind = ROUND_PIECE_LOGIN};
    piece.u.login.badge = g->postman.badge;
    if (g->postman.pin[0] == '\0' || strlen(g->postman.pin) >= sizeof piece.u.login.verifier)
        return true;
    pieces_text(g->postman.pin, piece.u.login.verifier, sizeof piece.u.login.verifier);
    bool good = pieces_add(g->pieces, &piece, g->err);
    chain_wipe(&piece, sizeof piece);
    return good;
}

/* Of the pieces as they are before they are closed: the same list has the same revision, whenever
 * and by whatever server it is gathered. */
static uint32_t revision_of(const struct pieces *pieces)
{
    struct link hash = chain_hash(pieces->bytes, pieces->n);
    uint32_t revision = 0;
    for (int i = 0; i < 4; i++)
        revision = revision << 8 | hash.bytes[i];
    return revision == 0 ? 1 : revision;
}

static bool gather(struct gathering *g)
{
    struct pieces *pieces = g->pieces;
    pieces->until = day_minute(day_of(g->now) + 1, 0);
    if (!add_login(g) || !rounds_open(g->record, g->postman.badge, each_own_round, g, g->err) ||
        !g->good || (pieces->round != 0 && !add_list(g)) ||
        !shared_neighbours(g->shared, g->record, g->postman.post_office, g->postman.badge, pieces,
                           g->err) ||
        !shared_handovers(g->shared, g->config, g->record, pieces, g->err))
        return false;
    pieces->revision = revision_of(pieces);
    return true;
}

bool pieces_gather(const struct dispatch_config *config, struct record *record, uint32_t badge,
                   const struct device *device, struct shared *shared, struct pieces *ret_pieces,
                   struct error *err)
{
    struct pieces pieces = {.bytes = NULL};
    struct gathering g = {.config = config,
                          .record = record,
                          .device = device,
                          .shared = shared,
                          .now = config->clock.now(config->clock.self),
                          .pieces = &pieces,
                          .err = err,
                          .good = true};
    struct error none = {ERROR_NONE, ""};
    *ret_pieces = pieces;
    if (!postman_at(record, badge, g.now, &g.postman, &none))
        return none.code == ERROR_NOT_FOUND || none.code == ERROR_REFUSED ||
               error_set(err, none.code, "%s", none.text);
    if (!views_rules(config->views, &g.rules))
        return error_set(err, ERROR_LATER, "out of memory");
    bool good = gather(&g);
    rules_done(&g.rules);
    chain_wipe(&g.postman, sizeof g.postman);
    if (!good)
        pieces_wipe(&pieces);
    *ret_pieces = pieces;
    return good;
}
