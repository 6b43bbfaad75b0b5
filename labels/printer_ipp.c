/* A queue of CUPS or a printer that speaks IPP (RFC 8011): the job is created, its number noted,
 * its document sent, and then it is looked after until it has ended. The one door to libcups. */
#include "labels/printer_way.h"

#include <cups/cups.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define CONNECT_MS 10000
#define ANSWER_S 20.0 /* a printer that says nothing for so long is out of reach */

struct ipp {
    struct printer_run *run;
    http_t *http;
    char uri[PRINTER_HOST_BYTES + PRINTER_PATH_BYTES + 32];
    int job;
};

static bool refused(const char *what, struct error *err)
{
    return error_set(err, ERROR_LATER, "%s: %s", what, cupsLastErrorString());
}

/* A request about the printer, or about the job when it has a number. */
static ipp_t *request_for(const struct ipp *ipp, ipp_op_t operation)
{
    ipp_t *request = ippNewRequest(operation);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", NULL, ipp->uri);
    if (ipp->job != 0)
        ippAddInteger(request, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", ipp->job);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", NULL,
                 cupsUser());
    return request;
}

/* Asks and takes the answer; NULL when it was refused. cupsDoRequest frees the request. */
static ipp_t *ask(const struct ipp *ipp, ipp_t *request)
{
    ipp_t *answer = cupsDoRequest(ipp->http, request, ipp->run->place.path);
    if (cupsLastError() <= IPP_STATUS_OK_CONFLICTING)
        return answer;
    ippDelete(answer);
    return NULL;
}

/* ------------------------------------------------------------------ handing over */

static const char *format_of(const char *tongue)
{
    return strcmp(tongue, "pdf") == 0 ? "application/pdf" : "application/octet-stream";
}

static void wait_a_turn(const struct ipp *ipp)
{
    (void)poll(NULL, 0, printer_look_ms(ipp->run));
}

/* The name says no more than the number of the job: queues show it to everyone. Nothing may be
 * scaled (case B09). */
static ipp_t *ask_for_job(const struct ipp *ipp)
{
    char name[SPOOL_ID_BYTES + 16];
    const char *media = ipp->run->profile->media;
    snprintf(name, sizeof name, "Trao %s", spool_job_id(ipp->run->job));
    ipp_t *request = request_for(ipp, IPP_OP_CREATE_JOB);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "job-name", NULL, name);
    if (media[0] != '\0')
        ippAddString(request, IPP_TAG_JOB, IPP_TAG_KEYWORD, "media", NULL, media);
    ippAddString(request, IPP_TAG_JOB, IPP_TAG_KEYWORD, "print-scaling", NULL, "none");
    return ask(ipp, request);
}

/* A printer without a queue takes one job at a time: it is asked until it is free. */
static bool create_job(struct ipp *ipp, struct error *err)
{
    ipp_t *answer = NULL;
    while ((answer = ask_for_job(ipp)) == NULL && cupsLastError() == IPP_STATUS_ERROR_BUSY) {
        if (!printer_tell(ipp->run, PRINTER_WAITING, cupsLastErrorString(), err))
            return false;
        wait_a_turn(ipp);
    }
    if (answer == NULL)
        return refused("the printer takes no job", err);
    ipp->job = ippGetInteger(ippFindAttribute(answer, "job-id", IPP_TAG_INTEGER), 0);
    ippDelete(answer);
    return ipp->job > 0 || error_set(err, ERROR_LATER, "the printer gives the job no number");
}

static bool send_document(struct ipp *ipp, struct error *err)
{
    const struct buffer *bytes = &ipp->run->data->bytes;
    ipp_t *request = request_for(ipp, IPP_OP_SEND_DOCUMENT);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_MIMETYPE, "document-format", NULL,
                 format_of(ipp->run->profile->tongue));
    ippAddBoolean(request, IPP_TAG_OPERATION, "last-document", 1);
    http_status_t status =
        cupsSendRequest(ipp->http, request, ipp->run->place.path, ippLength(request) + bytes->n);
    if (status == HTTP_STATUS_CONTINUE)
        status = cupsWriteRequestData(ipp->http, (const char *)bytes->bytes, bytes->n);
    ippDelete(request);
    ippDelete(cupsGetResponse(ipp->http, ipp->run->place.path));
    bool taken = status == HTTP_STATUS_CONTINUE && cupsLastError() <= IPP_STATUS_OK_CONFLICTING;
    return taken || refused("the printer does not take the document", err);
}

