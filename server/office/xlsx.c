/* xlsx.c - the parts of a workbook: what it packs, which sheets it has, its strings and styles. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/utf8.h"
#include "server/office/xlsx_inside.h"

#define PIECE 65536
#define STRINGS_MAX 5000000u
#define STYLES_MAX 65536u

/* ------------------------------------------------------------------ small things */

void xlsx_text_add(struct xlsx_text *text, const char *bytes, size_t n)
{
    if (text->n + n > text->room) {
        size_t room = (text->n + n) * 2 + 256;
        char *wider = realloc(text->bytes, room);
        if (wider == NULL) {
            text->failed = true;
            return;
        }
        text->bytes = wider;
        text->room = room;
    }
    if (n > 0)
        memcpy(text->bytes + text->n, bytes, n);
    text->n += n;
}

const char *xlsx_local(const XML_Char *name)
{
    const char *colon = strrchr(name, ':');
    return colon == NULL ? name : colon + 1;
}

const char *xlsx_attribute(const XML_Char **attributes, const char *name)
{
    for (; *attributes != NULL; attributes += 2)
        if (strcmp(xlsx_local(attributes[0]), name) == 0)
            return attributes[1];
    return NULL;
}

static int hex_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* "_x000D_" at `at`. */
static bool escape_at(const char *at, size_t left, uint32_t *ret_point)
{
    uint32_t point = 0;
    if (left < 7 || at[0] != '_' || at[1] != 'x' || at[6] != '_')
        return false;
    for (size_t i = 2; i < 6; i++) {
        int digit = hex_of(at[i]);
        if (digit < 0)
            return false;
        point = point << 4 | (uint32_t)digit;
    }
    *ret_point = point;
    return point != 0 && (point < 0xD800 || point > 0xDFFF);
}

void xlsx_undo_escapes(struct xlsx_text *text, size_t from)
{
    size_t to = from;
    for (size_t at = from; at < text->n;) {
        uint32_t point;
        char letter[UTF8_CHAR_MAX];
        if (!escape_at(text->bytes + at, text->n - at, &point)) {
            text->bytes[to++] = text->bytes[at++];
            continue;
        }
        utf8_write(point, letter);
        memcpy(text->bytes + to, letter, strlen(letter));
        to += strlen(letter);
        at += 7;
    }
    text->n = to;
}

/* ------------------------------------------------------------------ parts */

/* A part with handlers of its own, whose context begins with it. */
struct part {
    XML_Parser parser;
    struct xlsx *xlsx;
    bool failed;  /* no memory, or more than can be */
    bool refused; /* it declares a document type */
};

static void no_doctype(void *ctx, const XML_Char *name, const XML_Char *system_id,
                       const XML_Char *public_id, int has_subset)
{
    (void)name, (void)system_id, (void)public_id, (void)has_subset;
    struct part *part = ctx;
    part->refused = true;
    XML_StopParser(part->parser, XML_FALSE);
}

XML_Parser xlsx_parser(void *ctx, XML_StartElementHandler begin, XML_EndElementHandler end,
                       XML_CharacterDataHandler text)
{
    XML_Parser parser = XML_ParserCreate("UTF-8");
    if (parser == NULL)
        return NULL;
    XML_SetUserData(parser, ctx);
    XML_SetElementHandler(parser, begin, end);
    XML_SetCharacterDataHandler(parser, text);
    return parser;
}

static bool bad_part(const char *path, const char *what, struct error *err)
{
    return error_set(err, ERROR_BAD_INPUT, "%.80s: %s", path, what);
}

static bool feed(struct xlsx *xlsx, const char *path, zip_file_t *file, uint64_t packed,
                 XML_Parser parser, struct error *err)
{
    uint64_t read = 0;
    for (;;) {
        void *room = XML_GetBuffer(parser, PIECE);
        if (room == NULL)
            return error_set(err, ERROR_LATER, "out of memory");
        zip_int64_t n = zip_fread(file, room, PIECE);
        if (n < 0)
            return bad_part(path, "hỏng, không giải nén được. / cannot be unpacked", err);
        read += (uint64_t)n;
        xlsx->unpacked += (uint64_t)n;
        if (xlsx->unpacked > XLSX_UNPACKED_MAX || read > PIECE + packed * XLSX_RATIO_MAX)
            return bad_part(path, "nén quá mức cho phép. / packed beyond the limit", err);
        enum XML_Status status = XML_ParseBuffer(parser, (int)n, n == 0);
        if (status == XML_STATUS_ERROR && XML_GetErrorCode(parser) == XML_ERROR_ABORTED)
            return true; /* by whoever set the handlers */
        if (status == XML_STATUS_ERROR)
            return error_set(err, ERROR_BAD_INPUT, "%.80s:%lu: %s", path,
                             (unsigned long)XML_GetCurrentLineNumber(parser),
                             XML_ErrorString(XML_GetErrorCode(parser)));
        if (n == 0)
            return true;
    }
}

