/* What other programs have done over the API: by the commands of trao-admin, in the key's name,
 * once for each Idempotency-Key whatever becomes of the answer. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/office/list.h"
#include "server/record/api_keys.h"
#include "server/record/lookups.h"
#include "server/record/hooks.h"
#include "server/record/people.h"
#include "server/record/premises.h"
#include "server/web/http.h"
#include "tests/server/api_rig.h"

#define ALL_SCOPES                                                                                 \
    "cong scope=items:read,names:read,items:write,desk:write,handovers:read,rounds:read,"          \
    "rounds:write,cases:read,cases:write,boards:read,exports:read,hooks:read,hooks:write "         \
    "office=all"

static char key[160];

/* A POST of JSON; `once` "" without an Idempotency-Key. */
static int post(struct web_rig *rig, const char *path, const char *once, const char *body)
{
    char headers[512], header[128] = "";
    if (*once)
        (void)snprintf(header, sizeof header, "Idempotency-Key: %s\r\n", once);
    (void)snprintf(headers, sizeof headers, "%sContent-Type: application/json\r\n%s", key, header);
    return web_rig_post(rig, path, headers, body);
}

static int get(struct web_rig *rig, const char *path)
{
    return web_rig_get(rig, path, key);
}

static const char *path_of(const struct item *item, const char *verb)
{
    static char path[96];
    (void)snprintf(path, sizeof path, "/api/v1/items/%s/%s", item->text, verb);
    return path;
}

static size_t facts_of(struct web_rig *rig, const struct item *item, uint32_t event)
{
    struct fact facts[VIEW_HISTORY_MAX];
    size_t n = views_history(rig->desk.rig.views, item, facts, VIEW_HISTORY_MAX), found = 0;
    for (size_t i = 0; i < n; i++)
        found += !facts[i].is_scan && facts[i].office.event == event;
    return found;
}

static json_t *said(struct web_rig *rig)
{
    json_t *document = api_rig_document(rig);
    if (!json_is_true(json_object_get(document, "ok")))
        fail_msg("%s", web_rig_body(rig));
    return document;
}

/* ------------------------------------------------------------------ a day of an office's program
 */

static void a_list_comes_in_as_rows_and_as_a_file(void **state)
{
    struct web_rig *rig = *state;
    struct item item;
    char headers[320];
    api_rig_key(rig, ALL_SCOPES, key);
    assert_int_equal(
        post(rig, "/api/v1/items", "",
             "{\"list\":[{\"dossier\":\"H27.15-261120-0001\",\"name\":\"Ngô, \\\"Ba\\\"\","
             "\"address\":\"Thôn 2, X. Cẩm Trung\\nHà Tĩnh\",\"phone\":\"0912345678\","
             "\"postage\":33000},"
             "{\"dossier\":\"H27\",\"name\":\"=Hai\",\"address\":\"Số 1\"}]}"),
        200);
    json_t *document = said(rig);
    assert_int_equal(json_integer_value(json_object_get(document, "added")), 1);
    assert_int_equal(json_integer_value(json_object_get(document, "refused")), 1);
    json_decref(document);
    assert_good(record_item_of_dossier(rig->desk.rig.record, "H27.15-261120-0001", &item, &err));
    char path[96];
    (void)snprintf(path, sizeof path, "/api/v1/items/%s?names=true", item.text);
    assert_int_equal(get(rig, path), 200);
    assert_true(web_rig_says(rig, "\"name\":\"Ngô, \\\"Ba\\\"\""));
    assert_true(web_rig_says(rig, "\"postage_vnd\":33000"));

    (void)snprintf(headers, sizeof headers, "%sContent-Type: text/csv\r\n", key);
    static const char list[] = "Mã hồ sơ,Người nhận,Địa chỉ\nH27.15-261120-0002,Lê An,Số 1\n";
    assert_int_equal(web_rig_post(rig, "/api/v1/items?dry=true", headers, list), 200);
    assert_int_equal(web_rig_post(rig, "/api/v1/items", headers, list), 200);
    document = said(rig);
    assert_int_equal(json_integer_value(json_object_get(document, "added")), 1);
    json_decref(document);
    (void)snprintf(headers, sizeof headers, "%sContent-Type: text/html\r\n", key);
    assert_int_equal(web_rig_post(rig, "/api/v1/items", headers, list), 415);
    api_rig_problem(rig, 415, "content-type", "Content-Type");
    static const char *const wrong[] = {"{}", "{\"list\":[]}", "{\"list\":[1]}",
                                        "{\"list\":[{\"dosier\":\"x\"}]}",
                                        "{\"list\":[{\"dossier\":{}}]}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(post(rig, "/api/v1/items", "", wrong[i]), 400);
        api_rig_problem(rig, 400, "bad-input", "list");
    }
}

