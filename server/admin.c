/* trao-admin: makes a data folder, and asks the running server for what commands.def lists. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/admin_inside.h"
#include "server/control.h"
#include "server/files.h"
#include "server/init.h"
#include "server/keeping/backup_key.h"
#include "server/keys.h"
#include "server/out_file.h"

static enum exit_status fail_with(const struct admin *admin, const struct error *err,
                                  enum exit_status status)
{
    struct answer *answer;
    struct error why;
    if (!admin->json || !answer_open(admin->argv[0], true, stdout, &answer, &why))
        (void)fprintf(stderr, "trao-admin %s: %s\n", admin->argv[0], err->text);
    else if (!answer_close(answer, err, &why))
        return EXIT_REFUSED;
    return status;
}

enum exit_status admin_refused(const struct admin *admin, const struct error *err)
{
    return fail_with(admin, err, EXIT_REFUSED);
}

enum exit_status admin_done(struct answer *answer)
{
    struct error why;
    return answer_close(answer, NULL, &why) ? EXIT_DONE : EXIT_REFUSED;
}

/* ------------------------------------------------------------------ init */

/* An option of init is a key of trao.conf. */
static const struct conf_key {
    struct argp_option option;
    const char *section, *key;
} settings[] = {
    {{"office-code", 13, "CODE", 0, "its code, such as H27.15; CQ-1", 0}, "office", "code"},
    {{"office-name", 1, "TEXT", 0, "neutral name, stands on the envelope", 0}, "office", "name"},
    {{"office-address", 2, "TEXT", 0, "sender's address on the envelope", 0}, "office", "address"},
    {{"office-phone", 3, "TEXT", 0, "for citizens to call", 0}, "office", "phone"},
    {{"post-office", 4, "DIGITS", 0, "code of the post office, six digits", 0},
     "office",
     "post_office"},
    {{"post-office-name", 5, "TEXT", 0, "its name", 0}, "office", "post_office_name"},
    {{"reply-number", 6, "DIGITS", 0, "number that takes answers to SMS", 0},
     "office",
     "reply_number"},
    {{"manager-phone", 12, "+84...", 0, "hears of what is near its term", 0},
     "office",
     "manager_phone"},
    {{"message-hours", 14, "FROM-TO", 0, "when messages go out, 7-22", 0}, "messages", "hours"},
    {{"prefix", 7, "XX", 0, "letters of item numbers, RA", 0}, "numbers", "prefix"},
    {{"plain", 8, "ADDR:PORT", 0, "HTTP on loopback, 127.0.0.1:8080", 0}, "web", "plain"},
    {{"tls", 9, "ADDR:PORT", 0, "HTTPS, 127.0.0.1:8443", 0}, "web", "tls"},
    {{"public", 10, "URL", 0, "base of citizens' links, http://PLAIN", 0}, "web", "public"},
    {{"second-factor", 15, "ROLES|none", 0,
      "who comes in only with a second factor: administrator,manager,auditor", 0},
     "people",
     "second_factor"},
    {{"mqtt", 11, "ADDR:PORT", 0, "the broker, 127.0.0.1:8883", 0}, "mqtt", "host"},
};
#define SETTINGS (sizeof settings / sizeof *settings)

struct init {
    struct config config;
    bool has_public;
};

static bool set(struct init *init, const struct conf_key *setting, const char *value,
                struct error *err)
{
    if (strcmp(setting->section, "mqtt") == 0)
        return endpoint_read(value, &init->config.mqtt, err);
    init->has_public = init->has_public || strcmp(setting->key, "public") == 0;
    return config_set(&init->config, setting->section, setting->key, value, err);
}

