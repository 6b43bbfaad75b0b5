/* Any bytes as a text: refused, or characters of the font set into a box without one of them lost.
 */
#include "fuzz.h"
#include "labels/text.h"

static struct fonts *open_once(void)
{
    static struct fonts *fonts;
    struct error err;
    if (fonts == NULL)
        invariant(fonts_open("Noto Sans", &fonts, &err));
    return fonts;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static char utf8[4096];
    static struct text text;
    struct text_fit fit;
    struct error err;
    struct fonts *fonts = open_once();
    if (n >= sizeof utf8)
        return 0;
    memcpy(utf8, bytes, n);
    utf8[n] = '\0';
    if (!text_read(utf8, fonts, FONT_REGULAR, &text, &err)) {
        check_refusal(&err);
        return 0;
    }
    invariant(text.n <= TEXT_CHARS_MAX && text.n_glyphs <= TEXT_GLYPHS_MAX);
    for (size_t i = 0; i < text.n_glyphs; i++)
        invariant(text.glyphs[i].id != 0 && text.glyphs[i].text_first < text.n);
    const struct text_box box = {30000, 12000, 2, 3881, 2469};
    text_fit(&text, fonts, &box, &fit);
    size_t at = 0;
    for (size_t i = 0; i < fit.n_lines; i++) {
        invariant(fit.lines[i].first >= at && fit.lines[i].width_um <= box.width_um);
        for (size_t k = at; k < fit.lines[i].first; k++)
            invariant(text.characters[k] == ' ');
        at = fit.lines[i].first + fit.lines[i].n;
    }
    invariant(at <= text.n && (at == text.n || fit.shortened));
    return 0;
}
