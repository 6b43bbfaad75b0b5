#include "server/office/outlines.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "protocol/place.h"
#include "server/record/communes.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ where reading stands */

struct reader {
    struct outlines out;
    size_t used, room; /* of out.shapes */
    size_t feature;    /* from 1 */
    uint32_t code;     /* of that feature, 0 not read yet */
    struct error *err;
};

/* "đối tượng 3, mã 18073: ..." */
static bool refuse(struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool refuse(struct reader *reader, const char *format, ...)
{
    char what[160];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (reader->code == 0)
        return error_set(reader->err, ERROR_BAD_INPUT, "đối tượng / feature %zu: %s",
                         reader->feature, what);
    return error_set(reader->err, ERROR_BAD_INPUT, "đối tượng / feature %zu, gso_code %05u: %s",
                     reader->feature, (unsigned)reader->code, what);
}

static bool no_memory(struct reader *reader)
{
    return error_set(reader->err, ERROR_LATER, "out of memory");
}

/* ------------------------------------------------------------------ what is written */

static bool put(struct reader *reader, const char *text, size_t n)
{
    if (reader->used + n + 1 > reader->room) {
        size_t room = (reader->used + n) * 2 + 4096;
        char *grown = realloc(reader->out.shapes, room);
        if (grown == NULL)
            return no_memory(reader);
        reader->out.shapes = grown;
        reader->room = room;
    }
    memcpy(reader->out.shapes + reader->used, text, n);
    reader->used += n;
    reader->out.shapes[reader->used] = '\0';
    return true;
}

static bool put_text(struct reader *reader, const char *text)
{
    return put(reader, text, strlen(text));
}

/* Five decimals are a metre; zeros at the end say nothing. */
static bool put_degrees(struct reader *reader, int64_t e5)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%lld.%05lld", (long long)(e5 / 100000),
                     (long long)(e5 % 100000));
    while (text[n - 1] == '0')
        n--;
    n -= text[n - 1] == '.';
    return put(reader, text, (size_t)n);
}

/* ------------------------------------------------------------------ positions, rings */

struct point {
    int64_t lon_e5, lat_e5;
};

static bool is_between(double value, int64_t least_e7, int64_t most_e7)
{
    return value >= (double)least_e7 / 1e7 && value <= (double)most_e7 / 1e7;
}

static bool is_lat(double value)
{
    return is_between(value, PLACE_AREA_LAT_MIN_E7, PLACE_AREA_LAT_MAX_E7);
}

static bool is_lon(double value)
{
    return is_between(value, PLACE_AREA_LON_MIN_E7, PLACE_AREA_LON_MAX_E7);
}

static bool read_position(struct reader *reader, const json_t *position, size_t ring, size_t at,
                          struct point *ret_point)
{
    size_t n = json_array_size(position);
    const json_t *x = json_array_get(position, 0), *y = json_array_get(position, 1);
    if (n < 2 || n > 3 || !json_is_number(x) || !json_is_number(y))
        return refuse(reader,
                      "vòng %zu, điểm %zu: không phải [kinh độ, vĩ độ]. / no [longitude, latitude]",
                      ring, at);
    double lon = json_number_value(x), lat = json_number_value(y);
    if (is_lat(lon) && is_lon(lat))
        return refuse(reader,
                      "vòng %zu, điểm %zu: vĩ độ đứng trước kinh độ. / latitude comes first", ring,
                      at);
    if (!is_lon(lon) || !is_lat(lat))
        return refuse(reader, "vòng %zu, điểm %zu: ngoài Việt Nam. / outside Việt Nam", ring, at);
    *ret_point = (struct point){llround(lon * 1e5), llround(lat * 1e5)};
    return true;
}

static bool put_point(struct reader *reader, const struct point *point, bool first)
{
    return put_text(reader, first ? "[" : ",[") && put_degrees(reader, point->lon_e5) &&
           put_text(reader, ",") && put_degrees(reader, point->lat_e5) && put_text(reader, "]");
}

static bool same(const struct point *a, const struct point *b)
{
    return a->lon_e5 == b->lon_e5 && a->lat_e5 == b->lat_e5;
}

