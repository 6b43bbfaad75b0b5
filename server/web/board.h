/* board.h - what is asked of a board and by whom, the sums that answer it, and how a line is named:
 * for the manager's page (board.c, board_charts.c, board_days.c) and the items behind its numbers
 * (board_rows.c).
 */
#ifndef TRAO_SERVER_WEB_BOARD_H
#define TRAO_SERVER_WEB_BOARD_H

#include "server/record/postmen.h"
#include "server/views/words.h"
#include "server/web/seat.h"

#define BOARD_LINES_MAX 200

struct board_ask {
    struct person person;
    struct view_asked asked; /* of who is bound to offices the group is OFFICE */
    uint32_t target_percent; /* of terms kept, as the office set it; 0: it set none */
};

/* From ?tu= &den= &nhom= &dongho=: this month by office when they are not given. False: the answer
 * says which is no day, or no word. */
bool board_ask_read(struct web *web, const struct http_request *request,
                    const struct person *person, struct board_ask *ret_ask,
                    struct http_answer *answer);
/* The same as the end of an address. */
void board_ask_put(const struct board_ask *ask, struct html *html);

/* Of all that the person sees, and by group. */
struct board_sums {
    struct board post, office;
    struct view_figure all;
    struct view_figure *lines;
    size_t n;
};
/* False without memory. */
bool board_sums_take(struct web *web, const struct board_ask *ask, struct board_sums *ret_sums);
void board_sums_done(struct board_sums *sums);

/* The lines of ask's group, those of the person's own offices alone; free(*new_lines). */
bool board_lines_take(struct web *web, const struct board_ask *ask, enum view_clock clock,
                      struct view_figure **new_lines, size_t *ret_n);

const char *board_group_word(enum view_group group); /* "cơ quan" */
/* An office or commune by its name, a postman by badge and name. */
void board_key_put(struct web *web, enum view_group group, uint64_t key, struct html *html);

/* A number as the way to its items, of one key or (NULL) of all; a nought opens nothing. */
void board_number_put(struct html *html, const struct board_ask *ask, const char *number,
                      const uint64_t *key, uint64_t n);
/* Says so when a share is of few. */
void board_few_put(struct html *html, uint64_t n);
/* "97,50 %": two decimals, the national on-time rule; a dash for none. */
void board_share_put(struct html *html, uint64_t part, uint64_t whole);

/* How long what is open has waited, one stacked bar over its numbers; why doors failed, the most
 * frequent first (board_charts.c). */
void board_ages_put(const struct board_ask *ask, const struct view_figure *figure,
                    struct html *html);
void board_reasons_put(const struct board_ask *ask, const struct view_figure *figure,
                       struct html *html);
/* A share as a dot between 0 and 100 % with Wilson's interval of 95 %, drawn and in figures, grey
 * when it is of few, and the target as a line when there is one. Nothing of none. */
void board_dot_put(uint64_t part, uint64_t whole, uint32_t target_percent, struct html *html);

/* What the server heard of scans and handhelds (board_fresh.c): json_decref it; NULL for who is
 * bound to offices, or when it cannot be read. On a thread of web_work: it waits for a command. */
struct json_t *board_heard(struct web *web, const struct seat *seat);
/* At the page's head: how many handhelds are silent, so that nobody trusts a figure too early. */
void board_silent_put(const struct json_t *heard, struct html *html);
/* How far the figures can be trusted. */
void board_fresh_put(struct web *web, const struct seat *seat, const struct board_ask *ask,
                     const struct json_t *heard, struct html *html);

/* The days of the board as drawn bars and the table that says the same (board_days.c); nothing of
 * one day, or for who is bound to offices. */
void board_days_put(struct web *web, const struct board_ask *ask, struct html *html);
/* What draws them finer from that table; NULL when the program was built without uPlot. */
const char *board_script(void);

#endif
