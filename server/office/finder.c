#include "server/office/finder.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/record/lookups.h"
#include "server/record/premises.h"
#include "server/text/text.h"
#include "server/views/search.h"

#define FACTS_AT_ONCE 400 /* a step of some milliseconds */
#define STEPS_WHEN_ASKED 5
#define TEXT_MAX 200 /* letters that are looked at */

struct finder {
    pthread_mutex_t lock;
    struct search *search;
    struct record *record; /* a reader of its own */
};

bool finder_open(const char *search_path, const char *record_path, struct finder **ret_finder,
                 struct error *err)
{
    struct finder *finder = calloc(1, sizeof *finder);
    if (!finder)
        return error_set(err, ERROR_LATER, "finder: out of memory");
    pthread_mutex_init(&finder->lock, NULL);
    if (!record_open_reader(record_path, &finder->record, err) ||
        !search_open(search_path, record_generation(finder->record), &finder->search, err)) {
        finder_close(finder);
        return error_add(err, "finder");
    }
    *ret_finder = finder;
    return true;
}

void finder_close(struct finder *finder)
{
    if (!finder)
        return;
    search_close(finder->search);
    record_close(finder->record);
    pthread_mutex_destroy(&finder->lock);
    free(finder);
}

/* ------------------------------------------------------------------ words */

/* Of folded text, each once; how many there are now. */
static size_t add_words(const char *folded, char words[][SEARCH_WORD_MAX + 1], size_t n)
{
    while (*folded && n < SEARCH_WORDS_MAX) {
        size_t length = strcspn(folded, " "),
               cut = length < SEARCH_WORD_MAX ? length : SEARCH_WORD_MAX;
        bool known = length == 0;
        for (size_t i = 0; i < n && !known; i++)
            known = strlen(words[i]) == cut && strncmp(words[i], folded, cut) == 0;
        if (!known) {
            memcpy(words[n], folded, cut);
            words[n++][cut] = '\0';
        }
        folded += length + (folded[length] == ' ');
    }
    return n;
}

/* The last nine digits; a zero or 84 before them does not matter then. */
static void phone_digits(const char *phone, char out[SEARCH_PHONE_DIGITS + 1])
{
    char digits[32];
    size_t n = 0;
    for (; *phone && n + 1 < sizeof digits; phone++)
        if (*phone >= '0' && *phone <= '9')
            digits[n++] = *phone;
    digits[n] = '\0';
    size_t skip = n > SEARCH_PHONE_DIGITS ? n - SEARCH_PHONE_DIGITS : 0;
    (void)snprintf(out, SEARCH_PHONE_DIGITS + 1, "%s",
                   n >= SEARCH_PHONE_DIGITS ? digits + skip : "");
}

/* Day and serial behind the last two dashes: "H27.15-261118-0145". */
static uint64_t code_of(const char *dossier)
{
    const char *dash = strchr(dossier, '-');
    unsigned day = 0, serial = 0;
    /* NOLINTNEXTLINE(cert-err34-c): a width bounds each number */
    return dash && sscanf(dash, "-%6u-%6u", &day, &serial) == 2 ? search_code(day, serial) : 0;
}

/* ------------------------------------------------------------------ following the record */

struct taking {
    struct item items[FACTS_AT_ONCE];
    size_t n;
    uint64_t last;
    bool full;
};

static bool is_wanted(uint32_t event)
{
    return event == EVENT_ISSUED || event == EVENT_READDRESSED;
}

static bool take_fact(void *ctx, const struct office_fact *fact)
{
    struct taking *taking = ctx;
    taking->full = taking->n == FACTS_AT_ONCE;
    if (taking->full)
        return false;
    taking->items[taking->n++] = fact->item;
    taking->last = fact->seq;
    return true;
}

/* Words and phone of whoever it goes to by now; of somebody erased nothing. */
static bool read_addressee(struct finder *finder, const struct office_fact *issued,
                           struct search_entry *entry, struct error *err)
{
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    struct addressee who;
    char folded[512];
    size_t n = 0;
    struct error why = {ERROR_NONE, ""};
    if (!issued->has_addressee)
        return true;
    if (!record_attachment_get(finder->record, &issued->addressee, bytes, sizeof bytes, &n, &why))
        return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.text);
    bool good = addressee_decode(bytes, n, &who, err);
    if (good) {
        entry->words_n = add_words(text_fold(who.name, folded, sizeof folded), entry->words, 0);
        phone_digits(who.phone, entry->phone);
    }
    chain_wipe(bytes, sizeof bytes);
    chain_wipe(&who, sizeof who);
    chain_wipe(folded, sizeof folded);
    return good;
}

