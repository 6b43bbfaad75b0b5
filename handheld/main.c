/* trao-handheld - the postman's program. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "handheld/enrol.h"
#include "handheld/run.h"
#include "protocol/chain.h"

const char *argp_program_version = "trao-handheld " TRAO_VERSION;

struct arguments {
    struct run_options run;
    const char *server, *code_file;
    bool enrol;
};

static const struct argp_option options[] = {
    {"data", 'd', "DIR", 0, "The device's folder (default /var/lib/trao-handheld)", 0},
    {"gpsd", 'g', "[HOST:]PORT[:DEVICE]", 0,
     "gpsd on this machine, or 'off' (default 127.0.0.1:2947)", 0},
    {"scanner", 's', "PATH", 0, "A scanner of its own: an input device, a serial line or a FIFO",
     0},
    {"script", 'x', "FILE", 0, "Lines in place of a terminal; - is standard input", 0},
    {"white-on-black", 'w', 0, 0, "No colours: signs and words say the same", 0},
    {"photos", 'p', "DIR", 0, "Folder a camera writes into (default DATA/photos)", 0},
    {"signatures", 'n', "DIR", 0, "Folder a signature pad writes into (default DATA/signatures)",
     0},
    {"attachments-mb", 'm', "MB", 0, "Room for attachments, 1 to 65536 (default 512)", 0},
    {"server", 'S', "URL", 0, "enrol: https://HOST:PORT of the server", 0},
    {"code-file", 'c', "FILE", 0, "enrol: holds the one-time code (default standard input)", 0},
    {0}};

static uint64_t megabytes(const char *value, struct argp_state *state)
{
    char *end;
    unsigned long mb = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end != '\0' || mb < 1 || mb > 65536)
        argp_error(state, "--attachments-mb %s: not 1 to 65536", value);
    return (uint64_t)mb << 20;
}

static error_t take(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'd':
        arguments->run.data = value;
        return 0;
    case 'g':
        arguments->run.gpsd = value;
        return 0;
    case 's':
        arguments->run.scanner = value;
        return 0;
    case 'x':
        arguments->run.script = value;
        return 0;
    case 'w':
        arguments->run.dark = true;
        return 0;
    case 'p':
        arguments->run.photos = value;
        return 0;
    case 'n':
        arguments->run.signatures = value;
        return 0;
    case 'm':
        arguments->run.attachments_bytes = megabytes(value, state);
        return 0;
    case 'S':
        arguments->server = value;
        return 0;
    case 'c':
        arguments->code_file = value;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "'%s' is one command too many", value);
        arguments->enrol = strcmp(value, "enrol") == 0;
        if (!arguments->enrol && strcmp(value, "run") != 0)
            argp_error(state, "'%s' is neither run nor enrol", value);
        return 0;
    case ARGP_KEY_END:
        if (arguments->enrol && arguments->server == NULL)
            argp_error(state, "enrol needs --server https://HOST:PORT");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = options,
    .parser = take,
    .args_doc = "[run]\nenrol --server URL",
    .doc = "The postman's program: every beep is kept until the server has it.\v"
           "See trao-handheld(1) for keys, scripts and files.",
};

static int enrol(const struct arguments *arguments)
{
    struct error err;
    if (enrol_device(arguments->run.data, arguments->server, arguments->code_file, &err))
        return 0;
    fprintf(stderr, "trao-handheld: %s\n", err.text);
    return 1;
}

/* The open round, the PIN and the keys lie in memory: none of it comes to lie in a core file. */
static void leave_no_core(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int main(int argc, char **argv)
{
    struct arguments arguments = {
        .run = {.data = "/var/lib/trao-handheld", .gpsd = "127.0.0.1:2947"}};
    argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    umask(077);
    leave_no_core();
    chain_init();
    return arguments.enrol ? enrol(&arguments) : run(&arguments.run);
}
