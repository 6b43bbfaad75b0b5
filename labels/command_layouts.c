/* trao-labels layouts and preview: what there is, and what it looks like. */
#include "labels/command.h"

#include "labels/output.h"
#include "labels/tongue.h"

#include <stdio.h>
#include <string.h>

static const char *const use_words[] = {
    [LABELS_FOR_ENVELOPE] = "phong bì / envelope",
    [LABELS_FOR_SLIP] = "giấy mời / slip",
    [LABELS_FOR_LIST] = "bảng kê / list",
};

static void print_mm(int32_t um)
{
    printf("%d", um / 1000);
    if (um % 1000 != 0)
        printf(".%d", um % 1000 / 100);
}

enum command_exit command_layouts(struct command_options *options, char **arguments)
{
    (void)options;
    (void)arguments;
    for (size_t i = 0; labels_layout_name(i) != NULL; i++) {
        struct labels *labels = NULL;
        struct error err;
        if (!labels_open(labels_layout_name(i), &labels, &err))
            return command_failed(&err);
        struct labels_about about = labels_about(labels);
        printf("%-16s ", labels_layout_name(i));
        print_mm(about.width_um);
        printf(" x ");
        print_mm(about.height_um);
        printf(" mm  %zu/tờ  %s\n", about.places, use_words[about.use]);
        labels_close(labels);
    }
    return COMMAND_DONE;
}

/* ------------------------------------------------------------------ preview */

/* Invented people; the long ones are as long as real ones get. */
struct label command_sample(bool long_texts)
{
    return (struct label){
        .number = "RA473124829VN",
        .sender = "Trung tâm Phục vụ hành chính công",
        .sender_address = "Số 02A, đường Nguyễn Chí Thanh, P. Thành Sen, Hà Tĩnh",
        .name = long_texts ? "Công Tằng Tôn Nữ Nguyễn Phước Thị Hồng Ngọc Bảo Châu Minh Nguyệt "
                             "Ánh Tuyết Vân Khánh Trường Sơn Đông"
                           : "Nguyễn Thị Thùy Dương",
        .address = long_texts ? "Thôn Đông Tiến, ngách 12/3/5 đường Nguyễn Thị Minh Khai kéo dài, "
                                "tổ dân phố Thượng Phú, khu tái định cư Kỳ Phương, X. Cẩm Trung, "
                                "Hà Tĩnh 45123"
                              : "Số 102, ngõ 12, TDP 11, P. Trần Phú, Hà Tĩnh 45123",
        .postal_code = "45123",
        .link = "HTTPS://TRAO.EXAMPLE/T/RA473124829VN/7Q4Z9K2M",
        .marks = LABELS_OWNER_ONLY | LABELS_TO_COLLECT |
                 (long_texts ? LABELS_DO_NOT_BEND | LABELS_KEEP_DRY : 0u),
        .copy = long_texts ? 2 : 1,
        .serial = "GM-04711823",
        .slip_code = "7KQ 4M2",
        .attempt = "1/2",
        .post_office = "Bưu cục Thành Sen, số 6 đường Trần Phú, P. Thành Sen, Hà Tĩnh",
        .time = "14:30 ngày 21/05/2026",
        .seal = "NP-0047",
    };
}

static bool add_sample_list(struct labels *labels, const struct label *head, struct error *err)
{
    const struct labels_row row = {.number = head->number,
                                   .dossier = "000.17.22.H27-210531-0001",
                                   .name = head->name,
                                   .ward = "P. Trần Phú",
                                   .originals = 1,
                                   .copies = 2,
                                   .pages = 14,
                                   .fees_vnd = 150000,
                                   .postage_vnd = 26000,
                                   .note = "đúng người nhận"};
    struct labels_row rows[8];
    struct labels_report report;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rows[i] = row;
    return labels_add_list(labels, head, rows, sizeof rows / sizeof *rows, &report, err);
}

static bool add_sample(struct labels *labels, bool long_texts, struct error *err)
{
    struct labels_about about = labels_about(labels);
    struct label label = command_sample(long_texts);
    struct labels_report report;
    if (about.use == LABELS_FOR_LIST) {
        label.serial = "BG-20481163";
        label.post_office = "Bưu cục Thành Sen";
        return add_sample_list(labels, &label, err);
    }
    for (size_t i = 0; i < about.places; i++)
        if (!labels_add(labels, &label, &report, err))
            return false;
    return true;
}

enum command_exit command_preview(struct command_options *options, char **arguments)
{
    struct labels *labels = NULL;
    struct output output = {0};
    struct error err;
    char path[OUTPUT_PATH_BYTES];
    const char *slash = strrchr(arguments[0], '/');
    snprintf(path, sizeof path, "%s.%s", slash == NULL ? arguments[0] : slash + 1,
             options->tongue == NULL ? "png" : options->tongue);
    struct labels_options said = options->labels;
    said.tongue = options->tongue == NULL ? "png" : options->tongue;
    said.preview = strcmp(said.tongue, "png") == 0;
    bool done = command_open(options, arguments[0], &labels, &err) &&
                output_open(options->out == NULL ? path : options->out, &output, &err) &&
                labels_begin_as(labels, &said, output_sink(&output), &err) &&
                add_sample(labels, options->long_texts, &err) && labels_end(labels, &err) &&
                output_release(&output, &err);
    if (!done)
        output_discard(&output);
    labels_close(labels);
    return done ? COMMAND_DONE : command_failed(&err);
}