static void cancel(struct ipp *ipp)
{
    ippDelete(ask(ipp, request_for(ipp, IPP_OP_CANCEL_JOB)));
}

static bool hand_over(struct ipp *ipp, struct error *err)
{
    struct printer_run *run = ipp->run;
    if (!printer_tell(run, PRINTER_SENDING, "", err) || !create_job(ipp, err))
        return false;
    if (spool_job_handed(run->job, ipp->job, err) && send_document(ipp, err))
        return true;
    cancel(ipp);
    struct error recall;
    if (spool_job_remote(run->job) != 0 && !spool_job_recalled(run->job, &recall))
        return error_set(err, recall.code, "%s", recall.text);
    return false;
}

/* ------------------------------------------------------------------ following */

/* What a printer says of a job and of itself. */
struct look {
    ipp_jstate_t state;
    int pages; /* on paper */
    bool no_paper;
    char words[PRINTER_WORDS_BYTES];
};

static bool says(ipp_attribute_t *reasons, const char *begin)
{
    for (int i = 0; i < ippGetCount(reasons); i++)
        if (strncmp(ippGetString(reasons, i, NULL), begin, strlen(begin)) == 0)
            return true;
    return false;
}

/* All reasons but "none", one behind the other. */
static void put_reasons(ipp_attribute_t *reasons, char words[PRINTER_WORDS_BYTES])
{
    size_t used = strlen(words);
    for (int i = 0; i < ippGetCount(reasons) && used < PRINTER_WORDS_BYTES - 1; i++) {
        const char *reason = ippGetString(reasons, i, NULL);
        if (strcmp(reason, "none") != 0)
            used += (size_t)snprintf(words + used, PRINTER_WORDS_BYTES - used, "%s%s",
                                     used == 0 ? "" : " ", reason);
    }
}

static bool look_at_job(struct ipp *ipp, struct look *look)
{
    static const char *const asked[] = {"job-state", "job-state-reasons",
                                        "job-impressions-completed"};
    ipp_t *request = request_for(ipp, IPP_OP_GET_JOB_ATTRIBUTES);
    ippAddStrings(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes", 3, NULL,
                  asked);
    ipp_t *answer = ask(ipp, request);
    if (answer == NULL)
        return false;
    ipp_attribute_t *state = ippFindAttribute(answer, "job-state", IPP_TAG_ENUM);
    ipp_attribute_t *pages = ippFindAttribute(answer, "job-impressions-completed", IPP_TAG_INTEGER);
    ipp_attribute_t *reasons = ippFindAttribute(answer, "job-state-reasons", IPP_TAG_KEYWORD);
    look->state = state == NULL ? IPP_JSTATE_PENDING : (ipp_jstate_t)ippGetInteger(state, 0);
    look->pages = pages == NULL ? 0 : ippGetInteger(pages, 0);
    put_reasons(reasons, look->words);
    ippDelete(answer);
    return true;
}

static bool look_at_printer(struct ipp *ipp, struct look *look)
{
    struct ipp printer = *ipp;
    printer.job = 0;
    ipp_t *request = request_for(&printer, IPP_OP_GET_PRINTER_ATTRIBUTES);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes", NULL,
                 "printer-state-reasons");
    ipp_t *answer = ask(&printer, request);
    if (answer == NULL)
        return false;
    ipp_attribute_t *reasons = ippFindAttribute(answer, "printer-state-reasons", IPP_TAG_KEYWORD);
    look->no_paper = says(reasons, "media-empty") || says(reasons, "media-needed");
    put_reasons(reasons, look->words);
    ippDelete(answer);
    return true;
}

/* Notes what has left, as far as the printer tells. A queue counts pages when it passes them on, so
 * the last one counts at the end only. */
