#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/log.h"
#include "server/spooler_inside.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ a job's folder */

static bool folder_of(const struct spooler *spooler, uint64_t job, char out[CONFIG_PATH_MAX],
                      struct error *err)
{
    int n = snprintf(out, CONFIG_PATH_MAX, "%s/%llu", spooler->folder, (unsigned long long)job);
    return (n > 0 && n < CONFIG_PATH_MAX) || error_set(err, ERROR_BAD_INPUT, "path too long");
}

void spooler_remove_folder(const struct spooler *spooler, uint64_t job)
{
    static const char *const files[] = {"lock", SPOOLER_JOB ".job", SPOOLER_JOB ".job.new"};
    char folder[CONFIG_PATH_MAX], path[CONFIG_PATH_MAX + 32];
    struct error err;
    if (!folder_of(spooler, job, folder, &err))
        return;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        (void)unlink(path);
    }
    if (rmdir(folder) != 0 && errno != ENOENT)
        log_line(LOG_LEVEL_ERROR, "a print job's folder stays", "job=%llu why=\"%s\"",
                 (unsigned long long)job, strerror(errno));
}

bool spooler_open_spool(const struct spooler *spooler, uint64_t job, struct spool **ret_spool,
                        struct error *err)
{
    char folder[CONFIG_PATH_MAX];
    return folder_of(spooler, job, folder, err) && spool_open(folder, ret_spool, err);
}

/* ------------------------------------------------------------------ after a restart */

/* A job as its folder says; one that ended is removed. */
static bool load_job(struct spooler *spooler, uint64_t number, struct error *err)
{
    struct spool *spool = NULL;
    struct spool_stopped stopped;
    struct spool_job *job = NULL;
    struct error ended = {ERROR_NONE, ""};
    if (!spooler_open_spool(spooler, number, &spool, err))
        return false;
    bool good = spool_unfinished(spool, &stopped, &ended);
    if (!good && ended.code == ERROR_NOT_FOUND) {
        spool_close(spool);
        spooler_remove_folder(spooler, number);
        return true;
    }
    good = good ? spool_resume(spool, SPOOLER_JOB, &job, err)
                : error_set(err, ended.code, "%s", ended.text);
    size_t n = 0;
    const struct spool_item *items = good ? spool_job_items(job, &n) : NULL;
    struct ticket *ticket = good ? ticket_new(number, items, n) : NULL;
    good = good && (ticket || error_set(err, ERROR_LATER, "out of memory"));
    if (good) {
        bool remote = spool_job_remote(job) != 0;
        ticket->about.done = spool_job_next(job);
        ticket->about.state = remote ? SPOOLER_WAITING : SPOOLER_STOPPED;
        text_copy(remote ? "" : "máy chủ khởi động lại", ticket->about.words,
                  sizeof ticket->about.words);
        spooler_enlist(spooler, ticket);
    }
    spool_job_close(job);
    spool_close(spool);
    return good;
}

/* One that cannot be read must not keep the server from starting. */
static bool load_jobs(struct spooler *spooler, struct error *err)
{
    if (mkdir(spooler->folder, 0700) != 0 && errno != EEXIST)
        return error_set(err, ERROR_LATER, "%s: %s", spooler->folder, strerror(errno));
    DIR *folder = opendir(spooler->folder);
    if (!folder)
        return error_set(err, ERROR_LATER, "%s: %s", spooler->folder, strerror(errno));
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char *end;
        struct error why;
        uint64_t number = strtoull(entry->d_name, &end, 10);
        if (number == 0 || *end != '\0')
            continue;
        if (!load_job(spooler, number, &why))
            log_line(LOG_LEVEL_ALARM, "a print job cannot be read", "job=%llu why=\"%s\"",
                     (unsigned long long)number, why.text);
    }
    closedir(folder);
    return true;
}

struct telling {
    struct spooler *spooler;
    size_t unknown;
};

static bool take_fact(void *ctx, const struct office_fact *fact)
{
    struct telling *telling = ctx;
    struct ticket *ticket = spooler_find(telling->spooler, fact->job);
    if (!ticket || ticket->sent)
        return telling->unknown > 0;
    ticket->sent = true;
    ticket->reason = fact->reason;
    ticket->about.user = fact->user;
    ticket->about.handover = fact->handover;
    ticket->about.at = fact->at;
    text_copy(fact->key, ticket->about.printer, sizeof ticket->about.printer);
    return --telling->unknown > 0;
}

/* A folder without its fact: the server was stopped before anything could leave. */
static void forget_unsent(struct spooler *spooler)
{
    for (struct ticket **at = &spooler->newest; *at;) {
        struct ticket *ticket = *at;
        if (ticket->sent) {
            at = &ticket->older;
            continue;
        }
        *at = ticket->older;
        spooler_remove_folder(spooler, ticket->about.job);
        ticket_free(ticket);
    }
}

static bool read_facts(struct spooler *spooler, struct error *err)
{
    struct telling telling = {.spooler = spooler};
    struct record *record = NULL;
    for (const struct ticket *ticket = spooler->newest; ticket; ticket = ticket->older)
        telling.unknown++;
    if (telling.unknown == 0)
        return true;
    bool good = record_open_reader(spooler->config.record_path, &record, err) &&
                record_office_of(record, EVENT_PRINT_SENT, take_fact, &telling, err);
    record_close(record);
    if (good)
        forget_unsent(spooler);
    return good;
}

bool spooler_load(struct spooler *spooler, struct error *err)
{
    return load_jobs(spooler, err) && read_facts(spooler, err);
}
