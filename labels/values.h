/* values.h - what a label, slip or list says, checked and as its boxes show it. Pure. */
#ifndef TRAO_LABELS_VALUES_H
#define TRAO_LABELS_VALUES_H

#include "labels/labels.h"

struct values {
    const char *of[LABELS_FIELDS];   /* never NULL */
    const char *code[LABELS_FIELDS]; /* the same for a symbol; NULL: has none */
    char number[LABELS_NUMBER_CHARS + 5];
    char reprint[32];
    char address[LABELS_TEXT_BYTES + 1];
    size_t before_province; /* bytes of the address without its last part */
    char province[LABELS_TEXT_BYTES + 1];
    char sheet[32];
};

/* Takes the fields of a label that a layout shows (bit n: field n); the rest is not looked at. The
 * values borrow the label's strings. ERROR_BAD_INPUT names the field. */
must_use bool values_read(const struct label *label, uint32_t shown, struct values *ret_values,
                          struct error *err);

/* «Tờ 1/2». */
void values_set_sheet(struct values *values, size_t sheet, size_t sheets);

/* One row of a list. */
struct row_values {
    const char *of[LABELS_FIELDS];
    char number[LABELS_NUMBER_CHARS + 5];
    char ordinal[12];
    char counts[3][12];
    char amounts[2][32];
};

must_use bool values_check_row(const struct labels_row *row, struct error *err);
void values_read_row(const struct labels_row *row, size_t ordinal, struct row_values *ret_values);

/* Sums of rows; shown like a row without texts. */
struct row_sums {
    uint64_t originals, copies, pages, fees_vnd, postage_vnd;
};
void values_add_row(const struct labels_row *row, struct row_sums *sums);
void values_read_sums(const struct row_sums *sums, struct row_values *ret_values);

#endif
