#include "handheld/terminal.h"

#include <locale.h>
#include <ncurses.h>
#include <unistd.h>
#include <wchar.h>

#define ESCAPE_DELAY_MS 25 /* arrows and F1 begin with ESC; nothing else here does */

/* Dark green and red carry white, amber carries black [ux.md section 8]. A terminal of 256 colours
 * has near ones; with 8 the foreground is chosen for contrast. */
static void make_colours(void)
{
    static const struct {
        enum face_tone tone;
        int fg, bg, fg8, bg8;
    } pairs[] = {
        {FACE_GREEN, 231, 22, COLOR_BLACK, COLOR_GREEN},
        {FACE_AMBER, 16, 220, COLOR_BLACK, COLOR_YELLOW},
        {FACE_RED, 231, 124, COLOR_WHITE, COLOR_RED},
        {FACE_DARK, 231, 16, COLOR_WHITE, COLOR_BLACK},
    };
    bool many = COLORS >= 256;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        init_extended_pair((int)pairs[i].tone, many ? pairs[i].fg : pairs[i].fg8,
                           many ? pairs[i].bg : pairs[i].bg8);
}

bool terminal_open(struct error *err)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return error_set(err, ERROR_LATER, "standard input and output are no terminal");
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        return error_set(err, ERROR_BROKEN, "this system has no UTF-8 locale (C.UTF-8)");
    if (newterm(NULL, stdout, stdin) == NULL)
        return error_set(err, ERROR_LATER, "this terminal is not known: check TERM");
    raw(); /* a scanner's ETX must not end the program */
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(ESCAPE_DELAY_MS);
    curs_set(0);
    if (has_colors()) {
        start_color();
        use_default_colors();
        make_colours();
    }
    return true;
}

void terminal_close(void)
{
    if (stdscr == NULL || isendwin())
        return;
    endwin();
}

void terminal_size(int *ret_w, int *ret_h)
{
    getmaxyx(stdscr, *ret_h, *ret_w);
}

static attr_t attr_of(enum face_attr attr)
{
    switch (attr) {
    case FACE_NORMAL:
        return A_NORMAL;
    case FACE_BOLD:
        return A_BOLD;
    case FACE_REVERSE:
        return A_REVERSE;
    }
    invariant(false);
}

void terminal_paint(const struct face *face)
{
    const int pair = has_colors() ? (int)face->tone : 0;
    erase(); /* what is outside the face, after a change of size */
    for (int row = 0; row < face->h; row++) {
        for (int column = 0; column < face->w; column++) {
            const struct face_cell *cell = &face->cell[row][column];
            cchar_t c;
            setcchar(&c, (wchar_t[]){(wchar_t)cell->point, L'\0'}, attr_of(cell->attr), 0, &pair);
            mvadd_wch(row, column, &c);
        }
    }
    refresh();
}

void terminal_bell(void)
{
    beep();
}

static enum press press_of(int c)
{
    switch (c) {
    case KEY_LEFT:
        return PRESS_LEFT;
    case KEY_RIGHT:
        return PRESS_RIGHT;
    case KEY_UP:
        return PRESS_UP;
    case KEY_DOWN:
        return PRESS_DOWN;
    case KEY_ENTER:
        return PRESS_ENTER;
    case KEY_F(1):
        return PRESS_MODES;
    default:
        return PRESS_NONE;
    }
}

bool terminal_read(struct terminal_input *ret_input, bool *resized)
{
    int c;
    while ((c = getch()) != ERR) {
        if (c == KEY_RESIZE) {
            *resized = true;
            continue;
        }
        if (c == KEY_BACKSPACE)
            c = 0x7F; /* as input methods send it, whatever this terminal's own key says */
        *ret_input = (struct terminal_input){.press = press_of(c), .byte = (uint8_t)(c & 0xff)};
        if (ret_input->press != PRESS_NONE || c < 0x100)
            return true;
    }
    return false;
}
