/* run_inside.h - what the files of the program's run share: run.c opens and closes all parts and
 * has the loop, run_input.c what comes in, run_face.c what is shown and the script. For them alone.
 */
#ifndef TRAO_HANDHELD_RUN_INSIDE_H
#define TRAO_HANDHELD_RUN_INSIDE_H

#include "handheld/app.h"
#include "handheld/attach.h"
#include "handheld/bells.h"
#include "handheld/config.h"
#include "handheld/gps.h"
#include "handheld/mailbox.h"
#include "handheld/script.h"
#include "handheld/serial.h"
#include "handheld/uplink.h"
#include "handheld/vault.h"
#include "handheld/wedge.h"

struct run {
    struct config config;
    struct clock clock;
    struct gps *gps;
    struct outbox *outbox;
    struct vault *vault;               /* NULL: the disk did not let it be opened */
    struct attach_store *attach_store; /* NULL: the disk did not let it be opened */
    struct attach *attach;
    struct door_papers papers;
    struct mailbox *mailbox;
    struct session *session;
    struct uplink uplink;
    struct app app;
    struct serial serial;
    struct wedge wedge;      /* the terminal's */
    struct scanner scripted; /* the script's */
    struct script script;
    struct bells bells;
    struct face face, painted; /* as it should be, as it stands on the terminal */
    struct app_machine machine;
    struct tick machine_due;
    const char *data; /* the device's folder */
    bool on_terminal, staying, ended;
    int signals, log;
    int status;
};

struct tick run_now(const struct run *run);

/* run_input.c: `ctx` is the run. */
void run_scanned(void *ctx, const struct reading *reading);
/* All that waits; the face takes the terminal's new size. */
void run_read_terminal(struct run *run);
void run_read_mailbox(struct run *run);

/* run_face.c: works out how everything stands, and paints what changed. */
void run_draw(struct run *run);
/* The script's lines, until one waits for something. */
void run_lead(struct run *run);

#endif
