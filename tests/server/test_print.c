/* Envelopes to one PDF: the file is whole before the facts say so, copies are counted. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <poppler.h>

#include "labels/labels.h"
#include "server/office/handover.h"
#include "protocol/whole.h"
#include "server/office/list.h"
#include "server/office/offices.h"
#include "server/office/print.h"
#include "tests/server/desk_rig.h"

/* ---------------------------------------------------------------- a printer's devil */

/* The page, from 1, whose bars are spoiled on their way to the file; 0 none. */
static struct {
    int page, seen;
} devil;

bool __real_labels_begin_as(struct labels *labels, const struct labels_options *options,
                            struct labels_sink sink, struct error *err);
bool __wrap_labels_begin_as(struct labels *labels, const struct labels_options *options,
                            struct labels_sink sink, struct error *err);
bool __real_whole_write(int fd, const void *bytes, size_t n);
bool __wrap_whole_write(int fd, const void *bytes, size_t n);

/* Pages that can be spoiled by eye: not deflated. */
bool __wrap_labels_begin_as(struct labels *labels, const struct labels_options *options,
                            struct labels_sink sink, struct error *err)
{
    struct labels_options plain = *options;
    plain.plain = devil.page != 0;
    devil.seen = 0;
    return __real_labels_begin_as(labels, &plain, sink, err);
}

/* Bars of two modules get one: "x 0 2 1 re" draws one, in modules of its symbol. */
bool __wrap_whole_write(int fd, const void *bytes, size_t n)
{
    static const char wide[] = " 0 2 1 re\n";
    if (devil.page == 0 || !memmem(bytes, n, wide, sizeof wide - 1) || ++devil.seen != devil.page)
        return __real_whole_write(fd, bytes, n);
    char *spoiled = malloc(n), *at = spoiled;
    assert_non_null(spoiled);
    memcpy(spoiled, bytes, n);
    while ((at = memmem(at, n - (size_t)(at - spoiled), wide, sizeof wide - 1)) != NULL)
        at[3] = '1';
    bool good = __real_whole_write(fd, spoiled, n);
    free(spoiled);
    return good;
}

/* ---------------------------------------------------------------- */

struct shop {
    struct desk_rig desk;
    char folder[192];
    char notes[1024];
    struct item item[3];
};

static void note(void *ctx, const char *line)
{
    struct shop *shop = ctx;
    strncat(shop->notes, line, sizeof shop->notes - strlen(shop->notes) - 1);
}

static int open_shop(void **state)
{
    struct shop *shop = calloc(1, sizeof *shop);
    desk_rig_open(&shop->desk);
    (void)snprintf(shop->folder, sizeof shop->folder, "%s/print", shop->desk.rig.dir);
    for (int i = 0; i < 3; i++) {
        char dossier[32];
        (void)snprintf(dossier, sizeof dossier, "H27-261118-000%d", i);
        shop->item[i] = desk_rig_issue(&shop->desk, dossier, "0912000001", i == 0 ? "33000" : "0");
    }
    *state = shop;
    return 0;
}

static int close_shop(void **state)
{
    struct shop *shop = *state;
    desk_rig_close(&shop->desk);
    free(shop);
    return 0;
}

static struct print_config config_of(struct shop *shop)
{
    return (struct print_config){.acts = desk_rig_acts(&shop->desk),
                                 .views = shop->desk.rig.views,
                                 .record = shop->desk.rig.record,
                                 .folder = shop->folder,
                                 .sender = shop->desk.config.office_name,
                                 .public_url = shop->desk.config.public_url,
                                 .secret = shop->desk.secret,
                                 .note = note,
                                 .ctx = shop};
}

static struct print_result print(struct shop *shop, const struct item *items, size_t n)
{
    struct print_config config = config_of(shop);
    struct print_result result;
    assert_good(print_run(&config, items, n, &result, &err));
    return result;
}

static struct state state_of(struct shop *shop, const struct item *item)
{
    struct view view;
    assert_true(views_item(shop->desk.rig.views, item, &view));
    return view.state;
}

