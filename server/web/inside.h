/* inside.h - what the files of this folder share; nobody else includes it. */
#ifndef TRAO_SERVER_WEB_INSIDE_H
#define TRAO_SERVER_WEB_INSIDE_H

#include "server/web/guard.h"
#include "server/web/html.h"
#include "server/web/http.h"
#include "server/web/kept.h"
#include "server/web/live.h"
#include "server/web/readers.h"
#include "server/web/recent.h"
#include "server/web/web.h"

struct web {
    struct web_config config;
    char print_folder[CONFIG_PATH_MAX];
    unsigned second_roles; /* bit n: role n comes in only with a second factor */
    struct http *http;
    struct readers *readers;
    struct guard *guard;
    struct live *live;
    struct api *api;
    struct kept *kept;
    struct recent *recent;
};

/* ------------------------------------------------------------------ pages (page.c) */

/* Everything up to and with <main>; `script` is an asset's name or NULL; `switch_to` is the address
 * of the page in the other language, NULL for none. */
struct page_head {
    const char *title;
    bool english;
    const char *script;
    const char *switch_to;
    const struct config *config; /* whose name and phone stand at its foot; NULL: the server's */
    const char *wide;            /* class of main, "" for the citizens' narrow column */
    bool desk;                   /* a narrow one of the desk's; all wide ones are */
    const char *here;            /* of a desk's: its address, marked in the way to the others */
};
void page_begin(struct html *html, const struct page_head *head);
void page_end(struct html *html, const struct web *web, const struct page_head *head);
/* Hands the page over as the answer. */
void page_give(struct html *html, unsigned status, struct http_answer *answer);
/* A page of one sentence, both languages. */
void page_sentence(const struct web *web, unsigned status, const char *vi, const char *en,
                   struct http_answer *answer);
void page_redirect(const char *to, struct http_answer *answer);

/* ------------------------------------------------------------------ desks (desk.c) */

/* "Đỗ Xuân Quỳnh" is "Đỗ X. Quỳnh". */
void desk_put_short_name(struct html *html, const char *name);
/* An item's number, as the way to its page: whoever sees items may open it. */
void desk_put_item(struct html *html, const struct item *item);
/* What was printed last, as links. */
void desk_put_jobs(const struct web *web, struct html *html);

/* ------------------------------------------------------------------ routes */

void citizen_home(struct web *web, const struct http_request *request, struct http_answer *answer);
void citizen_look(struct web *web, const struct http_request *request, struct http_answer *answer);
void citizen_look_again(struct web *web, const struct http_request *request,
                        struct http_answer *answer);
void citizen_look_stream(struct web *web, const struct http_request *request,
                         struct http_answer *answer);
void citizen_link(struct web *web, const struct http_request *request, struct http_answer *answer);

/* The item of a number, or the answer that says why not (case W01). */
bool citizen_finds(struct web *web, const struct http_request *request, const char *number,
                   bool english, struct view *ret_view, struct http_answer *answer);
/* The same, and the last four digits of its phone are these: the answer is given only with
 * PROVEN_ANSWERED; with PROVEN_WRONG `wrong` is what to say beside the field. */
enum proven { PROVEN_YES, PROVEN_WRONG, PROVEN_ANSWERED };
#define CITIZEN_WRONG_MAX 160
enum proven citizen_proves(struct web *web, const struct http_request *request, const char *number,
                           const char *last4, bool english, struct view *ret_view,
                           char wrong[CITIZEN_WRONG_MAX], struct http_answer *answer);
/* Its page, as after a look-up with those digits; `said`: what was just noted, in words of ours. */
void citizen_show(struct web *web, const struct view *view, bool english, const char *last4,
                  const char *said, struct http_answer *answer);
#define CITIZEN_SAYS(name)                                                                         \
    void citizen_##name(struct web *web, const struct http_request *request,                       \
                        struct http_answer *answer);
CITIZEN_SAYS(choose_page)
CITIZEN_SAYS(choose)
CITIZEN_SAYS(missing_page)
CITIZEN_SAYS(missing)
CITIZEN_SAYS(rating_page)
CITIZEN_SAYS(rate)
CITIZEN_SAYS(postman_page)
CITIZEN_SAYS(postman)
#undef CITIZEN_SAYS

void desk_language(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_login_page(struct web *web, const struct http_request *request,
                     struct http_answer *answer);
void desk_login(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_logout(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_items(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_stream(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_search(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_print(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_work(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_printing(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_preview(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_item(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_handover(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_paper(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_practice(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_import(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_board(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_board_rows(struct web *web, const struct http_request *request,
                     struct http_answer *answer);
void desk_report(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_report_rows(struct web *web, const struct http_request *request,
                      struct http_answer *answer);
void desk_report_file(struct web *web, const struct http_request *request,
                      struct http_answer *answer);
void desk_map(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_map_outlines(struct web *web, const struct http_request *request,
                       struct http_answer *answer);
void desk_outlines(struct web *web, const struct http_request *request, struct http_answer *answer);
void office_page(struct web *web, const struct http_request *request, struct http_answer *answer);
void office_page_rows(struct web *web, const struct http_request *request,
                      struct http_answer *answer);
void office_page_list(struct web *web, const struct http_request *request,
                      struct http_answer *answer);
void desk_password_page(struct web *web, const struct http_request *request,
                        struct http_answer *answer);
void desk_password(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_rounds(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_devices(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_admin(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_admin_home(struct web *web, const struct http_request *request,
                     struct http_answer *answer);
void desk_templates(struct web *web, const struct http_request *request,
                    struct http_answer *answer);
void desk_audit(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_law(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_law_person(struct web *web, const struct http_request *request,
                     struct http_answer *answer);
void desk_first_run(struct web *web, const struct http_request *request,
                    struct http_answer *answer);
void desk_trial(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_code_page(struct web *web, const struct http_request *request,
                    struct http_answer *answer);
void desk_code(struct web *web, const struct http_request *request, struct http_answer *answer);
void desk_second_page(struct web *web, const struct http_request *request,
                      struct http_answer *answer);
void desk_second(struct web *web, const struct http_request *request, struct http_answer *answer);

/* ------------------------------------------------------------------ assets (generated) */

struct asset {
    const char *name, *type;
    const char *hash; /* of its bytes: what is asked for with ?v= it never changes */
    const unsigned char *bytes;
    size_t n;
};
extern const struct asset assets[];
extern const size_t assets_n;

/* NULL when the program was built without it. */
const struct asset *asset_named(const char *name);
/* Its address, with the hash; the bare one of an asset that is not there. */
void asset_put(struct html *html, const char *name);

#endif