static void an_envelope_goes_its_way(void **state)
{
    struct web_rig *rig = *state;
    char body[256], handover[32];
    const struct item *item = &rig->item;
    api_rig_key(rig, ALL_SCOPES, key);
    (void)snprintf(body, sizeof body, "{\"items\":[\"%s\"]}", item->text);
    assert_int_equal(post(rig, "/api/v1/prints", "", body), 200);
    json_t *document = said(rig);
    assert_null(json_object_get(document, "path"));
    char path[96];
    (void)snprintf(path, sizeof path, "/api/v1/prints/%lld",
                   json_integer_value(json_object_get(document, "print")));
    json_decref(document);
    assert_int_equal(get(rig, path), 200);
    assert_true(web_rig_says(rig, "Content-Type: application/pdf\r\n"));
    assert_int_equal(get(rig, "/api/v1/prints/99"), 404);

    static const char dossier[] = "/api/v1/dossiers/H27.15-261118-0145/";
    (void)snprintf(path, sizeof path, "%sreceive", dossier);
    assert_int_equal(post(rig, path, "", "{}"), 400);
    api_rig_problem(rig, 400, "bad-input", "pages");
    assert_int_equal(post(rig, path, "", "{\"originals\":1,\"pages\":3}"), 200);
    (void)snprintf(path, sizeof path, "%spair", dossier);
    (void)snprintf(body, sizeof body, "{\"item\":\"%s\"}", item->text);
    assert_int_equal(post(rig, path, "", body), 200);
    (void)snprintf(body, sizeof body,
                   "{\"seal\":\"NP-1\",\"giver\":\"An\",\"taker\":\"Bình\",\"count\":1,"
                   "\"items\":[\"%s\"]}",
                   item->text);
    assert_int_equal(post(rig, "/api/v1/handovers", "", body), 200);
    document = said(rig);
    (void)snprintf(handover, sizeof handover, "%s",
                   json_string_value(json_object_get(document, "handover")));
    json_decref(document);
    (void)snprintf(path, sizeof path, "/api/v1/handovers/%s", handover);
    assert_int_equal(get(rig, path), 200);
    assert_true(web_rig_says(rig, item->text));
    assert_int_equal(get(rig, "/api/v1/handovers"), 200);
    assert_true(web_rig_says(rig, handover));
    (void)snprintf(path, sizeof path, "/api/v1/handovers/%s/differences", handover);
    (void)snprintf(body, sizeof body,
                   "{\"item\":\"%s\",\"difference\":\"damaged\",\"note\":\"ướt\"}", item->text);
    assert_int_equal(post(rig, path, "", body), 200);
    (void)snprintf(body, sizeof body,
                   "{\"item\":\"%s\",\"kind\":\"damaged\",\"evidence\":\"đơn\","
                   "\"opener\":\"citizen\"}",
                   item->text);
    assert_int_equal(post(rig, "/api/v1/cases", "", body), 200);
    assert_int_equal(get(rig, "/api/v1/cases"), 200);
    assert_true(web_rig_says(rig, "\"kind\":\"damaged\""));
    assert_int_equal(post(rig, path_of(item, "cases/damaged/close"), "",
                          "{\"outcome\":\"settled\",\"evidence\":\"bb\"}"),
                     200);
    assert_int_equal(get(rig, path_of(item, "terms")), 200);
    assert_int_equal(get(rig, "/api/v1/boards?from=2026-11-01&to=2026-12-31&by=office"), 200);
    assert_int_equal(get(rig, "/api/v1/boards/rows?from=2026-11-01&to=2026-12-31&rows=open"), 200);
    assert_true(web_rig_says(rig, item->text));
    assert_int_equal(get(rig, "/api/v1/exports"), 200);
    assert_true(web_rig_says(rig, "Đỗ Xuân Mẫu"));
    assert_true(web_rig_says(rig, "Content-Type: text/csv"));
    assert_int_equal(get(rig, "/api/v1/exports?form=xlsx"), 200);
    assert_true(web_rig_says(rig, "spreadsheetml"));
    assert_int_equal(get(rig, "/api/v1/exports?tells=outcomes"), 200);
    assert_true(web_rig_says(rig, item->text));
    assert_false(web_rig_says(rig, "Đỗ Xuân Mẫu"));
    assert_int_equal(get(rig, "/api/v1/exports?tells=all"), 400);
}