static bool take_item(struct finder *finder, const struct item *item, struct error *err)
{
    struct office_fact issued;
    struct error why = {ERROR_NONE, ""};
    if (!record_issued(finder->record, item, &issued, &why))
        return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.text);
    struct search_entry entry = {.seq = issued.seq,
                                 .item = *item,
                                 .office = issued.office ? issued.office : PREMISES_FIRST_OFFICE,
                                 .code = code_of(issued.dossier)};
    bool good =
        read_addressee(finder, &issued, &entry, err) && search_put(finder->search, &entry, err);
    chain_wipe(&entry, sizeof entry);
    return good;
}

static bool follow_some(struct finder *finder, bool *ret_more, struct error *err)
{
    struct taking *taking = calloc(1, sizeof *taking);
    uint64_t mark = 0, end = 0;
    int64_t batch;
    bool good = taking || error_set(err, ERROR_LATER, "out of memory");
    good = good && search_mark(finder->search, &mark, err) &&
           record_end(finder->record, &batch, &end, err);
    *ret_more = false;
    if (good && mark < end) {
        good = record_office_some(finder->record, mark, end, is_wanted, take_fact, taking, err) &&
               search_begin(finder->search, err);
        for (size_t i = 0; good && i < taking->n; i++)
            if (!take_item(finder, &taking->items[i], err)) {
                search_rollback(finder->search);
                good = false;
            }
        good = good && search_commit(finder->search, taking->full ? taking->last : end, err);
        *ret_more = good && taking->full;
    }
    free(taking);
    return good || error_add(err, "finder");
}

bool finder_follow(struct finder *finder, bool *ret_more, struct error *err)
{
    pthread_mutex_lock(&finder->lock);
    bool good = follow_some(finder, ret_more, err);
    pthread_mutex_unlock(&finder->lock);
    return good;
}

bool finder_forget(struct finder *finder, const struct item *item, struct error *err)
{
    pthread_mutex_lock(&finder->lock);
    bool good = search_forget(finder->search, item, err);
    pthread_mutex_unlock(&finder->lock);
    return good;
}

/* ------------------------------------------------------------------ what a text asks for */

/* "261118-0145", "261118-": a day's dossiers, or one. */
static bool read_code(const char *text, struct search_query *query)
{
    unsigned day = 0, serial = 0;
    int n = 0, m = 0;
    /* NOLINTNEXTLINE(cert-err34-c): a width bounds each number */
    if (sscanf(text, "%6u%n", &day, &n) != 1 || n != 6 || day == 0 || text[n] != '-')
        return false;
    if (text[n + 1] == '\0') {
        query->code_from = search_code(day, 0);
        query->code_to = search_code(day, 999999);
        return true;
    }
    /* NOLINTNEXTLINE(cert-err34-c): a width bounds each number */
    if (sscanf(text + n + 1, "%6u%n", &serial, &m) != 1 || text[n + 1 + m] != '\0')
        return false;
    query->code_from = query->code_to = search_code(day, serial);
    return true;
}

