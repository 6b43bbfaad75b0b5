/* font_find.h - where the files of a font family are. The one door to fontconfig. */
#ifndef TRAO_LABELS_FONT_FIND_H
#define TRAO_LABELS_FONT_FIND_H

#include "labels/font.h"

#define FONT_PATH_BYTES 1024

/* The files of a family's weights, static and by themselves. ERROR_NOT_FOUND: fontconfig offers
 * another family, a variable font or another weight in the place of what was asked for. */
must_use bool font_find(const char *family, char ret_paths[FONT_WEIGHTS][FONT_PATH_BYTES],
                        struct error *err);

#endif