/* A list longer than any form comes as a file; for others it is refused before its bytes come. */
static void a_long_list_comes_as_a_file(void **state)
{
    struct web_rig *rig = *state;
    static const int rows = 300;
    api_rig_key(rig, ALL_SCOPES, key);
    size_t room = (size_t)rows * 128;
    char *list = malloc(room), *all = malloc(room + 1024);
    size_t n = (size_t)snprintf(list, room, "Mã hồ sơ,Người nhận,Địa chỉ\n");
    for (int i = 0; i < rows; i++)
        n += (size_t)snprintf(list + n, room - n,
                              "H27.15-261121-%04d,Lê Mẫu,\"Thôn 1, X. Cẩm Trung, Hà Tĩnh\"\n", i);
    assert_true(n > HTTP_BODY_MAX);
    static const char *const heads[] = {"", "Idempotency-Key: dai-1\r\n",
                                        "Idempotency-Key: dai-1\r\n"};
    for (int i = 0; i < 3; i++) {
        size_t head = (size_t)snprintf(
            all, 1024,
            "POST /api/v1/items HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%s%sContent-Type: "
            "text/csv\r\nContent-Length: %zu\r\n\r\n",
            i == 0 ? "" : key, heads[i], n);
        list[n - 3] = i == 2 ? '!' : list[n - 3]; /* another list under the same key */
        memcpy(all + head, list, n);
        int status = web_rig_raw(rig, all, head + n, 10000);
        assert_int_equal(status, i == 0 ? 413 : i == 1 ? 200 : 422);
        if (i == 0)
            api_rig_problem(rig, 413, "bad-input", NULL);
        if (i != 1)
            continue;
        json_t *document = said(rig);
        assert_int_equal(json_integer_value(json_object_get(document, "added")), rows);
        json_decref(document);
    }
    free(all);
    free(list);
}

/* The key's name stands on what it did. */
static void it_is_done_in_the_keys_name(void **state)
{
    struct web_rig *rig = *state;
    struct fact facts[VIEW_HISTORY_MAX];
    struct person person;
    api_rig_key(rig, ALL_SCOPES, key);
    assert_good(person_find(rig->desk.rig.record, "cong", &person, &err));
    assert_int_equal(post(rig, path_of(&rig->item, "void"), "", "{\"reason\":3}"), 200);
    size_t n = views_history(rig->desk.rig.views, &rig->item, facts, VIEW_HISTORY_MAX);
    assert_int_equal(facts[n - 1].office.event, EVENT_VOIDED);
    assert_int_equal(facts[n - 1].office.user, person.id);
    assert_int_equal(facts[n - 1].office.reason, 3);
    assert_int_equal(post(rig, path_of(&rig->item, "void"), "", "{}"), 409);
    api_rig_problem(rig, 409, "refused", NULL);
}

/* ------------------------------------------------------------------ once */

