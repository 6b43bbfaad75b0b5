/* labels.h - an item and an address become an envelope, ready for the printer.
 *
 * A layout (an SVG drawing, see layouts/README.md) says where things stand; a `struct label` says
 * what one envelope, slip or list shows; the answer is one file in one of several tongues (PDF,
 * ZPL,
 * ...), a page for each label or for each sheet of labels, handed out in pieces while it grows, so
 * that a million pages need no more memory than one (apart from 16 bytes a page in a PDF).
 *
 * What never stands on an envelope (procedure, dossier code, result number, contents, amounts,
 * phone, ID number, birth date, e-mail, the link as text) has no field that an envelope's layout
 * may show: fields.def.
 *
 * Texts are UTF-8 in any normal form, at most LABELS_TEXT_BYTES; they are set in NFC, the old
 * exports' Ð (U+00D0) as Đ. A text is wrapped at spaces, then made smaller down to the layout's
 * least size, then shortened with «…»; a character that the font lacks becomes U+FFFD. Both are
 * told in the report, never silent.
 *
 * Owner: the caller owns every string; nothing is kept after a call returns. The bytes given to
 * the sink are borrowed for that call.
 * Threads: a `struct labels` serves one thread at a time; several may exist side by side.
 */
#ifndef TRAO_LABELS_LABELS_H
#define TRAO_LABELS_LABELS_H

#include "protocol/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LABELS_NUMBER_CHARS 13 /* UPU S10 */
#define LABELS_POSTAL_CHARS 5  /* mã bưu chính, QĐ 2334/QĐ-BKHCN 24/8/2025 */
#define LABELS_LINK_CHARS 61   /* what a QR of 29 modules holds, ECC M, alphanumeric (ISO 18004) */
#define LABELS_TEXT_BYTES 1024 /* longest name, address or sender taken */
#define LABELS_COPY_MAX 99
#define LABELS_SERIAL_CHARS 20
#define LABELS_COUNT_MAX 99999        /* sheets in one envelope, far above any */
#define LABELS_VND_MAX 1000000000000u /* a million million; sums of rows stay far from overflow */
#define LABELS_ROWS_MAX 10000         /* of one list */

/* Marks that may stand on the envelope, to be OR-ed. */
enum labels_mark {
    LABELS_OWNER_ONLY = 1 << 0,  /* «CHỈ GIAO ĐÚNG NGƯỜI» */
    LABELS_TO_COLLECT = 1 << 1,  /* «CÓ THU», never the amount: fees betray procedures */
    LABELS_DO_NOT_BEND = 1 << 2, /* «KHÔNG GẬP» */
    LABELS_KEEP_DRY = 1 << 3,    /* «TRÁNH ƯỚT» */
};

/* Fields, as a layout names them and as the report counts them: LABELS_SENDER, ... */
enum labels_field {
#define FIELD(id, name, uses, contents) LABELS_##id,
#include "labels/fields.def"
#undef FIELD
    LABELS_FIELDS /* how many */
};

/* What one envelope, slip or list shows. A string may be NULL or empty when the layout does not
 * show it; what is said to be never empty is asked for when the layout shows it. */
struct label {
    const char *number;         /* 13 of A-Z 0-9; the check digit is the caller's affair */
    const char *sender;         /* the office's neutral name; never empty */
    const char *sender_address; /* may be empty */
    const char *name;           /* the recipient; never empty */
    /* The recipient's address in one text; never empty. If it ends in the postal code, that is
     * left to the boxes; its last part after a comma (the province) is set just before them. */
    const char *address;
    const char *postal_code; /* empty (the boxes stay free for the pen), or 5 digits */
    const char *link;        /* QR text: 1 to 61 of 0-9 A-Z space $ % * + - . / : */
    unsigned marks;          /* enum labels_mark, OR-ed */
    unsigned copy;           /* 0 or 1: the first print; from 2 to 99: «BẢN IN LẠI 2» */
    /* Slips and lists only. */
    const char *serial;      /* "GM-04711823", "BG-...": 1 to 20 of A-Z 0-9 - */
    const char *slip_code;   /* under the slip's fold; never empty */
    const char *attempt;     /* "1/2"; may be empty: for the pen */
    const char *post_office; /* may be empty: for the pen */
    const char *time;        /* local, as people write it; never empty */
    const char *seal;        /* số niêm phong; may be empty */
};

/* One item of a list (bảng kê giao nhận). Texts may be NULL or empty, but for number and name. */
struct labels_row {
    const char *number; /* 13 of A-Z 0-9 */
    const char *dossier;
    const char *name;
    const char *ward;
    unsigned originals, copies, pages; /* at most LABELS_COUNT_MAX each */
    uint64_t fees_vnd, postage_vnd;    /* at most LABELS_VND_MAX each */
    const char *note;
};

/* What had to be changed to print one label. Bit n stands for field n of enum labels_field. */
struct labels_report {
    uint32_t shortened;   /* cut, «…» at its end */
    uint32_t substituted; /* a character that the font lacks is shown as U+FFFD */
};

