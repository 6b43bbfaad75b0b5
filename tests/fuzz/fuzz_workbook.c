/* A list from an office, in the reading child: bytes of a workbook, else the XML of its one sheet,
 * else text of whatever encoding. What is read is UTF-8, or there is a sentence. */
#include <stdlib.h>
#include <zip.h>

#include "fuzz.h"
#include "server/office/charset.h"
#include "server/office/xlsx.h"

static bool on_row(void *ctx, uint32_t number, bool hidden, const struct xlsx_cell *cells, size_t n)
{
    size_t *bytes = ctx;
    (void)hidden;
    invariant(number >= 1 && number <= 1048577 && n >= 1 && n <= XLSX_CELLS_MAX);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < cells[i].n; k++)
            *bytes += (unsigned char)cells[i].text[k] != 0; /* every byte is there to be read */
    return true;
}

static void walk_all(const char *bytes, size_t n)
{
    struct xlsx *xlsx = NULL;
    struct error err = {ERROR_NONE, ""};
    size_t read = 0;
    if (!xlsx_open(bytes, n, &xlsx, &err)) {
        invariant(err.code != ERROR_NONE && err.text[0] != '\0');
        return;
    }
    for (size_t i = 0; i < xlsx_sheets(xlsx); i++)
        if (!xlsx_walk(xlsx, i, (struct xlsx_sink){on_row, &read}, &err))
            invariant(err.code != ERROR_NONE && err.text[0] != '\0');
    xlsx_close(xlsx);
}

static void add(zip_t *zip, const char *path, const void *bytes, size_t n)
{
    zip_int64_t at = zip_file_add(zip, path, zip_source_buffer(zip, bytes, n, 0), ZIP_FL_ENC_UTF_8);
    invariant(at >= 0 && zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0) == 0);
}

/* The sheet stands for the strings and the styles as well: each part sees each XML. */
static void as_a_sheet(const uint8_t *bytes, size_t n)
{
    static const char root[] =
        "<R><Relationship Id=\"1\" Type=\"/officeDocument\" Target=\"b\"/></R>";
    static const char book[] = "<w xmlns:r=\"r\"><sheet name=\"S\" r:id=\"1\"/></w>";
    static const char rels[] = "<R><Relationship Id=\"1\" Type=\"/worksheet\" Target=\"s\"/>"
                               "<Relationship Id=\"2\" Type=\"/sharedStrings\" Target=\"s\"/>"
                               "<Relationship Id=\"3\" Type=\"/styles\" Target=\"s\"/></R>";
    zip_error_t why;
    zip_stat_t info;
    zip_error_init(&why);
    zip_source_t *room = zip_source_buffer_create(NULL, 0, 0, &why);
    zip_t *zip = zip_open_from_source(room, ZIP_TRUNCATE, &why);
    invariant(zip != NULL);
    zip_source_keep(room);
    add(zip, "_rels/.rels", root, sizeof root - 1);
    add(zip, "b", book, sizeof book - 1);
    add(zip, "_rels/b.rels", rels, sizeof rels - 1);
    add(zip, "s", bytes, n);
    invariant(zip_close(zip) == 0 && zip_source_stat(room, &info) == 0);
    char *packed = malloc((size_t)info.size);
    invariant(packed != NULL && zip_source_open(room) == 0 &&
              zip_source_read(room, packed, info.size) == (zip_int64_t)info.size);
    zip_source_close(room);
    zip_source_free(room);
    walk_all(packed, (size_t)info.size);
    free(packed);
}

static void as_text(const char *bytes, size_t n)
{
    static struct charsets *charsets;
    struct error err;
    invariant(charsets != NULL || charsets_open(&charsets, &err));
    enum charset told = charset_of(charsets, bytes, n);
    for (int i = CHARSET_UTF16LE; i < CHARSETS; i++) {
        size_t read_n = 0;
        char *read = charset_read(charsets, (enum charset)i, bytes, n, &read_n);
        invariant(read != NULL && read_n <= 4 * n + 8);
        free(read);
    }
    invariant(told >= CHARSET_UNKNOWN && told < CHARSETS);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const char *text = (const char *)bytes;
    if (xlsx_is(text, n))
        walk_all(text, n);
    else if (n > 0 && bytes[0] == '<')
        as_a_sheet(bytes, n);
    else
        as_text(text, n);
    return 0;
}
