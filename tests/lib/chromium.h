/* chromium.h - a real Chromium led by a test, line by line (browser.mjs says which lines there
 * are). An answer that was not expected fails the test with what the page says. One thread. */
#ifndef TRAO_TESTS_LIB_CHROMIUM_H
#define TRAO_TESTS_LIB_CHROMIUM_H

#include "tests/lib/world.h"

struct chromium {
    struct world *world;
    struct proc proc;
    const char *shots; /* folder of screenshots, made; NULL: none are taken */
};

/* `how`: words after the folder of npm packages: "plain" runs no script of a page; NULL none. */
void chromium_start(struct chromium *chromium, struct world *world, const char *npm,
                    const char *how, const char *shots);
void chromium_end(struct chromium *chromium);

/* One line, and the answer, which must begin with `expect`. */
void chromium_ask(struct chromium *chromium, char out[PROC_LINE_MAX], const char *expect,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A path of the server's plain listener; it must answer with `status`. */
void chromium_open(struct chromium *chromium, int status, const char *path);
void chromium_fill(struct chromium *chromium, const char *selector, const char *value);
/* A click that leads to a page of this status. */
void chromium_press(struct chromium *chromium, int status, const char *selector);
/* The page's words hold this. */
bool chromium_says(struct chromium *chromium, const char *text);
/* No violation of WCAG 2.2 A and AA that axe-core finds, or the test fails with them. */
void chromium_axe(struct chromium *chromium);
/* At 360 and at 1440 px: no violations, nothing wider than the window, a picture of each. */
void chromium_both_widths(struct chromium *chromium, const char *name);

#endif
