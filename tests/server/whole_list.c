#include "tests/server/whole_list.h"

#include <stdlib.h>
#include <string.h>

static bool take_all(struct list *list, struct whole_list *whole, struct error *err)
{
    whole->rows = calloc(list->n + 1, sizeof *whole->rows);
    for (; whole->n < list->n; whole->n++) {
        struct list_row *row = &whole->rows[whole->n];
        if (!list_take(list, row, err))
            return false;
        for (int i = 0; i < LIST_COLUMNS; i++)
            row->cell[i] = strdup(row->cell[i]);
        row->written_name = strdup(row->written_name);
        row->written_address = strdup(row->written_address);
    }
    return true;
}

static bool takes_them_again(struct list *list, const struct whole_list *whole, struct error *err)
{
    struct list_row row;
    if (!list_again(list, err))
        return false;
    for (size_t n = 0; n < whole->n; n++) {
        if (!list_take(list, &row, err))
            return false;
        invariant(row.number == whole->rows[n].number);
        for (int i = 0; i < LIST_COLUMNS; i++)
            invariant(strcmp(row.cell[i], whole->rows[n].cell[i]) == 0);
    }
    struct error end;
    invariant(!list_take(list, &row, &end) && end.code == ERROR_BROKEN);
    return true;
}

bool whole_list_read(const char *program, int fd, const struct list_names *names,
                     struct whole_list *ret_list, struct error *err)
{
    struct list list;
    if (!list_read(program, "/tmp", fd, CHARSET_UNKNOWN, names, &list, err))
        return false;
    struct whole_list whole = {
        .charset = list.charset, .separator = list.separator, .from_1904 = list.from_1904};
    memcpy(whole.position, list.position, sizeof whole.position);
    memcpy(whole.sheet, list.sheet, sizeof whole.sheet);
    bool good = take_all(&list, &whole, err) && takes_them_again(&list, &whole, err);
    list_done(&list);
    if (good)
        *ret_list = whole;
    else
        whole_list_done(&whole);
    return good;
}

void whole_list_done(struct whole_list *list)
{
    for (size_t k = 0; k < list->n; k++) {
        for (int i = 0; i < LIST_COLUMNS; i++)
            free((char *)list->rows[k].cell[i]);
        free((char *)list->rows[k].written_name);
        free((char *)list->rows[k].written_address);
    }
    free(list->rows);
    *list = (struct whole_list){.n = 0};
}
