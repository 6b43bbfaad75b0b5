#include "server/office/trial.h"
#include "protocol/whole.h"

#include "labels/labels.h"

/* No number of ours: nobody can take it for an envelope, and no machine can read it for one. */
#define NUMBER "XX000000000XX"

static bool write_piece(void *ctx, const void *bytes, size_t n)
{
    return whole_write(*(int *)ctx, bytes, n);
}

bool trial_draw(struct labels *labels, const char *sender, struct error *err)
{
    const struct label label = {.number = NUMBER,
                                .sender = sender,
                                .sender_address = "",
                                .name = "TỜ IN THỬ",
                                .address = "Đo vạch 50 mm ở mép dưới bằng thước. In ở 100 %",
                                .postal_code = "",
                                .link = "TRAO"};
    struct labels_report report;
    return labels_add(labels, &label, &report, err);
}

static bool draw(struct labels *labels, const char *sender, int fd, struct error *err)
{
    struct error ended;
    if (!labels_begin(labels, (struct labels_sink){write_piece, &fd}, err))
        return false;
    bool ok = trial_draw(labels, sender, err);
    if (!labels_end(labels, &ended) && ok)
        ok = error_set(err, ended.code, "%s", ended.text);
    return ok;
}

bool trial_write(const char *layout, const char *sender, int fd, struct error *err)
{
    struct labels *labels;
    if (!labels_open(layout, &labels, err))
        return false;
    bool ok = labels_about(labels).use == LABELS_FOR_ENVELOPE
                  ? draw(labels, sender, fd, err)
                  : error_set(err, ERROR_BAD_INPUT,
                              "%s: mẫu này không phải phong bì. / no envelope", layout);
    labels_close(labels);
    return ok;
}
