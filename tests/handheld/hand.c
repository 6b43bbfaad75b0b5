#include "tests/handheld/hand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct rig rig;
struct app app;
struct fix fix;
struct face face;
char said[16][96];
size_t n_said;

static void take_said(void *ctx, enum sound sound, const char *line)
{
    static const char *const sounds[] = {"none",    "short", "2 short",
                                         "3 short", "long",  "short long"};
    (void)ctx;
    assert_true(n_said < 16);
    snprintf(said[n_said++], sizeof said[0], "%s: %s", sounds[sound], line);
}

void hand_begin(const struct day *day, const struct door_papers *papers)
{
    struct app_config config = {.device = RIG_DEVICE,
                                .post_office = 461600,
                                .clock = rig_clock(&rig),
                                .chance = rig_chance(&rig),
                                .outbox = rig.outbox,
                                .fix = &fix,
                                .day = day,
                                .papers = papers,
                                .said = take_said};
    app_init(&app, &config);
    app_tick(&app, false);
    n_said = 0;
}

int hand_setup(void **state)
{
    (void)state;
    rig_init(&rig);
    rig.wall_ms = 1795574460000; /* 25/11/2026 09:41 in Vietnam */
    fix_init(&fix, NO_PLACE_NO_GPSD);
    hand_begin(NULL, NULL);
    face_init(&face, 40, 20);
    return 0;
}

int hand_teardown(void **state)
{
    (void)state;
    rig_done(&rig);
    return 0;
}

void pass(int64_t ms)
{
    rig.wall_ms += ms;
    rig.mono_ms += ms;
    app_tick(&app, app.connected);
}

void scan(const char *text)
{
    struct reading reading = {text, strlen(text), ENTRY_WEDGE};
    app_scan(&app, &reading);
    app_tick(&app, app.connected);
}

void keys(const char *pressed)
{
    for (; *pressed != '\0'; pressed++) {
        enum press press = (enum press) * pressed;
        if (*pressed == 'F')
            press = PRESS_MODES;
        else if (*pressed == '<')
            press = PRESS_LEFT;
        else if (*pressed == '>')
            press = PRESS_RIGHT;
        else if (*pressed == '^')
            press = PRESS_UP;
        else if (*pressed == 'v')
            press = PRESS_DOWN;
        else if (*pressed == '\r')
            press = PRESS_ENTER;
        app_key(&app, press);
    }
    app_tick(&app, app.connected);
}

void heard(const char *line)
{
    if (n_said == 0)
        fail_msg("nothing was said, not '%s'", line);
    assert_string_equal(said[0], line);
    memmove(said[0], said[1], sizeof said - sizeof said[0]);
    n_said--;
}

static const char *const tones[] = {"plain", "green", "amber", "red", "dark"};

static void write_text(char *out, size_t size)
{
    char line[FACE_LINE_MAX];
    size_t n = (size_t)snprintf(out, size, "%s\n", tones[face.tone]);
    for (int row = 0; row < face.h; row++)
        n += (size_t)snprintf(out + n, size - n, "%s\n", face_line(&face, row, line));
    assert_true(n < size);
}

void looks_like(const char *name)
{
    char path[256], now[8192], golden[8192] = "";
    snprintf(path, sizeof path, "%s/handheld/golden/%s.txt", TESTS_DIR, name);
    app_draw(&app, &face);
    write_text(now, sizeof now);
    if (getenv("GOLDEN") != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(now, file);
        fclose(file);
        return;
    }
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s: %m", path);
    golden[fread(golden, 1, sizeof golden - 1, file)] = '\0';
    fclose(file);
    if (strcmp(golden, now) != 0)
        fail_msg("%s is\n%s\nand should be\n%s", name, now, golden);
}

void type(const char *text)
{
    for (; *text != '\0'; text++) {
        pass(150);
        app_type(&app, (uint8_t)*text);
    }
    pass(150);
}

struct scan last_of(const char *text)
{
    struct scan kept;
    struct item item;
    assert_true(item_parse(text, strlen(text), &item, NULL));
    assert_true(outbox_last(rig.outbox, &item, &kept, NULL));
    return kept;
}