static error_t parse_init(int key, char *arg, struct argp_state *state)
{
    struct error err;
    if (key == ARGP_KEY_ARG)
        argp_error(state, "unexpected argument: %s", arg);
    for (size_t i = 0; i < SETTINGS; i++) {
        if (settings[i].option.key != key)
            continue;
        if (!set(state->input, &settings[i], arg, &err))
            argp_failure(state, EXIT_USAGE, 0, "--%s %s: %s", settings[i].option.name, arg,
                         err.text);
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

static enum exit_status here_init(const struct admin *admin)
{
    struct argp_option options[SETTINGS + 1] = {0};
    for (size_t i = 0; i < SETTINGS; i++)
        options[i] = settings[i].option;
    const struct argp argp = {.options = options,
                              .parser = parse_init,
                              .doc = "Makes a data folder: keys, certificates, the broker's "
                                     "configuration, settings, a first login for the desk."};
    struct init init = {.config = config_defaults()};
    struct error err;
    admin->argv[0] = (char *)"trao-admin --data DIR init";
    argp_parse(&argp, admin->argc, admin->argv, 0, NULL, &init);
    admin->argv[0] = (char *)"init";
    struct config *config = &init.config;
    if (!init.has_public)
        (void)snprintf(config->public_url, sizeof config->public_url, "http://%s:%u",
                       config->plain.host, config->plain.port);
    if (!*config->office_name)
        (void)snprintf(config->office_name, sizeof config->office_name,
                       "Trung tâm Phục vụ hành chính công");
    if (!init_folder(admin->folder, config, &err))
        return admin_refused(admin, &err);
    struct answer *answer;
    if (!answer_open(admin->argv[0], admin->json, stdout, &answer, &err))
        return admin_refused(admin, &err);
    answer_say(answer, "Đã tạo %s. Đăng nhập lần đầu: %s/first-login.txt", admin->folder,
               admin->folder);
    answer_say(answer, "Start: mosquitto -c %s/broker/mosquitto.conf, then trao-server --data %s",
               admin->folder, admin->folder);
    return admin_done(answer);
}

/* ------------------------------------------------------------------ verify, rebuild */

static enum exit_status say_proof(const struct admin *admin, const struct record_proof *proof)
{
    struct answer *answer;
    struct error err;
    char head[2 * CHAIN_LINK_BYTES + 1];
    chain_hex(proof->office_head.bytes, CHAIN_LINK_BYTES, head);
    if (!answer_open(admin->argv[0], admin->json, stdout, &answer, &err))
        return admin_refused(admin, &err);
    answer_say(answer,
               "Đúng cả. / all holds: %llu batches, %llu scans, %llu office facts, %llu looks, "
               "head %s",
               (unsigned long long)proof->batches, (unsigned long long)proof->scans,
               (unsigned long long)proof->office_facts, (unsigned long long)proof->looks, head);
    if (proof->erased > 0)
        answer_say(answer,
                   "%llu tệp đính kèm đã xóa theo luật, có dữ kiện ghi ai, khi nào, vì sao "
                   "(erasures). / attachments erased by law, each vouched for by a fact",
                   (unsigned long long)proof->erased);
    if (proof->missing > 0)
        answer_say(
            answer,
            "%llu người nhận không còn mà không dữ kiện nào nói đã xóa. / addressees are gone "
            "though no fact says so",
            (unsigned long long)proof->missing);
    if (admin->json) {
        answer_number(answer, "erased", (int64_t)proof->erased);
        answer_number(answer, "missing", (int64_t)proof->missing);
        answer_number(answer, "batches", (int64_t)proof->batches);
        answer_number(answer, "scans", (int64_t)proof->scans);
        answer_number(answer, "office_facts", (int64_t)proof->office_facts);
        answer_number(answer, "looks", (int64_t)proof->looks);
        answer_text(answer, "head", head);
    }
    return admin_done(answer);
}

static enum exit_status here_verify(const struct admin *admin)
{
    char path[CONFIG_PATH_MAX];
    struct keys *keys = NULL;
    struct record *record = NULL;
    struct record_proof proof;
    struct error err;
    bool ok = files_join(admin->folder, "record.db", path, sizeof path, &err) &&
              keys_open(admin->folder, &keys, &err) && record_open_reader(path, &record, &err) &&
              record_verify(record, &keys->seal_public, &proof, &err);
    record_close(record);
    keys_close(keys);
    if (!ok)
        return admin_refused(admin, &err);
    return say_proof(admin, &proof);
}

bool admin_lock(const char *folder, int *ret_lock, struct error *err)
{
    char path[CONFIG_PATH_MAX];
    if (!files_join(folder, "lock", path, sizeof path, err))
        return false;
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) != 0) {
        error_set(err, ERROR_REFUSED, "%s: %s", path,
                  errno == EWOULDBLOCK
                      ? "máy chủ đang chạy, dừng nó trước. / the server runs; stop it first"
                      : strerror(errno));
        if (lock >= 0)
            close(lock);
        return false;
    }
    *ret_lock = lock;
    return true;
}

