#include "handheld/face.h"

#include <stdio.h>
#include <string.h>

static int within(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

void face_init(struct face *face, int w, int h)
{
    memset(face, 0, sizeof *face);
    face->w = within(w, 1, FACE_W_MAX);
    face->h = within(h, 1, FACE_H_MAX);
    face_clear(face, FACE_PLAIN);
}

bool face_fits(const struct face *face)
{
    return face->w >= FACE_W_MIN && face->h >= FACE_H_MIN;
}

void face_clear(struct face *face, enum face_tone tone)
{
    face->tone = tone;
    for (int row = 0; row < face->h; row++)
        for (int column = 0; column < face->w; column++)
            face->cell[row][column] = (struct face_cell){' ', FACE_NORMAL};
}

/* ------------------------------------------------------------------ UTF-8 */

/* The next code point; our own texts are well formed, anything else shows as '?'. */
static uint32_t next_point(const char **text)
{
    const uint8_t *at = (const uint8_t *)*text;
    int more = at[0] < 0x80 ? 0 : at[0] < 0xE0 ? 1 : at[0] < 0xF0 ? 2 : 3;
    uint32_t point = more == 0 ? at[0] : at[0] & (0x3Fu >> more);
    for (int i = 1; i <= more; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            *text += i;
            return '?';
        }
        point = point << 6 | (at[i] & 0x3Fu);
    }
    *text += more + 1;
    return point < 0x20 || (point >= 0x7F && point < 0xA0) ? '?' : point;
}

int face_width(const char *text)
{
    int n = 0;
    while (*text != '\0') {
        next_point(&text);
        n++;
    }
    return n;
}

static char *write_point(uint32_t point, char *out)
{
    if (point < 0x80) {
        *out++ = (char)point;
    } else if (point < 0x800) {
        *out++ = (char)(0xC0 | point >> 6);
        *out++ = (char)(0x80 | (point & 0x3F));
    } else {
        *out++ = (char)(0xE0 | (point >> 12 & 0x0F));
        *out++ = (char)(0x80 | (point >> 6 & 0x3F));
        *out++ = (char)(0x80 | (point & 0x3F));
    }
    return out;
}

/* ------------------------------------------------------------------ drawing */

void face_put(struct face *face, int row, int column, enum face_attr attr, const char *text)
{
    if (row < 0 || row >= face->h)
        return;
    for (; *text != '\0'; column++) {
        uint32_t point = next_point(&text);
        if (column >= 0 && column < face->w)
            face->cell[row][column] = (struct face_cell){point, attr};
    }
}

void face_center(struct face *face, int row, enum face_attr attr, const char *text)
{
    face_put(face, row, within((face->w - face_width(text)) / 2, 0, face->w), attr, text);
}

void face_right(struct face *face, int row, enum face_attr attr, const char *text)
{
    face_put(face, row, within(face->w - face_width(text), 0, face->w), attr, text);
}

void face_fit(struct face *face, int row, int column, enum face_attr attr, int room,
              const char *text)
{
    char line[FACE_LINE_MAX];
    const char *end = text;
    if (room <= 0)
        return;
    for (int n = 0; *end != '\0' && n < room; n++)
        next_point(&end);
    size_t bytes = (size_t)(end - text);
    if (*end != '\0') { /* room for the ellipsis: one character less */
        do
            bytes--;
        while (bytes > 0 && ((uint8_t)text[bytes] & 0xC0) == 0x80);
    }
    snprintf(line, sizeof line, "%.*s%s", (int)bytes, text, *end != '\0' ? "…" : "");
    face_put(face, row, column, attr, line);
}

void face_rule(struct face *face, int row, char c)
{
    for (int column = 0; column < face->w; column++)
        face_put(face, row, column, FACE_NORMAL, (char[]){c, '\0'});
}

/* How many bytes of `text` go on one line of `room` cells, broken at the last blank that fits. */
static size_t line_bytes(const char *text, int room)
{
    const char *at = text;
    size_t blank = 0;
    for (int n = 0; *at != '\0'; n++) {
        if (*at == ' ')
            blank = (size_t)(at - text);
        if (n == room)
            return blank > 0 ? blank : (size_t)(at - text);
        next_point(&at);
    }
    return (size_t)(at - text);
}

int face_wrap(struct face *face, int row, const char *text)
{
    int rows = 0;
    while (*text != '\0') {
        char line[FACE_LINE_MAX];
        size_t n = line_bytes(text, face->w - 2);
        if (n >= sizeof line)
            n = sizeof line - 1;
        memcpy(line, text, n);
        line[n] = '\0';
        face_put(face, row + rows++, 1, FACE_NORMAL, line);
        text += n;
        while (*text == ' ')
            text++;
    }
    return rows;
}

#define SIGN_W 9
#define SIGN_H 5

void face_sign(struct face *face, int row, enum face_sign sign)
{
    static const char *const signs[][SIGN_H] = {
        [FACE_SIGN_DONE] = {"       ##", "      ## ", "##   ##  ", " ## ##   ", "  ###    "},
        [FACE_SIGN_AGAIN] = {"         ", "#########", "         ", "#########", "         "},
        [FACE_SIGN_NO] = {"##     ##", "  ## ##  ", "   ###   ", "  ## ##  ", "##     ##"},
        [FACE_SIGN_LOOK] = {"   ###   ", "   ###   ", "   ###   ", "         ", "   ###   "},
    };
    int left = (face->w - SIGN_W) / 2;
    for (int r = 0; r < SIGN_H; r++)
        for (int c = 0; c < SIGN_W; c++)
            if (signs[sign][r][c] == '#')
                face_put(face, row + r, left + c, FACE_REVERSE, " ");
}

/* ------------------------------------------------------------------ reading back */

char *face_line(const struct face *face, int row, char out[FACE_LINE_MAX])
{
    char *at = out, *end = out;
    for (int column = 0; column < face->w; column++) {
        const struct face_cell *cell = &face->cell[row][column];
        bool blank = cell->point == ' ' && cell->attr != FACE_REVERSE;
        at = write_point(cell->point == ' ' && !blank ? '#' : cell->point, at);
        if (!blank)
            end = at;
    }
    *end = '\0';
    return out;
}

bool face_has(const struct face *face, const char *text)
{
    char line[FACE_LINE_MAX];
    for (int row = 0; row < face->h; row++)
        if (strstr(face_line(face, row, line), text) != NULL)
            return true;
    return false;
}

bool face_equal(const struct face *a, const struct face *b)
{
    return a->w == b->w && a->h == b->h && a->tone == b->tone &&
           memcmp(a->cell, b->cell, sizeof a->cell) == 0;
}
