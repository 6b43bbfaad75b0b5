#include "labels/dots.h"

#include <string.h>

/* Dots in 127 mm, which is 5 inches: whole for every head. */
#define SPAN_UM 127000

static int64_t dots_a_span(unsigned dpi)
{
    return dpi == DOTS_DPI_USUAL ? 1016 : (int64_t)dpi * 5;
}

bool dots_dpi(unsigned asked, unsigned *ret_dpi, struct error *err)
{
    if (asked != 0 && asked != 203 && asked != 300 && asked != 600)
        return error_set(err, ERROR_BAD_INPUT, "no printer of %u dpi; there are 203, 300, 600",
                         asked);
    *ret_dpi = asked == 0 ? DOTS_DPI_USUAL : asked;
    return true;
}

static int64_t nearest(int64_t number, int64_t by)
{
    return number >= 0 ? (number + by / 2) / by : -((-number + by / 2) / by);
}

int32_t dots_of_um(unsigned dpi, int64_t um)
{
    return (int32_t)nearest(um * dots_a_span(dpi), SPAN_UM);
}

int32_t dots_to_um(unsigned dpi, int64_t dots)
{
    return (int32_t)nearest(dots * SPAN_UM, dots_a_span(dpi));
}

uint32_t dots_per_m(unsigned dpi)
{
    return (uint32_t)nearest(dots_a_span(dpi) * 1000000, SPAN_UM);
}

/* The page's rectangles back into modules. */
static void read_modules(const struct page *page, const struct page_bars *bars,
                         struct symbol *symbol)
{
    symbol->kind = bars->kind;
    symbol->columns = bars->area.width_um / bars->module_um;
    symbol->rows = bars->kind == SYMBOL_CODE128 ? 1 : bars->area.height_um / bars->module_um;
    invariant(symbol->columns <= SYMBOL_COLUMNS_MAX && symbol->rows <= SYMBOL_ROWS_MAX);
    int32_t row_um = bars->area.height_um / symbol->rows;
    for (size_t i = 0; i < bars->n; i++) {
        const struct page_rect *rect = &page->rects[bars->first + i];
        int row = (rect->y_um - bars->area.y_um) / row_um;
        int first = (rect->x_um - bars->area.x_um) / bars->module_um;
        int end = first + rect->width_um / bars->module_um;
        for (int column = first; column < end; column++)
            symbol->dark[row][column / 8] |= (unsigned char)(1 << (column % 8));
    }
}

bool dots_symbol(const struct page *page, const struct page_bars *bars, unsigned dpi,
                 struct dots_symbol *ret_symbol, struct error *err)
{
    const struct page_rect *area = &bars->area;
    int32_t module = (int32_t)((int64_t)bars->module_um * dots_a_span(dpi) / SPAN_UM);
    int32_t module_um = dots_to_um(dpi, module);
    int32_t least_um = bars->least_um > 0 ? bars->least_um : symbol_least_module_um(bars->kind);
    if (module == 0 || (module_um < least_um && module_um < bars->module_um))
        return error_set(err, ERROR_BAD_INPUT,
                         "symbol '%s' at %u dpi: modules of %d dots are %d µm wide, least is %d µm",
                         bars->text, dpi, module, module_um, least_um);
    memset(ret_symbol, 0, sizeof *ret_symbol);
    struct symbol *modules = &ret_symbol->modules;
    read_modules(page, bars, modules);
    ret_symbol->text = bars->text;
    ret_symbol->module = module;
    ret_symbol->row =
        bars->kind == SYMBOL_CODE128 ? dots_of_um(dpi, area->height_um) : ret_symbol->module;
    int32_t middle_x = dots_of_um(dpi, 2 * (int64_t)area->x_um + area->width_um);
    int32_t middle_y = dots_of_um(dpi, 2 * (int64_t)area->y_um + area->height_um);
    ret_symbol->x = (middle_x - modules->columns * module) / 2;
    ret_symbol->y = (middle_y - modules->rows * ret_symbol->row) / 2;
    return true;
}
