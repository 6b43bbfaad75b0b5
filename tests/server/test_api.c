/* The API as another program meets it: keys, scopes, offices, pages of lists, problems that name
 * what is wrong, and looks that are written down. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/list.h"
#include "server/record/looks.h"
#include "server/record/people.h"
#include "tests/server/api_rig.h"

static char key[160];

static int ask_api(struct web_rig *rig, const char *path)
{
    return web_rig_get(rig, path, key);
}

/* ------------------------------------------------------------------ keys */

static void nobody_comes_in_without_a_key(void **state)
{
    struct web_rig *rig = *state;
    char path[64];
    (void)snprintf(path, sizeof path, "/api/v1/items/%s", rig->item.text);
    assert_int_equal(web_rig_get(rig, path, ""), 401);
    api_rig_problem(rig, 401, "no-key", NULL);
    assert_true(web_rig_says(rig, "WWW-Authenticate: Bearer realm=\"trao\"\r\n"));
    static const char *const wrong[] = {
        "Authorization: Basic YTpi\r\n", "Authorization: Bearer\r\n", "Authorization: Bearer x\r\n",
        "Authorization: Bearer trao_1_00\r\n",
        ("Authorization: Bearer "
         "trao_1_0000000000000000000000000000000000000000000000000000000000000000\r\n")};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(web_rig_get(rig, path, wrong[i]), 401);
        assert_false(web_rig_says(rig, rig->item.text));
    }
    api_rig_key(rig, "cong scope=items:read office=all", key);
    assert_int_equal(ask_api(rig, path), 200);
    assert_true(web_rig_says(rig, "\"status\":\"issued\""));
    key[strlen(key) - 3] ^= 1; /* one digit of the secret */
    assert_int_equal(ask_api(rig, path), 401);
    key[strlen(key) - 3] ^= 1;
    assert_int_equal(ask_api(rig, path), 200);
}

static void wrong_keys_are_counted(void **state)
{
    struct web_rig *rig = *state;
    api_rig_key(rig, "cong scope=items:read office=all", key);
    for (int i = 0; i < 20; i++)
        assert_int_equal(web_rig_get(rig, "/api/v1/items", "Authorization: Bearer x\r\n"), 401);
    assert_int_equal(web_rig_get(rig, "/api/v1/items", "Authorization: Bearer x\r\n"), 429);
    api_rig_problem(rig, 429, "too-many", NULL);
    assert_true(web_rig_says(rig, "Retry-After: 3600\r\n"));
    assert_int_equal(ask_api(rig, "/api/v1/items"), 429);
    assert_int_equal(web_rig_get(rig, "/api/v1/openapi.json", ""), 200);
    /* a program with an old key keeps nobody at the desks beside it out */
    char cookie[128] = "", token[64] = "", headers[160], form[128];
    assert_int_equal(web_rig_get(rig, "/quay/dang-nhap", ""), 200);
    assert_int_equal(sscanf(strstr(rig->answer, "Set-Cookie: "), "Set-Cookie: %127[^;]", cookie),
                     1);
    assert_int_equal(
        sscanf(strstr(rig->answer, "name=dau value="), "name=dau value=%63[0-9a-f]", token), 1);
    (void)snprintf(headers, sizeof headers, "Cookie: %s\r\n", cookie);
    (void)snprintf(form, sizeof form, "dau=%s&ten=ai&mk=sai", token);
    assert_int_equal(web_rig_post(rig, "/quay/dang-nhap", headers, form), 403);
    assert_true(web_rig_says(rig, "Tên hoặc mật khẩu chưa đúng."));
}

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static void a_key_ends(void **state)
{
    struct web_rig *rig = *state;
    char old[160], words[96], day[CLOCK_TEXT_MAX];
    struct clock clock = clock_system(); /* by which commands tell the day */
    struct instant today = clock.now(clock.self), until = {today.ms + 3 * DAY_MS};
    (void)snprintf(words, sizeof words, "cong scope=items:read office=all until=%.10s",
                   clock_iso_local(until, day, sizeof day));
    api_rig_key(rig, words, key);
    assert_int_equal(ask_api(rig, "/api/v1/items"), 200);
    memcpy(old, key, sizeof old);
    api_rig_key(rig, "cong", key); /* a new secret, the same scopes */
    desk_rig_pass(&rig->desk, 1000);
    assert_int_equal(web_rig_get(rig, "/api/v1/items", old), 401);
    assert_int_equal(ask_api(rig, "/api/v1/items"), 200);
    json_decref(api_rig_command(rig, -1, "keyrevoke cong"));
    desk_rig_pass(&rig->desk, 1000); /* what was found is remembered for a second */
    assert_int_equal(ask_api(rig, "/api/v1/items"), 401);
    json_t *said = api_rig_command(rig, -1, "keys");
    const json_t *row = json_array_get(json_object_get(said, "keys"), 0);
    assert_true(json_is_false(json_object_get(row, "in_force")));
    assert_int_equal(json_array_size(json_object_get(row, "scopes")), 1);
    json_decref(said);
    (void)snprintf(words, sizeof words, "cong until=%.10s", day);
    api_rig_key(rig, words, key);
    assert_int_equal(ask_api(rig, "/api/v1/items"), 200);
    desk_rig_pass(&rig->desk, until.ms + DAY_MS - rig->desk.now_ms);
    assert_int_equal(ask_api(rig, "/api/v1/items"), 401);
}