/* Where the PDF goes, piece by piece. False from `write` ends the job with ERROR_LATER. */
struct labels_sink {
    bool (*write)(void *ctx, const void *bytes, size_t n);
    void *ctx;
};

struct readback; /* readback.h */

/* How a job is said. A zero is the usual: PDF, 203 dpi where dots count, from the first place. */
struct labels_options {
    const char *tongue; /* of tongues.def: "pdf" (NULL too), "zpl", ... */
    unsigned dpi;       /* dots per inch of the printer; PDF and SVG have none */
    bool native_text;   /* thermal: text by the printer's own fonts, for those known to have them */
    bool preview;       /* PNG: smooth and in colour, for screens; any dpi to 600, usually 96 */
    unsigned start;     /* sheets: place of the first label, from 1, row by row */
    bool plain;         /* PDF: pages are not deflated; sheets of many labels never are */
    struct readback *readback; /* hears of every page, for readback_check; NULL: none */
};

struct labels;

/* Reads a layout and its fonts once. `layout` is a name of ours ("dl"), or a path when it holds a
 * '/'. ERROR_NOT_FOUND: no such layout, or fontconfig has no such family (never another font in
 * its place). ERROR_BAD_INPUT: the drawing holds something outside the subset; the sentence names
 * the layout, line, element and id. Close with labels_close. */
must_use bool labels_open(const char *layout, struct labels **ret_labels, struct error *err);

/* Accepts NULL. A job that was not ended is given up; its sink hears nothing more. */
void labels_close(struct labels *labels);

/* Begins one PDF. No other may be open on the same `labels`. */
must_use bool labels_begin(struct labels *labels, struct labels_sink sink, struct error *err);

/* The same in any tongue. ERROR_NOT_FOUND: no such tongue; ERROR_BAD_INPUT: no such dpi or start.
 */
must_use bool labels_begin_as(struct labels *labels, const struct labels_options *options,
                              struct labels_sink sink, struct error *err);

/* Adds one page. ERROR_BAD_INPUT: this label cannot be printed (the field is named, its text is
 * not); nothing of it was written and the job goes on with the next. ERROR_LATER: the sink or the
 * memory failed, and the job can only be ended. */
must_use bool labels_add(struct labels *labels, const struct label *label,
                         struct labels_report *ret_report, struct error *err);

/* Adds n labels as labels_add would one by one, on all cores. On false *ret_added says how many
 * were added before the one that was refused (ERROR_BAD_INPUT: leave it out and go on with the
 * next) or before the job broke (ERROR_LATER); it is set in any case. reports[0 .. *ret_added) are
 * filled; NULL: not wanted. */
must_use bool labels_add_many(struct labels *labels, const struct label *all, size_t n,
                              struct labels_report *reports, size_t *ret_added, struct error *err);

/* Adds one list (bảng kê giao nhận): as many pages as its rows need, totals and places to sign on
 * the last. From 1 to LABELS_ROWS_MAX rows. Errors as labels_add, ERROR_BAD_INPUT names the row. */
must_use bool labels_add_list(struct labels *labels, const struct label *head,
                              const struct labels_row *rows, size_t n,
                              struct labels_report *ret_report, struct error *err);

/* The same list sheet by sheet, for those who keep count of what left: how many sheets it takes,
 * and one of them, from 0, with `head->copy` its own. Errors as labels_add_list. */
must_use bool labels_list_sheets(const struct labels *labels, const struct labels_row *rows,
                                 size_t n, size_t *ret_sheets, struct error *err);
must_use bool labels_add_sheet(struct labels *labels, const struct label *head,
                               const struct labels_row *rows, size_t n, size_t sheet,
                               struct labels_report *ret_report, struct error *err);

/* Ends the PDF: fonts, page tree, cross references. The job is over whatever the answer; false
 * means that the bytes in the sink are not a PDF. A job without pages is ERROR_BAD_INPUT. The
 * same labels give the same bytes. */
must_use bool labels_end(struct labels *labels, struct error *err);

/* The field's name in layouts and reports: "name", "sender-address", ... */
const char *labels_field_name(enum labels_field field);

/* What a layout is for. */
enum labels_use { LABELS_FOR_ENVELOPE, LABELS_FOR_SLIP, LABELS_FOR_LIST };

/* What an open layout is. */
struct labels_about {
    enum labels_use use;
    int32_t width_um; /* of the paper that goes through the printer */
    int32_t height_um;
    size_t places;   /* labels on a page */
    uint32_t fields; /* bit n: it shows field n of enum labels_field */
};
struct labels_about labels_about(const struct labels *labels);

/* Names of the layouts that come with the library, in the order to show them; NULL after the last.
 */
const char *labels_layout_name(size_t i);

/* The stock has a window there: ERROR_REFUSED when it would cut what the layout prints (a window of
 * 20 60 90 35 mm cuts the Code 128 of a DL envelope). */
must_use bool labels_window(struct labels *labels, int32_t x_um, int32_t y_um, int32_t width_um,
                            int32_t height_um, struct error *err);

#endif
