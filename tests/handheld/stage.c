/* The screens on a real terminal with an invented round behind them: the loop of run.c without
 * link, receiver and vault. Started by test_terminal.c under tmux; DIR is where the outbox lies.
 * `closed`: nobody has signed in yet.      stage DIR [closed] */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handheld/app.h"
#include "handheld/terminal.h"
#include "handheld/wedge.h"
#include "tests/handheld/invented.h"

static struct app app;
static struct face face;
static struct wedge wedge;
static bool ended;

static void scanned(void *ctx, const struct reading *reading)
{
    (void)ctx;
    app_scan(&app, reading);
}

static void typed(void *ctx, uint8_t byte)
{
    (void)ctx;
    if (byte >= '0' && byte <= '9')
        app_key(&app, (enum press)byte);
    else if (byte == '\r' || byte == '\n')
        app_key(&app, PRESS_ENTER);
    else if (byte == 0x03)
        ended = true;
}

static void read_terminal(struct tick now)
{
    struct terminal_input input;
    bool resized = false;
    const struct wedge_out out = {scanned, typed, NULL};
    while (terminal_read(&input, &resized)) {
        if (input.press != PRESS_NONE)
            app_key(&app, input.press);
        else if (app.screen->types)
            app_type(&app, input.byte);
        else
            wedge_feed(&wedge, input.byte, now, &out);
    }
    wedge_tick(&wedge, now, &out);
}

int main(int argc, char **argv)
{
    struct seal_secret key;
    struct seal_public public;
    struct fix fix;
    struct clock clock = clock_system();
    struct chance chance = chance_system();
    struct error err;
    if (argc < 2)
        return 2;
    chain_init();
    chain_keys_new(&chance, &public, &key);
    struct outbox_config outbox = {
        .dir = argv[1], .device = "HH-042", .key = &key, .clock = clock, .chance = chance};
    fix_init(&fix, NO_PLACE_OFF);
    invented_round(clock.now(clock.self));
    has_round = true;
    open_day = argc < 3;
    struct app_config config = {.device = "HH-042",
                                .clock = clock,
                                .chance = chance,
                                .fix = &fix,
                                .day = &invented_day,
                                .papers = &invented_papers};
    if (!outbox_open(&outbox, &config.outbox, &err) || !terminal_open(&err)) {
        fprintf(stderr, "stage: %s\n", err.text);
        return 1;
    }
    app_init(&app, &config);
    app.badge = open_day ? 4172 : 0;
    wedge_init(&wedge);
    while (!ended) {
        int w, h;
        terminal_size(&w, &h);
        face_init(&face, w, h);
        app_tick(&app, false);
        app_draw(&app, &face);
        terminal_paint(&face);
        (void)poll(&(struct pollfd){.fd = STDIN_FILENO, .events = POLLIN}, 1, 50);
        read_terminal(clock.tick(clock.self));
    }
    terminal_close();
    outbox_close(config.outbox);
    return 0;
}
