/* import_page.h - the import page's two halves: import_page.c has done what was sent,
 * import_shown.c puts what came of it. Nobody else includes it. */
#ifndef TRAO_SERVER_WEB_IMPORT_PAGE_H
#define TRAO_SERVER_WEB_IMPORT_PAGE_H

#include "server/office/list.h"
#include "server/web/panel.h"

#define IMPORT_PATH "/quay/nhap"

struct import_page {
    struct panel panel;
    char office[36], charset[16]; /* as chosen, "" none */
    char kept[KEPT_NAME_CHARS + 1], file_name[128];
    json_t *said; /* of the preview or the import */
    bool taken;   /* it was the import */
    bool failed;
    bool unnamed; /* no header was found: the kept file waits for names of its columns */
};

/* Choosing a file; the names of its columns, open where no header was found; the preview with what
 * is to be looked at; what was taken in. */
void import_put_choosing(struct import_page *page);
void import_put_mapping(struct import_page *page);
void import_put_preview(struct import_page *page);
void import_put_result(struct import_page *page);
/* The lines of a kept report, each sentence in the language that is read. */
void import_put_kept_lines(struct html *html, const char *lines);

#endif