static void asked_again_it_is_answered_as_before(void **state)
{
    struct web_rig *rig = *state;
    char first[2048];
    api_rig_key(rig, ALL_SCOPES, key);
    assert_int_equal(post(rig, path_of(&rig->item, "reissue"), "k-1", "{\"reason\":1}"), 200);
    assert_false(web_rig_says(rig, "Idempotency-Replayed"));
    (void)snprintf(first, sizeof first, "%s", web_rig_body(rig));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(post(rig, path_of(&rig->item, "reissue"), "k-1", "{\"reason\":1}"), 200);
        assert_true(web_rig_says(rig, "Idempotency-Replayed: true\r\n"));
        assert_string_equal(web_rig_body(rig), first);
        web_rig_stop(rig); /* another server, later */
        web_rig_start(rig);
    }
    assert_int_equal(facts_of(rig, &rig->item, EVENT_VOIDED), 1);
    assert_int_equal(post(rig, path_of(&rig->item, "reissue"), "k-1", "{\"reason\":2}"), 422);
    api_rig_problem(rig, 422, "other-request", "Idempotency-Key");
    assert_int_equal(post(rig, path_of(&rig->item, "void"), "k-1", "{\"reason\":1}"), 422);
    /* what was refused is refused as before, too */
    assert_int_equal(post(rig, path_of(&rig->item, "recall"), "k-2", ""), 409);
    (void)snprintf(first, sizeof first, "%s", web_rig_body(rig));
    assert_int_equal(post(rig, path_of(&rig->item, "recall"), "k-2", ""), 409);
    assert_true(web_rig_says(rig, "Idempotency-Replayed: true\r\n"));
    assert_string_equal(web_rig_body(rig), first);
    assert_true(web_rig_says(rig, "application/problem+json"));
    assert_int_equal(post(rig, path_of(&rig->item, "void"), "có dấu", ""), 400);
    api_rig_problem(rig, 400, "bad-input", "Idempotency-Key");
    /* another key's name for it is another's; after seven days it is forgotten */
    desk_rig_pass(&rig->desk, ONCE_LIFE_MS + 1000);
    assert_int_equal(post(rig, path_of(&rig->item, "reissue"), "k-1", "{\"reason\":1}"), 409);
    assert_false(web_rig_says(rig, "Idempotency-Replayed"));
}

/* The n-th act is refused by the record: either nothing was done and nothing is noted, or both. */
static void what_was_cut_off_is_done_once(void **state)
{
    struct web_rig *rig = *state;
    api_rig_key(rig, ALL_SCOPES, key);
    for (uint32_t at = 1; at <= 2; at++) { /* the look, the act */
        char once[16];
        (void)snprintf(once, sizeof once, "cut-%u", at);
        rig->desk.fail_at = at;
        assert_int_equal(post(rig, path_of(&rig->item, "recall"), once, "{}"), 503);
        api_rig_problem(rig, 503, "later", NULL);
        assert_true(web_rig_says(rig, "Retry-After: 5\r\n"));
        assert_int_equal(facts_of(rig, &rig->item, EVENT_RECALLED), 0);
    }
    assert_int_equal(post(rig, path_of(&rig->item, "recall"), "cut-2", "{}"), 200);
    assert_int_equal(facts_of(rig, &rig->item, EVENT_RECALLED), 1);
}

/* Begun, and the server was killed: an import is done again, a print says that it was begun. */
static bool begun_act(struct record *record, void *arg, struct error *why)
{
    return once_put(record, arg, NULL, why);
}

static void a_long_one_that_was_cut_off(void **state)
{
    struct web_rig *rig = *state;
    struct acts acts = desk_rig_acts(&rig->desk);
    char body[64];
    api_rig_key(rig, ALL_SCOPES, key);
    static const char list[] = "{\"list\":[{\"dossier\":\"H27.15-261120-0009\",\"name\":\"An\","
                               "\"address\":\"Số 1\"}]}";
    assert_int_equal(post(rig, "/api/v1/items", "i-1", list), 200);
    assert_int_equal(post(rig, "/api/v1/items", "i-1", list), 200);
    assert_true(web_rig_says(rig, "Idempotency-Replayed: true\r\n"));
    assert_true(web_rig_says(rig, "\"added\":1"));
    (void)snprintf(body, sizeof body, "{\"items\":[\"%s\"]}", rig->item.text);
    assert_int_equal(post(rig, "/api/v1/prints", "p-1", body), 200);
    assert_int_equal(post(rig, "/api/v1/prints", "p-1", body), 200);
    assert_int_equal(facts_of(rig, &rig->item, EVENT_PRINTED), 1);

    struct once once;
    char *answer = NULL;
    struct person person;
    assert_good(person_find(rig->desk.rig.record, "cong", &person, &err));
    static const char *const keys[] = {"i-1", "p-1"};
    for (size_t i = 0; i < 2; i++) {
        assert_good(once_find(rig->desk.rig.record, person.id, keys[i], rig->desk.rig.now, &once,
                              &answer, &err));
        free(answer);
        once.status = 0;
        assert_good(acts.run(acts.self, begun_act, &once, &err));
    }
    assert_int_equal(post(rig, "/api/v1/prints", "p-1", body), 409);
    api_rig_problem(rig, 409, "begun", "Idempotency-Key");
    desk_rig_pass(&rig->desk, 1000);
    web_rig_stop(rig);
    web_rig_start(rig);
    assert_int_equal(post(rig, "/api/v1/prints", "p-1", body), 409);
    assert_int_equal(facts_of(rig, &rig->item, EVENT_PRINTED), 1);
    assert_int_equal(post(rig, "/api/v1/items", "i-1", list), 200);
    assert_true(web_rig_says(rig, "\"present\":1"));
}