/* Asked of the record: what was remembered is of five seconds ago. */
static int ask_afresh(struct web_rig *rig)
{
    desk_rig_pass(&rig->desk, -5000);
    (void)ask_api(rig, "/api/v1/items");
    desk_rig_pass(&rig->desk, 5000);
    return ask_api(rig, "/api/v1/items");
}

/* What is remembered of a key for a second is of that very key, and not beyond its end. */
static void a_remembered_key_is_that_key(void **state)
{
    struct web_rig *rig = *state;
    static const char begin[] = "Authorization: Bearer ";
    char words[96], day[CLOCK_TEXT_MAX], token[120], header[160];
    struct clock clock = clock_system();
    struct instant until = {clock.now(clock.self).ms + 3 * DAY_MS};
    (void)snprintf(words, sizeof words, "cong scope=items:read office=all until=%.10s",
                   clock_iso_local(until, day, sizeof day));
    api_rig_key(rig, words, key);
    (void)snprintf(token, sizeof token, "%.*s", (int)strcspn(key + sizeof begin - 1, "\r"),
                   key + sizeof begin - 1);
    uint8_t place = chain_hash(token, strlen(token)).bytes[0];
    assert_int_equal(ask_api(rig, "/api/v1/items"), 200);
    for (int i = 0;; i++) { /* another text in the same place, whatever of the hash makes it */
        (void)snprintf(token, sizeof token, "trao_1_%064x", (unsigned)i);
        if (chain_hash(token, strlen(token)).bytes[0] == place)
            break;
    }
    (void)snprintf(header, sizeof header, "%s%s\r\n", begin, token);
    assert_int_equal(web_rig_get(rig, "/api/v1/items", header), 401);

    desk_rig_pass(&rig->desk, until.ms - DAY_MS - rig->desk.now_ms);
    struct instant end = {0}; /* found to 300 ms: the last moment at which it is answered */
    for (int64_t step = 2 * DAY_MS; step >= 300; step /= 2) {
        desk_rig_pass(&rig->desk, step);
        if (ask_afresh(rig) != 200) {
            end = rig->desk.rig.now;
            desk_rig_pass(&rig->desk, -step);
        }
    }
    assert_true(end.ms != 0);
    assert_int_equal(ask_afresh(rig), 200);
    desk_rig_pass(&rig->desk, 700);
    assert_int_equal(ask_api(rig, "/api/v1/items"), 401);
}

