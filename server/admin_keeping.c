/* admin_keeping.c - the key of backups, and what is done with one where the key is: checked,
 * restored, restored for a trial. The secret key never goes to a server. */
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/admin_inside.h"
#include "server/commands.h"
#include "server/files.h"
#include "server/keeping/erased_list.h"
#include "server/keeping/restore.h"
#include "server/keys.h"
#include "server/record/pages.h"
#include "server/views/views.h"

#define DROP_FOLDERS 16 /* held open while a folder is removed */

/* ------------------------------------------------------------------ the words of a command */

struct wanted {
    const char *path, *key, *set, *in, *erased;
    uint64_t upto;
};

static const char *value_of(const struct admin *admin, const char *key)
{
    size_t n = strlen(key);
    for (int i = 2; i < admin->argc; i++)
        if (strncmp(admin->argv[i], key, n) == 0 && admin->argv[i][n] == '=')
            return admin->argv[i] + n + 1;
    return NULL;
}

static bool words_of(const struct admin *admin, bool trial, struct wanted *ret_wanted,
                     struct error *err)
{
    struct wanted wanted = {
        admin->argv[1],        value_of(admin, "key"),    value_of(admin, "set"),
        value_of(admin, "in"), value_of(admin, "erased"), UINT64_MAX};
    const char *upto = value_of(admin, "upto");
    int known = 1 + 1 + (wanted.key != NULL) + (wanted.set != NULL) + (upto != NULL) +
                (wanted.erased != NULL) + (trial && wanted.in != NULL);
    if (known != admin->argc)
        return error_set(err, ERROR_BAD_INPUT,
                         "key=FILE, set=TEXT, upto=N, erased=DIR%s are understood, once",
                         trial ? ", in=DIR" : "");
    if (wanted.key == NULL)
        return error_set(err, ERROR_BAD_INPUT,
                         "cần key=TỆP, khóa bí mật. / key=FILE, the secret key, is wanted");
    if (upto != NULL) {
        if (*upto == '\0' || strlen(upto) > 9 || strspn(upto, "0123456789") != strlen(upto))
            return error_set(err, ERROR_BAD_INPUT, "upto=%s: a number of a part is wanted", upto);
        wanted.upto = strtoull(upto, NULL, 10);
    }
    *ret_wanted = wanted;
    return true;
}

/* ------------------------------------------------------------------ the key */

enum exit_status here_backupkey(const struct admin *admin)
{
    struct chance chance = chance_system();
    struct box_public key;
    struct answer *answer;
    struct error err;
    char digits[BACKUP_KEY_HEX + 1];
    const char *path = admin->argv[2];
    if (strcmp(admin->argv[1], "--out") != 0) {
        error_set(&err, ERROR_BAD_INPUT, "--out FILE is wanted");
        return admin_refused(admin, &err);
    }
    if (!backup_key_make(path, &chance, &key, &err) ||
        !answer_open(admin->argv[0], admin->json, stdout, &answer, &err))
        return admin_refused(admin, &err);
    backup_key_text(&key, digits);
    answer_text(answer, "key", digits);
    answer_say(answer, "Khóa bí mật: %s, cất nơi khác máy chủ. Khóa công khai: %s.pub", path, path);
    answer_say(answer, "The secret half must never be on the server; without it no backup opens.");
    return admin_done(answer);
}

/* ------------------------------------------------------------------ where no server runs */

static bool run_at_rest(const struct admin *admin, const struct commands *commands, int fd,
                        FILE *out, int *ret_status, struct error *err)
{
    struct answer *answer;
    struct error why = {.code = ERROR_NONE}, none;
    if (!answer_open(admin->argv[0], admin->json, out, &answer, err))
        return false;
    struct call call = {.argc = admin->argc, .argv = admin->argv, .fd = fd, .answer = answer};
    bool good = commands_run(commands, &call, &why);
    if (!good && !admin->json)
        (void)fprintf(stderr, "%s\n", why.text);
    *ret_status = good && answer_close(answer, NULL, &none) ? EXIT_DONE : EXIT_REFUSED;
    return good || answer_close(answer, &why, &none);
}

