/* Outlines of communes as an administrator hands them in: what is taken, and for everything else
 * the feature and the cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/office/outlines.h"

#define RING "[[105.9,18.3],[105.92,18.3],[105.92,18.32],[105.9,18.3]]"
#define FEATURE(code, type, coordinates)                                                           \
    "{\"type\":\"Feature\",\"properties\":{\"gso_code\":" code "},\"geometry\":{\"type\":\"" type  \
    "\",\"coordinates\":" coordinates "}}"
#define COLLECTION(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"
#define ONE(type, coordinates) COLLECTION(FEATURE("\"18073\"", type, coordinates))

static bool reads(const char *text, struct outlines *ret_outlines, struct error *err)
{
    return outlines_read(text, strlen(text), ret_outlines, err);
}

/* Numbers, made anew: a metre is enough, and a Polygon is a MultiPolygon of one. */
static void what_is_taken(void **state)
{
    (void)state;
    struct outlines outlines;
    struct error err;
    if (!reads(
            COLLECTION(FEATURE("\"18073\"", "Polygon",
                               "[[[105.900000001,18.3],[105.92,18.3,7],[105.92,18.32123456],"
                               "[105.9,18.3]]]") "," FEATURE("18100", "MultiPolygon",
                                                             "[[" RING "],[" RING "," RING "]]")),
            &outlines, &err))
        fail_msg("%s", err.text);
    assert_int_equal(outlines.n, 2);
    assert_int_equal(outlines.points, 16);
    assert_int_equal(outlines.rows[0].code, 18073);
    assert_int_equal(outlines.rows[1].code, 18100);
    assert_string_equal(outlines.rows[0].shape,
                        "[[[[105.9,18.3],[105.92,18.3],[105.92,18.32123],[105.9,18.3]]]]");
    assert_string_equal(outlines.rows[1].shape, "[[" RING "],[" RING "," RING "]]");
    outlines_done(&outlines);
}

static const struct bad {
    const char *text, *says;
} bad[] = {
    {"", "không phải JSON"},
    {"{\"type\":\"FeatureCollection\",\n\"features\":[}", "dòng 2"},
    {"{\"type\":\"FeatureCollection\",\"type\":\"x\",\"features\":[]}", "không phải JSON"},
    {"[]", "FeatureCollection"},
    {"{\"type\":\"Topology\",\"features\":[]}", "FeatureCollection"},
    {"{\"type\":\"FeatureCollection\"}", "FeatureCollection"},
    {COLLECTION(""), "tệp: 0 đối tượng"},
    {"{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
     "\"EPSG:3405\"}},\"features\":[" FEATURE("\"18073\"", "Polygon", "[" RING "]") "]}",
     "WGS 84"},
    {COLLECTION("{}"), "feature 1: không phải Feature"},
    {COLLECTION("{\"type\":\"Feature\"}"), "thiếu thuộc tính gso_code"},
    {COLLECTION(FEATURE("\"1807\"", "Polygon", "[" RING "]")), "gso_code, 5 chữ số"},
    {COLLECTION(FEATURE("\"18O73\"", "Polygon", "[" RING "]")), "gso_code, 5 chữ số"},
    {COLLECTION(FEATURE("0", "Polygon", "[" RING "]")), "gso_code, 5 chữ số"},
    {COLLECTION(FEATURE("100000", "Polygon", "[" RING "]")), "gso_code, 5 chữ số"},
    {COLLECTION(FEATURE("18073", "Polygon", "[" RING "]") "," FEATURE("\"18073\"", "Polygon",
                                                                      "[" RING "]")),
     "feature 2: gso_code 18073 đã có ở đối tượng 1"},
    {ONE("Point", "[105.9,18.3]"), "gso_code 18073: không phải Polygon"},
    {ONE("Polygon", "[]"), "không có vòng"},
    {ONE("Polygon", "7"), "không có vòng"},
    {ONE("MultiPolygon", "[]"), "không có đa giác"},
    {ONE("MultiPolygon", "[[" RING "],[]]"), "không có vòng"},
    {ONE("Polygon", "[[[105.9,18.3],[105.92,18.3],[105.9,18.3]]]"), "vòng 1: ít hơn 4 điểm"},
    {ONE("Polygon", "[" RING ",[[105.9,18.3],[105.92,18.3],[105.92,18.32],[105.9,18.31]]]"),
     "vòng 2 chưa khép kín"},
    {ONE("Polygon", "[[[105.9,18.3],[105.92],[105.92,18.32],[105.9,18.3]]]"), "vòng 1, điểm 2"},
    {ONE("Polygon", "[[[105.9,18.3],[105.92,\"18.3\"],[105.92,18.32],[105.9,18.3]]]"),
     "không phải [kinh độ, vĩ độ]"},
    {ONE("Polygon", "[[[18.3,105.9],[18.3,105.92],[18.32,105.92],[18.3,105.9]]]"),
     "vĩ độ đứng trước kinh độ"},
    {ONE("Polygon", "[[[105.9,18.3],[2.35,48.85],[105.92,18.32],[105.9,18.3]]]"),
     "điểm 2: ngoài Việt Nam"},
    {ONE("Polygon", "[[[105.9,8.3],[105.9,18.3],[105.92,8.3],[105.9,8.3]]]"), "quá xa điểm đầu"},
};

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct outlines outlines = {.rows = NULL};
        struct error err = {ERROR_NONE, ""};
        if (reads(bad[i].text, &outlines, &err))
            fail_msg("taken: %s", bad[i].text);
        assert_int_equal(err.code, ERROR_BAD_INPUT);
        if (strstr(err.text, bad[i].says) == NULL)
            fail_msg("'%s' does not say '%s' of %s", err.text, bad[i].says, bad[i].text);
        assert_null(outlines.rows);
    }
}

/* More points than a phone draws, and a longer file than is read. */
static void what_is_too_much(void **state)
{
    (void)state;
    size_t room = OUTLINES_FILE_BYTES_MAX + 2, n;
    char *text = malloc(room);
    struct outlines outlines;
    struct error err;
    assert_non_null(text);
    n = (size_t)snprintf(text, room, "%s",
                         "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
                         "\"properties\":{\"gso_code\":18073},\"geometry\":{\"type\":\"Polygon\","
                         "\"coordinates\":[[");
    for (int i = 0; i <= OUTLINES_POINTS_MAX; i++)
        n += (size_t)snprintf(text + n, room - n, "[105.9,18.3],");
    n += (size_t)snprintf(text + n - 1, room - n, "]]}}]}") - 1;
    assert_false(outlines_read(text, n, &outlines, &err));
    assert_non_null(strstr(err.text, "cả tệp quá 200000 điểm"));
    memset(text, ' ', room);
    assert_false(outlines_read(text, room, &outlines, &err));
    assert_non_null(strstr(err.text, "quá 8 MB"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(what_is_too_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