/* Its name is no login, and no person's name becomes a key. */
static void a_key_is_nobody(void **state)
{
    struct web_rig *rig = *state;
    char *json = NULL;
    struct error why = {ERROR_NONE, ""};
    api_rig_key(rig, "cong scope=items:read office=all", key);
    char *person[] = {(char[]){"person"}, (char[]){"cong"}, (char[]){"role=clerk"},
                      (char[]){"office=all"}, NULL};
    struct call call = {.argc = 4, .argv = person, .fd = -1};
    assert_false(lanes_say(rig->lanes, &call, &json, &why));
    assert_int_equal(why.code, ERROR_BAD_INPUT);
    free(json);
    json_decref(api_rig_command(rig, -1, "person quay role=clerk office=all"));
    char *taken[] = {(char[]){"key"}, (char[]){"quay"}, (char[]){"scope=items:read"},
                     (char[]){"office=all"}, NULL};
    call.argv = taken;
    assert_false(lanes_say(rig->lanes, &call, &json, &why));
    assert_int_equal(why.code, ERROR_REPEATED);
    free(json);
}

/* ------------------------------------------------------------------ scopes and offices */

static bool another_office(struct record *record, void *arg, struct error *why)
{
    struct person person;
    if (!person_find(record, "cong", &person, why))
        return false;
    person.offices[0] = *(uint32_t *)arg;
    person.offices_n = 1;
    return person_change(record, &person, why);
}

static void a_key_reaches_its_scopes_and_offices_alone(void **state)
{
    struct web_rig *rig = *state;
    char path[96];
    uint32_t none = 77;
    struct view view;
    struct acts acts = desk_rig_acts(&rig->desk);
    api_rig_key(rig, "cong scope=items:read office=all", key);
    (void)snprintf(path, sizeof path, "/api/v1/items/%s?names=true", rig->item.text);
    assert_int_equal(ask_api(rig, path), 403);
    api_rig_problem(rig, 403, "scope", "names");
    api_rig_key(rig, "cong scope=boards:read", key);
    *strchr(path, '?') = '\0';
    assert_int_equal(ask_api(rig, path), 403);
    api_rig_problem(rig, 403, "scope", NULL);
    assert_true(web_rig_says(rig, "items:read"));

    api_rig_key(rig, "cong scope=items:read", key);
    assert_true(views_item(rig->desk.rig.views, &rig->item, &view));
    assert_good(acts.run(acts.self, another_office, &view.marks.office, &err));
    assert_int_equal(ask_api(rig, path), 200);
    desk_rig_pass(&rig->desk, 1000);
    assert_good(acts.run(acts.self, another_office, &none, &err));
    assert_int_equal(ask_api(rig, path), 404);
    api_rig_problem(rig, 404, "not-found", "item");
    assert_int_equal(ask_api(rig, "/api/v1/items"), 200);
    assert_string_equal(web_rig_body(rig), "{\"items\":[],\"next\":null}");
    (void)snprintf(path, sizeof path, "/api/v1/items/%s/events", rig->item.text);
    assert_int_equal(ask_api(rig, path), 404);
    (void)snprintf(path, sizeof path, "/api/v1/items/%s/terms", rig->item.text);
    assert_int_equal(ask_api(rig, path), 404);
}

struct heard {
    size_t names, keys, searches;
    uint64_t rows;
};

static bool hear(void *ctx, const struct look *look)
{
    struct heard *heard = ctx;
    heard->names += look->kind == LOOK_NAMES;
    heard->keys += look->kind == LOOK_KEY;
    heard->searches += look->kind == LOOK_SEARCH;
    if (look->kind == LOOK_NAMES)
        heard->rows += look->rows;
    return true;
}

static struct heard looks(struct web_rig *rig)
{
    struct heard heard = {.names = 0};
    assert_good(looks_each(rig->desk.rig.record, 0, (struct instant){0},
                           (struct instant){INT64_MAX}, hear, &heard, &err));
    return heard;
}