static enum exit_status here_rebuild(const struct admin *admin)
{
    char record[CONFIG_PATH_MAX], path[CONFIG_PATH_MAX];
    struct views *views = NULL;
    struct error err;
    int lock = -1;
    bool ok = files_join(admin->folder, "record.db", record, sizeof record, &err) &&
              files_join(admin->folder, "views.db", path, sizeof path, &err) &&
              admin_lock(admin->folder, &lock, &err) && views_open(path, record, &views, &err) &&
              views_rebuild(views, &err) && views_flush(views, &err);
    views_close(views);
    if (lock >= 0)
        close(lock);
    if (!ok)
        return admin_refused(admin, &err);
    struct answer *answer;
    if (!answer_open(admin->argv[0], admin->json, stdout, &answer, &err))
        return admin_refused(admin, &err);
    answer_say(answer, "Đã tính lại. / views worked out anew");
    return admin_done(answer);
}

/* ------------------------------------------------------------------ the server's commands */

/* The file that comes along with a command's words. */
struct along {
    int fd; /* -1 none */
    bool writes;
    struct out_file out;
};

static bool open_list(const char *path, int *ret_fd, struct error *err)
{
    struct stat about;
    if (path == NULL) /* the table says how many words a command has */
        return error_set(err, ERROR_BAD_INPUT, "chưa nêu tệp. / no file is named");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERROR_REFUSED, "%s: %s", path, strerror(errno));
    if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
        close(fd);
        return error_set(err, ERROR_BAD_INPUT,
                         "%s: là thư mục, không phải tệp. / a folder, no file", path);
    }
    *ret_fd = fd;
    return true;
}

/* What the table says takes a FILE first. */
static bool reads_a_list(const char *name)
{
    const struct command *command = command_find(name);
    return command != NULL && strncmp(command->arguments, "FILE", strlen("FILE")) == 0;
}

static bool writes_a_file(const char *command)
{
    return strcmp(command, "print") == 0 || strcmp(command, "paperout") == 0 ||
           strcmp(command, "export") == 0 || strcmp(command, "backup") == 0 ||
           strcmp(command, "trial") == 0 || strcmp(command, "persondata") == 0 ||
           strcmp(command, "report") == 0 || strcmp(command, "preview") == 0;
}

/* A key's file is read here, for the server may not look there: what goes to it are the digits. */
static bool read_key(struct admin *admin, struct error *err)
{
    static char word[3 + BACKUP_KEY_HEX + 1] = "to=";
    struct box_public key;
    for (int i = 1; i < admin->argc; i++) {
        if (strcmp(admin->argv[0], "backup") != 0 || strncmp(admin->argv[i], "to=", 3) != 0)
            continue;
        if (!backup_key_read_public(admin->argv[i] + 3, &key, err))
            return false;
        backup_key_text(&key, word + 3);
        admin->argv[i] = word;
    }
    return true;
}

/* What import, days and the like read, what `print --out FILE`, paperout and export write; the
 * latter is taken out of the words, for the server needs no name. */
static bool open_along(struct admin *admin, struct along *ret_along, struct error *err)
{
    struct along along = {.fd = -1};
    if (!read_key(admin, err))
        return false;
    if (reads_a_list(admin->argv[0]) && !open_list(admin->argv[1], &along.fd, err))
        return false;
    for (int i = 1; writes_a_file(admin->argv[0]) && i + 1 < admin->argc; i++) {
        if (strcmp(admin->argv[i], "--out") != 0)
            continue;
        if (!out_file_open(admin->argv[i + 1], &along.out, err))
            return false;
        along.fd = along.out.fd;
        along.writes = true;
        memmove(&admin->argv[i], &admin->argv[i + 2],
                (size_t)(admin->argc - i - 2) * sizeof *admin->argv);
        admin->argc -= 2;
        break;
    }
    *ret_along = along;
    return true;
}

static bool close_along(struct along *along, bool keep, struct error *err)
{
    if (along->writes)
        return out_file_close(&along->out, keep, err);
    if (along->fd >= 0)
        close(along->fd);
    return true;
}

/* Before the command's own words stands how the answer is wanted: main left a place for it. */
static bool ask(const struct admin *admin, int fd, FILE *out, int *ret_status, struct error *err)
{
    static char json[] = CONTROL_JSON;
    char **argv = admin->argv - admin->json;
    if (admin->json)
        argv[0] = json;
    return control_ask(admin->folder, admin->argc + admin->json, argv, fd, out, stderr, ret_status,
                       err);
}

/* The answer is written when the file that came along is as it should be: in JSON there is one
 * document, and it says whether all went well. */