static bool note_pages(struct ipp *ipp, const struct look *look, struct error *err)
{
    struct printer_run *run = ipp->run;
    size_t done = printer_items(run, look->pages < 0 ? 0 : (size_t)look->pages);
    if (look->state == IPP_JSTATE_COMPLETED)
        done = run->n;
    else if (done == run->n)
        done = run->n - 1;
    return done <= spool_job_next(run->job) || spool_job_done(run->job, done, err);
}

static bool given_up(struct ipp *ipp, enum error_code code, const char *what,
                     const struct look *look, struct error *err)
{
    if (!spool_job_recalled(ipp->run->job, err))
        return false;
    return error_set(err, code, "%s after item %zu of %zu (%s)", what,
                     spool_job_next(ipp->run->job), ipp->run->n, look->words);
}

/* Tells how it stands. Sets *ret_ended at the end of all. */
static bool tell_look(struct ipp *ipp, const struct look *look, bool *ret_ended, struct error *err)
{
    const struct printer_run *run = ipp->run;
    switch (look->state) {
    case IPP_JSTATE_PENDING:
        return printer_tell(run, look->no_paper ? PRINTER_NO_PAPER : PRINTER_WAITING, look->words,
                            err);
    case IPP_JSTATE_HELD:
        return printer_tell(run, PRINTER_HELD, look->words, err);
    case IPP_JSTATE_PROCESSING:
        return printer_tell(run, look->no_paper ? PRINTER_NO_PAPER : PRINTER_PRINTING, look->words,
                            err);
    case IPP_JSTATE_STOPPED:
        return printer_tell(run, look->no_paper ? PRINTER_NO_PAPER : PRINTER_STOPPED, look->words,
                            err);
    case IPP_JSTATE_CANCELED:
        return given_up(ipp, ERROR_REFUSED, "cancelled at the printer", look, err);
    case IPP_JSTATE_ABORTED:
        return given_up(ipp, ERROR_LATER, "given up by the printer", look, err);
    case IPP_JSTATE_COMPLETED:
        *ret_ended = true;
        return true;
    }
    return error_set(err, ERROR_LATER, "the printer tells a state that is unknown: %d",
                     (int)look->state);
}

static bool follow(struct ipp *ipp, struct error *err)
{
    for (bool ended = false;;) {
        struct look look = {.state = IPP_JSTATE_PENDING};
        bool seen = look_at_job(ipp, &look) && look_at_printer(ipp, &look);
        if (!seen && cupsLastError() == IPP_STATUS_ERROR_NOT_FOUND)
            return given_up(ipp, ERROR_LATER, "the printer knows no such job any more", &look, err);
        if (!seen) {
            snprintf(look.words, sizeof look.words, "%s", cupsLastErrorString());
            if (!printer_tell(ipp->run, PRINTER_STOPPED, look.words, err))
                return false;
        } else if (!note_pages(ipp, &look, err) || !tell_look(ipp, &look, &ended, err)) {
            return false;
        }
        if (ended)
            return true;
        wait_a_turn(ipp);
    }
}

bool printer_ipp(struct printer_run *run, struct error *err)
{
    struct ipp ipp = {.run = run, .job = spool_job_remote(run->job)};
    const struct printer_place *place = &run->place;
    snprintf(ipp.uri, sizeof ipp.uri, "%s://%s:%d%s", place->tls ? "ipps" : "ipp", place->host,
             place->port, place->path);
    ipp.http = httpConnect2(place->host, place->port, NULL, AF_UNSPEC,
                            place->tls ? HTTP_ENCRYPTION_ALWAYS : HTTP_ENCRYPTION_IF_REQUESTED, 1,
                            CONNECT_MS, NULL);
    if (ipp.http == NULL)
        return refused("cannot connect", err);
    httpSetTimeout(ipp.http, ANSWER_S, NULL, NULL);
    bool done = (run->data == NULL || hand_over(&ipp, err)) && follow(&ipp, err);
    if (!done && err->code == ERROR_REFUSED && spool_job_remote(run->job) != 0)
        cancel(&ipp);
    httpClose(ipp.http);
    return done;
}
