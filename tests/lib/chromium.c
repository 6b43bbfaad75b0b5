#include "tests/lib/chromium.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ANSWER_MS 40000

void chromium_start(struct chromium *chromium, struct world *world, const char *npm,
                    const char *how, const char *shots)
{
    char out[PROC_LINE_MAX];
    *chromium = (struct chromium){.world = world, .shots = shots};
    if (shots)
        mkdir(shots, 0755);
    proc_start(&chromium->proc,
               (const char *[]){"node", TESTS_DIR "/lib/browser.mjs", npm, how, NULL}, true,
               world->log);
    if (!proc_hear(&chromium->proc, out, ANSWER_MS) || strcmp(out, "ready") != 0)
        world_fail(world, "no browser");
}

void chromium_end(struct chromium *chromium)
{
    proc_say(&chromium->proc, "quit");
    proc_wait(&chromium->proc, ANSWER_MS);
}

void chromium_ask(struct chromium *chromium, char out[PROC_LINE_MAX], const char *expect,
                  const char *format, ...)
{
    char line[PROC_LINE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    out[0] = '\0';
    if (!proc_say(&chromium->proc, "%s", line) || !proc_hear(&chromium->proc, out, ANSWER_MS) ||
        strncmp(out, expect, strlen(expect)) != 0)
        world_fail(chromium->world, "browser: %s -> '%s'", line, out);
}

void chromium_open(struct chromium *chromium, int status, const char *path)
{
    char out[PROC_LINE_MAX], expect[32];
    snprintf(expect, sizeof expect, "went %d", status);
    chromium_ask(chromium, out, expect, "goto http://127.0.0.1:%d%s", chromium->world->plain, path);
}

void chromium_fill(struct chromium *chromium, const char *selector, const char *value)
{
    char out[PROC_LINE_MAX];
    chromium_ask(chromium, out, "filled", "fill %s %s", selector, value);
}

void chromium_press(struct chromium *chromium, int status, const char *selector)
{
    char out[PROC_LINE_MAX], expect[32];
    snprintf(expect, sizeof expect, "pressed %d", status);
    chromium_ask(chromium, out, expect, "press %s", selector);
}

bool chromium_says(struct chromium *chromium, const char *text)
{
    char out[PROC_LINE_MAX];
    chromium_ask(chromium, out, "has ", "has %s", text);
    return strcmp(out, "has yes") == 0;
}

void chromium_axe(struct chromium *chromium)
{
    char out[PROC_LINE_MAX];
    chromium_ask(chromium, out, "axe 0", "axe");
}

void chromium_both_widths(struct chromium *chromium, const char *name)
{
    char out[PROC_LINE_MAX];
    static const int widths[] = {360, 1440};
    for (int i = 0; i < 2; i++) {
        chromium_ask(chromium, out, "sized", "size %d 800", widths[i]);
        chromium_axe(chromium);
        chromium_ask(chromium, out, "wide no", "wide");
        if (chromium->shots)
            chromium_ask(chromium, out, "shot", "shot %s/%s-%d.png", chromium->shots, name,
                         widths[i]);
    }
}
