#include "server/office/offices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/utf8.h"
#include "server/delivery/rules.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ what trao.conf says */

#define FROM_SETTINGS "trao.conf"

static bool says_the_same(const struct premises *a, const struct premises *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->address, b->address) == 0 &&
           strcmp(a->phone, b->phone) == 0 && a->post_office == b->post_office;
}

/* An entry that somebody made by hand is left alone. */
static bool adopt(struct record *record, struct premises *wanted, const struct premises *last,
                  struct error *err)
{
    if (last && (strcmp(last->citation, FROM_SETTINGS) != 0 || says_the_same(last, wanted)))
        return true;
    if (last)
        wanted->from = record_now(record);
    text_copy(FROM_SETTINGS, wanted->citation, sizeof wanted->citation);
    return premises_put(record, wanted, 0, err);
}

static bool last_of(struct record *record, enum premises_kind kind, uint32_t number,
                    struct premises *ret_last, bool *ret_known, struct error *err)
{
    struct premises any;
    struct error none = {ERROR_NONE, ""};
    struct instant far = {INT64_MAX};
    *ret_known = premises_at(record, kind, number, far, &any, &none) || none.code == ERROR_REFUSED;
    if (!*ret_known)
        return none.code == ERROR_NOT_FOUND || error_set(err, none.code, "%s", none.text);
    if (none.code == ERROR_REFUSED) /* it has ended: by somebody's hand */
        *ret_last = (struct premises){.number = number};
    else
        *ret_last = any;
    return true;
}

static bool adopt_office(struct record *record, const struct config *config, struct error *err)
{
    struct premises last, wanted = {.kind = PREMISES_OFFICE, .post_office = config->post_office};
    bool known;
    if (!last_of(record, PREMISES_OFFICE, PREMISES_FIRST_OFFICE, &last, &known, err))
        return false;
    if (known)
        memcpy(wanted.code, last.code, sizeof wanted.code);
    else
        text_copy(config->office_code, wanted.code, sizeof wanted.code);
    text_copy(config->office_name, wanted.name, sizeof wanted.name);
    text_copy(config->office_address, wanted.address, sizeof wanted.address);
    text_copy(config->office_phone, wanted.phone, sizeof wanted.phone);
    return *wanted.name == '\0' || adopt(record, &wanted, known ? &last : NULL, err);
}

static bool adopt_post_office(struct record *record, const struct config *config, struct error *err)
{
    struct premises last, wanted = {.kind = PREMISES_POST_OFFICE};
    bool known;
    if (config->post_office == 0 || *config->post_office_name == '\0')
        return true;
    if (!last_of(record, PREMISES_POST_OFFICE, config->post_office, &last, &known, err))
        return false;
    (void)snprintf(wanted.code, sizeof wanted.code, "%06u", config->post_office);
    text_copy(config->post_office_name, wanted.name, sizeof wanted.name);
    return adopt(record, &wanted, known ? &last : NULL, err);
}

bool offices_adopt(struct record *record, const struct config *config, struct error *err)
{
    return (adopt_office(record, config, err) && adopt_post_office(record, config, err) &&
            communes_seed(record, err)) ||
           error_add(err, "offices");
}

/* ------------------------------------------------------------------ by hand */

struct entry {
    struct premises *premises;
    uint32_t user;
};

static bool put_act(struct record *record, void *arg, struct error *err)
{
    const struct entry *entry = arg;
    return premises_put(record, entry->premises, entry->user, err);
}

bool offices_put(struct acts acts, struct premises *premises, uint32_t user, struct error *err)
{
    struct entry entry = {premises, user};
    return acts.run(acts.self, put_act, &entry, err);
}

/* ------------------------------------------------------------------ a table of communes */

#define CELLS 8
enum { CODE, KIND, NAME, DISTRICT, POSTAL, FROM, TO, SUCCESSOR };

static bool cut(char *line, char *cells[CELLS], struct error *err)
{
    size_t n = 0;
    for (char *at = line; at && n < CELLS; n++) {
        char *comma = strchr(at, ',');
        if (comma)
            *comma++ = '\0';
        cells[n] = at;
        at = comma;
    }
    return n == CELLS ||
           error_set(err, ERROR_BAD_INPUT, "cần 8 cột, chỉ có %zu. / eight columns wanted", n);
}

