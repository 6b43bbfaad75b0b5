/* Fields as layouts know them: on which paper each may stand, and in which shapes. */
#include "labels/layout.h"

#define ENVELOPE (1u << LABELS_FOR_ENVELOPE)
#define SLIP (1u << LABELS_FOR_SLIP)
#define LIST (1u << LABELS_FOR_LIST)
#define ROW LAYOUT_ROW
#define TEXT (1u << LAYOUT_TEXT)
#define DIGITS (1u << LAYOUT_DIGITS)
#define CODE128 (1u << LAYOUT_CODE128)
#define QR (1u << LAYOUT_QR)
#define DATAMATRIX (1u << LAYOUT_DATAMATRIX)

static const struct {
    const char *name;
    unsigned uses;
    unsigned contents;
} fields[LABELS_FIELDS] = {
#define FIELD(id, name, uses, contents) {name, uses, contents},
#include "labels/fields.def"
#undef FIELD
};

const char *labels_field_name(enum labels_field field)
{
    invariant(field < LABELS_FIELDS);
    return fields[field].name;
}

bool layout_field_may(enum labels_field field, unsigned uses)
{
    return (fields[field].uses & uses) != 0;
}

bool layout_field_shows_as(enum labels_field field, enum layout_content content)
{
    return (fields[field].contents & 1u << content) != 0;
}
