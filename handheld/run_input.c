/* run_input.c - what comes in: scans, keys and letters of the terminal, messages of the network. */
#include "handheld/run_inside.h"

#include <stdlib.h>

#include "handheld/terminal.h"
#include "protocol/log.h"

void run_scanned(void *ctx, const struct reading *reading)
{
    struct run *run = ctx;
    app_scan(&run->app, reading);
}

#define CTRL_C 0x03 /* typed alone; inside a scan it is a scanner's ETX */

/* A key answers what is on the screen; where no screen fits it answers nothing. Scans are taken all
 * the same, for they can be heard. */
static void press(struct run *run, enum press key)
{
    if (face_fits(&run->face))
        app_key(&run->app, key);
}

static void typed(void *ctx, uint8_t byte)
{
    struct run *run = ctx;
    if (byte >= '0' && byte <= '9')
        press(run, (enum press)byte);
    else if (byte == '\r' || byte == '\n')
        press(run, PRESS_ENTER);
    else if (byte == CTRL_C)
        run->ended = true;
}

/* Where text is typed every byte is text: no scanner's timing takes letters away. */
static void take_byte(struct run *run, uint8_t byte, const struct wedge_out *out)
{
    bool types = run->app.screen->types && face_fits(&run->face);
    if (types && byte == CTRL_C)
        run->ended = true;
    else if (types)
        app_type(&run->app, byte);
    else
        wedge_feed(&run->wedge, byte, run_now(run), out);
}

void run_read_terminal(struct run *run)
{
    struct terminal_input input;
    bool resized = false;
    struct wedge_out out = {run_scanned, typed, run};
    while (terminal_read(&input, &resized)) {
        if (input.press != PRESS_NONE)
            press(run, input.press);
        else
            take_byte(run, input.byte, &out);
    }
    wedge_tick(&run->wedge, run_now(run), &out);
    if (resized) {
        int w, h;
        terminal_size(&w, &h);
        face_init(&run->face, w, h);
    }
}

void run_read_mailbox(struct run *run)
{
    struct letter letter;
    while (mailbox_take(run->mailbox, &letter)) {
        switch (letter.kind) {
        case LETTER_UP:
            log_line(LOG_LEVEL_INFO, "connected", "device=%s", run->config.device);
            uplink_connected(&run->uplink);
            break;
        case LETTER_DOWN:
            if (run->uplink.connected) /* an attempt that failed is no news */
                log_line(LOG_LEVEL_INFO, "disconnected", "device=%s", run->config.device);
            uplink_disconnected(&run->uplink);
            break;
        case LETTER_MESSAGE:
            uplink_message(&run->uplink, letter.bytes, letter.n);
            break;
        case LETTER_ACKNOWLEDGED:
            uplink_acknowledged(&run->uplink, letter.code);
            break;
        }
        free(letter.bytes);
    }
}
