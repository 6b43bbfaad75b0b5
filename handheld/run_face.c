/* run_face.c - what is shown on the terminal, and the script that stands in for a postman. */
#include "handheld/run_inside.h"

#include <stdio.h>

#include "handheld/machine.h"
#include "handheld/terminal.h"

static void look_at_machine(struct run *run)
{
    if (run_now(run).ms < run->machine_due.ms)
        return;
    machine_read(MACHINE_POWER, run->data, &run->machine);
    app_machine(&run->app, &run->machine);
    run->machine_due.ms = run_now(run).ms + MACHINE_EVERY_MS;
}

/* Who has just signed in waits for his round: the server is asked at once. */
static void work_vault(struct run *run)
{
    if (run->vault == NULL)
        return;
    vault_tick(run->vault);
    if (vault_asks(run->vault))
        uplink_ask(&run->uplink);
}

void run_draw(struct run *run)
{
    look_at_machine(run);
    work_vault(run);
    app_tick(&run->app, run->uplink.connected);
    app_draw(&run->app, &run->face);
    if (!run->on_terminal || face_equal(&run->face, &run->painted))
        return;
    terminal_paint(&run->face);
    run->painted = run->face;
}

static void show(const struct run *run, FILE *to)
{
    char line[FACE_LINE_MAX];
    for (int row = 0; row < run->face.h; row++)
        fprintf(to, "|%s\n", face_line(&run->face, row, line));
    (void)fflush(to);
}

static void end_with(struct run *run, int status, const struct error *why)
{
    fprintf(stderr, "trao-handheld: %s\n", why->text);
    run->status = status;
    run->ended = true;
}

/* A scan without an ending is over before the next line is looked at. */
void run_lead(struct run *run)
{
    struct error err;
    const char *all_sent = app_word(&run->app, WORD_FOOT_ALL_SENT);
    while (!run->ended && !run->staying && scanner_due(&run->scripted).ms == INT64_MAX) {
        switch (script_step(&run->script, &run->face, all_sent, run_now(run), &err)) {
        case SCRIPT_RUNS:
            return;
        case SCRIPT_STAYS:
            run->staying = true;
            break;
        case SCRIPT_ENDED:
            run->ended = true;
            break;
        case SCRIPT_BAD:
            end_with(run, 2, &err);
            break;
        case SCRIPT_MISSED:
            end_with(run, 3, &err);
            show(run, stderr);
            break;
        case SCRIPT_SCANS:
            scanner_feed(&run->scripted, run->script.line.text, run->script.line.n, run_now(run),
                         run_scanned, run);
            break;
        case SCRIPT_TYPES:
            for (size_t i = 0; i < run->script.line.n && run->app.screen->types; i++)
                app_type(&run->app, (uint8_t)run->script.line.text[i]);
            break;
        case SCRIPT_PRESSES:
            app_key(&run->app, run->script.line.press);
            break;
        case SCRIPT_SHOWS:
            show(run, stdout);
            break;
        }
        uplink_tick(&run->uplink);
        run_draw(run);
    }
}