static void names_are_written_down_before_they_are_given(void **state)
{
    struct web_rig *rig = *state;
    char path[96];
    api_rig_key(rig, "cong scope=items:read,names:read office=all", key);
    (void)snprintf(path, sizeof path, "/api/v1/items/%s?names=true", rig->item.text);
    assert_int_equal(ask_api(rig, path), 200);
    assert_true(web_rig_says(rig, "Đỗ Xuân Mẫu"));
    assert_true(web_rig_says(rig, "+84912000001"));
    assert_true(web_rig_says(rig, "Cache-Control: no-store, no-transform\r\n"));
    assert_int_equal(ask_api(rig, "/api/v1/items?names=true"), 200);
    assert_true(web_rig_says(rig, "Đỗ Xuân Mẫu"));
    assert_true(
        web_rig_says(rig, "Cache-Control: no-store, no-transform\r\n")); /* kept by nobody */
    assert_int_equal(ask_api(rig, "/api/v1/items"), 200);
    assert_false(web_rig_says(rig, "Đỗ Xuân Mẫu"));
    struct heard heard = looks(rig);
    assert_int_equal(heard.names, 2);
    assert_int_equal(heard.rows, 2);
    assert_int_equal(heard.keys, 1);
    rig->desk.fail_at = 1;
    assert_int_equal(ask_api(rig, path), 503);
    assert_false(web_rig_says(rig, "Đỗ Xuân Mẫu"));
    api_rig_problem(rig, 503, "later", NULL);
}

/* ------------------------------------------------------------------ lists */

/* Every item once, whatever comes in meanwhile. */
static void a_list_is_walked_page_by_page(void **state)
{
    struct web_rig *rig = *state;
    char path[128] = "/api/v1/items?limit=7", seen[64][ITEM_CHARS + 1];
    size_t n = 0;
    api_rig_key(rig, "cong scope=items:read office=all", key);
    api_rig_import(rig, 30);
    for (int page = 0; *path; page++) {
        assert_int_equal(ask_api(rig, path), 200);
        json_t *document = api_rig_document(rig);
        const json_t *items = json_object_get(document, "items");
        const char *next = json_string_value(json_object_get(document, "next"));
        assert_true(json_array_size(items) <= 7);
        for (size_t i = 0; i < json_array_size(items); i++) {
            const char *item = json_string_value(json_object_get(json_array_get(items, i), "item"));
            for (size_t k = 0; k < n; k++)
                assert_string_not_equal(seen[k], item);
            (void)snprintf(seen[n++], ITEM_CHARS + 1, "%s", item);
        }
        if (page == 1)
            desk_rig_issue(&rig->desk, "H27.15-261120-0001", "0912000077", "0");
        (void)snprintf(path, sizeof path, next ? "/api/v1/items?limit=7&cursor=%s" : "%s",
                       next ? next : "");
        json_decref(document);
    }
    assert_int_equal(n, 31);
}

static void a_list_is_narrowed(void **state)
{
    struct web_rig *rig = *state;
    static const struct {
        const char *query;
        size_t n;
    } asked[] = {{"status=issued", 6},
                 {"status=delivered", 0},
                 {"from=2026-11-25", 6},
                 {"to=2026-11-24", 0},
                 {"from=2026-11-25&to=2026-11-25", 6},
                 {"from=2026-11-26", 0},
                 {"limit=1", 1}};
    api_rig_key(rig, "cong scope=items:read office=all", key);
    api_rig_import(rig, 5);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        char path[96];
        (void)snprintf(path, sizeof path, "/api/v1/items?%s", asked[i].query);
        assert_int_equal(ask_api(rig, path), 200);
        json_t *document = api_rig_document(rig);
        if (json_array_size(json_object_get(document, "items")) != asked[i].n)
            fail_msg("%s: %s", path, web_rig_body(rig));
        json_decref(document);
    }
    assert_int_equal(ask_api(rig, "/api/v1/items?office=H27.99"), 404);
    api_rig_problem(rig, 404, "not-found", "office");
}

/* ------------------------------------------------------------------ found */

static int search(struct web_rig *rig, const char *body)
{
    char headers[256];
    (void)snprintf(headers, sizeof headers, "%sContent-Type: application/json\r\n", key);
    return web_rig_post(rig, "/api/v1/search", headers, body);
}

