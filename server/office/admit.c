#include "server/office/admit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/batch.h"
#include "server/office/choices.h"
#include "server/record/aside.h"
#include "server/record/devices.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ the list */

struct listing {
    struct record *record;
    const struct device *device;
    bool (*each)(void *ctx, const struct aside *aside);
    void *ctx;
    struct error *err;
    bool good, more;
};

static bool list_scan(struct listing *listing, const struct record_batch *row,
                      const struct scan *scan)
{
    struct aside aside = {
        .device = listing->device->name,
        .epoch = row->epoch,
        .scan = *scan,
        .arrival = row->arrival,
        .when = when_of(scan->wall, scan->mono, scan->boot, row->sent_wall, row->sent_mono,
                        row->sent_boot, row->floor, row->arrival),
    };
    listing->good = aside_is_admitted(listing->record, aside.device, aside.epoch, scan->seq,
                                      &aside.admitted, listing->err);
    listing->more = listing->good && listing->each(listing->ctx, &aside);
    return listing->more;
}

/* What cannot be read of a batch has its verdict in the receipt; no item could be named. */
static bool list_batch(void *ctx, const struct record_batch *row)
{
    struct listing *listing = ctx;
    struct batch batch;
    struct scan scan;
    if (!batch_read(row->bytes.bytes, row->bytes.n, &batch, NULL)) {
        listing->good = error_set(listing->err, ERROR_BROKEN, "stored batch %lld cannot be read",
                                  (long long)row->id);
        return false;
    }
    for (uint32_t i = 0; i < batch.head.count; i++)
        if (scan_decode(batch.scan[i].bytes, batch.scan[i].n, &scan, NULL) &&
            scan.seq == batch.head.first_seq + i && !list_scan(listing, row, &scan))
            return false;
    return true;
}

static bool list_device(void *ctx, const struct device *device)
{
    struct listing *listing = ctx;
    listing->device = device;
    listing->good = aside_batches(listing->record, device->id, list_batch, listing, listing->err) &&
                    listing->good;
    return listing->good && listing->more;
}

bool aside_list(struct record *record, const char *device,
                bool (*each)(void *ctx, const struct aside *aside), void *ctx, struct error *err)
{
    struct device one;
    struct listing listing = {
        .record = record, .each = each, .ctx = ctx, .err = err, .good = true, .more = true};
    if (device == NULL)
        return devices_each(record, list_device, &listing, err) && listing.good;
    if (!device_find(record, device, &one, err))
        return false;
    (void)list_device(&listing, &one);
    return listing.good;
}

/* ------------------------------------------------------------------ admitting */

#define GROUP 256 /* scans of one act: others wait no longer than for a busy second */

struct wanted {
    struct item item;
    uint64_t epoch, seq;
};

struct admission {
    const char *device;
    uint32_t user;
    struct testimony testimony;
    uint64_t epoch, seq; /* of the only one wanted; seq 0 all */
    bool any;            /* something was named, admitted before or not */
    struct wanted named[GROUP];
    size_t n;
};

static bool gather(void *ctx, const struct aside *aside)
{
    struct admission *admission = ctx;
    if (admission->seq != 0 &&
        (aside->epoch != admission->epoch || aside->scan.seq != admission->seq))
        return true;
    admission->any = true;
    if (!aside->admitted)
        admission->named[admission->n++] =
            (struct wanted){aside->scan.item, aside->epoch, aside->scan.seq};
    return admission->n < GROUP;
}

static bool admit_one(struct record *record, const struct admission *admission,
                      const struct wanted *named, struct error *err)
{
    struct office_fact fact = {.item = named->item,
                               .event = EVENT_SCAN_ADMITTED,
                               .user = admission->user,
                               .of_epoch = named->epoch,
                               .of_seq = named->seq};
    struct testimony testimony = admission->testimony;
    bool admitted;
    memcpy(fact.device, admission->device, strlen(admission->device));
    return aside_is_admitted(record, admission->device, named->epoch, named->seq, &admitted, err) &&
           (admitted || (testimony_add(record, &testimony, &fact, err) &&
                         record_office_add(record, &fact, NULL, err)));
}

static bool admit_act(struct record *record, void *arg, struct error *err)
{
    const struct admission *admission = arg;
    for (size_t i = 0; i < admission->n; i++)
        if (!admit_one(record, admission, &admission->named[i], err))
            return false;
    return true;
}

static bool read_named(const char *text, struct admission *admission, struct error *err)
{
    char *end = NULL;
    errno = 0;
    admission->epoch = strtoull(text, &end, 16);
    bool good = end == text + 16 && *end == '-' && end[1] >= '1' && end[1] <= '9' && errno == 0;
    admission->seq = good ? strtoull(end + 1, &end, 10) : 0;
    return (good && *end == '\0' && errno == 0) ||
           error_set(err, ERROR_BAD_INPUT,
                     "«%.40s»: ghi lượt quét như bản kê, vd 00000000000000e1-12. / a scan as the "
                     "list names it",
                     text);
}

static bool read_ground(const struct ground *ground, struct admission *admission, struct error *err)
{
    char *text = admission->testimony.text;
    admission->user = ground->user;
    return (text_clean(ground->evidence, strlen(ground->evidence), text,
                       sizeof admission->testimony.text) &&
            text_is_visible(text)) ||
           error_set(err, ERROR_BAD_INPUT, "lý do: trống hoặc không đọc được. / a reason");
}

static bool admit_group(struct acts acts, struct record *record, struct admission *admission,
                        struct error *err)
{
    admission->n = 0;
    return aside_list(record, admission->device, gather, admission, err) &&
           (admission->n == 0 || acts.run(acts.self, admit_act, admission, err));
}

static bool admit_all(struct acts acts, struct record *record, struct admission *admission,
                      size_t *ret_n, struct error *err)
{
    size_t all = 0;
    do {
        if (!admit_group(acts, record, admission, err))
            return false;
        all += admission->n;
    } while (admission->n == GROUP);
    if (admission->seq != 0 && !admission->any)
        return error_set(err, ERROR_NOT_FOUND,
                         "%s: không có lượt quét này trong phần để riêng. / no such scan is set "
                         "aside",
                         admission->device);
    *ret_n = all;
    return all > 0 || error_set(err, ERROR_REPEATED,
                                "%s: không còn lượt quét nào để riêng. / nothing is left to admit",
                                admission->device);
}

bool aside_admit(struct acts acts, struct record *record, const char *device, const char *scan,
                 const struct ground *ground, size_t *ret_n, struct error *err)
{
    struct admission *admission = calloc(1, sizeof *admission);
    if (admission == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    admission->device = device;
    bool good = read_ground(ground, admission, err) &&
                (scan == NULL || read_named(scan, admission, err)) &&
                admit_all(acts, record, admission, ret_n, err);
    free(admission);
    return good;
}