/* Its settings and keys are read as a server does, its record is left as it is, whatever its
 * layout. Without a record it is no data folder, and none is made. */
bool backup_at_rest(const struct admin *admin, int fd, FILE *out, int *ret_status,
                    struct error *err)
{
    static struct config config;
    char path[CONFIG_PATH_MAX];
    struct keys *keys = NULL;
    struct pages *pages = NULL;
    int lock = -1;
    bool good = files_join(admin->folder, "record.db", path, sizeof path, err) &&
                config_read(admin->folder, &config, err) &&
                (access(path, R_OK) == 0 ||
                 error_set(err, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno))) &&
                admin_lock(admin->folder, &lock, err) && keys_open(admin->folder, &keys, err) &&
                pages_open(path, &pages, err);
    if (good) {
        struct commands commands = {.folder = admin->folder,
                                    .config = &config,
                                    .pages = pages,
                                    .seal_public = &keys->seal_public};
        good = run_at_rest(admin, &commands, fd, out, ret_status, err);
    }
    pages_close(pages);
    keys_close(keys);
    if (lock >= 0)
        close(lock);
    return good;
}

/* ------------------------------------------------------------------ reading one */

static bool read_backup(const struct wanted *wanted, const char *folder, bool record_only,
                        struct restore **ret_restore, struct record_proof *ret_proof,
                        struct error *err)
{
    struct backup_key key;
    struct restore *restore = NULL;
    if (!backup_key_read(wanted->key, &key, err))
        return false;
    bool good = restore_open(folder, record_only, &restore, err) &&
                restore_read(restore, wanted->path, wanted->set, wanted->upto, &key, err) &&
                restore_verify(restore, ret_proof, err);
    chain_wipe(&key, sizeof key);
    if (!good) {
        restore_close(restore);
        return false;
    }
    *ret_restore = restore;
    return true;
}

static void say_one(struct answer *answer, const char *label, const char *key, uint64_t value)
{
    answer_label(answer, label);
    answer_number(answer, key, (int64_t)value);
}

/* What it holds: one line of numbers, then whose it is. */
static void say_manifest(struct answer *answer, const struct restore *restore,
                         const struct record_proof *proof)
{
    const struct manifest *manifest = restore_manifest(restore);
    char head[2 * CHAIN_LINK_BYTES + 1], server[17];
    chain_hex(proof->office_head.bytes, CHAIN_LINK_BYTES, head);
    chain_hex(manifest->server, 8, server);
    answer_row(answer, NULL);
    answer_label(answer, "made ");
    answer_time(answer, "made", manifest->made);
    say_one(answer, "parts ", "parts", restore_parts(restore));
    say_one(answer, "batches ", "batches", proof->batches);
    say_one(answer, "scans ", "scans", proof->scans);
    say_one(answer, "office facts ", "office_facts", proof->office_facts);
    say_one(answer, "handhelds ", "handhelds", manifest->census.devices);
    say_one(answer, "attachments ", "attachments", manifest->census.attachments);
    say_one(answer, "files ", "files", manifest->files);
    answer_row(answer, NULL);
    answer_label(answer, "head ");
    answer_text(answer, "head", head);
    answer_label(answer, "server ");
    answer_text(answer, "server", server);
    say_one(answer, "generation ", "generation", manifest->census.generation_serial);
    say_one(answer, "layout ", "layout", manifest->census.layout);
    answer_label(answer, "program ");
    answer_text(answer, "program", manifest->program);
    answer_end(answer);
}

/* ------------------------------------------------------------------ a folder for a while */

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

static bool make_trial(const char *in, char out[CONFIG_PATH_MAX], struct error *err)
{
    const char *base = in != NULL ? in : getenv("TMPDIR");
    if (!files_join(base != NULL ? base : "/tmp", "trao-drill.XXXXXX", out, CONFIG_PATH_MAX, err))
        return false;
    return mkdtemp(out) != NULL || error_set(err, ERROR_REFUSED, "%s: %s", out, strerror(errno));
}

