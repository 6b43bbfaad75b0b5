/* trao-server: takes in what handhelds send and what the office does, keeps it, works views out of
 * it and shows them. This file opens the parts in order, runs, and closes them in reverse. */
#include <argp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/log.h"
#include "server/office/list.h"
#include "server/parts.h"
#include "server/sandbox.h"

/* ------------------------------------------------------------------ the parts, in order */

static const struct part {
    const char *name;
    bool (*open)(struct server *server, struct error *err);
    void (*close)(struct server *server);
} parts[] = {
    {"settings", parts_open_settings, NULL},
    {"folder", parts_open_lock, parts_close_lock},
    {"sandbox", parts_open_sandbox, NULL},
    {"keys", parts_open_keys, parts_close_keys},
    {"record", parts_open_record, parts_close_record},
    {"copies", parts_open_copies, parts_close_copies},
    {"views", parts_open_views, parts_close_views},
    {"finder", parts_open_finder, parts_close_finder},
    {"broker", parts_open_session, parts_close_session},
    {"rounds", parts_open_dispatch, parts_close_dispatch},
    {"intake", parts_open_intake, NULL}, /* closed with the writer that uses it */
    {"attachments", parts_open_attachments, parts_close_attachments},
    {"messages", parts_open_notify, parts_close_notify},
    {"offices' systems", parts_open_push, parts_close_push},
    {"printers", parts_open_printers, parts_close_printers},
    {"commands", parts_open_commands, parts_close_commands},
    {"pages", parts_open_web, parts_close_web},
    {"control", parts_open_control, parts_close_control},
    {"threads", parts_open_threads, parts_close_threads},
};

#define PARTS (sizeof parts / sizeof *parts)

static bool open_parts(struct server *server, size_t *ret_opened)
{
    struct error err;
    for (size_t i = 0; i < PARTS; i++) {
        if (!parts[i].open(server, &err)) {
            log_line(LOG_LEVEL_ERROR, "cannot start", "part=%s why=\"%s\"", parts[i].name,
                     err.text);
            *ret_opened = i + 1; /* closers take what is half open */
            return false;
        }
    }
    *ret_opened = PARTS;
    return true;
}

static void close_parts(struct server *server, size_t opened)
{
    while (opened-- > 0)
        if (parts[opened].close != NULL)
            parts[opened].close(server);
}

/* ------------------------------------------------------------------ the program */

static error_t take_option(int key, char *arg, struct argp_state *state)
{
    struct server *server = state->input;
    switch (key) {
    case 'd':
        server->folder = arg;
        return 0;
    case 'v':
        log_set(LOG_LEVEL_DEBUG, STDERR_FILENO);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected argument: %s", arg);
        return 0;
    case ARGP_KEY_END:
        if (server->folder == NULL)
            argp_error(state, "--data is missing");
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
    {"data", 'd', "DIR", 0, "data folder, made by trao-admin init", 0},
    {"verbose", 'v', NULL, 0, "write debug lines too", 0},
    {0},
};

const char *argp_program_version = "trao-server " TRAO_VERSION;

static const struct argp argp = {
    .options = options,
    .parser = take_option,
    .doc = "Takes in scans and office facts, keeps them, shows where envelopes are.\v"
           "Runs in the foreground until SIGTERM, SIGINT or SIGHUP; see trao-server(8).",
};

/* The tables of encodings are files: they are opened first. */
static int read_list_child(const char *charset, const char *names_text)
{
    struct error err;
    struct charsets *charsets = NULL;
    struct list_names names = list_names_read(names_text);
    if (!charsets_open(&charsets, &err) || !sandbox_reader(&err))
        return EXIT_FAILURE;
    return list_child_main(STDIN_FILENO, STDOUT_FILENO, charsets,
                           charset == NULL ? CHARSET_UNKNOWN : charset_named(charset), &names);
}

static void wait_for_end(const sigset_t *ends)
{
    int signal_number;
    sigwait(ends, &signal_number);
    log_line(LOG_LEVEL_INFO, "stopping", "signal=%d", signal_number);
}

int main(int argc, char **argv)
{
    if (argc >= 2 && argc <= 4 && strcmp(argv[1], "--read-list") == 0)
        return read_list_child(argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : NULL);
    static struct server server = {.lock = -1};
    sigset_t ends;
    size_t opened;
    argp_parse(&argp, argc, argv, 0, NULL, &server);
    chain_init();
    (void)signal(SIGPIPE, SIG_IGN);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGHUP); /* its terminal is gone */
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    bool good = open_parts(&server, &opened);
    if (good) {
        log_line(LOG_LEVEL_INFO, "serving", "plain=%d tls=%d generation=%llu",
                 web_port_plain(server.web), web_port_tls(server.web),
                 (unsigned long long)record_generation_serial(server.record));
        wait_for_end(&ends);
    }
    close_parts(&server, opened);
    return good && !atomic_load(&server.broken) ? EXIT_SUCCESS : EXIT_FAILURE;
}
