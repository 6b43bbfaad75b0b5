/* Layouts: what is refused is named; what is malformed does no harm. */
#include "labels/layout.h"
#include "labels/layouts/embedded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD                                                                                       \
    "<svg xmlns='http://www.w3.org/2000/svg'"                                                      \
    " xmlns:inkscape='http://www.inkscape.org/namespaces/inkscape'"                                \
    " xmlns:sodipodi='http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd'"                         \
    " width='220mm' height='110mm' viewBox='0 0 220 110' font-family='Noto Sans'>"
#define NAME_BOX                                                                                   \
    "<rect id='name' data-field='name' data-size='10 12' x='90' y='51' width='115' height='10'/>"
#define CODE_BOX                                                                                   \
    "<rect id='code' data-field='number' data-symbology='code128' data-module='0.25 0.375'"        \
    " data-dots='8' x='10' y='72' width='67' height='15'/>"
#define TAIL "</svg>"

static struct error err;

static struct layout *parse(const char *svg)
{
    struct layout *layout = NULL;
    err = (struct error){0};
    if (!layout_parse("test", svg, strlen(svg), &layout, &err))
        return NULL;
    return layout;
}

static void expect_refused(const char *svg, const char *id, const char *reason)
{
    assert_null(parse(svg));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    if (strstr(err.text, id) == NULL || strstr(err.text, reason) == NULL)
        fail_msg("'%s' names neither %s nor %s", err.text, id, reason);
}

static void test_dl_is_as_the_paper_says(void **state)
{
    (void)state;
    struct layout *dl = NULL;
    assert_true(layout_open("dl", &dl, &err));
    assert_int_equal(dl->width_um, 220000);
    assert_int_equal(dl->height_um, 110000);
    assert_string_equal(dl->family, "Noto Sans");
    const struct layout_box *code = layout_box_of(dl, "code");
    assert_non_null(code);
    assert_int_equal(code->rect.x_um, 10000);
    assert_int_equal(code->rect.y_um, 72000);
    assert_int_equal(code->module_max_um, 375);
    assert_int_equal(code->dot_um, 125);
    const struct layout_box *postal = layout_box_of(dl, "postal");
    assert_non_null(postal);
    assert_int_equal(postal->rect.x_um, 171000);
    assert_int_equal(postal->rect.width_um, 34000);
    assert_int_equal(dl->n_clears, 4);
    layout_close(dl);
}

static void test_refused_by_element_and_id(void **state)
{
    (void)state;
    expect_refused(HEAD NAME_BOX "\n<image id='logo' href='x.png'/>" TAIL, "line 2: <image> 'logo'",
                   "outside the subset");
    expect_refused(HEAD NAME_BOX "<use id='u' href='#name'/>" TAIL, "'u'", "outside the subset");
    expect_refused(HEAD "<style id='s'>rect{fill:red}</style>" TAIL, "'s'", "outside the subset");
    expect_refused(HEAD "<defs><filter id='blur'/></defs>" TAIL, "'blur'", "definitions");
    expect_refused(HEAD "<g id='turned' transform='rotate(3)'/>" TAIL, "'turned'", "translate");
    expect_refused(HEAD "<rect id='glass' width='1' height='1' opacity='0.5'/>" TAIL, "'glass'",
                   "opacity");
    expect_refused(HEAD "<rect id='glass' width='1' height='1' style='fill:red'/>" TAIL, "'glass'",
                   "fill has a value");
    expect_refused(HEAD "<path id='arc' d='M 0 0 A 1 1 0 0 0 2 2'/>" TAIL, "'arc'", "M L H V C Z");
    expect_refused(HEAD "<text id='t' x='1' y='9'>Aa</text>" TAIL, "'t'", "font-size");
    expect_refused(HEAD "<text id='t' x='1' y='9' font-size='3'><tspan id='a'>A</tspan>"
                        "<tspan id='b'>B</tspan></text>" TAIL,
                   "'b'", "one line");
    expect_refused(HEAD "<text id='t' font-family='Arial' font-size='3'>A</text>" TAIL, "'t'",
                   "font-family");
    expect_refused("<!DOCTYPE svg [<!ENTITY a 'aaaa'>]>" HEAD NAME_BOX TAIL, "svg", "DOCTYPE");
    expect_refused("<html/>", "html", "outside the subset");
    expect_refused(HEAD TAIL, "test", "no rect with data-field");
}

