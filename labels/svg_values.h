/* svg_values.h - the small languages inside SVG attributes: numbers, colours, path data, the one
 * transform taken. Layouts are drawn in millimetres (one user unit = 1 mm) and kept in micrometres.
 *
 * Pure; independent of the locale (strtod is not). False means "not in the subset": the caller
 * knows the element and says so.
 */
#ifndef TRAO_LABELS_SVG_VALUES_H
#define TRAO_LABELS_SVG_VALUES_H

#include "labels/page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SVG_MM_MAX 2000 /* no page of ours is larger; keeps sums far from overflow */

/* Reads one number of user units at *at, skipping blanks and a comma before it, as micrometres;
 * moves *at behind it. */
bool svg_number_um(const char **at, int32_t *ret_um);

/* A whole attribute: "12.5", "12.5mm" or "12.5px" (a user unit). */
bool svg_length_um(const char *text, int32_t *ret_um);

/* A type size in points: "10.5"; into micrometres. Reads one number at *at. */
bool svg_points_um(const char **at, int32_t *ret_um);

/* "none", "black", "white", "#rgb" or "#rrggbb". */
bool svg_colour(const char *text, bool *ret_painted, uint32_t *ret_rgb);

/* "translate(x)" or "translate(x,y)". */
bool svg_translate(const char *text, int32_t *ret_dx_um, int32_t *ret_dy_um);

/* Path data of M L H V C Z, absolute or relative, into at most `room` segments. */
bool svg_path(const char *text, struct page_segment *segments, size_t room, size_t *ret_n);

/* A rectangle with rounded corners (rx may be 0): at most SVG_RECT_SEGMENTS. */
#define SVG_RECT_SEGMENTS 10
size_t svg_rect(struct page_rect rect, int32_t rx_um, struct page_segment *segments);

/* A circle: SVG_CIRCLE_SEGMENTS. */
#define SVG_CIRCLE_SEGMENTS 6
size_t svg_circle(int32_t cx_um, int32_t cy_um, int32_t r_um, struct page_segment *segments);

#endif
