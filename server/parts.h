/* parts.h - the parts of trao-server: what holds them, and how each is opened and closed. main.c
 * opens them in order; each file beside it has some: parts_folder.c what lies in the data folder,
 * parts_field.c what postmen's handhelds need, parts_messages.c who is told, parts_pages.c what
 * people ask through, parts_threads.c the threads. For them alone. */
#ifndef TRAO_SERVER_PARTS_H
#define TRAO_SERVER_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "server/alarms.h"
#include "server/control.h"
#include "server/field/attachments.h"
#include "server/field/dispatch.h"
#include "server/gateways.h"
#include "server/keeping/copies.h"
#include "server/keys.h"
#include "server/metrics.h"
#include "server/office/finder.h"
#include "server/pushing.h"
#include "server/record/pages.h"
#include "server/spooler.h"
#include "server/web/web.h"
#include "server/writer.h"

#define WEB_WORKERS                                                                                \
    6 /* at most two hash a password, which takes 250 ms (password.h), and four import or print    \
         (lanes.h), one at a time */

struct server {
    const char *folder;
    char program[CONFIG_PATH_MAX];
    char record_path[CONFIG_PATH_MAX], views_path[CONFIG_PATH_MAX], search_path[CONFIG_PATH_MAX],
        spool_path[CONFIG_PATH_MAX];
    struct config config;
    int lock;
    struct keys *keys;
    struct pages *pages;   /* what changes in record.db */
    struct record *record; /* the writer's */
    struct db *checkpointer;
    struct views *views;
    struct writer *writer;
    struct session *session;
    struct alarms *alarms;
    struct intake *intake;
    struct attachments *attachments;
    struct dispatch *dispatch;
    struct enrol_desk desk;
    struct metrics metrics;
    struct gateways *gateways;
    struct notify *notify;
    struct pushing *pushing;
    _Atomic(struct web *) web;                 /* its pages may ask before it is open */
    struct record *short_reader, *long_reader; /* the control's */
    struct commands for_short, for_long;
    struct spooler *spooler; /* jobs of printers */
    struct lanes *lanes;
    struct control *control;
    struct box_public backup_key;
    struct finder *finder;
    struct copies *copies; /* NULL: nobody wants any */
    pthread_t threads[8 + PUSH_THREADS + WEB_WORKERS];
    size_t threads_n;
    atomic_bool stopping, broken;
};

/* Each is opened when all before it in main.c's table are; a closer takes what is half open. */
/* parts_folder.c */
bool parts_open_settings(struct server *server, struct error *err) must_use;
bool parts_open_lock(struct server *server, struct error *err) must_use;
void parts_close_lock(struct server *server);
bool parts_open_sandbox(struct server *server, struct error *err) must_use;
bool parts_open_keys(struct server *server, struct error *err) must_use;
void parts_close_keys(struct server *server);
bool parts_open_record(struct server *server, struct error *err) must_use;
void parts_close_record(struct server *server);
bool parts_open_copies(struct server *server, struct error *err) must_use;
void parts_close_copies(struct server *server);
bool parts_open_views(struct server *server, struct error *err) must_use;
void parts_close_views(struct server *server);
bool parts_open_finder(struct server *server, struct error *err) must_use;
void parts_close_finder(struct server *server);

/* parts_field.c */
bool parts_open_session(struct server *server, struct error *err) must_use;
void parts_close_session(struct server *server); /* the intake too, which its writer uses */
bool parts_open_dispatch(struct server *server, struct error *err) must_use;
void parts_close_dispatch(struct server *server);
bool parts_open_intake(struct server *server, struct error *err) must_use;
bool parts_open_attachments(struct server *server, struct error *err) must_use;
void parts_close_attachments(struct server *server);
/* For the writer, of `struct server`: a piece that came; without one none did for a while. */
void parts_take_piece(void *ctx, const char *device, const struct attachment_chunk *chunk);

/* parts_messages.c */
bool parts_open_notify(struct server *server, struct error *err) must_use;
void parts_close_notify(struct server *server);
bool parts_open_push(struct server *server, struct error *err) must_use;
void parts_close_push(struct server *server);

/* parts_pages.c */
bool parts_open_printers(struct server *server, struct error *err) must_use;
void parts_close_printers(struct server *server);
bool parts_open_commands(struct server *server, struct error *err) must_use;
void parts_close_commands(struct server *server);
bool parts_open_web(struct server *server, struct error *err) must_use;
void parts_close_web(struct server *server);
bool parts_open_control(struct server *server, struct error *err) must_use;
void parts_close_control(struct server *server);
/* Clients cut off since the start: too slow with a request, or with reading an answer. */
void parts_count_cut(void *ctx, uint64_t *ret_slow, uint64_t *ret_unread);

/* parts_threads.c */
bool parts_open_threads(struct server *server, struct error *err) must_use;
void parts_close_threads(struct server *server);
/* False, with LATER, once the server is to stop: what takes long asks. */
bool parts_go_on(void *ctx, struct error *err) must_use;

#endif
