/* Lists (bảng kê giao nhận): rows over as many pages as they need; totals, a row for the recount
 * and the places to sign on the last. */
#include "labels/compose_parts.h"

#include <string.h>

/* How a list's rows are spread over pages. */
struct paging {
    size_t full; /* rows of a page that is not the last */
    size_t last; /* rows of the last page, besides its totals */
    size_t pages;
};

static size_t rows_below(const struct layout_table *table)
{
    return table->recount[0] == '\0' ? 1 : 2;
}

static struct paging page_rows(const struct layout_table *table, size_t n)
{
    struct paging p = {.full = (size_t)(table->rect.height_um / table->row_um),
                       .last = (size_t)(table->last_um / table->row_um) - rows_below(table),
                       .pages = 1};
    if (n > p.last)
        p.pages += (n - p.last + p.full - 1) / p.full;
    return p;
}

/* Rows of the pages before one. The last page always has a row: totals alone on a sheet could be
 * lost without anyone missing them. */
static size_t rows_before(const struct paging *p, size_t n, size_t number)
{
    size_t before = p->full * number;
    return before < n ? before : n - 1;
}

bool compose_list_pages(const struct composer *c, const struct labels_row *rows, size_t n,
                        size_t *ret_pages, struct error *err)
{
    if (n == 0 || n > LABELS_ROWS_MAX)
        return error_set(err, ERROR_BAD_INPUT, "a list of %zu rows, not 1 to %d", n,
                         LABELS_ROWS_MAX);
    for (size_t i = 0; i < n; i++)
        if (!values_check_row(&rows[i], err))
            return error_add(err, "row %zu", i + 1);
    *ret_pages = page_rows(&c->layout->table, n).pages;
    return true;
}

static bool is_sum(enum labels_field field)
{
    return field == LABELS_ORIGINALS || field == LABELS_COPIES || field == LABELS_PAGES ||
           field == LABELS_FEES || field == LABELS_POSTAGE;
}

/* The cell of a column in row `row` of the page. */
static struct layout_box cell_of(const struct layout_table *table, size_t column, size_t row)
{
    struct layout_box cell = table->columns[column];
    cell.rect.y_um += (int32_t)row * table->row_um;
    return cell;
}

static bool add_row(struct composer *c, size_t row, const struct row_values *values,
                    struct error *err)
{
    const struct layout_table *table = &c->layout->table;
    for (size_t i = 0; i < table->n_columns; i++) {
        struct layout_box cell = cell_of(table, i, row);
        if (!compose_text(c, &cell, values->of[cell.field], err))
            return false;
    }
    return true;
}

/* The first column of sums: words of the totals stand left of it. */
static size_t first_sum(const struct layout_table *table)
{
    size_t i = 0;
    while (i < table->n_columns && !is_sum(table->columns[i].field))
        i++;
    return i;
}

/* Words over the columns before the sums, in the second column's type, bold. */
static bool add_words(struct composer *c, size_t row, const char *words, struct error *err)
{
    const struct layout_table *table = &c->layout->table;
    size_t end = first_sum(table);
    if (end == 0)
        return true;
    struct layout_box cell = cell_of(table, 0, row);
    const struct layout_box *last = &table->columns[end - 1];
    cell.rect.width_um = last->rect.x_um + last->rect.width_um - cell.rect.x_um;
    cell.weight = FONT_BOLD;
    cell.align = LAYOUT_END;
    return compose_text(c, &cell, words, err);
}

/* Lines under and between the cells. Rows of totals have no lines before the sums. */
static void add_grid(struct composer *c, size_t rows, size_t total_rows)
{
    const struct layout_table *table = &c->layout->table;
    int32_t left = table->rect.x_um;
    int32_t right = left + table->rect.width_um;
    int32_t top = table->rect.y_um;
    int32_t middle = top + (int32_t)rows * table->row_um;
    int32_t bottom = middle + (int32_t)total_rows * table->row_um;
    size_t sums = first_sum(table);
    for (size_t i = 1; i <= rows + total_rows; i++)
        compose_rule(c->page, left, top + (int32_t)i * table->row_um, right,
                     top + (int32_t)i * table->row_um);
    for (size_t i = 1; i < table->n_columns; i++) {
        /* Half way between two cells: the drawing leaves a gap there. */
        const struct page_rect *before = &table->columns[i - 1].rect;
        int32_t x = (before->x_um + before->width_um + table->columns[i].rect.x_um) / 2;
        compose_rule(c->page, x, top, x, i < sums ? middle : bottom);
    }
    compose_rule(c->page, left, top, left, bottom);
    compose_rule(c->page, right, top, right, bottom);
}

static bool add_totals(struct composer *c, const struct labels_row *rows, size_t n, size_t row,
                       struct error *err)
{
    const struct layout_table *table = &c->layout->table;
    struct row_sums sums = {0};
    struct row_values values;
    for (size_t i = 0; i < n; i++)
        values_add_row(&rows[i], &sums);
    values_read_sums(&sums, &values);
    return add_row(c, row, &values, err) && add_words(c, row, table->total, err) &&
           (table->recount[0] == '\0' || add_words(c, row + 1, table->recount, err));
}

static bool add_rows(struct composer *c, const struct labels_row *rows, size_t first, size_t n,
                     struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct row_values values;
        values_read_row(&rows[first + i], first + i + 1, &values);
        if (!add_row(c, i, &values, err))
            return error_add(err, "row %zu", first + i + 1);
    }
    return true;
}

bool compose_list(struct composer *c, const struct label *head, const struct labels_row *rows,
                  size_t n, size_t number, struct page *page, struct labels_report *ret_report,
                  struct error *err)
{
    const struct layout *layout = c->layout;
    const struct layout_table *table = &layout->table;
    struct paging paging = page_rows(table, n);
    bool is_last = number + 1 == paging.pages;
    size_t first = rows_before(&paging, n, number);
    size_t end = is_last ? n : rows_before(&paging, n, number + 1);
    struct values values;
    page_clear(page, layout->width_um, layout->height_um);
    if (!values_read(head, layout->fields, &values, err))
        return false;
    values_set_sheet(&values, number, paging.pages);
    if (!compose_drawing(c, &values, is_last ? LAYOUT_WHEN_LAST_SHEET : 0, page, err) ||
        !add_rows(c, rows, first, end - first, err) ||
        (is_last && !add_totals(c, rows, n, end - first, err)))
        return false;
    add_grid(c, end - first, is_last ? rows_below(table) : 0);
    if (page->failed)
        return error_set(err, ERROR_LATER, "no memory for a page");
    *ret_report = c->report;
    return true;
}