/* The text of one page, as a reader sees it. */
static char *page_text(const char *path, int page, int *ret_pages)
{
    char uri[512];
    GError *why = NULL;
    (void)snprintf(uri, sizeof uri, "file://%s", path);
    PopplerDocument *document = poppler_document_new_from_file(uri, NULL, &why);
    if (!document)
        fail_msg("%s: %s", path, why->message);
    *ret_pages = poppler_document_get_n_pages(document);
    PopplerPage *one = poppler_document_get_page(document, page);
    char *text = poppler_page_get_text(one);
    g_object_unref(one);
    g_object_unref(document);
    return text;
}

static void a_job_is_one_pdf_and_one_fact_a_page(void **state)
{
    struct shop *shop = *state;
    struct print_result result = print(shop, shop->item, 3);
    assert_int_equal(result.pages, 3);
    assert_int_equal(result.job, 1);
    int pages;
    char *text = page_text(result.path, 0, &pages), pretty[ITEM_PRETTY_MAX];
    assert_int_equal(pages, 3);
    assert_non_null(strstr(text, "Đỗ Xuân Mẫu"));
    assert_non_null(strstr(text, item_pretty(&shop->item[0], pretty)));
    assert_null(strstr(text, "H27-261118")); /* never the dossier */
    assert_null(strstr(text, "912000001"));  /* nor the phone */
    assert_null(strstr(text, "33"));         /* nor the amount */
    assert_null(strstr(text, "BẢN IN LẠI"));
    g_free(text);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(state_of(shop, &shop->item[i]).status, STATUS_PRINTED);
        assert_int_equal(state_of(shop, &shop->item[i]).copies, 1);
    }
    struct stat about;
    assert_int_equal(stat(result.path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

/* What stands on the envelope is the neutral name of the item's own office, as it is today. */
static void the_sender_is_the_items_own_office(void **state)
{
    struct shop *shop = *state;
    struct acts acts = desk_rig_acts(&shop->desk);
    struct premises office = {.kind = PREMISES_OFFICE,
                              .code = "CQ-1",
                              .name = "Phòng Kể Hết",
                              .neutral = "Trung tâm Kín",
                              .address = "Số 99 đường Thử"};
    assert_good(offices_put(acts, &office, 0, &err));
    int pages;
    struct print_result result = print(shop, shop->item, 1);
    char *text = page_text(result.path, 0, &pages);
    assert_non_null(strstr(text, "Trung tâm Kín"));
    assert_non_null(strstr(text, "Số 99 đường Thử"));
    assert_null(strstr(text, "Kể Hết"));
    g_free(text);
}

static void a_second_print_is_marked_and_is_no_new_item(void **state)
{
    struct shop *shop = *state;
    print(shop, shop->item, 3);
    struct print_result again = print(shop, shop->item + 1, 1);
    int pages;
    char *text = page_text(again.path, 0, &pages);
    assert_int_equal(pages, 1);
    assert_non_null(strstr(text, "BẢN IN LẠI 2"));
    g_free(text);
    assert_int_equal(state_of(shop, &shop->item[1]).copies, 2);
    assert_int_equal(state_of(shop, &shop->item[1]).status, STATUS_PRINTED);
    uint64_t counts[VIEW_STATUSES];
    views_counts(shop->desk.rig.views, counts);
    assert_int_equal(counts[STATUS_PRINTED], 3);
}

static void what_cannot_be_printed_is_left_out_by_name(void **state)
{
    struct shop *shop = *state;
    struct item items[2] = {shop->item[0], rig_item(77)};
    struct print_result result = print(shop, items, 2);
    assert_int_equal(result.pages, 1);
    assert_int_equal(result.left_out, 1);
    assert_non_null(strstr(shop->notes, items[1].text));
    struct print_config config = config_of(shop);
    assert_error(print_run(&config, items + 1, 1, &result, &err), ERROR_BAD_INPUT);
}

static size_t files_in(const char *path)
{
    DIR *folder = opendir(path);
    size_t n = 0;
    const struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL)
        n += entry->d_name[0] != '.';
    if (folder)
        closedir(folder);
    return n;
}

static void facts_never_come_before_the_file(void **state)
{
    struct shop *shop = *state;
    struct print_config config = config_of(shop);
    struct print_result result;
    config.folder = "/proc/no/such/folder";
    assert_error(print_run(&config, shop->item, 3, &result, &err), ERROR_LATER);
    assert_int_equal(state_of(shop, &shop->item[0]).copies, 0);
    config.folder = shop->folder;
    shop->desk.fail_at = 2; /* the file stands, the facts cannot be written */
    assert_error(print_run(&config, shop->item, 3, &result, &err), ERROR_LATER);
    assert_int_equal(state_of(shop, &shop->item[0]).copies, 0);
    assert_int_equal(files_in(shop->folder), 1);
    result = print(shop, shop->item, 3);
    int pages;
    char *text = page_text(result.path, 0, &pages);
    assert_null(strstr(text, "BẢN IN LẠI")); /* nobody counted the first */
    g_free(text);
}

/* The very bytes are read again: one page's bars went wrong between drawing and file. */
static void one_bad_symbol_stops_the_job(void **state)
{
    struct shop *shop = *state;
    struct print_config config = config_of(shop);
    struct print_result result;
    struct error err;
    char named[64];
    devil.page = 2;
    bool printed = print_run(&config, shop->item, 3, &result, &err);
    devil.page = 0;
    assert_false(printed);
    assert_int_equal(err.code, ERROR_REFUSED);
    (void)snprintf(named, sizeof named, "page 2: Code 128 '%s'", shop->item[1].text);
    if (!strstr(err.text, named))
        fail_msg("%s", err.text);
    assert_int_equal(files_in(shop->folder), 0); /* nor half a file */
    for (int i = 0; i < 3; i++)
        assert_int_equal(state_of(shop, &shop->item[i]).copies, 0);
    assert_int_equal(print(shop, shop->item, 3).pages, 3);
    assert_int_equal(state_of(shop, &shop->item[1]).copies, 1);
}

/* The children that read back are this program's: however much it has in memory, they have room. */
static void a_large_server_prints_too(void **state)
{
    struct shop *shop = *state;
    size_t large = (size_t)4 << 30;
    void *views = mmap(NULL, large, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_ptr_not_equal(views, MAP_FAILED);
    assert_int_equal(print(shop, shop->item, 3).pages, 3);
    munmap(views, large);
}

static void handover_takes_what_is_printed(void **state)
{
    struct shop *shop = *state;
    struct acts acts = desk_rig_acts(&shop->desk);
    uint64_t serial;
    assert_error(handover_run(acts, shop->desk.rig.views, shop->item, 3, NULL, &serial, &err),
                 ERROR_REFUSED);
    print(shop, shop->item, 2);
    assert_good(handover_run(acts, shop->desk.rig.views, shop->item, 2, NULL, &serial, &err));
    assert_int_equal(serial, 1);
    assert_int_equal(state_of(shop, &shop->item[0]).status, STATUS_HANDED_OVER);
    assert_error(handover_run(acts, shop->desk.rig.views, shop->item, 1, NULL, &serial, &err),
                 ERROR_REFUSED);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define SHOP(name) cmocka_unit_test_setup_teardown(name, open_shop, close_shop)
    const struct CMUnitTest tests[] = {
        SHOP(a_job_is_one_pdf_and_one_fact_a_page),
        SHOP(the_sender_is_the_items_own_office),
        SHOP(a_second_print_is_marked_and_is_no_new_item),
        SHOP(what_cannot_be_printed_is_left_out_by_name),
        SHOP(facts_never_come_before_the_file),
        SHOP(one_bad_symbol_stops_the_job),
        SHOP(a_large_server_prints_too),
        SHOP(handover_takes_what_is_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