static enum exit_status ask_server(struct admin *admin)
{
    struct error err, why;
    struct along along;
    int status = EXIT_REFUSED;
    char *said = NULL;
    size_t n = 0;
    if (!open_along(admin, &along, &err))
        return admin_refused(admin, &err);
    FILE *out = admin->json ? open_memstream(&said, &n) : stdout;
    bool asked = out ? ask(admin, along.fd, out, &status, &err)
                     : error_set(&err, ERROR_REFUSED, "out of memory");
    if (!asked && out && err.code == ERROR_LATER && strcmp(admin->argv[0], "backup") == 0)
        asked = backup_at_rest(admin, along.fd, out, &status, &err);
    bool closed = close_along(&along, asked && status == 0, &why);
    if (admin->json && out)
        (void)fclose(out);
    if (asked && closed && said)
        (void)fwrite(said, 1, n, stdout);
    if (said)
        chain_wipe(said, n);
    free(said);
    if (!asked)
        return fail_with(admin, &err, err.code == ERROR_LATER ? EXIT_NO_SERVER : EXIT_REFUSED);
    return closed ? (status == 0 ? EXIT_DONE : EXIT_REFUSED) : admin_refused(admin, &why);
}

/* ------------------------------------------------------------------ the program */

/* It needs no data folder. */
static bool stands_alone(char *const *argv)
{
    const struct command *command = argv ? command_find(argv[0]) : NULL;
    return command && command->where == COMMAND_ALONE;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct admin *admin = state->input;
    switch (key) {
    case 'd':
        admin->folder = arg;
        return 0;
    case 'j':
        admin->json = true;
        return 0;
    case ARGP_KEY_ARG: /* the command; the rest is its own */
        admin->argv = &state->argv[state->next - 1];
        admin->argc = state->argc - state->next + 1;
        state->next = state->argc;
        return 0;
    case ARGP_KEY_END:
        if (!admin->argv)
            argp_error(state, "a command is wanted");
        if (!admin->folder && !stands_alone(admin->argv))
            argp_error(state, "--data DIR is wanted");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* `--json` may also stand among the words of a command. */
static void take_json(struct admin *admin)
{
    int kept = 1;
    for (int i = 1; i < admin->argc; i++)
        if (strcmp(admin->argv[i], CONTROL_JSON) == 0)
            admin->json = true;
        else
            admin->argv[kept++] = admin->argv[i];
    admin->argv[kept] = NULL;
    admin->argc = kept;
}

static enum exit_status usage(const struct admin *admin, const struct command *command)
{
    struct error err;
    error_set(&err, ERROR_BAD_INPUT, "%s: %s %.60s", command ? "usage" : "no such command",
              command ? command->name : admin->argv[0],
              command ? command->arguments : "(see --help)");
    if (admin->json)
        return fail_with(admin, &err, EXIT_USAGE);
    (void)fprintf(stderr, "trao-admin: %s: %s %s\n", command ? "usage" : "no such command",
                  admin->argv[0], command ? command->arguments : "(see --help)");
    return EXIT_USAGE;
}

/* The list of commands, for --help. */
static char *help_filter(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_EXTRA)
        return (char *)text;
    char *out = NULL;
    size_t n = 0;
    FILE *file = open_memstream(&out, &n);
    if (!file)
        return NULL;
    (void)fprintf(file, "Commands:");
    const struct command *command;
    for (size_t i = 0; (command = command_row(i)) != NULL; i++)
        (void)fprintf(file, "\n  %s %s\n      %s", command->name, command->arguments,
                      command->help);
    (void)fclose(file);
    return out;
}

const char *argp_program_version = "trao-admin " TRAO_VERSION;

int main(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"data", 'd', "DIR", 0, "the data folder", 0},
        {"json", 'j', NULL, 0, "answer with one JSON document, errors too", 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "COMMAND [ARGUMENT...]",
        .doc = "Makes a data folder and runs the office's commands.\v"
               "Exit status: 0 done, 1 refused, 3 no server runs, 64 usage. See trao-admin(8).",
        .help_filter = help_filter,
    };
    struct admin admin = {.folder = NULL};
    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &admin);
    chain_init();
    take_json(&admin);
    const struct command *command = command_find(admin.argv[0]);
    int given = admin.argc - 1;
    if (!command || given < command->least || given > command->most)
        return (int)usage(&admin, command);
    if (command->where == COMMAND_SERVER)
        return (int)ask_server(&admin);
    static const struct {
        const char *name;
        enum exit_status (*run)(const struct admin *admin);
    } here[] = {{"init", here_init},           {"verify", here_verify}, {"rebuild", here_rebuild},
                {"backupkey", here_backupkey}, {"check", here_check},   {"restore", here_restore},
                {"drill", here_drill}};
    size_t at = 0;
    while (strcmp(here[at].name, command->name) != 0)
        at++;
    return (int)here[at].run(&admin);
}