struct asking {
    struct web_rig *rig;
    const char *bytes;
    int fds[2];
};

/* While this act holds the writer, both requests find that nothing was asked before. */
static bool ask_twice(struct record *record, void *arg, struct error *why)
{
    struct asking *asking = arg;
    size_t n = strlen(asking->bytes);
    (void)record;
    (void)why;
    for (size_t i = 0; i < 2; i++) {
        asking->fds[i] = web_rig_connect(asking->rig);
        assert_int_equal(send(asking->fds[i], asking->bytes, n, MSG_NOSIGNAL), n);
    }
    (void)usleep(300 * 1000);
    return true;
}

static void *work_too(void *web)
{
    web_work(web);
    return NULL;
}

static void two_at_once_are_one(void **state)
{
    struct web_rig *rig = *state;
    pthread_t second; /* as on a server: one alone would take them in turn */
    assert_int_equal(pthread_create(&second, NULL, work_too, rig->web), 0);
    struct acts acts = desk_rig_acts(&rig->desk);
    char body[64], bytes[1024], answer[8192];
    api_rig_key(rig, ALL_SCOPES, key);
    (void)snprintf(body, sizeof body, "{\"items\":[\"%s\"]}", rig->item.text);
    (void)snprintf(bytes, sizeof bytes,
                   "POST /api/v1/prints HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%s"
                   "Idempotency-Key: at-once\r\nContent-Type: application/json\r\n"
                   "Content-Length: %zu\r\n\r\n%s",
                   key, strlen(body), body);
    struct asking asking = {.rig = rig, .bytes = bytes};
    assert_good(acts.run(acts.self, ask_twice, &asking, &err));
    int done = 0;
    for (size_t i = 0; i < 2; i++) {
        ssize_t got = recv(asking.fds[i], answer, sizeof answer - 1, MSG_WAITALL);
        assert_true(got > 0);
        answer[got] = '\0';
        close(asking.fds[i]);
        bool good = strncmp(answer, "HTTP/1.1 200", 12) == 0;
        bool begun = strncmp(answer, "HTTP/1.1 409", 12) == 0 && strstr(answer, "\"begun\"");
        if (!good && !begun)
            fail_msg("%s", answer);
        done += good && !strstr(answer, "Idempotency-Replayed");
    }
    web_rig_stop(rig);
    assert_int_equal(pthread_join(second, NULL), 0);
    web_rig_start(rig);
    assert_int_equal(done, 1);
    assert_int_equal(facts_of(rig, &rig->item, EVENT_PRINTED), 1);
}

/* ------------------------------------------------------------------ what is wrong */

