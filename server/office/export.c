#include "server/office/export.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "protocol/chain.h"
#include "protocol/fact.h"
#include "protocol/premises.h"
#include "server/files.h"
#include "server/office/export_form.h"
#include "server/office/outcome.h"
#include "server/record/lookups.h"

#define ITEMS_TOLD 4096  /* an act for each so many */
#define ITEMS_A_PAGE 256 /* a reader must not hold the record for long */
#define ROW_BYTES 1024   /* of a list or a sheet, and some */

/* The columns' own names: the import finds each by its name. */
#define INTAKE_COLUMNS 11
static const char *const intake_header[INTAKE_COLUMNS] = {"STT",
                                                          "Số hiệu giấy tờ (Mã hồ sơ)",
                                                          "Nội dung hồ sơ",
                                                          "Số CCCD chủ hồ sơ",
                                                          "Họ tên người nhận kết quả",
                                                          "Địa chỉ đăng ký nhận kết quả",
                                                          "Số điện thoại người nhận kết quả",
                                                          "Ngày công dân đăng ký",
                                                          "Ngày bưu điện nhận kết quả",
                                                          "Số ký hiệu, kết quả",
                                                          "Cước bưu điện thu"};

/* "********1234"; what is shorter than eight is masked whole. */
static void mask(const char *id_number, char out[24])
{
    size_t n = strlen(id_number), shown = n >= 8 ? 4 : 0;
    (void)snprintf(out, 24, "%s", id_number);
    for (size_t i = 0; i + shown < n; i++)
        out[i] = '*';
}

/* +84912000001 as people write it; the note that stood behind it follows. */
static void write_phone(const struct addressee *who, char out[192])
{
    const char *national = strncmp(who->phone, "+84", 3) == 0 ? who->phone + 3 : who->phone;
    (void)snprintf(out, 192, "%s%s%s%s", national != who->phone ? "0" : "", national,
                   *who->phone != '\0' && *who->phone_note != '\0' ? " " : "", who->phone_note);
}

static bool wanted(const struct export_asked *asked, const struct office_fact *issued)
{
    uint32_t office = issued->office != 0 ? issued->office : PREMISES_FIRST_OFFICE;
    return (asked->all_offices || office == asked->office) && issued->at.ms >= asked->from.ms &&
           (asked->to.ms == 0 || issued->at.ms < asked->to.ms);
}

static bool add_intake(struct export_file *file, size_t number, const struct office_fact *issued,
                       const struct addressee *who, struct error *err)
{
    char counted[24], masked[24], phone[192], postage[24];
    (void)snprintf(counted, sizeof counted, "%zu", number);
    (void)snprintf(postage, sizeof postage, "%llu", (unsigned long long)issued->postage_vnd);
    mask(who->id_number, masked);
    write_phone(who, phone);
    const char *const cells[INTAKE_COLUMNS] = {
        counted, issued->dossier, who->procedure, masked,      who->name, who->address,
        phone,   who->registered, who->received,  who->result, postage};
    return export_file_row(file, cells, INTAKE_COLUMNS, err);
}

/* False only on a failure; `*ret_there` tells of one that is not to be listed. */
static bool read_one(struct record *record, const struct item *item,
                     const struct export_asked *asked, struct office_fact *ret_issued,
                     struct addressee *ret_who, bool *ret_there, struct error *err)
{
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    struct error gone = {ERROR_NONE, ""};
    *ret_there = false;
    if (!record_issued(record, item, ret_issued, &gone))
        return gone.code == ERROR_NOT_FOUND || error_set(err, gone.code, "%s", gone.text);
    bool live = false;
    if (!record_item_live(record, item, &live, err))
        return false;
    if (!live || !wanted(asked, ret_issued))
        return true;
    if (!record_attachment_get(record, &ret_issued->addressee, bytes, sizeof bytes, &n, &gone))
        return gone.code == ERROR_NOT_FOUND || error_set(err, gone.code, "%s", gone.text);
    *ret_there = true;
    return addressee_decode(bytes, n, ret_who, err);
}

struct told {
    const struct export_asked *asked;
    struct rules rules; /* with views */
    struct item items[ITEMS_TOLD];
    size_t n;
};

static bool tell(struct told *told, struct error *err)
{
    size_t n = told->n;
    told->n = 0;
    return told->asked->written == NULL ||
           told->asked->written(told->asked->ctx, told->items, n, err);
}

static bool note(struct told *told, const struct item *item, struct error *err)
{
    told->items[told->n++] = *item;
    return told->n < ITEMS_TOLD || tell(told, err);
}

/* As many as are asked of the record at once, with what it says of them. */
struct read_row {
    struct office_fact issued;
    struct addressee who;
    bool there;
};
struct read_page {
    struct item items[ITEMS_A_PAGE];
    size_t n;
    uint64_t last;
    struct read_row rows[ITEMS_A_PAGE]; /* of the 11 columns */
};

static bool read_rows(struct record *record, const struct export_asked *asked,
                      struct read_page *page, struct error *err)
{
    for (size_t i = 0; i < page->n; i++) {
        struct read_row *row = &page->rows[i];
        if (!read_one(record, &page->items[i], asked, &row->issued, &row->who, &row->there, err))
            return error_add(err, "%s", page->items[i].text);
    }
    return true;
}

/* The next page, as the record is at one moment; what it says is written when the moment is over,
 * for whoever gets the list may be slow. */