/* Drawing programs add what changes nothing; it is passed over. */
static void test_editor_noise_is_taken(void **state)
{
    (void)state;
    struct layout *layout =
        parse(HEAD "<sodipodi:namedview id='v'><inkscape:page/></sodipodi:namedview>"
                   "<defs id='defs1'><inkscape:perspective id='p'/></defs>"
                   "<metadata><x xmlns='other'/></metadata>"
                   "<g inkscape:label='Layer 1' inkscape:groupmode='layer' id='layer1'"
                   " transform='translate(1,2)'>" NAME_BOX
                   "<text id='t' xml:space='preserve' style='font-size:3px;line-height:1.25;"
                   "font-family:\"Noto Sans\";-inkscape-font-specification:\"Noto Sans\";"
                   "fill:#1a1a1a;stroke:none' fill='white' x='5' y='20'>"
                   "<tspan sodipodi:role='line' x='5' y='20'>A</tspan></text></g>" TAIL);
    if (layout == NULL) {
        fail_msg("%s", err.text);
        return;
    }
    assert_int_equal(layout->boxes[0].rect.x_um, 91000);
    assert_int_equal(layout->boxes[0].rect.y_um, 53000);
    assert_int_equal(layout->n_arts, 1);
    assert_int_equal(layout->arts[0].x_um, 6000);
    assert_int_equal(layout->arts[0].y_um, 22000);
    assert_int_equal(layout->arts[0].size_um, 3000);
    assert_int_equal(layout->arts[0].paint.fill_rgb, 0x1A1A1A);
    layout_close(layout);
}

static void test_boxes_say_what_they_hold(void **state)
{
    (void)state;
    expect_refused(HEAD "<rect id='b' data-field='phone' data-size='9' width='9' height='9'/>" TAIL,
                   "'b'", "phone");
    expect_refused(HEAD "<rect id='b' data-field='link' data-size='9' width='9' height='9'/>" TAIL,
                   "'b'", "link cannot be shown as text");
    expect_refused(HEAD "<rect id='b' data-field='name' width='9' height='9'/>" TAIL, "'b'",
                   "data-size");
    expect_refused(HEAD
                   "<rect id='b' data-field='name' data-size='12 9' width='9' height='9'/>" TAIL,
                   "'b'", "data-size");
    expect_refused(HEAD "<rect id='b' data-field='name' data-size='9' data-lines='9' width='9'"
                        " height='9'/>" TAIL,
                   "'b'", "data-lines");
    expect_refused(HEAD "<rect id='b' data-field='number' data-symbology='code128'"
                        " data-module='0.2' width='67' height='15'/>" TAIL,
                   "'b'", "250 µm");
    expect_refused(HEAD "<g id='g' data-when='rainy' data-advance='3'/>" TAIL, "'g'", "rainy");
}

/* The quiet zone is part of the symbol's box: what would lie in it is refused by name. */
static void test_rules_of_place(void **state)
{
    (void)state;
    expect_refused(HEAD CODE_BOX
                   "<line id='rule' x1='12' y1='60' x2='12' y2='90' stroke='black'/>" TAIL,
                   "'rule'", "quiet zone");
    /* A stroke is half its width wider than its line. */
    expect_refused(HEAD CODE_BOX "<line id='edge' x1='9.9' y1='60' x2='9.9' y2='90'"
                                 " stroke='black' stroke-width='0.3'/>" TAIL,
                   "'edge'", "quiet zone");
    expect_refused(HEAD CODE_BOX "<rect id='frame' x='5' y='70' width='80' height='20' fill='none'"
                                 " stroke='black' stroke-width='0.3'/>" TAIL,
                   "'frame'", "quiet zone");
    expect_refused(HEAD NAME_BOX "<rect id='zone' data-clear='' x='200' y='40' width='9'"
                                 " height='30'/>" TAIL,
                   "'name'", "'zone', which is kept clear");
    expect_refused(HEAD NAME_BOX "<rect id='two' data-field='address' data-size='9' x='100' y='55'"
                                 " width='9' height='9'/>" TAIL,
                   "'two'", "overlap");
    expect_refused(HEAD NAME_BOX "<circle id='sun' cx='219' cy='9' r='3'/>" TAIL, "'sun'",
                   "outside the page");
    expect_refused(HEAD "<rect id='code' data-field='number' data-symbology='code128'"
                        " data-module='0.375' x='10' y='72' width='60' height='15'/>" TAIL,
                   "'code'", "too small");
    expect_refused(HEAD "<rect id='name' data-field='name' data-size='9' data-rests-on='gone'"
                        " x='9' y='9' width='9' height='9'/>" TAIL,
                   "'name'", "rest only on");
    /* A group that moves left when others do not show must not land in a zone either. */
    expect_refused(HEAD NAME_BOX "<rect id='zone' data-clear='' x='0' y='0' width='20' height='9'/>"
                                 "<g data-when='keep-dry' data-advance='30'/>"
                                 "<g data-when='to-collect' data-advance='9'>"
                                 "<rect id='plate' x='45' y='2' width='9' height='3'/></g>" TAIL,
                   "'plate'", "kept clear");
}

