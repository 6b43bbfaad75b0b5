/* embedded.h - the layouts of layouts/(name).svg, put into the library at build time, so that the
 * programs find them wherever they run. Ends with a name of NULL. Read-only. */
#ifndef TRAO_LABELS_LAYOUTS_EMBEDDED_H
#define TRAO_LABELS_LAYOUTS_EMBEDDED_H

#include <stddef.h>

struct layout_embedded {
    const char *name;
    const char *svg;
    size_t n;
};

extern const struct layout_embedded layouts_embedded[];

#endif