bool xlsx_parse_part(struct xlsx *xlsx, const char *path, XML_Parser parser, struct error *err)
{
    zip_stat_t info;
    if (zip_stat(xlsx->zip, path, ZIP_FL_NOCASE, &info) != 0 ||
        (info.valid & ZIP_STAT_COMP_SIZE) == 0)
        return error_set(err, ERROR_NOT_FOUND, "%.80s: not there", path);
    zip_file_t *file = zip_fopen_index(xlsx->zip, info.index, 0);
    if (file == NULL)
        return bad_part(path, "không mở được (có mật khẩu?). / cannot be opened", err);
    bool good = feed(xlsx, path, file, info.comp_size, parser, err);
    zip_fclose(file);
    return good;
}

static bool parse(struct part *part, const char *path, XML_StartElementHandler begin,
                  XML_EndElementHandler end, XML_CharacterDataHandler text, struct error *err)
{
    part->parser = xlsx_parser(part, begin, end, text);
    if (part->parser == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    XML_SetStartDoctypeDeclHandler(part->parser, no_doctype);
    bool good = xlsx_parse_part(part->xlsx, path, part->parser, err);
    if (good && part->refused)
        good = bad_part(path, "không phải phần của bảng tính. / no part of a workbook", err);
    XML_ParserFree(part->parser);
    return good && (!part->failed || error_set(err, ERROR_LATER, "out of memory"));
}

/* ------------------------------------------------------------------ relations */

/* A target stands beside the folder of the part that names it, or begins with '/'. */
static void resolve(const char *base, const char *target, char out[XLSX_PATH_MAX])
{
    const char *slash = strrchr(base, '/');
    int folder = slash == NULL ? 0 : (int)(slash - base) + 1;
    if (*target == '/')
        (void)snprintf(out, XLSX_PATH_MAX, "%s", target + 1);
    else if (strncmp(target, "../", 3) == 0) /* one up is all that is ever written */
        (void)snprintf(out, XLSX_PATH_MAX, "%s", target + 3);
    else
        (void)snprintf(out, XLSX_PATH_MAX, "%.*s%s", folder, base, target);
}

static void rels_path(const char *base, char out[XLSX_PATH_MAX])
{
    const char *slash = strrchr(base, '/');
    int folder = slash == NULL ? 0 : (int)(slash - base) + 1;
    (void)snprintf(out, XLSX_PATH_MAX, "%.*s_rels/%s.rels", folder, base, base + folder);
}

struct relations {
    struct part part;
    const char *base;
    char workbook[XLSX_PATH_MAX], strings[XLSX_PATH_MAX], styles[XLSX_PATH_MAX];
};

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static void on_relation(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct relations *relations = ctx;
    const char *type = xlsx_attribute(attributes, "Type");
    const char *target = xlsx_attribute(attributes, "Target");
    const char *id = xlsx_attribute(attributes, "Id");
    if (strcmp(xlsx_local(name), "Relationship") != 0 || type == NULL || target == NULL ||
        id == NULL)
        return;
    if (ends_with(type, "/officeDocument"))
        resolve(relations->base, target, relations->workbook);
    else if (ends_with(type, "/sharedStrings"))
        resolve(relations->base, target, relations->strings);
    else if (ends_with(type, "/styles"))
        resolve(relations->base, target, relations->styles);
    struct xlsx *xlsx = relations->part.xlsx;
    for (size_t i = 0; i < xlsx->sheets_n; i++)
        if (strcmp(xlsx->sheets[i].id, id) == 0 && ends_with(type, "/worksheet"))
            resolve(relations->base, target, xlsx->sheets[i].path);
}

/* ------------------------------------------------------------------ the workbook */

static void on_workbook(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct part *part = ctx;
    struct xlsx *xlsx = part->xlsx;
    if (strcmp(xlsx_local(name), "workbookPr") == 0) {
        const char *from = xlsx_attribute(attributes, "date1904");
        xlsx->from_1904 = from != NULL && (strcmp(from, "1") == 0 || strcmp(from, "true") == 0);
        return;
    }
    const char *called = xlsx_attribute(attributes, "name");
    const char *state = xlsx_attribute(attributes, "state"), *id = NULL;
    for (const XML_Char **at = attributes; *at != NULL; at += 2)
        if (strcmp(xlsx_local(at[0]), "id") == 0 && strchr(at[0], ':') != NULL)
            id = at[1]; /* r:id, whatever the prefix */
    if (strcmp(xlsx_local(name), "sheet") != 0 || called == NULL || id == NULL ||
        xlsx->sheets_n == XLSX_SHEETS_MAX)
        return;
    struct xlsx_sheet *sheet = &xlsx->sheets[xlsx->sheets_n++];
    (void)snprintf(sheet->name, sizeof sheet->name, "%s", called);
    (void)snprintf(sheet->id, sizeof sheet->id, "%s", id);
    sheet->hidden = state != NULL && strcmp(state, "visible") != 0;
}

/* ------------------------------------------------------------------ shared strings */

struct strings {
    struct part part;
    int phonetic; /* depth of rPh */
    bool in_text;
    size_t from;
};

static void begin_string(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct strings *strings = ctx;
    (void)attributes;
    const char *local = xlsx_local(name);
    if (strcmp(local, "si") == 0)
        strings->from = strings->part.xlsx->strings.n;
    strings->phonetic += strcmp(local, "rPh") == 0;
    strings->in_text = strcmp(local, "t") == 0 && strings->phonetic == 0;
}

static void end_string(void *ctx, const XML_Char *name)
{
    struct strings *strings = ctx;
    struct xlsx *xlsx = strings->part.xlsx;
    const char *local = xlsx_local(name);
    strings->in_text = false;
    strings->phonetic -= strcmp(local, "rPh") == 0 && strings->phonetic > 0;
    if (strcmp(local, "si") != 0)
        return;
    if (xlsx->ends_n == xlsx->ends_room) {
        size_t room = xlsx->ends_room == 0 ? 1024 : xlsx->ends_room * 2;
        size_t *wider = room > STRINGS_MAX ? NULL : realloc(xlsx->ends, room * sizeof *wider);
        if (wider == NULL) {
            strings->part.failed = true;
            return;
        }
        xlsx->ends = wider;
        xlsx->ends_room = room;
    }
    xlsx_undo_escapes(&xlsx->strings, strings->from);
    xlsx->ends[xlsx->ends_n++] = xlsx->strings.n;
}

static void string_text(void *ctx, const XML_Char *text, int n)
{
    struct strings *strings = ctx;
    if (strings->in_text)
        xlsx_text_add(&strings->part.xlsx->strings, text, (size_t)n);
    strings->part.failed = strings->part.failed || strings->part.xlsx->strings.failed;
}

bool xlsx_shared(const struct xlsx *xlsx, size_t k, const char **ret_text, size_t *ret_n)
{
    if (k >= xlsx->ends_n)
        return false;
    size_t from = k == 0 ? 0 : xlsx->ends[k - 1];
    *ret_text = xlsx->strings.bytes == NULL ? "" : xlsx->strings.bytes + from;
    *ret_n = xlsx->ends[k] - from;
    return true;
}

/* ------------------------------------------------------------------ styles */

struct styles {
    struct part part;
    bool in_cells; /* cellXfs: what a cell's s counts in */
    bool is_day[STYLES_MAX / 8];
};

/* A format shows a day if it has d, m or y outside quotes, brackets and escapes. */
static bool shows_a_day(const char *format)
{
    for (; *format != '\0'; format++) {
        if (*format == '\\' && format[1] != '\0')
            format++;
        else if (*format == '"' || *format == '[') {
            const char *end = strchr(format + 1, *format == '"' ? '"' : ']');
            if (end == NULL)
                return false;
            format = end;
        } else if (strchr("dDmMyY", *format) != NULL)
            return true;
    }
    return false;
}

/* Built-in formats 14 to 17 and 22 are days, and those of Asian locales 27 to 36, 50 to 58
 * [ECMA-376 part 1, 18.8.30]. */
static bool built_in_day(unsigned long id)
{
    return (id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
}

static void begin_style(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct styles *styles = ctx;
    struct xlsx *xlsx = styles->part.xlsx;
    const char *local = xlsx_local(name), *id = xlsx_attribute(attributes, "numFmtId");
    const char *code = xlsx_attribute(attributes, "formatCode");
    unsigned long number = id == NULL ? 0 : strtoul(id, NULL, 10);
    if (strcmp(local, "numFmt") == 0 && code != NULL && number < sizeof styles->is_day)
        styles->is_day[number] = shows_a_day(code);
    if (strcmp(local, "cellXfs") == 0)
        styles->in_cells = true;
    if (strcmp(local, "xf") != 0 || !styles->in_cells || xlsx->styles_n == STYLES_MAX)
        return;
    if (xlsx->styles_n == xlsx->styles_room) {
        size_t room = xlsx->styles_room == 0 ? 64 : xlsx->styles_room * 2;
        bool *wider = realloc(xlsx->is_day, room * sizeof *wider);
        if (wider == NULL) {
            styles->part.failed = true;
            return;
        }
        xlsx->is_day = wider;
        xlsx->styles_room = room;
    }
    xlsx->is_day[xlsx->styles_n++] =
        built_in_day(number) || (number < sizeof styles->is_day && styles->is_day[number]);
}

static void end_style(void *ctx, const XML_Char *name)
{
    struct styles *styles = ctx;
    if (strcmp(xlsx_local(name), "cellXfs") == 0)
        styles->in_cells = false;
}

/* ------------------------------------------------------------------ open */

bool xlsx_is(const char *bytes, size_t n)
{
    return n >= 4 && memcmp(bytes, "PK\x03\x04", 4) == 0;
}

static bool open_zip(struct xlsx *xlsx, const char *bytes, size_t n, struct error *err)
{
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(bytes, n, 0, &why);
    if (source != NULL)
        xlsx->zip = zip_open_from_source(source, ZIP_RDONLY, &why);
    bool good = xlsx->zip != NULL;
    if (!good) {
        error_set(err, ERROR_BAD_INPUT,
                  "tệp Excel bị cắt dở hoặc hỏng (%s). Chưa nhập; tải lại tệp, hoặc mở bằng Excel "
                  "rồi lưu lại. / cut off or damaged",
                  zip_error_strerror(&why));
        zip_source_free(source);
    }
    zip_error_fini(&why);
    return good;
}

/* What is not there is empty. */
static bool optional(bool good, struct error *err)
{
    return good || err->code == ERROR_NOT_FOUND;
}

static bool read_parts(struct xlsx *xlsx, struct error *err)
{
    char path[XLSX_PATH_MAX];
    struct relations root = {.part = {.xlsx = xlsx}, .base = ""};
    struct part book = {.xlsx = xlsx};
    struct strings strings = {.part = {.xlsx = xlsx}};
    if (!parse(&root.part, "_rels/.rels", on_relation, NULL, NULL, err) || *root.workbook == '\0' ||
        !parse(&book, root.workbook, on_workbook, NULL, NULL, err))
        return false;
    struct relations own = {.part = {.xlsx = xlsx}, .base = root.workbook};
    rels_path(root.workbook, path);
    if (!parse(&own.part, path, on_relation, NULL, NULL, err))
        return false;
    if (*own.strings != '\0' &&
        !optional(parse(&strings.part, own.strings, begin_string, end_string, string_text, err),
                  err))
        return false;
    struct styles *styles = calloc(1, sizeof *styles);
    if (styles == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    styles->part.xlsx = xlsx;
    bool good = *own.styles == '\0' ||
                optional(parse(&styles->part, own.styles, begin_style, end_style, NULL, err), err);
    free(styles);
    return good;
}

bool xlsx_open(const char *bytes, size_t n, struct xlsx **ret_xlsx, struct error *err)
{
    struct xlsx *xlsx = calloc(1, sizeof *xlsx);
    struct error why = {ERROR_NONE, ""};
    if (xlsx != NULL)
        xlsx->sheets = calloc(XLSX_SHEETS_MAX, sizeof *xlsx->sheets);
    if (xlsx == NULL || xlsx->sheets == NULL) {
        xlsx_close(xlsx);
        return error_set(err, ERROR_LATER, "out of memory");
    }
    if (!open_zip(xlsx, bytes, n, err)) {
        xlsx_close(xlsx);
        return false;
    }
    if (!read_parts(xlsx, &why) || xlsx->sheets_n == 0) {
        xlsx_close(xlsx);
        if (why.code == ERROR_BAD_INPUT || why.code == ERROR_LATER)
            return error_set(err, why.code, "%s", why.text);
        return error_set(err, ERROR_BAD_INPUT,
                         "không phải bảng tính XLSX. Chưa nhập; lưu tệp thành XLSX hay «CSV UTF-8» "
                         "rồi nhập lại. / no XLSX workbook");
    }
    *ret_xlsx = xlsx;
    return true;
}

void xlsx_close(struct xlsx *xlsx)
{
    if (xlsx == NULL)
        return;
    if (xlsx->zip != NULL)
        zip_discard(xlsx->zip);
    free(xlsx->sheets);
    free(xlsx->strings.bytes);
    free(xlsx->ends);
    free(xlsx->is_day);
    free(xlsx);
}

size_t xlsx_sheets(const struct xlsx *xlsx)
{
    return xlsx->sheets_n;
}

const char *xlsx_sheet_name(const struct xlsx *xlsx, size_t sheet)
{
    return xlsx->sheets[sheet].name;
}

bool xlsx_sheet_is_hidden(const struct xlsx *xlsx, size_t sheet)
{
    return xlsx->sheets[sheet].hidden;
}

bool xlsx_counts_from_1904(const struct xlsx *xlsx)
{
    return xlsx->from_1904;
}
