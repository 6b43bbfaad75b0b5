/* terminal.h - a face on a terminal, keys and scanner bytes from it: the only file of the handheld
 * that knows ncurses. Works over ssh, in tmux and on the Linux console; one at a time.
 */
#ifndef TRAO_HANDHELD_TERMINAL_H
#define TRAO_HANDHELD_TERMINAL_H

#include "handheld/app.h"

/* Takes over standard input and output. LATER when they are no terminal. */
bool terminal_open(struct error *err) must_use;
void terminal_close(void); /* puts the terminal back; harmless when not open */
void terminal_size(int *ret_w, int *ret_h);
void terminal_paint(const struct face *face);
void terminal_bell(void);

struct terminal_input {
    enum press press; /* an arrow, F1; PRESS_NONE: `byte` */
    uint8_t byte;     /* a character: of a scanner or typed, wedge.h decides */
};
/* What is there to be read; false when nothing is. `resized` becomes true when the size changed and
 * is left alone otherwise: one flag serves for as many calls as it takes to read everything. */
bool terminal_read(struct terminal_input *ret_input, bool *resized);

#endif