static void bodies_are_checked(void **state)
{
    struct web_rig *rig = *state;
    static const struct {
        const char *body, *field;
    } wrong[] = {
        {"[]", "body"},
        {"{", "body"},
        {"nan", "body"},
        {"{\"reason\":1,\"reason\":2}", "body"},
        {"{\"reason\":\"1\"}", "reason"},
        {"{\"reason\":-1}", "reason"},
        {"{\"reason\":1.5}", "reason"},
        {"{\"by\":\"quay\"}", "by"},
        {"{\"name\":\"x\"}", "name"},
        {"{\"reason\":null}", "reason"},
    };
    api_rig_key(rig, ALL_SCOPES, key);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        print_message("%s\n", wrong[i].body);
        assert_int_equal(post(rig, path_of(&rig->item, "void"), "", wrong[i].body), 400);
        api_rig_problem(rig, 400, "bad-input", wrong[i].field);
    }
    assert_int_equal(facts_of(rig, &rig->item, EVENT_VOIDED), 0);
    assert_int_equal(web_rig_post(rig, path_of(&rig->item, "void"), key, "reason=1"), 415);
    /* words that would be options of the command, or somebody else's name */
    assert_int_equal(post(rig, path_of(&rig->item, "sendback"), "", "{\"evidence\":\"by=quay\"}"),
                     400);
    assert_int_equal(post(rig, "/api/v1/handovers", "", "{\"items\":[\"--all\"]}"), 400);
    api_rig_problem(rig, 400, "bad-input", "items");
}

static bool bind_elsewhere(struct record *record, void *arg, struct error *why)
{
    const uint32_t *office = arg; /* NULL: one that sent nothing */
    struct person person;
    if (!person_find(record, "cong", &person, why))
        return false;
    person.offices[0] = office ? *office : 77;
    person.offices_n = 1;
    return person_change(record, &person, why);
}

static void a_bound_key_does_and_sees_its_own(void **state)
{
    struct web_rig *rig = *state;
    struct acts acts = desk_rig_acts(&rig->desk);
    char body[96];
    api_rig_key(rig, ALL_SCOPES, key);
    (void)snprintf(body, sizeof body, "{\"items\":[\"%s\"]}", rig->item.text);
    assert_int_equal(post(rig, "/api/v1/prints", "", body), 200);
    assert_int_equal(post(rig, "/api/v1/handovers", "", body), 200);
    assert_good(acts.run(acts.self, bind_elsewhere, NULL, &err));
    desk_rig_pass(&rig->desk, 1000);
    assert_int_equal(post(rig, path_of(&rig->item, "recall"), "", "{}"), 404);
    assert_int_equal(post(rig, "/api/v1/prints", "", body), 404);
    assert_int_equal(get(rig, "/api/v1/handovers"), 200);
    assert_true(web_rig_says(rig, "\"handovers\":[]"));
    assert_int_equal(get(rig, "/api/v1/handovers/BG-000001"), 404);
    assert_int_equal(get(rig, "/api/v1/cases"), 200);
    assert_int_equal(get(rig, "/api/v1/rounds"), 403);
    assert_int_equal(get(rig, "/api/v1/boards?from=2026-11-01"), 200);
    assert_int_equal(get(rig, "/api/v1/boards?from=2026-11-01&by=postman"), 403);
    assert_int_equal(get(rig, "/api/v1/boards/rows?from=2026-11-01&to=2026-12-01&rows=open"), 200);
    assert_false(web_rig_says(rig, rig->item.text));
    assert_int_equal(get(rig, "/api/v1/exports"), 400);
    api_rig_problem(rig, 400, "bad-input", "office");
    assert_int_equal(get(rig, "/api/v1/prints/1"), 403);

    /* another office's handover, named with an envelope of its own */
    rig->desk.office = 77;
    struct item own = desk_rig_issue(&rig->desk, "H27.15-261118-0900", "0912000009", "0");
    (void)snprintf(body, sizeof body, "{\"item\":\"%s\",\"difference\":\"extra\"}", own.text);
    assert_int_equal(post(rig, "/api/v1/handovers/BG-000001/differences", "", body), 404);
    /* a dossier that nobody sent yet: it speaks for itself alone */
    static const char unknown[] = "/api/v1/dossiers/H27.15-261118-0999/optout";
    struct choice choice;
    json_decref(api_rig_command(rig, -1, "office CQ-9 name=Khác"));
    assert_int_equal(post(rig, unknown, "", "{\"evidence\":\"đơn\",\"office\":\"CQ-9\"}"), 409);
    assert_int_equal(post(rig, unknown, "", "{\"evidence\":\"đơn\"}"), 200);
    assert_good(record_choice(rig->desk.rig.record, "H27.15-261118-0999", 1, &choice, &err));
    assert_false(choice.opted_out);
    assert_good(record_choice(rig->desk.rig.record, "H27.15-261118-0999", 77, &choice, &err));
    assert_true(choice.opted_out);

    /* webhooks: of offices that are not its own it hears nothing and changes nothing */
    (void)snprintf(rig->desk.config.push_hosts, sizeof rig->desk.config.push_hosts, "mot.vn");
    json_decref(api_rig_command(rig, -1, "hook chung url=https://mot.vn/x office=all"));
    json_decref(api_rig_command(rig, -1, "hook cua-9 url=https://mot.vn/x office=CQ-9"));
    assert_int_equal(get(rig, "/api/v1/hooks"), 200);
    assert_true(web_rig_says(rig, "\"hooks\":[]"));
    assert_int_equal(post(rig, "/api/v1/hooks/cua-9", "", "{\"secret\":\"new\"}"), 409);
    assert_int_equal(
        post(rig, "/api/v1/hooks/moi", "", "{\"url\":\"https://mot.vn/\",\"office\":\"CQ-9\"}"),
        409);
    assert_int_equal(
        post(rig, "/api/v1/hooks/moi", "", "{\"url\":\"https://mot.vn/\",\"office\":\"all\"}"),
        404);
}

