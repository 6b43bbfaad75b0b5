/* admin_pages.h - the administrator's pages as data: what each asks, how it is shown, which forms
 * stand below. One handler shows them all (admin.c); which there are is admin_pages.c. */
#ifndef TRAO_SERVER_WEB_ADMIN_PAGES_H
#define TRAO_SERVER_WEB_ADMIN_PAGES_H

#include "server/web/panel.h"

#define ADMIN_SECTIONS_MAX 4

struct admin_section {
    const char *title;       /* of a heading; "" none */
    const char *verb, *word; /* the reading command; `word` NULL for none, "*year" this year,
                                 "*days" two: a month up to today, or as asked */
    const char *list;        /* its rows */
    const struct panel_column *columns;
    const char *empty; /* what stands without rows */
    const char *id;    /* of the datalist of `key`, for fields with list=ID; NULL none */
    const char *key, *beside;
};

struct admin_page {
    const char *path, *title;
    enum right right;
    const char *about; /* a sentence for who opens it; "" none */
    struct admin_section sections[ADMIN_SECTIONS_MAX];
    const struct panel_form *forms;
    bool daily; /* work of every day: its way stands in the menu, not among the administrator's */
};

/* The i-th, or NULL. */
const struct admin_page *admin_page(size_t i);

#endif
