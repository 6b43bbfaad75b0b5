/* commands_places.c - offices, post offices and pickup points with their history, and the communes
 * addresses are in. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/commands_inside.h"
#include "server/delivery/rules.h"
#include "server/office/offices.h"
#include "server/office/outlines.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ an entry */

#define ENTRY_KEYS                                                                                 \
    "name neutral address phone commune place post-office successor from to citation by"

static bool take_text(const struct call *call, const char *key, char *out, size_t size,
                      struct error *err)
{
    const char *text = option_text(call, 2, key);
    if (!text || text_clean(text, strlen(text), out, size))
        return true;
    return error_set(err, ERROR_BAD_INPUT, "%s: quá dài hoặc không đọc được. / too long", key);
}

/* "18.3428" to 183428000; nothing is lost to a binary fraction. */
static bool read_degrees(const char **at, char end, int32_t most, int32_t *ret_e7)
{
    bool minus = **at == '-';
    const char *digit = *at + minus;
    int64_t value = 0;
    int decimals = -1;
    for (; (*digit >= '0' && *digit <= '9') || (*digit == '.' && decimals < 0); digit++) {
        if (*digit == '.') {
            decimals = 0;
            continue;
        }
        if (decimals >= 7 || value > INT64_C(100000000000))
            return false;
        value = value * 10 + (*digit - '0');
        decimals += decimals >= 0;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 7; i++)
        value *= 10;
    if (digit == *at + minus || *digit != end || value > most)
        return false;
    *ret_e7 = (int32_t)(minus ? -value : value);
    *at = digit + (end != '\0');
    return true;
}

static bool take_place(const struct call *call, struct premises *premises, struct error *err)
{
    const char *text = option_text(call, 2, "place");
    if (!text)
        return true;
    const char *at = text;
    premises->has_place = *text != '\0';
    premises->lat_e7 = premises->lon_e7 = 0;
    return !premises->has_place ||
           (read_degrees(&at, ',', 900000000, &premises->lat_e7) &&
            read_degrees(&at, '\0', 1800000000, &premises->lon_e7)) ||
           error_set(err, ERROR_BAD_INPUT, "place=%.30s: phải như 18.3428,105.9057. / degrees",
                     text);
}

static bool take_day(const struct call *call, const char *key, struct instant *ret_at,
                     struct error *err)
{
    const char *text = option_text(call, 2, key);
    int64_t day = 0;
    if (!text)
        return true;
    if (*text && !day_read(text, &day, err))
        return error_add(err, "%s", key);
    *ret_at = *text ? day_minute(day, 0) : (struct instant){0};
    return true;
}

static bool take_entry(const struct call *call, struct premises *premises, struct error *err)
{
    uint64_t commune = premises->commune, post_office = premises->post_office;
    if (!take_text(call, "name", premises->name, sizeof premises->name, err) ||
        !take_text(call, "neutral", premises->neutral, sizeof premises->neutral, err) ||
        !take_text(call, "address", premises->address, sizeof premises->address, err) ||
        !take_text(call, "phone", premises->phone, sizeof premises->phone, err) ||
        !take_text(call, "successor", premises->successor, sizeof premises->successor, err) ||
        !take_text(call, "citation", premises->citation, sizeof premises->citation, err) ||
        !option_number(call, 2, "commune", 99999, &commune, err) ||
        !option_number(call, 2, "post-office", 999999, &post_office, err) ||
        !take_place(call, premises, err) || !take_day(call, "from", &premises->from, err) ||
        !take_day(call, "to", &premises->to, err))
        return false;
    premises->commune = (uint32_t)commune;
    premises->post_office = (uint32_t)post_office;
    return true;
}

/* What is not given stays as it was last; but for `from=` the entry holds from now on. With `to=`
 * alone the last entry ends, as it is. */
