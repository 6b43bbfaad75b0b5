#include "labels/quick.h"

#include "protocol/utf8.h"

#include <stdlib.h>

#define POINTS 0x2100 /* no character of the table is above */
#define MEMBERS 256   /* places in the table; 0 stands for none */
/* In the place of a kerning, above any there is. */
#define NOT_ASKED (INT16_MAX - 1) /* of HarfBuzz, yet */
#define CONTEXTUAL INT16_MAX      /* a pair that is more than two glyphs and a kerning */

/* Every one is a single character in NFC; digits, Latin letters and signs of ASCII besides. */
static const char letters[] =
    "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđ"
    "ÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬÈẺẼÉẸÊỀỂỄẾỆÌỈĨÍỊÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢÙỦŨÚỤƯỪỬỮỨỰỲỶỸÝỴĐ–—‘’“”…₫«»°×";

struct member {
    struct glyph glyph; /* as it stands in a text, but for its place */
    uint32_t character;
};

struct quick {
    enum font_weight weight;
    unsigned n;
    uint8_t at[POINTS]; /* place in members; 0: not of the table */
    struct member members[MEMBERS];
    int16_t kerning[MEMBERS][MEMBERS]; /* added to the advance of the first */
};

/* Takes a character that the font shows by one glyph, at its place, with its own advance. */
static void add(struct quick *quick, const struct fonts *fonts, uint32_t character)
{
    uint16_t glyph = font_glyph(fonts, quick->weight, character);
    invariant(character < POINTS && quick->n + 1 < MEMBERS);
    if (glyph == 0)
        return;
    quick->at[character] = (uint8_t)++quick->n;
    quick->members[quick->n] = (struct member){
        .glyph = {.id = glyph,
                  .advance = (int16_t)font_advance(fonts, quick->weight, glyph),
                  .text_n = 1},
        .character = character,
    };
}

bool quick_open(const struct fonts *fonts, enum font_weight weight, struct quick **ret_quick,
                struct error *err)
{
    struct quick *quick = calloc(1, sizeof *quick);
    if (quick == NULL)
        return error_set(err, ERROR_LATER, "no memory for a font's table");
    quick->weight = weight;
    for (size_t i = 1; i < MEMBERS; i++) /* nothing before: no kerning */
        for (size_t k = 0; k < MEMBERS; k++)
            quick->kerning[i][k] = NOT_ASKED;
    for (uint32_t c = ' '; c <= '~'; c++)
        add(quick, fonts, c);
    const char *at = letters;
    size_t left = sizeof letters - 1;
    for (uint32_t character = 0; left > 0 && utf8_next(&at, &left, &character);)
        add(quick, fonts, character);
    invariant(left == 0);
    *ret_quick = quick;
    return true;
}

void quick_close(struct quick *quick)
{
    free(quick);
}

void quick_mark(const struct quick *quick, uint32_t *used)
{
    for (unsigned i = 1; i <= quick->n; i++)
        if (used[quick->members[i].glyph.id] == 0)
            used[quick->members[i].glyph.id] = quick->members[i].character;
}

/* Asks HarfBuzz for a pair. */
static int16_t ask(struct quick *quick, struct fonts *fonts, uint8_t first, uint8_t second)
{
    const struct member *a = &quick->members[first];
    const struct member *b = &quick->members[second];
    const uint32_t pair[] = {a->character, b->character};
    struct glyph glyphs[4];
    size_t n = 0;
    int16_t answer = CONTEXTUAL;
    struct error ignored;
    if (font_shape(fonts, quick->weight, pair, 2, glyphs, 4, &n, &ignored) && n == 2 &&
        glyphs[0].id == a->glyph.id && glyphs[1].id == b->glyph.id && glyphs[0].dx == 0 &&
        glyphs[0].dy == 0 && glyphs[1].dx == 0 && glyphs[1].dy == 0 &&
        glyphs[1].advance == b->glyph.advance)
        answer = (int16_t)(glyphs[0].advance - a->glyph.advance);
    quick->kerning[first][second] = answer;
    return answer;
}

/* The next character of the table in UTF-8 of at most three bytes; 0 when it is none. */
static uint8_t next_member(const struct quick *quick, const unsigned char **at)
{
    const unsigned char *p = *at;
    uint32_t c = p[0];
    if (c < 0x80) {
        *at = p + 1;
    } else if (c >= 0xC2 && c < 0xE0 && (p[1] & 0xC0) == 0x80) {
        c = (c & 0x1F) << 6 | (p[1] & 0x3F);
        *at = p + 2;
    } else if (c >= 0xE1 && c < 0xF0 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80) {
        c = (c & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
        *at = p + 3;
    } else {
        return 0;
    }
    return c < POINTS ? quick->at[c] : 0;
}

bool quick_read(struct quick *quick, struct fonts *fonts, const char *utf8, struct text *text)
{
    const unsigned char *at = (const unsigned char *)utf8;
    const uint8_t blank = quick->at[' '];
    uint8_t before = 0; /* the character before this one; the table's kerning after 0 is 0 */
    uint16_t n = 0;
    int32_t pen = 0;
    struct glyph *glyph = text->glyphs;
    while (*at == ' ')
        at++;
    while (*at != '\0') {
        uint8_t member = next_member(quick, &at);
        if (member == 0 || n == TEXT_CHARS_MAX)
            return false;
        if (member == blank && (*at == ' ' || *at == '\0'))
            continue; /* one blank between words, none at the end */
        int32_t kerning = quick->kerning[before][member];
        if (kerning == NOT_ASKED)
            kerning = ask(quick, fonts, before, member);
        if (kerning == CONTEXTUAL)
            return false;
        if (kerning != 0)
            glyph[-1].advance = (int16_t)(glyph[-1].advance + kerning);
        pen += kerning;
        const struct member *m = &quick->members[member];
        *glyph = m->glyph;
        glyph++->text_first = n;
        text->characters[n] = m->character;
        text->x[n++] = pen;
        pen += m->glyph.advance;
        before = member;
    }
    text->x[n] = pen;
    text->n = text->n_glyphs = n;
    text->weight = quick->weight;
    text->substituted = false;
    return true;
}
