/* finder.h - an item is found by what people have of it: its number, the code of its dossier
 * (whole, its beginning, or day and serial: "261118-0145"), words of a name without minding accents
 * or their order, the end of a phone number (four digits at least), or words and digits together.
 *
 * What is in search.db is worked out from the record (views/search.h) and follows it; whoever asks
 * takes in what is new first. When the law wants a person forgotten, finder_forget takes him out of
 * the file; a rebuild finds nothing of him since his attachment is gone. Own lock inside, any
 * thread but the writer's.
 */
#ifndef TRAO_SERVER_OFFICE_FINDER_H
#define TRAO_SERVER_OFFICE_FINDER_H

#include "server/record/record.h"

struct finder;

bool finder_open(const char *search_path, const char *record_path, struct finder **ret_finder,
                 struct error *err) must_use;
void finder_close(struct finder *finder); /* NULL is fine */

/* Takes in some of what was issued or readdressed since; `ret_more`: there may be more. */
bool finder_follow(struct finder *finder, bool *ret_more, struct error *err) must_use;

struct finder_asked {
    const char *text;
    bool names;              /* may find by name and phone; else only numbers and codes */
    const uint32_t *offices; /* only what these sent; borrowed */
    size_t offices_n;        /* 0: all */
    uint64_t before;         /* ret_next of the page before, 0 from the newest on */
};
#define FINDER_MOST 200
struct finder_found {
    struct item items[FINDER_MOST];
    size_t n;
    uint64_t next;  /* 0: there are no more */
    bool by_person; /* name or phone were looked at: a look to be written down */
    bool taken_in;  /* all that the record holds was looked at; false while it catches up */
};
/* Newest first, at most `max`. BAD_INPUT: the text says nothing that can be looked for; REFUSED: it
 * wants names, and these are not for the asker. */
bool finder_find(struct finder *finder, const struct finder_asked *asked, size_t max,
                 struct finder_found *ret_found, struct error *err) must_use;

/* Nothing of the item is found any more but by its number and code; its words and phone are gone
 * from the file. For whoever erases its addressee, after the attachment is gone. */
bool finder_forget(struct finder *finder, const struct item *item, struct error *err) must_use;

/* What a text asks for; pure, for tests and fuzzers. */
enum finder_kind { FINDER_NOTHING, FINDER_ITEM, FINDER_DOSSIER, FINDER_INDEX };
struct search_query;
enum finder_kind finder_read(const char *text, struct item *ret_item, char ret_dossier[72],
                             struct search_query *ret_query);

#endif
