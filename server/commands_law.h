/* commands_law.h - whose data: what commands_law.c (an answer to whoever asks) and commands_erase.c
 * share. */
#ifndef TRAO_SERVER_COMMANDS_LAW_H
#define TRAO_SERVER_COMMANDS_LAW_H

#include "server/commands_inside.h"
#include "server/erase.h"
#include "server/text/phone.h"

#define PERSON_ITEMS_MAX ERASE_ITEMS_MAX

/* A person as he was named: by phone, number of his card, a dossier or an envelope of his. */
struct sought {
    struct record *record;
    struct phone phone;
    const char *text;
    struct item item; /* "" when the text is none */
    struct item items[PERSON_ITEMS_MAX];
    size_t n;
    bool more; /* than there is room for */
    struct error *err;
    bool good;
};

/* The items of whoever `text` names, into `*sought`, which is large. NOT_FOUND: none names him. */
bool seek_items(const struct commands *commands, const char *text, struct sought *sought,
                struct error *err) must_use;

#endif