/* Closed, of three corners at least, and about as large as a commune can be. */
static bool read_ring(struct reader *reader, const json_t *ring, size_t number)
{
    size_t n = json_array_size(ring);
    struct point first = {0}, last = {0}, point = {0};
    if (!json_is_array(ring) || n < 4)
        return refuse(reader, "vòng %zu: ít hơn 4 điểm. / ring of fewer than 4 positions", number);
    if (reader->out.points + n > OUTLINES_POINTS_MAX)
        return refuse(reader, "cả tệp quá %d điểm: giản lược rồi nạp lại. / too many positions",
                      OUTLINES_POINTS_MAX);
    reader->out.points += n;
    if (!put_text(reader, "["))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!read_position(reader, json_array_get(ring, i), number, i + 1, &point))
            return false;
        first = i == 0 ? point : first;
        if (llabs(point.lon_e5 - first.lon_e5) > OUTLINES_ACROSS_E5 ||
            llabs(point.lat_e5 - first.lat_e5) > OUTLINES_ACROSS_E5)
            return refuse(reader, "vòng %zu, điểm %zu: quá xa điểm đầu. / too far from the first",
                          number, i + 1);
        if (!put_point(reader, &point, i == 0))
            return false;
        last = point;
    }
    return same(&first, &last)
               ? put_text(reader, "]")
               : refuse(reader, "vòng %zu chưa khép kín. / ring %zu is not closed", number, number);
}

static bool read_polygon(struct reader *reader, const json_t *rings)
{
    size_t i;
    const json_t *ring;
    if (!json_is_array(rings) || json_array_size(rings) == 0)
        return refuse(reader, "đa giác không có vòng nào. / a polygon without rings");
    if (!put_text(reader, "["))
        return false;
    json_array_foreach(rings, i, ring)
    {
        if ((i > 0 && !put_text(reader, ",")) || !read_ring(reader, ring, i + 1))
            return false;
    }
    return put_text(reader, "]");
}

/* A Polygon is written as a MultiPolygon of one. */
static bool read_geometry(struct reader *reader, const json_t *geometry)
{
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *coordinates = json_object_get(geometry, "coordinates"), *polygon;
    size_t i;
    if (type != NULL && strcmp(type, "Polygon") == 0)
        return put_text(reader, "[") && read_polygon(reader, coordinates) && put_text(reader, "]");
    if (type == NULL || strcmp(type, "MultiPolygon") != 0)
        return refuse(reader, "không phải Polygon hay MultiPolygon. / no Polygon or MultiPolygon");
    if (!json_is_array(coordinates) || json_array_size(coordinates) == 0)
        return refuse(reader, "không có đa giác nào. / without polygons");
    if (!put_text(reader, "["))
        return false;
    json_array_foreach(coordinates, i, polygon)
    {
        if ((i > 0 && !put_text(reader, ",")) || !read_polygon(reader, polygon))
            return false;
    }
    return put_text(reader, "]");
}

/* ------------------------------------------------------------------ features */

/* "18073" or 18073. */
static bool read_code(struct reader *reader, const json_t *properties)
{
    const json_t *code = json_object_get(properties, "gso_code");
    const char *text = json_string_value(code);
    json_int_t value = json_integer_value(code);
    if (text != NULL)
        value = strlen(text) == 5 && strspn(text, "0123456789") == 5 ? strtol(text, NULL, 10) : 0;
    if (value < 1 || value > 99999)
        return refuse(reader, "thiếu thuộc tính gso_code, 5 chữ số. / no property gso_code");
    for (size_t i = 0; i < reader->out.n; i++)
        if (reader->out.rows[i].code == (uint32_t)value)
            return refuse(reader, "gso_code %05d đã có ở đối tượng %zu. / stands twice", (int)value,
                          i + 1);
    reader->code = (uint32_t)value;
    return true;
}

/* Until all are read a row holds where its shape begins: the block still moves. */
static bool read_feature(struct reader *reader, const json_t *feature, size_t *begins)
{
    const char *type = json_string_value(json_object_get(feature, "type"));
    if (type == NULL || strcmp(type, "Feature") != 0)
        return refuse(reader, "không phải Feature. / no Feature");
    if (!read_code(reader, json_object_get(feature, "properties")))
        return false;
    begins[reader->out.n] = reader->used;
    reader->out.rows[reader->out.n] = (struct outline){.code = reader->code};
    if (!read_geometry(reader, json_object_get(feature, "geometry")) ||
        !put(reader, "", 1)) /* its own end */
        return false;
    reader->out.n++;
    return true;
}

