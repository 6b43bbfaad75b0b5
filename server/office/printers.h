/* printers.h - the registry of printers: which there are, where, what they speak, what is loaded in
 * them, and which post office they stand in. An administrator registers them; each entry is a fact,
 * the newest of a name counts, and its words are an attachment of it. A printer of a list's layout
 * (bang-ke) prints lists, all others envelopes.
 *
 * Same threads as the record that is given.
 */
#ifndef TRAO_SERVER_OFFICE_PRINTERS_H
#define TRAO_SERVER_OFFICE_PRINTERS_H

#include "labels/printer.h"
#include "server/record/acts.h"

struct printer_entry {
    struct printer_profile profile; /* layout and dpi are always said */
    uint32_t post_office;           /* only what this post office sends; 0: all */
    bool on;
    enum labels_use use; /* of its layout, */
    int32_t width_um;    /* and the paper's size */
    int32_t height_um;
};

/* Registers one as it is from now on; fills in use and size. BAD_INPUT: a name that cannot be, a
 * place that is no printer's (a server prints to no file), a layout or tongue it does not take. */
bool printer_register(struct acts acts, struct printer_entry *entry, uint32_t user,
                      struct error *err) must_use;

/* NOT_FOUND names those there are. */
bool printer_named(struct record *record, const char *name, struct printer_entry *ret_entry,
                   struct error *err) must_use;

/* Those there are by the newest entry first, switched off ones too. One whose words cannot be read
 * (BROKEN, NOT_FOUND) has "–" for them and is off. `each` returns false to stop. LATER. */
bool printers_each(struct record *record,
                   bool (*each)(void *ctx, const struct printer_entry *entry), void *ctx,
                   struct error *err) must_use;

#endif