static volatile sig_atomic_t ended_by;
static volatile pid_t trial_pid;

static void end_trial(int signal_number)
{
    ended_by = signal_number;
    if (trial_pid > 0)
        kill(trial_pid, SIGKILL);
}

static void on_ends(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        sigaction(ends[i], &action, NULL);
}

/* A child works in the folder, and whatever becomes of it the folder goes: nothing of what people
 * entrusted is left behind. */
static enum exit_status in_a_trial(const struct admin *admin, const struct wanted *wanted,
                                   enum exit_status (*work)(const struct admin *admin,
                                                            const struct wanted *wanted,
                                                            const char *folder))
{
    char folder[CONFIG_PATH_MAX];
    struct error err;
    int status = 0;
    if (!make_trial(wanted->in, folder, &err))
        return admin_refused(admin, &err);
    on_ends(end_trial);
    (void)fflush(stdout);
    trial_pid = fork();
    if (trial_pid == 0) {
        on_ends(SIG_DFL);
        enum exit_status done = ended_by ? EXIT_REFUSED : work(admin, wanted, folder);
        (void)fflush(stdout);
        _exit((int)done);
    }
    while (trial_pid > 0 && waitpid(trial_pid, &status, 0) < 0 && errno == EINTR)
        continue;
    nftw(folder, remove_one, DROP_FOLDERS, FTW_DEPTH | FTW_PHYS);
    if (trial_pid > 0 && WIFEXITED(status))
        return (enum exit_status)WEXITSTATUS(status);
    error_set(&err, ERROR_LATER, "the trial was ended");
    return admin_refused(admin, &err);
}

/* ------------------------------------------------------------------ check */

static enum exit_status check_in(const struct admin *admin, const struct wanted *wanted,
                                 const char *folder)
{
    struct restore *restore = NULL;
    struct record_proof proof;
    struct answer *answer;
    struct error err;
    if (!read_backup(wanted, folder, true, &restore, &proof, &err))
        return admin_refused(admin, &err);
    if (!answer_open(admin->argv[0], admin->json, stdout, &answer, &err)) {
        restore_close(restore);
        return admin_refused(admin, &err);
    }
    say_manifest(answer, restore, &proof);
    answer_say(answer, "Đúng cả. / all holds");
    restore_close(restore);
    return admin_done(answer);
}

enum exit_status here_check(const struct admin *admin)
{
    struct wanted wanted;
    struct error err;
    if (!words_of(admin, false, &wanted, &err))
        return admin_refused(admin, &err);
    return in_a_trial(admin, &wanted, check_in);
}

/* ------------------------------------------------------------------ restore */

/* Opening the record begins a new generation by itself, for it has no mark; one without a single
 * fact has nothing to show, and gets it here. */
static bool begin_generation(struct record *record, struct error *err)
{
    return record_was_put_back(record) || record_new_generation(record, err);
}

