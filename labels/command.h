/* command.h - what main.c hands to the commands of trao-labels. */
#ifndef TRAO_LABELS_COMMAND_H
#define TRAO_LABELS_COMMAND_H

#include "labels/list.h"

enum command_exit { COMMAND_DONE = 0, COMMAND_REFUSED = 1, COMMAND_USAGE = 2 };

struct command_options {
    const char *in;     /* NULL, "-": standard input */
    const char *out;    /* NULL: not said; "-": standard output */
    const char *tongue; /* NULL: by the suffix of `out` */
    struct labels_options labels;
    struct list_record all; /* fields that --set gives to every label */
    bool has_window;
    int32_t window_um[4]; /* x, y, width, height */
    bool unchecked;       /* no read-back */
    bool keep_going;      /* leave out what cannot be printed */
    bool long_texts;      /* preview */
    const char *printers; /* the file of profiles; NULL: ~/.trao-printers */
    const char *spool;    /* the folder of what was printed; NULL: ~/.trao-spool */
    const char *reason;   /* why numbers are printed again; NULL: none may be */
};

struct command {
    const char *name;
    int least, most;
    const char *arguments;
    const char *words;
    enum command_exit (*run)(struct command_options *options, char **arguments);
};

/* Ends with a name of NULL. */
extern const struct command commands[];

/* Says what went wrong; returns COMMAND_REFUSED. */
enum command_exit command_failed(const struct error *err);

/* Opens a layout, with the window of the stock if there is one. */
must_use bool command_open(const struct command_options *options, const char *layout,
                           struct labels **ret_labels, struct error *err);

/* An invented label; the long one is as long as real ones get. */
struct label command_sample(bool long_texts);

#define COMMAND(name, ...)                                                                         \
    enum command_exit command_##name(struct command_options *options, char **arguments);
#include "labels/commands.def"
#undef COMMAND

#endif
