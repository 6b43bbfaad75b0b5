/* xlsx_inside.h - what xlsx.c (the parts of a workbook) and xlsx_rows.c (a sheet) share. */
#ifndef TRAO_SERVER_OFFICE_XLSX_INSIDE_H
#define TRAO_SERVER_OFFICE_XLSX_INSIDE_H

#include <expat.h>
#include <zip.h>

#include "server/office/xlsx.h"

#define XLSX_PATH_MAX 256
#define XLSX_NAME_MAX 128
#define XLSX_SHEETS_MAX 256

/* Text as it grows; kept from one use to the next. */
struct xlsx_text {
    char *bytes;
    size_t n, room;
    bool failed;
};
void xlsx_text_add(struct xlsx_text *text, const char *bytes, size_t n);

struct xlsx_sheet {
    char name[XLSX_NAME_MAX];
    char id[64]; /* of its relation, until `path` is known */
    char path[XLSX_PATH_MAX];
    bool hidden;
};

struct xlsx {
    zip_t *zip;
    uint64_t unpacked;
    bool from_1904;
    struct xlsx_sheet *sheets;
    size_t sheets_n;
    struct xlsx_text strings; /* shared ones, one behind the other */
    size_t *ends;             /* where each ends */
    size_t ends_n, ends_room;
    bool *is_day; /* by style of a cell */
    size_t styles_n, styles_room;
};

/* Feeds a part to a parser of which the handlers are set. NOT_FOUND: there is no such part. */
bool xlsx_parse_part(struct xlsx *xlsx, const char *path, XML_Parser parser,
                     struct error *err) must_use;
/* A parser without document types; NULL without memory. */
XML_Parser xlsx_parser(void *ctx, XML_StartElementHandler begin, XML_EndElementHandler end,
                       XML_CharacterDataHandler text);
/* The name without its prefix; the value of an attribute, NULL when it is not there. */
const char *xlsx_local(const XML_Char *name);
const char *xlsx_attribute(const XML_Char **attributes, const char *name);
/* Undoes _xHHHH_ in place behind `from`. */
void xlsx_undo_escapes(struct xlsx_text *text, size_t from);
/* The k-th shared string; false: there is none. */
bool xlsx_shared(const struct xlsx *xlsx, size_t k, const char **ret_text, size_t *ret_n);

#endif
