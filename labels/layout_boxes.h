/* layout_boxes.h - what is drawn on a layout but never printed: boxes for fields, the rows of a
 * list, zones kept clear, folds. */
#ifndef TRAO_LABELS_LAYOUT_BOXES_H
#define TRAO_LABELS_LAYOUT_BOXES_H

#include "labels/layout_reader.h"

/* A rect of the drawing; *ret_is_art is set when it has no data-* attribute, and nothing is done.
 */
bool layout_box_begin(struct layout_reader *reader, const char **attributes, struct page_rect rect,
                      bool *ret_is_art);

/* A line with data-fold: level or upright. */
bool layout_fold_begin(struct layout_reader *reader, int32_t x1_um, int32_t y1_um, int32_t x2_um,
                       int32_t y2_um);

#endif