static bool read_code(const char *what, const char *text, uint32_t *ret_code, struct error *err)
{
    size_t n = strlen(text);
    if (n > 5 || strspn(text, "0123456789") != n)
        return error_set(err, ERROR_BAD_INPUT, "%s: nhiều nhất 5 chữ số. / digits wanted", what);
    *ret_code = (uint32_t)strtoul(text, NULL, 10);
    return true;
}

static bool read_day(const char *what, const char *text, struct instant *ret_at, struct error *err)
{
    int64_t day = 0;
    if (*text == '\0')
        return true;
    if (!day_read(text, &day, err))
        return error_add(err, "%s", what);
    *ret_at = day_minute(day, 0);
    return true;
}

static bool read_name(const char *what, const char *text, char out[COMMUNE_TEXT_MAX + 1],
                      char folded[COMMUNE_TEXT_MAX + 1], struct error *err)
{
    if (!text_clean(text, strlen(text), out, COMMUNE_TEXT_MAX + 1))
        return error_set(err, ERROR_BAD_INPUT, "%s: không đọc được. / cannot be read", what);
    text_fold(out, folded, COMMUNE_TEXT_MAX + 1);
    return true;
}

static bool read_commune(char *line, struct commune *commune, struct error *err)
{
    char *cells[CELLS], unused[COMMUNE_TEXT_MAX + 1], kind[COMMUNE_TEXT_MAX + 1];
    if (!cut(line, cells, err) || !read_code("code", cells[CODE], &commune->code, err) ||
        !read_name("kind", cells[KIND], kind, unused, err) ||
        !read_name("name", cells[NAME], commune->name, commune->folded, err) ||
        !read_name("district", cells[DISTRICT], commune->district, commune->district_folded, err) ||
        !read_code("postal", cells[POSTAL], &commune->postal_code, err) ||
        !read_day("from", cells[FROM], &commune->from, err) ||
        !read_day("to", cells[TO], &commune->to, err) ||
        !read_code("successor", cells[SUCCESSOR], &commune->successor, err))
        return false;
    text_copy(kind, commune->kind, sizeof commune->kind);
    if (*commune->folded == '\0' || (commune->code == 0 && commune->successor == 0))
        return error_set(err, ERROR_BAD_INPUT,
                         "cần tên, và mã hoặc nơi nhập vào. / name, and code or successor, wanted");
    return commune->to.ms == 0 || commune->to.ms > commune->from.ms ||
           error_set(err, ERROR_BAD_INPUT, "hết hạn trước khi bắt đầu. / ends before it begins");
}

struct table {
    struct commune *communes;
    size_t n;
    struct office_fact fact;
};

/* Which row of a file it is, in both languages. */
static bool row_error(struct error *err, unsigned row)
{
    char vi[32], en[32];
    (void)snprintf(vi, sizeof vi, "dòng %u", row);
    (void)snprintf(en, sizeof en, "row %u", row);
    return error_add_both(err, vi, en);
}

static bool read_table(char *text, struct table *table, struct error *err)
{
    unsigned row = 0;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
        row++;
        if (*line == '#' || strncmp(line, "code,", 5) == 0)
            continue;
        if (table->n == COMMUNES_MAX)
            return error_set(err, ERROR_BAD_INPUT, "nhiều nhất %d dòng. / too many rows",
                             COMMUNES_MAX);
        if (!read_commune(line, &table->communes[table->n], err))
            return row_error(err, row);
        table->n++;
    }
    return table->n > 0 || error_set(err, ERROR_BAD_INPUT, "không có dòng nào. / no row in it");
}

static bool load_act(struct record *record, void *arg, struct error *err)
{
    struct table *table = arg;
    return communes_replace(record, table->communes, table->n, &table->fact, err);
}

bool communes_load(struct acts acts, char *text, const char *citation, uint32_t user, size_t *ret_n,
                   struct error *err)
{
    struct table table = {.communes = calloc(COMMUNES_MAX, sizeof *table.communes),
                          .fact = {.user = user}};
    bool good = table.communes || error_set(err, ERROR_LATER, "out of memory");
    good = good && (utf8_is_text(text, strlen(text)) ||
                    error_set(err, ERROR_BAD_INPUT, "tệp: không phải UTF-8. / no UTF-8"));
    text_copy(citation, table.fact.citation, sizeof table.fact.citation);
    good = good && read_table(text, &table, err) && acts.run(acts.self, load_act, &table, err);
    if (good)
        *ret_n = table.n;
    free(table.communes);
    return good;
}
