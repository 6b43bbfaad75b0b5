/* layout_elements.h - what each SVG element of the subset means for a layout. Knows no parser:
 * layout.c hands over elements as they begin and end. */
#ifndef TRAO_LABELS_LAYOUT_ELEMENTS_H
#define TRAO_LABELS_LAYOUT_ELEMENTS_H

#include "labels/layout_reader.h"

/* Begins an element by its name in SVG, "" for one of another language; attributes are pairs of
 * name and value that end with NULL, other languages' names with a '|'. */
void layout_element_begin(struct layout_reader *reader, const char *name, const char **attributes);

/* Ends it. */
void layout_element_end(struct layout_reader *reader, const char *name);

/* Words of a text element. */
void layout_element_words(struct layout_reader *reader, const char *bytes, size_t n);

#endif
