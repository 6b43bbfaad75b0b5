#include "server/office/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labels/labels.h"
#include "server/delivery/rules.h"
#include "server/record/devices.h"
#include "server/record/pools.h"
#include "server/record/postmen.h"
#include "server/record/premises.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ a printer */

bool line_read(const char *text, int64_t *ret_tenths_mm, struct error *err)
{
    size_t whole = strspn(text, "0123456789");
    const char *rest = text + whole;
    bool tenth = (*rest == '.' || *rest == ',') && rest[1] >= '0' && rest[1] <= '9';
    if (whole == 0 || whole > 3 || (*rest != '\0' && !(tenth && rest[2] == '\0')))
        return error_set(err, ERROR_BAD_INPUT, "«%.20s»: phải như 50 hay 49,8. / millimetres",
                         text);
    *ret_tenths_mm = strtol(text, NULL, 10) * 10 + (tenth ? rest[1] - '0' : 0);
    return true;
}

bool line_is_right(const struct measured *measured)
{
    int64_t off = measured->tenths_mm - LINE_TENTHS_MM;
    return off <= LINE_OFF_TENTHS_MM && off >= -LINE_OFF_TENTHS_MM;
}

static bool add_act(struct record *record, void *arg, struct error *err)
{
    return record_office_add(record, arg, NULL, err);
}

bool line_measure(struct acts acts, const char *layout, int64_t tenths_mm, uint32_t user,
                  struct error *err)
{
    struct office_fact fact = {.event = EVENT_LINE_MEASURED, .user = user, .value = tenths_mm};
    bool known = false;
    const char *name;
    for (size_t i = 0; (name = labels_layout_name(i)) != NULL; i++)
        known = known || strcmp(name, layout) == 0;
    if (!known)
        return error_set(err, ERROR_BAD_INPUT, "«%.30s»: không có mẫu này. / no such layout",
                         layout);
    if (tenths_mm < 10 || tenths_mm > 9990)
        return error_set(err, ERROR_BAD_INPUT, "vạch dài 1 đến 999 mm. / 1 to 999 mm");
    text_copy(layout, fact.key, sizeof fact.key);
    return acts.run(acts.self, add_act, &fact, err);
}

struct finding_line {
    struct measured *measured;
    bool found;
};

static bool take_line(void *ctx, const struct office_fact *fact)
{
    struct finding_line *finding = ctx;
    *finding->measured = (struct measured){.tenths_mm = fact->value, .at = fact->at};
    text_copy(fact->key, finding->measured->layout, sizeof finding->measured->layout);
    finding->found = true;
    return false;
}

bool line_last(struct record *record, struct measured *ret_measured, struct error *err)
{
    struct measured measured;
    struct finding_line finding = {&measured, false};
    if (!record_office_of(record, EVENT_LINE_MEASURED, take_line, &finding, err))
        return false;
    if (!finding.found)
        return error_set(err, ERROR_NOT_FOUND, "no line was measured");
    *ret_measured = measured;
    return true;
}

/* ------------------------------------------------------------------ a handheld */

static bool assign_act(struct record *record, void *arg, struct error *err)
{
    struct office_fact *fact = arg;
    struct device device;
    struct postman postman;
    if (!device_find(record, fact->device, &device, err))
        return error_add(err, "%s", fact->device);
    if (device.state != DEVICE_ACTIVE && fact->badge != 0)
        return error_set(err, ERROR_REFUSED, "%s: máy đã khóa. / it is revoked", fact->device);
    if (fact->badge != 0 && !postman_at(record, fact->badge, record_now(record), &postman, err))
        return false;
    return record_office_add(record, fact, NULL, err);
}

bool device_assign(struct acts acts, const char *device, uint32_t badge, uint32_t user,
                   struct error *err)
{
    struct office_fact fact = {.event = EVENT_DEVICE_ASSIGNED, .user = user, .badge = badge};
    text_copy(device, fact.device, sizeof fact.device);
    return acts.run(acts.self, assign_act, &fact, err);
}

