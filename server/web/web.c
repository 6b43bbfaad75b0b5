#include "server/web/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/log.h"
#include "server/web/act.h"
#include "server/web/api/api.h"
#include "server/web/form.h"
#include "server/web/seat.h"

/* ------------------------------------------------------------------ small answers */

static void give_asset(struct web *web, const struct http_request *request,
                       struct http_answer *answer)
{
    const struct asset *asset = asset_named(request->path + strlen("/assets/"));
    const char *hash = http_query(request, "v");
    if (asset == NULL) {
        page_sentence(web, 404, "Không có trang này.", "No such page.", answer);
        return;
    }
    answer->status = 200;
    answer->type = asset->type;
    answer->fixed = asset->bytes;
    answer->n = asset->n;
    answer->ranged = true;
    if (hash != NULL && strcmp(hash, asset->hash) == 0) /* these very bytes: browsers keep them */
        http_answer_add(answer, "Cache-Control", "public, max-age=31536000, immutable");
}

#define HEALTH_MAX 128

/* For whoever watches the server: true only when a question to the record is answered. Messages
 * that cannot go out are no reason to take the server for dead. */
static void give_health(struct web *web, const struct http_request *request,
                        struct http_answer *answer)
{
    const struct web_messages *messages = &web->config.messages;
    char *body = malloc(HEALTH_MAX);
    (void)request;
    uint64_t aside = 0;
    struct error err;
    struct record *record = readers_take(web->readers);
    bool ok = record_set_aside_count(record, &aside, &err);
    readers_give(web->readers, record);
    answer->status = ok ? 200 : 503;
    answer->type = "application/json";
    answer->body = body;
    if (body != NULL)
        answer->n = (size_t)snprintf(
            body, HEALTH_MAX, "{\"messages\":\"%s\",\"ok\":%s,\"version\":\"" TRAO_VERSION "\"}\n",
            messages->state != NULL ? messages->state(messages->ctx) : "none",
            ok ? "true" : "false");
}

static const char *callback_header(const void *ctx, const char *name)
{
    return http_header(ctx, name);
}

static const char *callback_query(const void *ctx, const char *name)
{
    return http_query(ctx, name);
}

/* What a gateway of messages calls in. A GET changes something here, for it is signed and Kannel
 * knows nothing else. */
static void take_callback(struct web *web, const struct http_request *request,
                          struct http_answer *answer)
{
    const struct web_messages *messages = &web->config.messages;
    struct web_callback callback = {.path = request->path + strlen("/tin/"),
                                    .is_post = request->is_post,
                                    .header = callback_header,
                                    .query = callback_query,
                                    .ctx = request,
                                    .body = request->body,
                                    .body_n = request->body_n};
    answer->status = messages->call != NULL ? messages->call(messages->ctx, &callback) : 404;
    answer->retry_s = answer->status == 503 ? 30 : 0;
}

/* Who cannot show the word learns no more than that there is one to show; guesses are counted. */
static void give_metrics(struct web *web, const struct http_request *request,
                         struct http_answer *answer)
{
    const struct web_metrics *metrics = &web->config.metrics;
    struct error err;
    if (guard_left(web->guard, GUARD_KEY, request->client) == 0) {
        answer->status = 429;
        return;
    }
    if (metrics->text == NULL ||
        !metrics->allowed(metrics->ctx, http_header(request, "Authorization"))) {
        guard_wrong(web->guard, GUARD_KEY, request->client);
        answer->status = 401;
        return;
    }
    struct record *record = readers_take(web->readers);
    bool good = metrics->text(metrics->ctx, record, &answer->body, &answer->n, &err);
    readers_give(web->readers, record);
    answer->status = good ? 200 : 503;
    answer->type = metrics->type;
}

static unsigned status_of(enum error_code code)
{
    switch (code) {
    case ERROR_NONE:
    case ERROR_REPEATED:
        break;
    case ERROR_BAD_INPUT:
        return 400;
    case ERROR_NOT_FOUND:
    case ERROR_REFUSED:
        return 403;
    case ERROR_LATER:
        return 503;
    case ERROR_BROKEN:
        return 500;
    }
    return 500;
}

