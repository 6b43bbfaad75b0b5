/* search_inside.h - what search.c (the index) and search_find.c (what is asked of it) share. For
 * them alone. */
#ifndef TRAO_SERVER_VIEWS_SEARCH_INSIDE_H
#define TRAO_SERVER_VIEWS_SEARCH_INSIDE_H

#include "server/record/db.h"
#include "server/views/search.h"

struct search {
    struct db *db;
    uint64_t generation;
};

/* From the last digit to the first, as a number of nine digits: an end of it is a range, from the
 * least of them (not `last`) to the greatest. */
uint64_t search_backwards(const char *digits, bool last);
/* Its number in the dictionary; 0 when it is not there and not to be added. */
bool search_word_id(struct search *search, const char *text, bool add, uint64_t *ret_id,
                    struct error *err) must_use;
/* Offices are words too, of a kind nobody can type. */
void search_office_word(uint32_t office, char out[SEARCH_WORD_MAX + 1]);

#endif