static void items_are_found(void **state)
{
    struct web_rig *rig = *state;
    char path[96];
    api_rig_key(rig, "cong scope=items:read office=all", key);
    api_rig_import(rig, 8);
    (void)snprintf(path, sizeof path, "/api/v1/search?q=%s", rig->item.text);
    assert_int_equal(ask_api(rig, path), 200);
    assert_true(web_rig_says(rig, rig->item.text));
    assert_int_equal(ask_api(rig, "/api/v1/search?q=261118-0145"), 200);
    assert_true(web_rig_says(rig, rig->item.text));
    assert_int_equal(ask_api(rig, "/api/v1/search?q=mau"), 400);
    api_rig_problem(rig, 400, "bad-input", "q");
    assert_int_equal(search(rig, "{\"q\":\"mau\"}"), 403);
    api_rig_problem(rig, 403, "scope", "q");

    api_rig_key(rig, "cong scope=items:read,names:read", key);
    assert_int_equal(ask_api(rig, "/api/v1/search?q=mau"), 400); /* never in an address */
    assert_int_equal(search(rig, "{\"q\":\"mau xuân\"}"), 200);
    assert_true(web_rig_says(rig, rig->item.text));
    assert_false(web_rig_says(rig, "Đỗ Xuân Mẫu"));
    assert_true(web_rig_says(rig, "\"complete\":true"));
    assert_int_equal(search(rig, "{\"q\":\"0001\",\"names\":true}"), 200);
    assert_true(web_rig_says(rig, "Đỗ Xuân Mẫu"));
    assert_int_equal(search(rig, "{\"q\":\"an hoang\",\"limit\":1}"), 200);
    json_t *document = api_rig_document(rig);
    assert_int_equal(json_array_size(json_object_get(document, "items")), 1);
    char body[96];
    (void)snprintf(body, sizeof body, "{\"q\":\"an hoang\",\"limit\":5,\"cursor\":\"%s\"}",
                   json_string_value(json_object_get(document, "next")));
    json_decref(document);
    assert_int_equal(search(rig, body), 200);
    document = api_rig_document(rig);
    assert_int_equal(json_array_size(json_object_get(document, "items")), 1);
    assert_true(json_is_null(json_object_get(document, "next")));
    json_decref(document);
    assert_int_equal(search(rig, "{\"q\":\"không có ai\"}"), 200);
    assert_true(web_rig_says(rig, "{\"items\":[],\"complete\":true,\"next\":null}"));
    struct heard heard = looks(rig);
    assert_int_equal(heard.searches, 5);
    rig->desk.fail_at = 1;
    assert_int_equal(search(rig, "{\"q\":\"mau\"}"), 503);
    assert_int_equal(search(rig, "{\"q\":\"1\"}"), 200);
    assert_int_equal(search(rig, "{\"q\":\"...\"}"), 400);
    api_rig_problem(rig, 400, "bad-input", "q");
    document = api_rig_command(rig, -1, "search xuan");
    assert_int_equal(json_array_size(json_object_get(document, "items")), 3);
    json_decref(document);
}

/* ------------------------------------------------------------------ what is wrong is named */

static void what_is_wrong_is_named(void **state)
{
    struct web_rig *rig = *state;
    static const struct {
        const char *path;
        int status;
        const char *code, *field;
    } asked[] = {
        {"/api/v1/items?limit=0", 400, "bad-input", "limit"},
        {"/api/v1/items?limit=201", 400, "bad-input", "limit"},
        {"/api/v1/items?limit=ba", 400, "bad-input", "limit"},
        {"/api/v1/items?limit=5&limit=6", 400, "bad-input", "limit"},
        {"/api/v1/items?limt=5", 400, "bad-input", "limt"},
        {"/api/v1/items?from=25/11/2026", 400, "bad-input", "from"},
        {"/api/v1/items?from=2026-02-30", 400, "bad-input", "from"},
        {"/api/v1/items?status=", 400, "bad-input", "status"},
        {"/api/v1/items?status=lost-in-space", 400, "bad-input", "status"},
        {"/api/v1/items?names=1", 400, "bad-input", "names"},
        {"/api/v1/items?cursor=c1", 400, "bad-input", "cursor"},
        {"/api/v1/items/RA123456784VN", 400, "bad-input", "item"},
        {"/api/v1/items/RA123456785VN", 404, "not-found", "item"},
        {"/api/v1/items/RA123456785VN/events", 404, "not-found", "item"},
        {"/api/v1/items//events", 404, "not-found", NULL},
        {"/api/v1/", 404, "not-found", NULL},
        {"/api/v2/items", 404, "not-found", NULL},
        {"/api/", 404, "not-found", NULL},
    };
    api_rig_key(rig, "cong scope=items:read office=all", key);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        print_message("%s\n", asked[i].path);
        assert_int_equal(ask_api(rig, asked[i].path), asked[i].status);
        api_rig_problem(rig, asked[i].status, asked[i].code, asked[i].field);
    }
}