static void enrol(struct web *web, const struct http_request *request, struct http_answer *answer)
{
    struct error err;
    uint8_t out[WIRE_BYTES_MAX];
    size_t n = 0;
    char *body = malloc(WIRE_BYTES_MAX);
    if (!body)
        return;
    if (guard_left(web->guard, GUARD_CLIENT, request->client) == 0) {
        answer->status = 429;
        answer->retry_s = GUARD_WINDOW_MS / 1000;
        answer->n = (size_t)snprintf(body, WIRE_BYTES_MAX, "too many wrong codes, wait an hour\n");
    } else if (!enrol_answer(web->config.enrol, (const uint8_t *)request->body, request->body_n,
                             out, &n, &err)) {
        answer->status = status_of(err.code);
        if (answer->status == 403)
            guard_wrong(web->guard, GUARD_CLIENT, request->client);
        answer->n = (size_t)snprintf(body, WIRE_BYTES_MAX, "%s\n", err.text);
        log_line(LOG_LEVEL_INFO, "enrolment refused", "why=\"%s\"", err.text);
    } else {
        answer->status = 200;
        answer->type = "application/x-protobuf";
        memcpy(body, out, n);
        answer->n = n;
    }
    answer->body = body;
}

/* ------------------------------------------------------------------ routes */

enum route_kind { EXACT, BELOW }; /* the path, or all that begins with it */