static bool put(const struct commands *commands, const struct call *call, enum premises_kind kind,
                struct error *err)
{
    struct premises premises;
    struct error none = {ERROR_NONE, ""};
    uint32_t user = 0;
    bool ends = option_text(call, 2, "to") && !option_text(call, 2, "from");
    if (!options_check(call, 2, ENTRY_KEYS, err) || !option_user(commands, call, 2, &user, err))
        return false;
    if (strlen(call->argv[1]) > PREMISES_CODE_MAX)
        return error_set(err, ERROR_BAD_INPUT, "%.40s…: mã quá dài. / code too long",
                         call->argv[1]);
    bool known = premises_last(commands->record, kind, call->argv[1], &premises, &none);
    if (!known && none.code != ERROR_NOT_FOUND)
        return error_set(err, none.code, "%s", none.text);
    if (!known)
        premises = (struct premises){.kind = kind};
    text_copy(call->argv[1], premises.code, sizeof premises.code);
    if (!known || !ends) {
        premises.from = record_now(commands->record);
        premises.to = (struct instant){0};
        *premises.successor = *premises.citation = '\0';
    }
    if (!take_entry(call, &premises, err) || !offices_put(commands->acts, &premises, user, err))
        return false;
    answer_text(call->answer, "code", premises.code);
    answer_say(call->answer, "Đã ghi sổ. / registered");
    return true;
}

bool run_office(const struct commands *commands, const struct call *call, struct error *err)
{
    return put(commands, call, PREMISES_OFFICE, err);
}

bool run_postoffice(const struct commands *commands, const struct call *call, struct error *err)
{
    return put(commands, call, PREMISES_POST_OFFICE, err);
}

bool run_pickup(const struct commands *commands, const struct call *call, struct error *err)
{
    return put(commands, call, PREMISES_PICKUP, err);
}

/* ------------------------------------------------------------------ lists */

static void say_place(struct answer *answer, const struct premises *premises)
{
    char text[40];
    (void)snprintf(text, sizeof text, "%.6f,%.6f", premises->lat_e7 / 1e7, premises->lon_e7 / 1e7);
    answer_text(answer, "place", premises->has_place ? text : NULL);
}

static bool say_premises(void *ctx, const struct premises *premises)
{
    answer_row(ctx, "premises");
    answer_text(ctx, "code", premises->code);
    answer_text(ctx, "kind", premises_kind_key(premises->kind));
    answer_text(ctx, "name", premises->name);
    answer_text(ctx, "neutral", *premises->neutral ? premises->neutral : NULL);
    answer_text(ctx, "address", *premises->address ? premises->address : NULL);
    answer_text(ctx, "phone", *premises->phone ? premises->phone : NULL);
    answer_code(ctx, "commune", 5, premises->commune);
    answer_code(ctx, "post_office", 6, premises->post_office);
    say_place(ctx, premises);
    answer_time(ctx, "from", premises->from);
    answer_time(ctx, "to", premises->to);
    answer_text(ctx, "successor", *premises->successor ? premises->successor : NULL);
    answer_text(ctx, "citation", *premises->citation ? premises->citation : NULL);
    return true;
}

/* The day in argv[i], at its end; now without one. */
static bool asked_day(const struct commands *commands, const struct call *call, int i,
                      struct instant *ret_at, struct error *err)
{
    int64_t day = 0;
    *ret_at = record_now(commands->record);
    if (call->argc <= i)
        return true;
    if (!day_read(call->argv[i], &day, err))
        return false;
    ret_at->ms = day_minute(day + 1, 0).ms - 1;
    return true;
}

static bool list(const struct commands *commands, const struct call *call, enum premises_kind kind,
                 struct error *err)
{
    struct instant at;
    return asked_day(commands, call, 1, &at, err) &&
           premises_each(commands->record, kind, at, say_premises, call->answer, err);
}

bool run_offices(const struct commands *commands, const struct call *call, struct error *err)
{
    return list(commands, call, PREMISES_OFFICE, err);
}

bool run_postoffices(const struct commands *commands, const struct call *call, struct error *err)
{
    return list(commands, call, PREMISES_POST_OFFICE, err);
}

bool run_pickups(const struct commands *commands, const struct call *call, struct error *err)
{
    return list(commands, call, PREMISES_PICKUP, err);
}

bool run_moves(const struct commands *commands, const struct call *call, struct error *err)
{
    return premises_history(commands->record, call->argv[1], say_premises, call->answer, err);
}

/* ------------------------------------------------------------------ communes */

#define COMMUNES_FILE_BYTES_MAX ((size_t)4 << 20)

/* The whole file, at most so long, as text; free(*new_text). */
static bool read_file(int fd, size_t most, char **new_text, struct error *err)
{
    size_t n = 0;
    ssize_t got = 1;
    char *text = malloc(most + 1);
    if (!text)
        return error_set(err, ERROR_LATER, "out of memory");
    while (fd >= 0 && n < most && (got = read(fd, text + n, most - n)) > 0)
        n += (size_t)got;
    bool good =
        fd < 0 || got != 0 || memchr(text, '\0', n)
            ? error_set(err, got < 0 ? ERROR_LATER : ERROR_BAD_INPUT,
                        "tệp: không đọc được, hoặc quá %zu MB. / file cannot be read", most >> 20)
            : true;
    text[n] = '\0';
    if (good)
        *new_text = text;
    else
        free(text);
    return good;
}

