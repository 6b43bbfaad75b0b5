/* whole_list.h - a list as tests look at it: all rows at once. */
#ifndef TRAO_TESTS_SERVER_WHOLE_LIST_H
#define TRAO_TESTS_SERVER_WHOLE_LIST_H

#include "server/office/list.h"

struct whole_list {
    struct list_row *rows; /* their cells on the heap */
    size_t n;
    uint32_t position[LIST_COLUMNS];
    enum charset charset;
    char separator;
    bool from_1904;
    char sheet[LIST_SHEET_BYTES_MAX + 1];
};

/* list_read of the running program, its rows taken twice: they must be the same. */
bool whole_list_read(const char *program, int fd, const struct list_names *names,
                     struct whole_list *ret_list, struct error *err) must_use;
void whole_list_done(struct whole_list *list);

#endif