static const struct route {
    const char *path;
    enum route_kind kind;
    bool post;     /* the method; GET goes with HEAD */
    bool own_form; /* a browser's form, urlencoded and from here */
    bool slow;     /* writes, hashes or waits: on web_work's threads */
    bool only_tls;
    void (*answer)(struct web *web, const struct http_request *request, struct http_answer *answer);
} routes[] = {
    {"/", EXACT, false, false, false, false, citizen_home},
    {"/tra-cuu", EXACT, true, true, false, false, citizen_look},
    {"/tra-cuu", EXACT, false, false, false, false, citizen_look_again},
    {"/tra-cuu/song", EXACT, false, false, false, false, citizen_look_stream},
    {"/T/", BELOW, false, false, false, false, citizen_link},
    {"/chon", EXACT, false, false, false, false, citizen_choose_page},
    {"/chon", EXACT, true, true, true, false, citizen_choose},
    {"/chua-nhan", EXACT, false, false, false, false, citizen_missing_page},
    {"/chua-nhan", EXACT, true, true, true, false, citizen_missing},
    {"/danh-gia", EXACT, false, false, false, false, citizen_rating_page},
    {"/danh-gia", EXACT, true, true, true, false, citizen_rate},
    {"/buu-ta", EXACT, false, false, false, false, citizen_postman_page},
    {"/buu-ta", EXACT, true, true, false, false, citizen_postman},
    {"/assets/", BELOW, false, false, false, false, give_asset},
    {"/khoe", EXACT, false, false, false, false, give_health},
    {"/metrics", EXACT, false, false, false, false, give_metrics},
    {"/tin/", BELOW, false, false, true, false, take_callback},
    {"/tin/", BELOW, true, false, true, false, take_callback},
    {"/enrol", EXACT, true, false, true, true, enrol},
    {"/quay", EXACT, false, false, true, false, desk_items},
    {"/quay/tim", EXACT, true, true, true, false, desk_search},
    {"/quay/song", EXACT, false, false, false, false, desk_stream},
    {"/quay/in", EXACT, false, false, true, false, desk_printing},
    {"/quay/in", EXACT, true, true, true, false, desk_printing},
    {"/quay/in/", BELOW, false, false, true, false, desk_print},
    {"/quay/xem/", BELOW, false, false, true, false, desk_preview},
    {"/quay/viec", EXACT, false, false, true, false, desk_work},
    {"/quay/viec", EXACT, true, true, true, false, desk_work},
    {"/quay/bi", EXACT, false, false, true, false, desk_item},
    {"/quay/bi", EXACT, true, true, true, false, desk_item},
    {"/quay/ban-giao", EXACT, false, false, true, false, desk_handover},
    {"/quay/ban-giao", EXACT, true, true, true, false, desk_handover},
    {"/quay/tap", EXACT, false, false, false, false, desk_practice},
    {"/quay/tap", EXACT, true, true, false, false, desk_practice},
    {"/quay/giay", EXACT, false, false, true, false, desk_paper},
    {"/quay/giay", EXACT, true, true, true, false, desk_paper},
    {"/quay/nhap", EXACT, false, false, true, false, desk_import},
    {"/quay/nhap", EXACT, true, true, true, false, desk_import},
    {"/quay/bang", EXACT, false, false, true, false, desk_board},
    {"/quay/bang/bi", EXACT, false, false, false, false, desk_board_rows},
    {"/quay/bao-cao", EXACT, false, false, true, false, desk_report},
    {"/quay/bao-cao/bi", EXACT, false, false, true, false, desk_report_rows},
    {"/quay/bao-cao/tep", EXACT, false, false, true, false, desk_report_file},
    {"/quay/ban-do", EXACT, false, false, true, false, desk_map},
    {"/quay/ban-do/ranh-gioi", EXACT, false, false, true, false, desk_map_outlines},
    {"/quay/ranh-gioi", EXACT, false, false, true, false, desk_outlines},
    {"/quay/ranh-gioi", EXACT, true, true, true, false, desk_outlines},
    {"/quay/ket-qua", EXACT, false, false, true, false, office_page},
    {"/quay/ket-qua/bi", EXACT, false, false, true, false, office_page_rows},
    {"/quay/ket-qua/xuat", EXACT, false, false, true, false, office_page_list},
    {"/quay/ngon-ngu", EXACT, false, false, false, false, desk_language},
    {"/quay/dang-nhap", EXACT, false, false, false, false, desk_login_page},
    {"/quay/dang-nhap", EXACT, true, true, true, false, desk_login},
    {"/quay/dang-xuat", EXACT, true, true, true, false, desk_logout},
    {"/quay/dieu-phoi", EXACT, false, false, true, false, desk_rounds},
    {"/quay/dieu-phoi", EXACT, true, true, true, false, desk_rounds},
    {"/quay/may", EXACT, false, false, true, false, desk_devices},
    {"/quay/may", EXACT, true, true, true, false, desk_devices},
    {"/quay/nhat-ky", EXACT, false, false, true, false, desk_audit},
    {"/quay/nhat-ky", EXACT, true, true, true, false, desk_audit},
    {"/quay/vu-viec", EXACT, false, false, true, false, desk_admin},
    {"/quay/vu-viec", EXACT, true, true, true, false, desk_admin},
    {"/quay/tien", EXACT, false, false, true, false, desk_admin},
    {"/quay/tien", EXACT, true, true, true, false, desk_admin},
    {"/quay/nguoi", EXACT, false, false, true, false, desk_admin},
    {"/quay/nguoi", EXACT, true, true, true, false, desk_admin},
    {"/quay/buu-ta", EXACT, false, false, true, false, desk_admin},
    {"/quay/buu-ta", EXACT, true, true, true, false, desk_admin},
    {"/quay/danh-ba", EXACT, false, false, true, false, desk_admin},
    {"/quay/danh-ba", EXACT, true, true, true, false, desk_admin},
    {"/quay/may-in", EXACT, false, false, true, false, desk_admin},
    {"/quay/may-in", EXACT, true, true, true, false, desk_admin},
    {"/quay/dai-so", EXACT, false, false, true, false, desk_admin},
    {"/quay/dai-so", EXACT, true, true, true, false, desk_admin},
    {"/quay/tham-so", EXACT, false, false, true, false, desk_admin},
    {"/quay/tham-so", EXACT, true, true, true, false, desk_admin},
    {"/quay/lich", EXACT, false, false, true, false, desk_admin},
    {"/quay/lich", EXACT, true, true, true, false, desk_admin},
    {"/quay/gia", EXACT, false, false, true, false, desk_admin},
    {"/quay/gia", EXACT, true, true, true, false, desk_admin},
    {"/quay/thu-tuc", EXACT, false, false, true, false, desk_admin},
    {"/quay/thu-tuc", EXACT, true, true, true, false, desk_admin},
    {"/quay/dao-tao", EXACT, false, false, true, false, desk_admin},
    {"/quay/bao-tin", EXACT, false, false, true, false, desk_admin},
    {"/quay/bao-tin", EXACT, true, true, true, false, desk_admin},
    {"/quay/du-lieu", EXACT, false, false, true, false, desk_law},
    {"/quay/du-lieu", EXACT, true, true, true, false, desk_law},
    {"/quay/du-lieu/nguoi", EXACT, false, false, true, false, desk_law_person},
    {"/quay/du-lieu/nguoi", EXACT, true, true, true, false, desk_law_person},
    {"/quay/du-lieu/truong", EXACT, false, false, true, false, desk_admin},
    {"/quay/du-lieu/ke-hoach", EXACT, false, false, true, false, desk_admin},
    {"/quay/mau-tin", EXACT, false, false, true, false, desk_templates},
    {"/quay/mau-tin", EXACT, true, true, true, false, desk_templates},
    {"/quay/bat-dau", EXACT, false, false, true, false, desk_first_run},
    {"/quay/bat-dau", EXACT, true, true, true, false, desk_first_run},
    {"/quay/to-thu.pdf", EXACT, false, false, true, false, desk_trial},
    {"/quay/quan-tri", EXACT, false, false, false, false, desk_admin_home},
    {"/quay/ma", EXACT, false, false, false, false, desk_code_page},
    {"/quay/ma", EXACT, true, true, true, false, desk_code},
    {"/quay/hai-lop", EXACT, false, false, false, false, desk_second_page},
    {"/quay/hai-lop", EXACT, true, true, true, false, desk_second},
    {"/quay/mat-khau", EXACT, false, false, false, false, desk_password_page},
    {"/quay/mat-khau", EXACT, true, true, true, false, desk_password},
};

