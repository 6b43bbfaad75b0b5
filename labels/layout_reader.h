/* layout_reader.h - a layout while it is being read: the element in hand, its attributes, and the
 * sentence that refuses it. Knows no parser. */
#ifndef TRAO_LABELS_LAYOUT_READER_H
#define TRAO_LABELS_LAYOUT_READER_H

#include "labels/layout.h"
#include "labels/layout_style.h"

#define LAYOUT_DEPTH_MAX 32

/* A layout being read. Styles and groups stack up by depth; `text` is the art whose words are
 * being read, if any. The parser keeps `line` and `skipping`. */
struct layout_reader {
    struct layout *layout;
    struct error *err;
    unsigned long line;
    bool failed;
    int skipping; /* depth inside something that draws nothing; 0: not skipping */
    bool in_defs;
    int depth; /* of the element in hand; -1 outside the root */
    struct layout_style styles[LAYOUT_DEPTH_MAX];
    int groups[LAYOUT_DEPTH_MAX];
    struct layout_art *text;
    bool had_tspan;
    const char *element; /* for sentences; valid while the element begins */
    char id[LAYOUT_ID_BYTES];
};

/* Refuses the element in hand, by layout, line, element and id; always false. */
bool layout_refuse(struct layout_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The value of an attribute, or NULL. Attributes are pairs of name and value that end with NULL.
 * The readers below refuse the element when they answer false. */
const char *layout_attribute(const char **attributes, const char *name);

/* Takes all attributes but those that the element knows by itself (`own`, ends with NULL;
 * LAYOUT_ANY_DATA stands for all data-* attributes) as style, and refuses what is none. */
#define LAYOUT_ANY_DATA "data-*"
bool layout_attributes(struct layout_reader *reader, const char **attributes,
                       const char *const *own);

/* Refuses data-* attributes that are not among `known`, whose first is the one that says what the
 * element is. */
bool layout_only_data(struct layout_reader *reader, const char **attributes,
                      const char *const *known);

/* A length that must stand there, or `missing` when that is not negative. */
bool layout_length(struct layout_reader *reader, const char **attributes, const char *name,
                   int32_t missing, int32_t *ret_um);

/* The word's place in a list that ends with NULL; `missing`, when that is not negative, for an
 * attribute that is not there. */
bool layout_word(struct layout_reader *reader, const char **attributes, const char *name,
                 const char *const *words, int missing, int *ret_index);

/* data-size="9 11", data-module="0.25 0.375": least and greatest, read by `read`; one number is
 * both. */
bool layout_range(struct layout_reader *reader, const char **attributes, const char *name,
                  bool (*read)(const char **, int32_t *), int32_t *ret_min, int32_t *ret_max);

/* data-gap="2.5 0": two lengths; both `missing` when the attribute is not there and `missing` is
 * not negative. */
bool layout_pair(struct layout_reader *reader, const char **attributes, const char *name,
                 int32_t missing, int32_t *ret_x_um, int32_t *ret_y_um);

/* A text attribute of at most room - 1 bytes; empty when it is not there. */
bool layout_words(struct layout_reader *reader, const char **attributes, const char *name,
                  char *ret_words, size_t room);

#endif