static int raw(struct web_rig *rig, const char *method, const char *path, const char *more)
{
    char bytes[1024];
    int n = snprintf(bytes, sizeof bytes,
                     "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s%s\r\n", method,
                     path, key, more);
    return web_rig_raw(rig, bytes, (size_t)n, 3000);
}

/* Before an operation is asked: the listener's own refusals are problems too. */
static void what_is_refused_early_is_a_problem(void **state)
{
    struct web_rig *rig = *state;
    char path[64];
    static const struct {
        const char *method, *headers, *body;
        int status;
        const char *code;
    } rows[] = {
        {"DELETE", "", "", 405, "method"},
        {"PATCH", "Content-Length: 2\r\n", "{}", 405, "method"},
        {"GET", "Content-Length: 3\r\n", "abc", 400, "bad-input"},
        {"GET", "Host: evil.test\r\n", "", 400, "bad-input"},
        {"POST", "Content-Length: 5\r\nContent-Length: 50\r\n", "hello", 400, "bad-input"},
        {"POST", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", 400,
         "bad-input"},
        {"POST", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n", 501, "bad-input"},
        {"POST", "Content-Length: 16385\r\n", "", 413, "bad-input"},
    };
    (void)snprintf(path, sizeof path, "/api/v1/items/%s", rig->item.text);
    key[0] = '\0';
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char more[160];
        int n = snprintf(more, sizeof more, "%s\r\n%s", rows[i].headers, rows[i].body);
        assert_in_range(n, 0, sizeof more - 1);
        print_message("%s %s\n", rows[i].method, rows[i].headers);
        assert_int_equal(raw(rig, rows[i].method, path, more), rows[i].status);
        api_rig_problem(rig, rows[i].status, rows[i].code, NULL);
        assert_true(web_rig_says(rig, "X-Content-Type-Options: nosniff\r\n"));
        if (rows[i].status == 405)
            assert_true(web_rig_says(rig, "Allow: GET, HEAD, OPTIONS\r\n"));
    }
    assert_int_equal(raw(rig, "DELETE", "/api/v1/nothing", ""), 405);
    api_rig_problem(rig, 405, "method", NULL);
    assert_int_equal(raw(rig, "DELETE", "/quay", ""), 405); /* pages go on saying it plainly */
    assert_true(web_rig_says(rig, "Content-Type: text/plain; charset=utf-8\r\n"));
}