bool web_way(size_t i, struct web_way *ret_way)
{
    if (i >= sizeof routes / sizeof *routes)
        return false;
    *ret_way = (struct web_way){routes[i].path, routes[i].kind == BELOW, routes[i].post};
    return true;
}

static bool matches(const struct route *route, const char *path)
{
    return route->kind == EXACT ? strcmp(route->path, path) == 0
                                : strncasecmp(route->path, path, strlen(route->path)) == 0;
}

/* The route, or NULL; `ret_other_method` when only the method is wrong. */
static const struct route *route_of(const struct http_request *request, bool *ret_other_method)
{
    *ret_other_method = false;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (!matches(&routes[i], request->path) || (routes[i].only_tls && !request->tls))
            continue;
        if (routes[i].post == request->is_post)
            return &routes[i];
        *ret_other_method = true;
    }
    return NULL;
}

static bool is_slow(void *ctx, const struct http_request *request)
{
    (void)ctx;
    bool other;
    if (api_owns(request))
        return api_is_slow(request);
    const struct route *route = route_of(request, &other);
    return route && route->slow;
}

/* Before its bytes come: only whoever may take a list or outlines in sends one. */
static enum http_upload may_upload(void *ctx, const struct http_request *request)
{
    struct web *web = ctx;
    if (api_owns(request))
        return api_may_bring(web, request) ? HTTP_UPLOAD_FILE : HTTP_UPLOAD_NONE;
    bool list = strcmp(request->path, "/quay/nhap") == 0;
    if (!list && strcmp(request->path, "/quay/ranh-gioi") != 0)
        return HTTP_UPLOAD_NONE;
    struct seat seat = seat_of(web, request);
    if (!seat_is_ready(web, &seat))
        return HTTP_UPLOAD_SIGN_IN;
    return act_offered(&seat, list ? "import" : "outlines") ? HTTP_UPLOAD_FILE : HTTP_UPLOAD_NONE;
}

static void on_refused(void *ctx, const struct http_request *request, struct http_answer *answer)
{
    (void)ctx;
    if (api_owns(request))
        api_refused(request, answer);
}

static void on_request(void *ctx, const struct http_request *request, struct http_answer *answer)
{
    struct web *web = ctx;
    bool other_method;
    const struct route *route = route_of(request, &other_method);
    if (api_owns(request))
        api_answer(web, request, answer);
    else if (!route)
        page_sentence(web, other_method ? 405 : 404, "Không có trang này.", "No such page.",
                      answer);
    else if (route->own_form && !form_is_ours(request, web->config.config->public_url))
        page_sentence(web, 403, "Trang gửi đến không phải của chúng tôi.",
                      "This form is not one of ours.", answer);
    else
        route->answer(web, request, answer);
}