bool run_communeload(const struct commands *commands, const struct call *call, struct error *err)
{
    char *text = NULL;
    const char *citation = option_text(call, 2, "citation");
    uint32_t user = 0;
    size_t n = 0;
    if (!options_check(call, 2, "citation by", err) ||
        !option_user(commands, call, 2, &user, err) ||
        !read_file(call->fd, COMMUNES_FILE_BYTES_MAX, &text, err))
        return false;
    bool good = communes_load(commands->acts, text, citation ? citation : "", user, &n, err);
    free(text);
    if (good) {
        answer_number(call->answer, "rows", (int64_t)n);
        answer_say(call->answer, "Đã nạp bảng xã, phường. / table loaded");
    }
    return good;
}

/* ------------------------------------------------------------------ their outlines */

struct lacking {
    struct answer *answer;
    const struct outlines *outlines;
};

/* Communes in force that no outline came for. */
static bool say_lacking(void *ctx, const struct commune *commune)
{
    const struct lacking *lacking = ctx;
    for (size_t i = 0; i < lacking->outlines->n; i++)
        if (lacking->outlines->rows[i].code == commune->code)
            return true;
    answer_row(lacking->answer, "missing");
    answer_code(lacking->answer, "code", 5, commune->code);
    answer_text(lacking->answer, "kind", commune->kind);
    answer_text(lacking->answer, "name", commune->name);
    return true;
}

bool run_outlines(const struct commands *commands, const struct call *call, struct error *err)
{
    char *text = NULL;
    const char *citation = option_text(call, 2, "citation");
    struct outlines outlines = {.rows = NULL};
    uint32_t user = 0;
    if (!options_check(call, 2, "citation by", err) ||
        !option_user(commands, call, 2, &user, err) ||
        !read_file(call->fd, OUTLINES_FILE_BYTES_MAX, &text, err))
        return false;
    bool good = outlines_read(text, strlen(text), &outlines, err);
    free(text);
    good = good && outlines_load(commands->acts, &outlines, citation ? citation : "", user, err);
    if (good) {
        struct lacking lacking = {call->answer, &outlines};
        answer_label(call->answer, "outlines ");
        answer_number(call->answer, "outlines", (int64_t)outlines.n);
        answer_label(call->answer, "points ");
        answer_number(call->answer, "points", (int64_t)outlines.points);
        good = communes_each(commands->record, record_now(commands->record), say_lacking, &lacking,
                             err);
    }
    if (good)
        answer_say(call->answer, "Đã nạp ranh giới. / outlines loaded");
    outlines_done(&outlines);
    return good;
}

/* ------------------------------------------------------------------ what there is */

static bool say_commune(void *ctx, const struct commune *commune)
{
    answer_row(ctx, "communes");
    answer_code(ctx, "code", 5, commune->code);
    answer_text(ctx, "kind", commune->kind);
    answer_text(ctx, "name", commune->name);
    answer_code(ctx, "postal_code", 5, commune->postal_code);
    answer_day(ctx, "from", commune->from);
    answer_day(ctx, "to", commune->to);
    return true;
}

bool run_communes(const struct commands *commands, const struct call *call, struct error *err)
{
    struct instant at;
    return asked_day(commands, call, 1, &at, err) &&
           communes_each(commands->record, at, say_commune, call->answer, err);
}

bool run_commune(const struct commands *commands, const struct call *call, struct error *err)
{
    char folded[COMMUNE_TEXT_MAX + 1], district_folded[COMMUNE_TEXT_MAX + 1];
    const char *district = option_text(call, 2, "district");
    int first = options_end(call, 2);
    struct call options = *call;
    struct instant at;
    options.argc = first;
    text_fold(call->argv[1], folded, sizeof folded);
    text_fold(district ? district : "", district_folded, sizeof district_folded);
    return options_check(&options, 2, "district", err) &&
           asked_day(commands, call, first, &at, err) &&
           communes_find(commands->record, folded, district_folded, at, say_commune, call->answer,
                         err);
}