/* A code, or its beginning, its day at least: "H27.15-261118-0145", "h27.15-261118". */
static bool read_dossier(const char *text, char out[72])
{
    size_t n = strlen(text);
    const char *dash = strchr(text, '-');
    if (n > DOSSIER_MAX || !dash || dash == text || strspn(dash + 1, "0123456789") < 6)
        return false;
    for (size_t i = 0; i <= n; i++)
        out[i] = (char)toupper((unsigned char)text[i]);
    return strspn(out, "0123456789.-ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

static bool is_digits(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

/* The last word of digits is the end of a phone, the others are of a name. */
static void split(struct search_query *query)
{
    size_t n = 0;
    for (size_t i = 0; i < query->words_n; i++) {
        const char *word = query->words[i];
        size_t length = strlen(word);
        if (is_digits(word) && length >= 4 && !*query->tail) {
            size_t skip = length > SEARCH_PHONE_DIGITS ? length - SEARCH_PHONE_DIGITS : 0;
            (void)snprintf(query->tail, sizeof query->tail, "%.9s", word + skip);
        } else if (n != i) {
            memcpy(query->words[n++], word, sizeof query->words[0]);
        } else {
            n++;
        }
    }
    query->words_n = n;
}

/* "0912 345 678" is one number. */
static void join_digits(const char *text, char out[TEXT_MAX])
{
    size_t n = 0;
    for (; *text && n + 1 < TEXT_MAX; text++)
        if (strchr("0123456789", *text))
            out[n++] = *text;
        else if (!strchr(" .-+()", *text)) {
            n = 0;
            break;
        }
    out[n] = '\0';
}

enum finder_kind finder_read(const char *text, struct item *ret_item, char ret_dossier[72],
                             struct search_query *ret_query)
{
    char cut[TEXT_MAX], folded[2 * TEXT_MAX], digits[TEXT_MAX];
    struct error none;
    *ret_query = (struct search_query){.words_n = 0};
    if (!text_clean(text, strlen(text), cut, sizeof cut))
        return FINDER_NOTHING;
    if (item_parse(cut, strlen(cut), ret_item, &none))
        return FINDER_ITEM;
    if (read_code(cut, ret_query))
        return FINDER_INDEX;
    if (read_dossier(cut, ret_dossier))
        return FINDER_DOSSIER;
    join_digits(cut, digits);
    text_fold(*digits ? digits : cut, folded, sizeof folded);
    ret_query->words_n = add_words(folded, ret_query->words, 0);
    split(ret_query);
    return ret_query->words_n > 0 || *ret_query->tail ? FINDER_INDEX : FINDER_NOTHING;
}

/* ------------------------------------------------------------------ finding */

static bool is_of(const struct finder_asked *asked, uint32_t office)
{
    for (size_t i = 0; i < asked->offices_n; i++)
        if (asked->offices[i] == (office ? office : PREMISES_FIRST_OFFICE))
            return true;
    return asked->offices_n == 0;
}

static bool find_item(struct finder *finder, const struct finder_asked *asked,
                      const struct item *item, struct finder_found *found, struct error *err)
{
    struct office_fact issued;
    struct error why = {ERROR_NONE, ""};
    if (!record_issued(finder->record, item, &issued, &why))
        return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.text);
    if (is_of(asked, issued.office))
        found->items[found->n++] = *item;
    return true;
}

struct gathering {
    struct finder *finder;
    const struct finder_asked *asked;
    struct finder_found *found;
    size_t max;
    struct error *err;
    bool good;
};

static bool gather(void *ctx, const struct item *item, uint64_t seq)
{
    struct gathering *gathering = ctx;
    struct finder_found *found = gathering->found;
    if (found->n == gathering->max) {
        found->next = seq + 1;
        return false;
    }
    gathering->good = find_item(gathering->finder, gathering->asked, item, found, gathering->err);
    return gathering->good;
}

static bool find_index(struct finder *finder, const struct finder_asked *asked, size_t max,
                       struct search_query *query, struct finder_found *found, struct error *err)
{
    found->by_person = query->words_n > 0 || *query->tail;
    if (found->by_person && !asked->names)
        return error_set(err, ERROR_REFUSED,
                         "tìm theo tên, điện thoại: không thuộc quyền này. / names are not for "
                         "this asker");
    query->offices = asked->offices;
    query->offices_n = asked->offices_n;
    query->before = asked->before;
    return search_find(finder->search, query, found->items, max, &found->n, &found->next, err);
}

/* What is new is found too, unless there is a lot of it. */
static bool follow_first(struct finder *finder, struct finder_found *found, struct error *err)
{
    bool more = true;
    for (int i = 0; more && i < STEPS_WHEN_ASKED; i++)
        if (!follow_some(finder, &more, err))
            return false;
    found->taken_in = !more;
    return true;
}

static bool find(struct finder *finder, const struct finder_asked *asked, size_t max,
                 struct finder_found *found, struct error *err)
{
    struct search_query query;
    struct item item;
    char dossier[72];
    struct gathering gathering = {finder, asked, found, max, err, true};
    switch (finder_read(asked->text, &item, dossier, &query)) {
    case FINDER_NOTHING:
        return error_set(err, ERROR_BAD_INPUT,
                         "số phong bì, mã hồ sơ, tên, hoặc ít nhất 4 số cuối điện thoại. / a "
                         "number, a code, a name, or 4 digits of a phone at least");
    case FINDER_ITEM:
        found->taken_in = true;
        return find_item(finder, asked, &item, found, err);
    case FINDER_DOSSIER:
        found->taken_in = true;
        return record_issued_like(finder->record, dossier, asked->before, gather, &gathering,
                                  err) &&
               gathering.good;
    case FINDER_INDEX:
        break;
    }
    return follow_first(finder, found, err) && find_index(finder, asked, max, &query, found, err);
}

bool finder_find(struct finder *finder, const struct finder_asked *asked, size_t max,
                 struct finder_found *ret_found, struct error *err)
{
    invariant(max <= FINDER_MOST);
    *ret_found = (struct finder_found){.n = 0};
    pthread_mutex_lock(&finder->lock);
    bool good = find(finder, asked, max, ret_found, err);
    pthread_mutex_unlock(&finder->lock);
    return good;
}