/* ------------------------------------------------------------------ open and close */

static void on_change(void *ctx, const struct item *item, const struct view *view)
{
    struct web *web = ctx;
    live_changed(web->live, item, view);
}

/* A text file of at most 16 KB on the heap, or NULL. */
static char *read_file(const char *folder, const char *name)
{
    char path[CONFIG_PATH_MAX + 32];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    char *text = file ? calloc(1, 16385) : NULL;
    if (text && fread(text, 1, 16384, file) == 0) {
        free(text);
        text = NULL;
    }
    if (file)
        (void)fclose(file);
    return text;
}

static bool open_http(struct web *web, struct error *err)
{
    char *key = read_file(web->config.folder, "keys/web.key");
    char *cert = read_file(web->config.folder, "keys/web.crt");
    struct http_config config = {
        .plain = {.at = web->config.config->plain},
        .tls = {.at = web->config.config->tls, .key = key, .cert = cert},
        .upload_folder = web->config.folder,
        .upload_max_bytes = (uint64_t)web->config.config->upload_mb << 20,
        .upload = may_upload,
        .is_slow = is_slow,
        .refused = on_refused,
        .answer = on_request,
        .ctx = web,
    };
    bool ok = (key && cert) || error_set(err, ERROR_NOT_FOUND, "keys/web.key, keys/web.crt");
    ok = ok && http_open(&config, &web->http, err);
    if (key)
        chain_wipe(key, 16384);
    free(key);
    free(cert);
    return ok;
}

bool web_open(const struct web_config *config, struct web **ret_web, struct error *err)
{
    struct web *web = calloc(1, sizeof *web);
    char record[CONFIG_PATH_MAX];
    if (!web)
        return error_set(err, ERROR_LATER, "web: out of memory");
    web->config = *config;
    (void)snprintf(web->print_folder, sizeof web->print_folder, "%s/print", config->folder);
    (void)snprintf(record, sizeof record, "%s/record.db", config->folder);
    web->kept = kept_open();
    web->recent = recent_new();
    bool ok =
        ((web->kept && web->recent) || error_set(err, ERROR_LATER, "out of memory")) &&
        (seat_roles_read(config->config->second_factor, &web->second_roles, err) ||
         error_add(err, "[people] second_factor=")) &&
        readers_open(record, &web->readers, err) &&
        api_open(config->clock.now(config->clock.self), &web->api, err) &&
        guard_new(config->clock, &web->guard, err) &&
        live_new(config->config, config->views, web->readers, config->clock, &web->live, err) &&
        open_http(web, err);
    if (!ok) {
        web_close(web);
        return error_add(err, "web");
    }
    views_watch(config->views, on_change, web);
    *ret_web = web;
    return true;
}

void web_work(struct web *web)
{
    http_work(web->http);
}

void web_tick(struct web *web)
{
    live_tick(web->live);
    kept_tick(web->kept, web->config.clock.now(web->config.clock.self));
    http_tick(web->http);
}

void web_printing(struct web *web)
{
    live_printing(web->live);
}

void web_stop(struct web *web)
{
    http_stop_work(web->http);
}

void web_close(struct web *web)
{
    if (!web)
        return;
    if (web->live)
        live_stop(web->live);
    http_close(web->http);
    live_free(web->live);
    guard_free(web->guard);
    readers_close(web->readers);
    api_close(web->api);
    kept_close(web->kept);
    recent_free(web->recent);
    free(web);
}

size_t web_streams(struct web *web)
{
    return live_open(web->live);
}

void web_cut(struct web *web, uint64_t *ret_slow, uint64_t *ret_unread)
{
    struct http_cut cut = http_cut(web->http);
    *ret_slow = cut.slow;
    *ret_unread = cut.unread;
}

uint16_t web_port_plain(const struct web *web)
{
    return http_port(web->http, false);
}

uint16_t web_port_tls(const struct web *web)
{
    return http_port(web->http, true);
}