static void test_no_such_layout(void **state)
{
    (void)state;
    struct layout *layout = NULL;
    assert_false(layout_open("c9", &layout, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_false(layout_open("./c9.svg", &layout, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_null(layout);
}

/* Written over many runs by hand-made and random damage; ASan is the judge, the answer is either
 * a layout or a sentence. */
static void try_bytes(const char *svg, size_t n)
{
    struct layout *layout = NULL;
    err = (struct error){0};
    if (layout_parse("test", svg, n, &layout, &err))
        layout_close(layout);
    else
        assert_true(err.text[0] != '\0');
}

static void test_cut_short_anywhere(void **state)
{
    (void)state;
    const struct layout_embedded *dl = &layouts_embedded[0];
    for (size_t n = 0; n < dl->n; n += 3)
        try_bytes(dl->svg, n);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u; /* Numerical Recipes */
    return *seed >> 8;
}

static void test_damaged_anywhere(void **state)
{
    (void)state;
    static const char spice[] = "0123456789.-+eE<>'\"/=;: MLCZz#&%";
    const struct layout_embedded *dl = &layouts_embedded[0];
    char *copy = malloc(dl->n);
    assert_non_null(copy);
    uint32_t seed = 20261126;
    for (int round = 0; round < 3000; round++) {
        memcpy(copy, dl->svg, dl->n);
        for (uint32_t k = next_random(&seed) % 6; k < 6; k++)
            copy[next_random(&seed) % dl->n] = spice[next_random(&seed) % (sizeof spice - 1)];
        try_bytes(copy, dl->n);
    }
    free(copy);
}

/* A head and n times a piece; how many bytes that makes. */
static size_t repeat(char *to, const char *piece, size_t n)
{
    char *end = stpcpy(to, HEAD);
    for (size_t i = 0; i < n; i++)
        end = stpcpy(end, piece);
    return (size_t)(end - to);
}

static void test_bombs(void **state)
{
    (void)state;
    char *deep = calloc(1, 200000);
    assert_non_null(deep);
    size_t n = repeat(deep, "<g>", 10000);
    try_bytes(deep, n);
    assert_non_null(strstr(err.text, "deeper"));
    n = repeat(deep, "<path d='M 1 1'/>", 2000);
    try_bytes(deep, n);
    assert_non_null(strstr(err.text, "more than 512"));
    free(deep);
    expect_refused(HEAD "<path id='far' d='M 1e30 0'/>" TAIL, "'far'", "d is not made");
    expect_refused(HEAD "<path id='far' d='M 0 0 l 1999 0 1999 0'/>" TAIL, "'far'", "d is not");
    expect_refused(HEAD "<rect id='r' x='2e9' width='1' height='1'/>" TAIL, "'r'", "length");
}

#define LIST_HEAD                                                                                  \
    "<svg xmlns='http://www.w3.org/2000/svg' width='220mm' height='110mm' viewBox='0 0 220 110'"   \
    " font-family='Noto Sans' data-use='list'>"
#define SERIAL "<rect id='serial' data-field='serial' data-size='9' width='50' height='9'/>"
#define TABLE                                                                                      \
    "<rect id='rows' data-table='' data-row='8' data-last='40' data-total='T' x='10' y='30'"       \
    " width='100' height='60'/>"
#define COLUMN(x, width)                                                                           \
    "<rect id='c' data-column='name' data-size='9' x='" x "' y='31' width='" width "' "            \
    "height='7'/>"

/* What must not stand on the outside has no place in an envelope's drawing (ux.md, paper). */
static void test_never_on_an_envelope(void **state)
{
    (void)state;
    static const char *const inner[] = {"dossier",   "fees", "postage",     "note", "originals",
                                        "slip-code", "seal", "post-office", "time"};
    char svg[1024];
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++) {
        snprintf(svg, sizeof svg,
                 HEAD "<rect id='b' data-field='%s' data-size='9' width='50' height='9'/>" TAIL,
                 inner[i]);
        expect_refused(svg, "'b'", "does not belong on this paper");
    }
    expect_refused(LIST_HEAD "<rect id='b' data-field='link' data-symbology='qr' "
                             "data-module='0.5' width='30' height='30'/>" TAIL,
                   "'b'", "does not belong");
    expect_refused(HEAD "<rect id='b' data-column='dossier' data-size='9' width='50' "
                        "height='9'/>" TAIL,
                   "'b'", "data-use='list'");
}

static void test_tables(void **state)
{
    (void)state;
    struct layout *layout = parse(LIST_HEAD SERIAL TABLE COLUMN("11", "50") TAIL);
    if (layout == NULL) {
        fail_msg("%s", err.text);
        return;
    }
    assert_int_equal(layout->use, LABELS_FOR_LIST);
    assert_int_equal(layout->table.n_columns, 1);
    assert_int_equal(layout->fields, 1u << LABELS_SERIAL);
    layout_close(layout);
    expect_refused(LIST_HEAD SERIAL TAIL, "test", "needs a rect with data-table");
    expect_refused(HEAD NAME_BOX TABLE TAIL, "'rows'", "data-use='list'");
    expect_refused(LIST_HEAD SERIAL TABLE TAIL, "'rows'", "needs columns");
    expect_refused(LIST_HEAD SERIAL TABLE COLUMN("5", "50") TAIL, "'c'", "not a cell");
    expect_refused(LIST_HEAD SERIAL TABLE COLUMN("70", "50") TAIL, "'c'", "not a cell");
    expect_refused(LIST_HEAD SERIAL TABLE COLUMN("40", "50") COLUMN("11", "20") TAIL, "'c'",
                   "right of the column");
    expect_refused(LIST_HEAD SERIAL TABLE COLUMN(
                       "11", "50") "<rect id='art' x='20' y='80' width='5' height='5'/>" TAIL,
                   "'art'", "in the rows of 'rows'");
    layout = parse(LIST_HEAD SERIAL TABLE COLUMN("11", "50") "<g data-when='last-sheet'>"
                                                             "<rect id='art' x='20' y='80' "
                                                             "width='5' height='5'/></g>" TAIL);
    assert_non_null(layout);
    layout_close(layout);
}

#define SHEET(more)                                                                                \
    "<svg xmlns='http://www.w3.org/2000/svg' width='60mm' height='40mm' viewBox='0 0 60 40'"       \
    " font-family='Noto Sans' " more ">"
#define SMALL_BOX "<rect id='name' data-field='name' data-size='9' width='50' height='9'/>"

static void test_sheets(void **state)
{
    (void)state;
    struct layout *layout = parse(SHEET("data-sheet='210 297' data-grid='3 7' data-gap='5 0'"
                                        " data-margin='10 8'") SMALL_BOX TAIL);
    if (layout == NULL) {
        fail_msg("%s", err.text);
        return;
    }
    assert_int_equal(layout->sheet.columns, 3);
    assert_int_equal(layout->sheet.rows, 7);
    assert_int_equal(layout->sheet.gap_x_um, 5000);
    assert_int_equal(layout->sheet.top_um, 8000);
    layout_close(layout);
    expect_refused(SHEET("id='s' data-sheet='210 297' data-grid='3 8'") SMALL_BOX TAIL, "'s'",
                   "beyond data-sheet");
    expect_refused(SHEET("id='s' data-sheet='210 297'") SMALL_BOX TAIL, "'s'", "data-grid");
    expect_refused(SHEET("id='s' data-sheet='210' data-grid='1 1'") SMALL_BOX TAIL, "'s'",
                   "data-sheet");
    expect_refused(SHEET("id='s' data-grids='1 1'") SMALL_BOX TAIL, "'s'", "data-grids");
}

static void test_folds_and_windows(void **state)
{
    (void)state;
    expect_refused(HEAD CODE_BOX
                   "<line id='fold' data-fold='' x1='40' y1='0' x2='40' y2='110'/>" TAIL,
                   "'fold'", "runs through 'code'");
    expect_refused(HEAD CODE_BOX
                   "<line id='fold' data-fold='' x1='0' y1='80' x2='220' y2='80'/>" TAIL,
                   "'fold'", "runs through 'code'");
    expect_refused(HEAD CODE_BOX
                   "<line id='fold' data-fold='' x1='0' y1='80' x2='220' y2='90'/>" TAIL,
                   "'fold'", "level or upright");
    struct layout *layout =
        parse(HEAD CODE_BOX "<line id='fold' data-fold='' x1='99' y1='0' x2='99' y2='110'/>" TAIL);
    assert_non_null(layout);
    assert_int_equal(layout->n_arts, 0); /* a fold is not drawn */
    layout_close(layout);
    expect_refused(HEAD CODE_BOX
                   "<rect id='pane' data-window='' x='20' y='60' width='90' height='35'/>" TAIL,
                   "'code'", "cut by the stock's window 'pane'");
}

/* The window of ux.md cuts the DL's Code 128; one in a corner that is free cuts nothing. */
static void test_windowed_stock(void **state)
{
    (void)state;
    struct labels *labels = NULL;
    assert_true(labels_open("dl", &labels, &err));
    assert_false(labels_window(labels, 20000, 60000, 90000, 35000, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    labels_close(labels);
    assert_true(labels_open("dl", &labels, &err));
    if (!labels_window(labels, 150000, 10000, 50000, 20000, &err))
        fail_msg("%s", err.text);
    labels_close(labels);
}

/* An attribute that says nothing beside the others is a mistake of the designer's. */
static void test_unknown_attributes(void **state)
{
    (void)state;
    expect_refused(HEAD "<rect id='b' data-field='name' data-size='9' data-module='1' width='50' "
                        "height='9'/>" TAIL,
                   "'b'", "data-module is outside the subset beside data-field");
    expect_refused(HEAD "<rect id='b' data-feild='name' width='50' height='9'/>" TAIL, "'b'",
                   "data-feild");
    expect_refused(HEAD "<rect id='b' data-clear='' data-field2='' width='50' height='9'/>" TAIL,
                   "'b'", "data-field2");
    expect_refused(HEAD "<g id='g' data-wen='to-collect'/>" TAIL, "'g'", "data-wen");
}

static const struct page_segment *line_of_50_mm(const struct layout *layout)
{
    for (size_t i = 1; i < layout->n_segments; i++) {
        const struct page_segment *s = &layout->segments[i];
        if (s->verb == PAGE_LINE && s[-1].y_um[0] == s->y_um[0] &&
            s->x_um[0] - s[-1].x_um[0] == 50000)
            return s;
    }
    return NULL;
}

/* Every layout that comes with the library opens with its fonts, and has the ruler (sheets have it
 * in their margin). */
static void test_all_of_ours(void **state)
{
    (void)state;
    size_t n = 0;
    for (; labels_layout_name(n) != NULL; n++) {
        struct labels *labels = NULL;
        struct layout *layout = NULL;
        if (!labels_open(labels_layout_name(n), &labels, &err))
            fail_msg("%s", err.text);
        assert_true(layout_open(labels_layout_name(n), &layout, &err));
        if (layout->sheet.columns == 0 && line_of_50_mm(layout) == NULL)
            fail_msg("%s has no line of 50 mm", layout->name);
        labels_close(labels);
        layout_close(layout);
    }
    assert_int_equal(n, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dl_is_as_the_paper_says),
        cmocka_unit_test(test_refused_by_element_and_id),
        cmocka_unit_test(test_editor_noise_is_taken),
        cmocka_unit_test(test_boxes_say_what_they_hold),
        cmocka_unit_test(test_rules_of_place),
        cmocka_unit_test(test_no_such_layout),
        cmocka_unit_test(test_cut_short_anywhere),
        cmocka_unit_test(test_damaged_anywhere),
        cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_never_on_an_envelope),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_sheets),
        cmocka_unit_test(test_folds_and_windows),
        cmocka_unit_test(test_windowed_stock),
        cmocka_unit_test(test_unknown_attributes),
        cmocka_unit_test(test_all_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