/* The former member "crs" [RFC 7946, 4]: the same reference, or none. */
static bool is_wgs84(const json_t *whole)
{
    const json_t *crs = json_object_get(whole, "crs");
    const char *name =
        json_string_value(json_object_get(json_object_get(crs, "properties"), "name"));
    return crs == NULL || (name != NULL && (strcmp(name, "urn:ogc:def:crs:OGC:1.3:CRS84") == 0 ||
                                            strcmp(name, "urn:ogc:def:crs:EPSG::4326") == 0 ||
                                            strcmp(name, "EPSG:4326") == 0));
}

static bool read_features(struct reader *reader, const json_t *features)
{
    size_t i, n = json_array_size(features);
    const json_t *feature;
    size_t *begins = calloc(n + 1, sizeof *begins);
    reader->out.rows = calloc(n + 1, sizeof *reader->out.rows);
    bool good = (begins != NULL && reader->out.rows != NULL) || no_memory(reader);
    for (i = 0; i < n && good; i++) {
        feature = json_array_get(features, i);
        reader->feature = i + 1;
        reader->code = 0;
        good = read_feature(reader, feature, begins);
    }
    for (i = 0; i < n && good; i++)
        reader->out.rows[i].shape = reader->out.shapes + begins[i];
    free(begins);
    return good;
}

static bool read_whole(struct reader *reader, const json_t *whole)
{
    const char *type = json_string_value(json_object_get(whole, "type"));
    const json_t *features = json_object_get(whole, "features");
    size_t n = json_array_size(features);
    if (type == NULL || strcmp(type, "FeatureCollection") != 0 || !json_is_array(features))
        return error_set(reader->err, ERROR_BAD_INPUT,
                         "tệp: không phải GeoJSON FeatureCollection. / no FeatureCollection");
    if (!is_wgs84(whole))
        return error_set(reader->err, ERROR_BAD_INPUT,
                         "tệp: hệ tọa độ khác WGS 84; đổi sang EPSG:4326. / another reference "
                         "system than WGS 84");
    if (n == 0 || n > OUTLINES_FEATURES_MAX)
        return error_set(reader->err, ERROR_BAD_INPUT,
                         "tệp: %zu đối tượng; nhận 1 đến %d. / features, 1 to %d are taken", n,
                         OUTLINES_FEATURES_MAX, OUTLINES_FEATURES_MAX);
    return read_features(reader, features);
}

bool outlines_read(const char *bytes, size_t n, struct outlines *ret_outlines, struct error *err)
{
    json_error_t where;
    struct reader reader = {.err = err};
    if (n > OUTLINES_FILE_BYTES_MAX)
        return error_set(err, ERROR_BAD_INPUT, "tệp: quá %zu MB. / larger than that",
                         OUTLINES_FILE_BYTES_MAX >> 20);
    json_t *whole = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &where);
    if (whole == NULL)
        return error_set(err, ERROR_BAD_INPUT,
                         "dòng %d, cột %d: không phải JSON. / no JSON from there on", where.line,
                         where.column);
    bool good = read_whole(&reader, whole);
    json_decref(whole);
    if (good)
        *ret_outlines = reader.out;
    else
        outlines_done(&reader.out);
    return good;
}

void outlines_done(struct outlines *outlines)
{
    free(outlines->rows);
    free(outlines->shapes);
    *outlines = (struct outlines){.rows = NULL};
}

/* ------------------------------------------------------------------ loading */

struct loading {
    const struct outlines *outlines;
    struct office_fact fact;
};

static bool load_act(struct record *record, void *arg, struct error *err)
{
    struct loading *loading = arg;
    const struct outlines *outlines = loading->outlines;
    struct commune commune;
    for (size_t i = 0; i < outlines->n; i++)
        if (!commune_get(record, outlines->rows[i].code, record_now(record), &commune, err))
            return err->code == ERROR_NOT_FOUND
                       ? error_set(
                             err, ERROR_BAD_INPUT,
                             "đối tượng / feature %zu, gso_code %05u: không có xã, phường này "
                             "trong bảng đang dùng. / no commune in force",
                             i + 1, (unsigned)outlines->rows[i].code)
                       : false;
    return outlines_replace(record, outlines->rows, outlines->n, &loading->fact, err);
}

bool outlines_load(struct acts acts, const struct outlines *outlines, const char *citation,
                   uint32_t user, struct error *err)
{
    struct loading loading = {.outlines = outlines, .fact = {.user = user}};
    text_copy(citation, loading.fact.citation, sizeof loading.fact.citation);
    return acts.run(acts.self, load_act, &loading, err);
}
