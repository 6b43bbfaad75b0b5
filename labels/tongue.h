/* tongue.h - the languages that a page can be said in: one table (tongues.def) feeds the command,
 * its help and the dispatch, so that a writer is added by one line.
 *
 * A writer takes pages one by one and hands bytes to its sink; it holds no more than one page,
 * whatever the length of the job. Each writer's own struct begins with `struct writer`.
 */
#ifndef TRAO_LABELS_TONGUE_H
#define TRAO_LABELS_TONGUE_H

#include "labels/labels.h"
#include "labels/page.h"

struct writer {
    /* ERROR_LATER: the sink or the memory failed; so will every later call. */
    bool (*page)(struct writer *writer, const struct page *page, struct error *err);
    /* The last bytes. ERROR_BAD_INPUT: there was no page. */
    bool (*end)(struct writer *writer, struct error *err);
    /* Frees everything, ended or not. */
    void (*close)(struct writer *writer);
};

/* `fonts` is borrowed until close. */
typedef bool tongue_open(struct labels_sink sink, struct fonts *fonts,
                         const struct labels_options *options, struct writer **ret_writer,
                         struct error *err);

struct tongue {
    const char *name; /* "pdf": also the suffix of a file's name */
    bool many;        /* one file holds many pages */
    const char *words;
    tongue_open *open;
};

/* Ends with a name of NULL. */
extern const struct tongue tongues[];

/* ERROR_NOT_FOUND names those there are. */
must_use bool tongue_find(const char *name, const struct tongue **ret_tongue, struct error *err);

#define TONGUE(name, many, words) tongue_open write_##name##_open;
#include "labels/tongues.def"
#undef TONGUE

#endif