/* The folder a backup lies in: the server keeps its list there. */
static bool folder_of(const char *path, char out[CONFIG_PATH_MAX], struct error *err)
{
    struct stat about;
    const char *slash = strrchr(path, '/');
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return files_join(path, ".", out, CONFIG_PATH_MAX, err);
    int n =
        snprintf(out, CONFIG_PATH_MAX, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    return n < CONFIG_PATH_MAX || error_set(err, ERROR_BAD_INPUT, "%.40s: too long", path);
}

/* Who was erased since the copy was made is erased again before anybody can look. */
static bool erase_again(const struct wanted *wanted, const char *folder, struct record *record,
                        struct error *err)
{
    struct erased_list list = {.items = NULL};
    char beside[CONFIG_PATH_MAX];
    size_t items = 0;
    bool good = erased_list_read(&list, folder, err) && folder_of(wanted->path, beside, err) &&
                erased_list_read(&list, beside, err) &&
                (wanted->erased == NULL || erased_list_read(&list, wanted->erased, err)) &&
                erased_list_apply(record, &list, &items, err) &&
                (items == 0 || erased_list_append(folder, list.items, list.n, err));
    erased_list_done(&list);
    return good;
}

static bool take_over(struct restore *restore, const struct wanted *wanted, const char *folder,
                      uint64_t *ret_serial, struct error *err)
{
    char path[CONFIG_PATH_MAX];
    struct keys *keys = NULL;
    struct record *record = NULL;
    uint64_t forgotten = 0;
    bool good =
        files_join(folder, "record.db", path, sizeof path, err) && keys_open(folder, &keys, err);
    struct record_config config = {
        .path = path, .clock = clock_system(), .chance = chance_system()};
    if (good) {
        config.seal_key = &keys->seal;
        good = record_open(&config, &record, err) && begin_generation(record, err) &&
               erase_again(wanted, folder, record, err) &&
               restore_forget(restore, record, &forgotten, err);
    }
    if (good)
        *ret_serial = record_generation_serial(record);
    record_close(record);
    keys_close(keys);
    return good && restore_finish(restore, err);
}

enum exit_status here_restore(const struct admin *admin)
{
    struct wanted wanted;
    struct restore *restore = NULL;
    struct record_proof proof;
    struct answer *answer;
    struct error err;
    uint64_t serial = 0;
    if (!words_of(admin, false, &wanted, &err) ||
        !read_backup(&wanted, admin->folder, false, &restore, &proof, &err))
        return admin_refused(admin, &err);
    if (!take_over(restore, &wanted, admin->folder, &serial, &err) ||
        !answer_open(admin->argv[0], admin->json, stdout, &answer, &err)) {
        restore_close(restore);
        return admin_refused(admin, &err);
    }
    say_manifest(answer, restore, &proof);
    say_one(answer, "now generation ", "new_generation", serial);
    answer_say(answer,
               "Đã phục hồi vào %s. Máy cầm tay sẽ tự gửi lại. / restored; handhelds send "
               "again what is missing",
               admin->folder);
    restore_close(restore);
    return admin_done(answer);
}

/* ------------------------------------------------------------------ drill */

static int64_t now_ms(void)
{
    struct clock clock = clock_system();
    return clock.tick(clock.self).ms;
}

/* What a server does at its first start. */
static bool work_out_views(const char *folder, struct error *err)
{
    char record[CONFIG_PATH_MAX], path[CONFIG_PATH_MAX];
    struct views *views = NULL;
    bool good = files_join(folder, "record.db", record, sizeof record, err) &&
                files_join(folder, "views.db", path, sizeof path, err) &&
                views_open(path, record, &views, err) && views_flush(views, err);
    views_close(views);
    return good;
}

static enum exit_status drill_in(const struct admin *admin, const struct wanted *wanted,
                                 const char *folder)
{
    struct restore *restore = NULL;
    struct record_proof proof;
    struct answer *answer;
    struct error err;
    uint64_t serial = 0;
    int64_t start = now_ms(), read_ms, views_ms;
    if (!read_backup(wanted, folder, false, &restore, &proof, &err))
        return admin_refused(admin, &err);
    read_ms = now_ms();
    bool good = take_over(restore, wanted, folder, &serial, &err) && work_out_views(folder, &err) &&
                answer_open(admin->argv[0], admin->json, stdout, &answer, &err);
    views_ms = now_ms();
    if (good) {
        say_manifest(answer, restore, &proof);
        say_one(answer, "restored in ms ", "restored_ms", (uint64_t)(read_ms - start));
        say_one(answer, "views in ms ", "views_ms", (uint64_t)(views_ms - read_ms));
        answer_say(answer, "Diễn tập xong, đúng cả. / the drill went well: all holds");
    }
    restore_close(restore);
    return good ? admin_done(answer) : admin_refused(admin, &err);
}

enum exit_status here_drill(const struct admin *admin)
{
    struct wanted wanted;
    struct error err;
    if (!words_of(admin, true, &wanted, &err))
        return admin_refused(admin, &err);
    return in_a_trial(admin, &wanted, drill_in);
}