/* Without a length: said as soon as it is too long, while it still comes. */
static void a_body_that_grows_is_a_problem(void **state)
{
    struct web_rig *rig = *state;
    char *bytes = calloc(64, 1024), *at = bytes;
    assert_non_null(bytes);
    at += sprintf(at, "POST /api/v1/items HTTP/1.1\r\nHost: h\r\nContent-Type: application/json"
                      "\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 20; i++)
        at += sprintf(at, "400\r\n%01024d\r\n", 0);
    assert_int_equal(web_rig_raw(rig, bytes, (size_t)(at - bytes), 1500), 413); /* has no end yet */
    api_rig_problem(rig, 413, "bad-input", NULL);
    free(bytes);
}

static void methods_are_sane(void **state)
{
    struct web_rig *rig = *state;
    char path[64], etag[128] = "", value[64];
    (void)snprintf(path, sizeof path, "/api/v1/items/%s", rig->item.text);
    api_rig_key(rig, "cong scope=items:read office=all", key);
    assert_int_equal(raw(rig, "HEAD", path, ""), 200);
    assert_string_equal(web_rig_body(rig), "");
    assert_true(web_rig_says(rig, "ETag: \""));
    assert_int_equal(raw(rig, "OPTIONS", path, ""), 204);
    assert_true(web_rig_says(rig, "Allow: GET, HEAD, OPTIONS\r\n"));
    assert_int_equal(raw(rig, "OPTIONS", "/api/v1/nothing", ""), 404);
    assert_int_equal(raw(rig, "OPTIONS", "/quay", ""), 405);
    assert_int_equal(raw(rig, "DELETE", path, ""), 405);
    assert_int_equal(raw(rig, "POST", path, "Content-Length: 0\r\n"), 405);
    api_rig_problem(rig, 405, "method", NULL);
    assert_true(web_rig_says(rig, "Allow: GET, HEAD, OPTIONS\r\n"));

    assert_int_equal(raw(rig, "GET", path, ""), 200);
    assert_true(web_rig_says(rig, "Cache-Control: private, no-cache\r\n"));
    assert_int_equal(sscanf(strstr(rig->answer, "ETag: "), "ETag: %63[^\r]", value), 1);
    (void)snprintf(etag, sizeof etag, "If-None-Match: \"x\", %s\r\n", value);
    assert_int_equal(raw(rig, "GET", path, etag), 304);
    assert_string_equal(web_rig_body(rig), "");
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_PICKED_UP, 0);
    assert_int_equal(raw(rig, "GET", path, etag), 200);
    assert_true(web_rig_says(rig, "\"status\":\"picked_up\""));
    (void)snprintf(path, sizeof path, "/api/v1/items/%s/events", rig->item.text);
    assert_int_equal(raw(rig, "GET", path, ""), 200);
    assert_true(web_rig_says(rig, "\"event\":\"picked_up\""));
    assert_true(web_rig_says(rig, "\"source\":\"HH-001/"));
    assert_true(web_rig_says(rig, "\"source\":\"office/1\""));
}

/* What is not known is named whatever it is called, and the answer is JSON all the same: a name is
 * cut between letters, and one of none is still one. */
static void members_of_any_name_are_named(void **state)
{
    struct web_rig *rig = *state;
    api_rig_key(rig, "cong scope=items:read,names:read office=all", key);
    assert_int_equal(search(rig, "{\"\":1}"), 400);
    api_rig_problem(rig, 400, "bad-input", "\"\"");
    assert_int_equal(search(rig, "{\"xếxếxếxếxếxếxếxếxếxếxế\":1}"), 400);
    api_rig_problem(rig, 400, "bad-input", "xếxếxếxếxếxếxếx");
    assert_int_equal(search(rig, "{\"ếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếế"), 400);
    api_rig_problem(rig, 400, "bad-input", "body");
}

static void it_describes_itself(void **state)
{
    struct web_rig *rig = *state;
    assert_int_equal(web_rig_get(rig, "/api/v1/openapi.json", ""), 200);
    json_t *document = api_rig_document(rig);
    assert_string_equal(json_string_value(json_object_get(document, "openapi")), "3.1.0");
    assert_non_null(json_object_get(json_object_get(document, "paths"), "/items/{item}"));
    json_decref(document);
}

#define DOOR(name) cmocka_unit_test_setup_teardown(name, api_rig_open, api_rig_close)

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        DOOR(nobody_comes_in_without_a_key),
        DOOR(wrong_keys_are_counted),
        DOOR(a_key_ends),
        DOOR(a_remembered_key_is_that_key),
        DOOR(a_key_is_nobody),
        DOOR(a_key_reaches_its_scopes_and_offices_alone),
        DOOR(names_are_written_down_before_they_are_given),
        DOOR(a_list_is_walked_page_by_page),
        DOOR(a_list_is_narrowed),
        DOOR(items_are_found),
        DOOR(what_is_wrong_is_named),
        DOOR(what_is_refused_early_is_a_problem),
        DOOR(a_body_that_grows_is_a_problem),
        DOOR(methods_are_sane),
        DOOR(members_of_any_name_are_named),
        DOOR(it_describes_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
