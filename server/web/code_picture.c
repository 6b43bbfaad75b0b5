#include "server/web/code_picture.h"

#include "labels/square.h"
#include "protocol/chain.h"

/* Dark modules of a row, run by run. */
static void put_row(const struct square *square, int row, struct html *html)
{
    for (int column = 0; column < square->modules;) {
        int run = 0;
        while (column + run < square->modules && square->dark[row][column + run])
            run++;
        if (run > 0)
            html_format(html, "M%d %dh%dv1h-%dz", column + SQUARE_QUIET, row + SQUARE_QUIET, run,
                        run);
        column += run + 1;
    }
}

bool code_picture(const char *text, const char *title, struct html *html, struct error *err)
{
    struct square square;
    if (!square_make(text, &square, err))
        return false;
    int side = square.modules + 2 * SQUARE_QUIET;
    html_format(html, "<svg class=ma-vuong role=img viewBox=\"0 0 %d %d\"><title>", side, side);
    html_word(html, title);
    html_format(html, "</title><rect class=nen width=%d height=%d /><path d=\"", side, side);
    for (int row = 0; row < square.modules; row++)
        put_row(&square, row, html);
    html_put(html, "\"/></svg>");
    chain_wipe(&square, sizeof square);
    return true;
}