static bool read_page(struct record *record, const struct export_asked *asked,
                      struct read_page *page, struct error *err)
{
    if (!record_hold(record, err))
        return false;
    bool good = record_issued_page(record, page->last, page->items, ITEMS_A_PAGE, &page->n,
                                   &page->last, err) &&
                (asked->views != NULL || read_rows(record, asked, page, err));
    record_let_go(record);
    return good;
}

static bool add_outcome(const struct item *item, struct export_file *file, const struct told *told,
                        size_t number, bool *ret_there, struct error *err)
{
    struct view view;
    struct outcome outcome;
    const char *cells[OUTCOME_COLUMNS];
    *ret_there = views_item(told->asked->views, item, &view) && view.state.issued &&
                 view.state.status != STATUS_VOID && wanted(told->asked, &view.state.office);
    if (!*ret_there)
        return true;
    outcome_row(&view, &told->rules, told->asked->now, number, &outcome);
    for (size_t i = 0; i < OUTCOME_COLUMNS; i++)
        cells[i] = outcome.cell[i];
    return export_file_row(file, cells, OUTCOME_COLUMNS, err);
}

static bool add_row(const struct read_page *page, size_t i, struct export_file *file,
                    const struct told *told, size_t number, bool *ret_there, struct error *err)
{
    const struct read_row *row = &page->rows[i];
    if (told->asked->views != NULL)
        return add_outcome(&page->items[i], file, told, number, ret_there, err);
    *ret_there = row->there;
    return !row->there || add_intake(file, number, &row->issued, &row->who, err);
}

static bool add_page(const struct read_page *page, struct export_file *file, struct told *told,
                     size_t *rows, struct error *err)
{
    for (size_t i = 0; i < page->n; i++) {
        bool there = false;
        if (!add_row(page, i, file, told, *rows + 1, &there, err) ||
            (there && !note(told, &page->items[i], err)))
            return error_add(err, "%s", page->items[i].text);
        *rows += there;
    }
    return true;
}

/* An overlay, as containers have it, numbers its files and its folders as of two disks: what it
 * says of its room tells that it is one. */
static bool is_one_disk(int a, int b)
{
    struct stat of_a, of_b;
    struct statvfs room_a, room_b;
    if (fstat(a, &of_a) != 0 || fstat(b, &of_b) != 0)
        return false;
    return of_a.st_dev == of_b.st_dev ||
           (fstatvfs(a, &room_a) == 0 && fstatvfs(b, &room_b) == 0 &&
            room_a.f_fsid == room_b.f_fsid && room_a.f_blocks == room_b.f_blocks &&
            room_a.f_bsize == room_b.f_bsize);
}

/* The disk that the record is on keeps its room, whatever list is asked for (files.h); a sheet is
 * put together beside the record, packed and then copied, so that it needs its length once more. A
 * file on another disk is its owner's matter. */
static bool has_room(const struct export_asked *asked, int fd, size_t rows, struct error *err)
{
    bool sheet = asked->form == EXPORT_XLSX;
    int folder =
        asked->folder != NULL ? open(asked->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool beside = folder >= 0 && is_one_disk(folder, fd);
    uint64_t more = (uint64_t)(ITEMS_A_PAGE + (sheet ? rows : 0)) * ROW_BYTES;
    bool room = folder < 0 || (!sheet && !beside) || files_has_room(folder, more);
    if (folder >= 0)
        close(folder);
    return room || error_set(err, ERROR_LATER,
                             "máy chủ hết chỗ cho danh sách; chọn ít ngày hơn hoặc báo quản trị. / "
                             "no room on the server for this list");
}

static bool add_rows(struct record *record, struct export_file *file, int fd, struct told *told,
                     size_t *ret_rows, struct error *err)
{
    struct read_page *page = calloc(1, sizeof *page); /* hundreds of addressees */
    size_t rows = 0;
    bool good = page != NULL || error_set(err, ERROR_LATER, "out of memory");
    do {
        good = good && has_room(told->asked, fd, rows, err) &&
               read_page(record, told->asked, page, err) && add_page(page, file, told, &rows, err);
    } while (good && page->n == ITEMS_A_PAGE);
    if (page != NULL)
        chain_wipe(page, sizeof *page);
    free(page);
    if (good)
        *ret_rows = rows;
    return good && ((told->n == 0 && rows > 0) || tell(told, err));
}

static bool add_header(const struct export_asked *asked, struct export_file *file,
                       struct error *err)
{
    return asked->views != NULL ? export_file_row(file, outcome_header, OUTCOME_COLUMNS, err)
                                : export_file_row(file, intake_header, INTAKE_COLUMNS, err);
}

bool export_list(struct record *record, const struct export_asked *asked, int fd, size_t *ret_rows,
                 struct error *err)
{
    struct export_file *file = NULL;
    struct told *told = calloc(1, sizeof *told);
    size_t rows = 0;
    if (told == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    told->asked = asked;
    bool good = (asked->views == NULL || views_rules(asked->views, &told->rules) ||
                 error_set(err, ERROR_LATER, "out of memory")) &&
                export_file_new(asked, fd, &file, err) && add_header(asked, file, err) &&
                add_rows(record, file, fd, told, &rows, err) && export_file_end(file, err);
    export_file_free(file);
    rules_done(&told->rules);
    free(told);
    if (good)
        *ret_rows = rows;
    return good;
}