/* Who names his own office does not make another's webhook his: it would hear of him alone, under a
 * secret that he was shown. */
static void nobody_takes_over_anothers_webhook(void **state)
{
    struct web_rig *rig = *state;
    struct acts acts = desk_rig_acts(&rig->desk);
    struct premises own;
    struct hook before, after;
    static const char *const others[] = {"chung", "cua-8"};
    static const char mine[] = "{\"secret\":\"new\",\"office\":\"CQ-9\"}";
    api_rig_key(rig, ALL_SCOPES, key);
    (void)snprintf(rig->desk.config.push_hosts, sizeof rig->desk.config.push_hosts, "mot.vn");
    json_decref(api_rig_command(rig, -1, "office CQ-8 name=Tám"));
    json_decref(api_rig_command(rig, -1, "office CQ-9 name=Chín"));
    json_decref(api_rig_command(rig, -1, "hook chung url=https://mot.vn/x office=all"));
    json_decref(api_rig_command(rig, -1, "hook cua-8 url=https://mot.vn/x office=CQ-8"));
    json_decref(api_rig_command(rig, -1, "hook cua-9 url=https://mot.vn/x office=CQ-9"));
    assert_good(premises_last(rig->desk.rig.record, PREMISES_OFFICE, "CQ-9", &own, &err));
    assert_good(acts.run(acts.self, bind_elsewhere, &own.number, &err));
    desk_rig_pass(&rig->desk, 1000);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "/api/v1/hooks/%s", others[i]);
        assert_good(hook_find(rig->desk.rig.record, others[i], &before, &err));
        assert_int_equal(post(rig, path, "", mine), 404);
        assert_int_equal(post(rig, path, "", "{\"state\":\"off\",\"office\":\"CQ-9\"}"), 404);
        assert_good(hook_find(rig->desk.rig.record, others[i], &after, &err));
        assert_memory_equal(&before.secret, &after.secret, sizeof before.secret);
        assert_true(after.on);
    }
    assert_int_equal(post(rig, "/api/v1/hooks/cua-9", "", mine), 200);
}

#define DOOR(name) cmocka_unit_test_setup_teardown(name, api_rig_open, api_rig_close)

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        DOOR(a_list_comes_in_as_rows_and_as_a_file),
        DOOR(a_long_list_comes_as_a_file),
        DOOR(an_envelope_goes_its_way),
        DOOR(it_is_done_in_the_keys_name),
        DOOR(asked_again_it_is_answered_as_before),
        DOOR(what_was_cut_off_is_done_once),
        DOOR(a_long_one_that_was_cut_off),
        DOOR(two_at_once_are_one),
        DOOR(bodies_are_checked),
        DOOR(a_bound_key_does_and_sees_its_own),
        DOOR(nobody_takes_over_anothers_webhook),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
