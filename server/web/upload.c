#include "server/web/upload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <microhttpd.h>

#include "protocol/whole.h"
#include "server/files.h"

#define PARTS_BYTES 4096 /* the library's buffer for a part's head */

enum fault { NONE, TOO_LONG, NO_FORM, NO_ROOM };

struct upload {
    struct upload_config config;
    struct http_request *request;
    char *text;
    struct MHD_PostProcessor *parts; /* NULL: the body is the file */
    bool in_file, is_first;          /* of the part that is being read */
    uint64_t taken;                  /* bytes of the body */
    uint64_t checked;                /* of the file, when the disk was last looked at */
    enum fault fault;
};

/* ------------------------------------------------------------------ the file */

static void put_in_file(struct upload *upload, const char *bytes, size_t n)
{
    struct http_request *request = upload->request;
    if (upload->fault != NONE)
        return;
    if (request->file < 0)
        request->file = files_nameless(upload->config.folder);
    bool look = request->file_n == 0 || request->file_n >= upload->checked + UPLOAD_STEP_BYTES;
    if (request->file < 0 || (look && !files_has_room(request->file, UPLOAD_STEP_BYTES)) ||
        !whole_write(request->file, bytes, n)) {
        upload->fault = NO_ROOM;
        return;
    }
    upload->checked = look ? request->file_n : upload->checked;
    request->file_n += n;
}

/* ------------------------------------------------------------------ the fields of a form */

static void put_sign(struct upload *upload, char sign)
{
    if (upload->request->body_n == HTTP_BODY_MAX)
        upload->fault = TOO_LONG;
    else
        upload->text[upload->request->body_n++] = sign;
}

static void put_text(struct upload *upload, const char *bytes, size_t n)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < n && upload->fault == NONE; i++) {
        unsigned char sign = (unsigned char)bytes[i];
        bool plain = (sign >= '0' && sign <= '9') || (sign >= 'A' && sign <= 'Z') ||
                     (sign >= 'a' && sign <= 'z') || sign == '-' || sign == '_' || sign == '.';
        if (plain) {
            put_sign(upload, (char)sign);
            continue;
        }
        put_sign(upload, '%');
        put_sign(upload, digits[sign >> 4]);
        put_sign(upload, digits[sign & 15]);
    }
}

static void begin_file(struct upload *upload, const char *name)
{
    struct http_request *request = upload->request;
    const char *slash = strrchr(name, '/'), *back = strrchr(name, '\\');
    const char *base = slash > back ? slash : back;
    if (*request->file_name != '\0') { /* one file a form */
        upload->fault = NO_FORM;
        return;
    }
    (void)snprintf(request->file_name, sizeof request->file_name, "%s", base ? base + 1 : name);
    for (char *at = request->file_name; *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            *at = '_';
}

/* A field that names a file and has none is a form sent without choosing one. */
static enum MHD_Result take_part(void *cls, enum MHD_ValueKind kind, const char *key,
                                 const char *file, const char *type, const char *coding,
                                 const char *bytes, uint64_t off, size_t n)
{
    struct upload *upload = cls;
    (void)kind;
    (void)type;
    (void)coding;
    if (off == 0) {
        upload->in_file = file != NULL;
        if (file && *file != '\0')
            begin_file(upload, file);
        if (!file) {
            if (upload->request->body_n > 0)
                put_sign(upload, '&');
            put_text(upload, key ? key : "", key ? strlen(key) : 0);
            put_sign(upload, '=');
        }
    }
    if (!upload->in_file)
        put_text(upload, bytes, n);
    else if (n > 0 && *upload->request->file_name != '\0')
        put_in_file(upload, bytes, n);
    return MHD_YES;
}

/* ------------------------------------------------------------------ a body's way */

static bool is_parts(struct MHD_Connection *connection)
{
    static const char parts[] = "multipart/form-data";
    const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
    return type && strncasecmp(type, parts, sizeof parts - 1) == 0;
}

struct upload *upload_new(const struct upload_config *config, struct MHD_Connection *connection,
                          struct http_request *request, char *text)
{
    struct upload *upload = calloc(1, sizeof *upload);
    if (!upload)
        return NULL;
    *upload = (struct upload){.config = *config, .request = request, .text = text};
    if (is_parts(connection)) {
        request->parts = true;
        upload->parts = MHD_create_post_processor(connection, PARTS_BYTES, take_part, upload);
        upload->fault = upload->parts ? NONE : NO_FORM; /* no boundary */
    }
    return upload;
}

/* Kept where forms are as long as it is as short as one. */
static void take_raw(struct upload *upload, const char *bytes, size_t n)
{
    struct http_request *request = upload->request;
    if (request->file < 0 && request->body_n + n <= HTTP_BODY_MAX) {
        memcpy(upload->text + request->body_n, bytes, n);
        request->body_n += n;
        return;
    }
    if (request->file < 0) {
        put_in_file(upload, upload->text, request->body_n);
        request->body_n = 0;
        memset(upload->text, 0, HTTP_BODY_MAX);
    }
    put_in_file(upload, bytes, n);
}

bool upload_take(struct upload *upload, const char *bytes, size_t n)
{
    uint64_t before = upload->taken;
    upload->taken += n;
    if (upload->taken > upload->config.max_bytes && upload->fault == NONE)
        upload->fault = TOO_LONG;
    if (upload->fault != NONE)
        return false;
    if (!upload->parts)
        take_raw(upload, bytes, n);
    else if (MHD_post_process(upload->parts, bytes, n) != MHD_YES && upload->fault == NONE)
        upload->fault = NO_FORM;
    return upload->fault == NONE && before / UPLOAD_STEP_BYTES != upload->taken / UPLOAD_STEP_BYTES;
}

unsigned upload_failed(const struct upload *upload, const char **ret_why)
{
    switch (upload->fault) {
    case NONE:
        return 0;
    case TOO_LONG:
        *ret_why = "Tệp quá lớn. / too long\n";
        return 413;
    case NO_FORM:
        *ret_why = "Không đọc được tệp gửi lên. / no such form\n";
        return 400;
    case NO_ROOM:
        *ret_why = "Máy chủ sắp đầy đĩa, chưa nhận tệp. / the server's disk is full\n";
        return 507;
    }
    return 500;
}

unsigned upload_end(struct upload *upload, const char **ret_why)
{
    if (upload->parts) {
        bool whole = MHD_destroy_post_processor(upload->parts) == MHD_YES;
        upload->parts = NULL;
        if (!whole && upload->fault == NONE)
            upload->fault = NO_FORM;
    }
    int file = upload->request->file;
    if (upload->fault == NONE && file >= 0 && lseek(file, 0, SEEK_SET) != 0)
        upload->fault = NO_ROOM;
    return upload_failed(upload, ret_why);
}

void upload_free(struct upload *upload)
{
    if (!upload)
        return;
    if (upload->parts)
        (void)MHD_destroy_post_processor(upload->parts);
    if (upload->request->file >= 0)
        close(upload->request->file);
    free(upload);
}