struct finding_care {
    const char *device;
    struct care care;
    bool found;
};

static bool take_care(void *ctx, const struct office_fact *fact)
{
    struct finding_care *finding = ctx;
    finding->found = strcmp(fact->device, finding->device) == 0;
    if (finding->found)
        finding->care = (struct care){fact->badge, fact->at};
    return !finding->found;
}

bool device_care(struct record *record, const char *device, struct care *ret_care,
                 struct error *err)
{
    struct finding_care finding = {.device = device};
    if (!record_office_of(record, EVENT_DEVICE_ASSIGNED, take_care, &finding, err))
        return false;
    if (!finding.found)
        return error_set(err, ERROR_NOT_FOUND, "%s: in nobody's care", device);
    *ret_care = finding.care;
    return true;
}

/* ------------------------------------------------------------------ seven steps */

static bool has_address(void *ctx, const struct premises *premises)
{
    bool *found = ctx;
    bool office = premises->kind == PREMISES_OFFICE;
    *found = *premises->address != '\0' && (!office || *premises->phone != '\0');
    return !*found;
}

static bool has_any(void *ctx, const struct pool *pool)
{
    *(bool *)ctx = pool->size > 0;
    return false;
}

static bool is_clerk(void *ctx, const struct person *person)
{
    bool *found = ctx;
    *found = person->role == ROLE_CLERK && !person->disabled;
    return !*found;
}

static bool is_active(void *ctx, const struct device *device)
{
    bool *found = ctx;
    *found = device->state == DEVICE_ACTIVE;
    return !*found;
}

struct finding_day {
    int64_t from_day;
    bool found;
};

static bool is_of_year(void *ctx, const struct office_fact *fact)
{
    struct finding_day *finding = ctx;
    struct error err;
    int64_t day;
    finding->found = day_read(fact->key, &day, &err) && day >= finding->from_day;
    return !finding->found;
}

static bool find_day(struct record *record, struct instant now, bool *ret_found, struct error *err)
{
    char text[CLOCK_TEXT_MAX];
    struct finding_day finding = {.found = false};
    clock_iso_local(now, text, sizeof text);
    (void)snprintf(text + 4, sizeof text - 4, "-01-01");
    if (!day_read(text, &finding.from_day, err) ||
        !record_office_of(record, EVENT_CALENDAR_SET, is_of_year, &finding, err))
        return false;
    *ret_found = finding.found;
    return true;
}

static bool line_done(struct record *record, bool *ret_done, struct error *err)
{
    struct measured measured = {0};
    bool found = line_last(record, &measured, err);
    *ret_done = found && line_is_right(&measured);
    return found || err->code == ERROR_NOT_FOUND;
}

bool setup_read(struct record *record, struct instant now, struct setup *ret_setup,
                struct error *err)
{
    struct setup setup = {.next = SETUP_STEPS};
    bool *done = setup.done, pools = false;
    int64_t batch = 0;
    uint64_t fact = 0;
    if (!premises_each(record, PREMISES_OFFICE, now, has_address, &done[SETUP_OFFICE], err) ||
        !premises_each(record, PREMISES_POST_OFFICE, now, has_address, &done[SETUP_POST_OFFICE],
                       err) ||
        !pools_each(record, has_any, &pools, err) ||
        !find_day(record, now, &done[SETUP_CALENDAR], err) ||
        !people_each(record, is_clerk, &done[SETUP_PEOPLE], err) ||
        !line_done(record, &done[SETUP_PRINTER], err) ||
        !devices_each(record, is_active, &done[SETUP_HANDHELD], err) ||
        !record_end(record, &batch, &fact, err))
        return error_add(err, "what is set up");
    done[SETUP_POST_OFFICE] = done[SETUP_POST_OFFICE] && pools;
    done[SETUP_SCAN] = batch > 0;
    for (int step = SETUP_STEPS - 1; step >= 0; step--)
        if (!done[step])
            setup.next = (enum setup_step)step;
    *ret_setup = setup;
    return true;
}
