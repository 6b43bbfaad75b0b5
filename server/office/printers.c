#include "server/office/printers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/text/text.h"

#define PRINTERS_MAX 500 /* of a server; more than a province's post has */

/* ------------------------------------------------------------------ words of a fact */

static void write_words(const struct printer_profile *profile, char *out, size_t size)
{
    int n = snprintf(out, size, "where=%s tongue=%s dpi=%u layout=%s", profile->where,
                     profile->tongue, profile->dpi, profile->layout);
    if (*profile->media && n > 0)
        n += snprintf(out + n, size - (size_t)n, " media=%s", profile->media);
    if (profile->native_text && n > 0)
        (void)snprintf(out + n, size - (size_t)n, " native-text=yes");
}

static bool measure(struct printer_entry *entry, struct error *err)
{
    struct labels *labels;
    if (!labels_open(entry->profile.layout, &labels, err))
        return false;
    struct labels_about about = labels_about(labels);
    labels_close(labels);
    entry->use = about.use;
    entry->width_um = about.width_um;
    entry->height_um = about.height_um;
    return true;
}

static bool read_fact(struct record *record, const struct office_fact *fact,
                      struct printer_entry *entry, struct error *err)
{
    struct testimony words;
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    size_t n = 0;
    if (!record_attachment_get(record, &fact->evidence, bytes, sizeof bytes, &n, err) ||
        !testimony_decode(bytes, n, &words, err) || !printer_read(words.text, &entry->profile, err))
        return error_add(err, "printer %s", fact->key);
    text_copy(fact->key, entry->profile.name, sizeof entry->profile.name);
    entry->post_office = fact->post_office;
    entry->on = fact->value != 0;
    return measure(entry, err);
}

/* Its words are gone or make no sense: it stands among the others, and can be registered anew. */
static struct printer_entry unread(const struct office_fact *fact)
{
    struct printer_entry entry = {.profile = {.tongue = "–", .layout = "–", .where = "–"},
                                  .post_office = fact->post_office};
    text_copy(fact->key, entry.profile.name, sizeof entry.profile.name);
    return entry;
}

/* ------------------------------------------------------------------ reading */

/* The newest fact of each name. */
struct found {
    struct office_fact *facts;
    size_t n;
};

static bool take_newest(void *ctx, const struct office_fact *fact)
{
    struct found *found = ctx;
    for (size_t i = 0; i < found->n; i++)
        if (strcmp(found->facts[i].key, fact->key) == 0)
            return true;
    found->facts[found->n++] = *fact;
    return found->n < PRINTERS_MAX;
}

static bool find(struct record *record, struct found *found, struct error *err)
{
    *found = (struct found){.facts = calloc(PRINTERS_MAX, sizeof *found->facts)};
    if (!found->facts)
        return error_set(err, ERROR_LATER, "out of memory");
    if (record_office_of(record, EVENT_PRINTER_SET, take_newest, found, err))
        return true;
    free(found->facts);
    return false;
}

bool printers_each(struct record *record,
                   bool (*each)(void *ctx, const struct printer_entry *entry), void *ctx,
                   struct error *err)
{
    struct found found;
    if (!find(record, &found, err))
        return false;
    bool good = true;
    for (size_t i = 0; good && i < found.n; i++) {
        struct printer_entry entry;
        struct error why;
        if (!read_fact(record, &found.facts[i], &entry, &why)) {
            good = why.code != ERROR_LATER || error_set(err, why.code, "%s", why.text);
            entry = unread(&found.facts[i]);
        }
        if (good && !each(ctx, &entry))
            break;
    }
    free(found.facts);
    return good;
}

bool printer_named(struct record *record, const char *name, struct printer_entry *ret_entry,
                   struct error *err)
{
    struct found found;
    char names[160] = "";
    if (!find(record, &found, err))
        return false;
    size_t at = 0;
    while (at < found.n && strcmp(found.facts[at].key, name) != 0) {
        size_t used = strlen(names);
        (void)snprintf(names + used, sizeof names - used, " %s", found.facts[at++].key);
    }
    bool good = at < found.n ? read_fact(record, &found.facts[at], ret_entry, err)
                             : error_set(err, ERROR_NOT_FOUND,
                                         "«%.40s»: không có máy in này%s%s. / no such printer",
                                         name, *names ? "; có:" : "", names);
    free(found.facts);
    return good;
}

/* ------------------------------------------------------------------ registering */

static bool name_is_good(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n <= 32 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == n;
}

static bool is_printers(const char *where)
{
    static const char *const ways[] = {"ipp://", "ipps://", "tcp://"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strncmp(where, ways[i], strlen(ways[i])) == 0)
            return where[strlen(ways[i])] != '\0';
    return false;
}

static bool is_shipped(const char *layout)
{
    const char *name;
    for (size_t i = 0; (name = labels_layout_name(i)) != NULL; i++)
        if (strcmp(name, layout) == 0)
            return true;
    return false;
}

/* Only those that are read back before they leave (labels/readback.h). */
static bool is_tongue(const char *tongue)
{
    static const char *const all[] = {"pdf", "zpl", "tspl", "escpos"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i], tongue) == 0)
            return true;
    return false;
}

static bool check(struct printer_entry *entry, struct error *err)
{
    const struct printer_profile *profile = &entry->profile;
    if (!name_is_good(profile->name))
        return error_set(err, ERROR_BAD_INPUT,
                         "«%.40s»: tên máy in gồm a-z, A-Z, 0-9, chấm, gạch, không quá 32. / no "
                         "name for a printer",
                         profile->name);
    if (!is_printers(profile->where))
        return error_set(err, ERROR_BAD_INPUT,
                         "where=%.80s: phải như ipp://máy/printers/tên, ipps://… hay "
                         "tcp://máy:9100. / no place of a printer",
                         profile->where);
    if (!is_tongue(profile->tongue))
        return error_set(err, ERROR_BAD_INPUT,
                         "tongue=%s: pdf, zpl, tspl hoặc escpos. / no tongue of a printer",
                         profile->tongue);
    if (!is_shipped(profile->layout))
        return error_set(err, ERROR_BAD_INPUT, "layout=%.30s: không có mẫu này. / no such layout",
                         profile->layout);
    if (!measure(entry, err) || !printer_takes(profile, entry->use, err))
        return false;
    return entry->use != LABELS_FOR_SLIP ||
           error_set(err, ERROR_BAD_INPUT,
                     "layout=%s: giấy mời in theo tập ở nhà in, không in ở đây. / slips are not "
                     "printed here",
                     profile->layout);
}

struct entering {
    struct office_fact fact;
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    size_t n;
};

static bool enter_act(struct record *record, void *arg, struct error *err)
{
    struct entering *entering = arg;
    return record_attachment_add(record, entering->bytes, entering->n, &entering->fact.evidence,
                                 err) &&
           record_office_add(record, &entering->fact, NULL, err);
}

bool printer_register(struct acts acts, struct printer_entry *entry, uint32_t user,
                      struct error *err)
{
    struct testimony words = {.text = ""};
    struct entering entering = {.fact = {.event = EVENT_PRINTER_SET,
                                         .user = user,
                                         .post_office = entry->post_office,
                                         .value = entry->on,
                                         .has_evidence = true}};
    if (!check(entry, err))
        return false;
    text_copy(entry->profile.name, entering.fact.key, sizeof entering.fact.key);
    write_words(&entry->profile, words.text, sizeof words.text);
    return testimony_encode(&words, entering.bytes, &entering.n, err) &&
           acts.run(acts.self, enter_act, &entering, err);
}
