/* export_form.h - rows of texts in a file: the form behind export.h. It goes to a descriptor that
 * came along with a command, as it grows; a workbook lies in a folder until it is whole. Private to
 * export*.c. */
#ifndef TRAO_SERVER_OFFICE_EXPORT_FORM_H
#define TRAO_SERVER_OFFICE_EXPORT_FORM_H

#include <stddef.h>

#include "server/office/export.h"

struct export_file;
/* LATER without memory. */
bool export_file_new(const struct export_asked *asked, int fd, struct export_file **ret_file,
                     struct error *err) must_use;
void export_file_free(struct export_file *file); /* NULL is fine */
/* As many cells in each row. */
bool export_file_row(struct export_file *file, const char *const *cells, size_t n,
                     struct error *err) must_use;
/* All of it is in the descriptor. */
bool export_file_end(struct export_file *file, struct error *err) must_use;

#endif
