/* trao-labels: envelopes, slips and lists from a file of names; a table of contents. */
#include "labels/command.h"

#include "labels/svg_values.h"
#include "labels/tongue.h"

#include <argp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

const struct command commands[] = {
#define COMMAND(name, least, most, arguments, words)                                               \
    {#name, least, most, arguments, words, command_##name},
#include "labels/commands.def"
#undef COMMAND
    {0},
};

enum command_exit command_failed(const struct error *err)
{
    fprintf(stderr, "trao-labels: %s\n", err->text);
    return COMMAND_REFUSED;
}

bool command_open(const struct command_options *options, const char *layout,
                  struct labels **ret_labels, struct error *err)
{
    struct labels *labels = NULL;
    const int32_t *w = options->window_um;
    if (!labels_open(layout, &labels, err))
        return false;
    if (options->has_window && !labels_window(labels, w[0], w[1], w[2], w[3], err)) {
        labels_close(labels);
        return false;
    }
    *ret_labels = labels;
    return true;
}

/* ------------------------------------------------------------------ options */

enum {
    KEY_DPI = 1,
    KEY_START,
    KEY_WINDOW,
    KEY_NATIVE,
    KEY_UNCHECKED,
    KEY_KEEP_GOING,
    KEY_LONG,
    KEY_PRINTERS,
    KEY_SPOOL,
    KEY_REASON,
};

static const struct argp_option options_table[] = {
    {"in", 'i', "FILE", 0, "the list: CSV or JSON lines; standard input if not said", 0},
    {"out", 'o', "FILE", 0, "where to; standard output if not said", 0},
    {"to", 't', "TONGUE", 0, "language of the printer; else the suffix of --out", 0},
    {"dpi", KEY_DPI, "N", 0, "dots per inch of the printer: 203, 300 or 600", 0},
    {"start", KEY_START, "N", 0, "sheets: first place to print on, from 1", 0},
    {"set", 's', "FIELD=VALUE", 0, "a field for every label, and the head of a list", 0},
    {"window", KEY_WINDOW, "X,Y,W,H", 0, "the stock has a window there, mm", 0},
    {"native-text", KEY_NATIVE, NULL, 0, "text by the printer's own fonts", 0},
    {"no-check", KEY_UNCHECKED, NULL, 0, "do not read the symbols back", 0},
    {"keep-going", KEY_KEEP_GOING, NULL, 0, "leave out rows that cannot be printed", 0},
    {"long", KEY_LONG, NULL, 0, "preview: the longest texts there are", 0},
    {"printers", KEY_PRINTERS, "FILE", 0, "printers by name; ~/.trao-printers if not said", 0},
    {"spool", KEY_SPOOL, "DIR", 0, "what was printed; ~/.trao-spool if not said", 0},
    {"reason", KEY_REASON, "WORDS", 0, "why numbers are printed once more", 0},
    {0},
};

/* What one run was asked for. */
struct asked {
    struct command_options options;
    const struct command *command;
    char *arguments[2];
    int n;
};

static unsigned read_count(const char *text, unsigned most, const char *what,
                           const struct argp_state *state)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || value == 0 || value > most)
        argp_error(state, "%s '%s' is not 1 to %u", what, text, most);
    return (unsigned)value;
}

static void set_field(struct command_options *options, const char *text,
                      const struct argp_state *state)
{
    const char *equals = strchr(text, '=');
    unsigned field = 0;
    struct error err;
    if (equals == NULL || !list_field_find(text, (size_t)(equals - text), &field))
        argp_error(state, "--set %s: no such field", text);
    else if (!list_record_set(&options->all, field, equals + 1, &err))
        argp_error(state, "--set: %s", err.text);
}

static void read_window(struct command_options *options, const char *text,
                        const struct argp_state *state)
{
    const char *at = text;
    bool good = true;
    for (size_t i = 0; good && i < 4; i++)
        good = svg_number_um(&at, &options->window_um[i]);
    if (!good || *at != '\0' || options->window_um[2] <= 0 || options->window_um[3] <= 0)
        argp_error(state, "--window '%s' is not X,Y,WIDTH,HEIGHT in mm", text);
    options->has_window = true;
}

static void take_argument(struct asked *asked, char *text, const struct argp_state *state)
{
    if (asked->command == NULL) {
        for (const struct command *c = commands; c->name != NULL; c++)
            if (strcmp(c->name, text) == 0)
                asked->command = c;
        if (asked->command == NULL)
            argp_error(state, "there is no command '%s'", text);
    } else if (asked->n == asked->command->most) {
        argp_error(state, "%s: unexpected argument '%s'", asked->command->name, text);
    } else {
        asked->arguments[asked->n++] = text;
    }
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct asked *asked = state->input;
    struct command_options *options = &asked->options;
    switch (key) {
    case 'i':
        options->in = text;
        return 0;
    case 'o':
        options->out = text;
        return 0;
    case 't':
        options->tongue = text;
        return 0;
    case 's':
        set_field(options, text, state);
        return 0;
    case KEY_DPI:
        options->labels.dpi = read_count(text, 1200, "--dpi", state);
        return 0;
    case KEY_START:
        options->labels.start = read_count(text, 1000000, "--start", state);
        return 0;
    case KEY_WINDOW:
        read_window(options, text, state);
        return 0;
    case KEY_NATIVE:
        options->labels.native_text = true;
        return 0;
    case KEY_UNCHECKED:
        options->unchecked = true;
        return 0;
    case KEY_KEEP_GOING:
        options->keep_going = true;
        return 0;
    case KEY_LONG:
        options->long_texts = true;
        return 0;
    case KEY_PRINTERS:
        options->printers = text;
        return 0;
    case KEY_SPOOL:
        options->spool = text;
        return 0;
    case KEY_REASON:
        options->reason = text;
        return 0;
    case ARGP_KEY_ARG:
        take_argument(asked, text, state);
        return 0;
    case ARGP_KEY_END:
        if (asked->command == NULL)
            argp_error(state, "which command?");
        else if (asked->n < asked->command->least)
            argp_error(state, "%s: %s is missing", asked->command->name, asked->command->arguments);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --help's list of commands and tongues, from their tables. */
static char *add_tables(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC)
        return (char *)text;
    struct buffer help = {0};
    buffer_text(&help, "Commands:\n");
    for (const struct command *c = commands; c->name != NULL; c++)
        buffer_format(&help, "  %s %s\n        %s\n", c->name, c->arguments, c->words);
    buffer_text(&help, "Tongues:\n");
    for (const struct tongue *t = tongues; t->name != NULL; t++)
        buffer_format(&help, "  %-8s %s\n", t->name, t->words);
    buffer_add(&help, "", 1);
    if (!help.failed)
        return (char *)help.bytes; /* argp frees it */
    buffer_done(&help);
    return NULL;
}

const char *argp_program_version = "trao-labels " TRAO_VERSION;

int main(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options_table,
        .parser = parse,
        .args_doc = "COMMAND [ARGUMENT...]",
        .doc =
            "Envelopes, invitation slips and handover lists from a file of names, for office and "
            "label printers.\v",
        .help_filter = add_tables,
    };
    struct asked asked = {0};
    argp_err_exit_status = COMMAND_USAGE;
    (void)signal(SIGPIPE, SIG_IGN); /* a reader that goes away is a failed write, which is told */
    argp_parse(&argp, argc, argv, 0, NULL, &asked);
    enum command_exit code = asked.command->run(&asked.options, asked.arguments);
    list_record_done(&asked.options.all);
    return (int)code;
}
