#include "labels/font.h"

#include "labels/font_find.h"
#include "labels/quick.h"

#include <hb-ot.h>
#include <hb-subset.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct font {
    hb_face_t *face;
    hb_font_t *font;
    struct font_metrics metrics;
    char name[64];
    int16_t *advances; /* by glyph */
    struct quick *quick;
    /* The last subset, deflated, and the glyphs it holds. */
    struct buffer packed;
    size_t plain;
    unsigned char *packed_for; /* a byte a glyph; NULL: none */
};

struct fonts {
    struct font of[FONT_WEIGHTS];
    hb_buffer_t *buffer;
    hb_draw_funcs_t *draw; /* HarfBuzz's steps to a font_pen's */
    char paths[FONT_WEIGHTS][FONT_PATH_BYTES];
};

static bool load(struct font *font, const char *file, struct error *err)
{
    hb_blob_t *blob = hb_blob_create_from_file_or_fail(file);
    if (blob == NULL)
        return error_set(err, ERROR_NOT_FOUND, "cannot read font file %s", file);
    font->face = hb_face_create(blob, 0);
    hb_blob_destroy(blob);
    font->font = hb_font_create(font->face);
    return true;
}

static int32_t signed16(const unsigned char *bytes)
{
    return (int16_t)(bytes[0] << 8 | bytes[1]);
}

/* The box round all glyphs stands at byte 36 of the `head` table (OpenType 1.9, head). */
static void measure(struct font *font)
{
    struct font_metrics *m = &font->metrics;
    hb_font_extents_t extents;
    hb_font_get_h_extents(font->font, &extents);
    m->units_per_em = (int32_t)hb_face_get_upem(font->face);
    m->ascender = extents.ascender;
    m->descender = extents.descender;
    m->glyphs = hb_face_get_glyph_count(font->face);
    hb_position_t cap = 0;
    hb_ot_metrics_get_position_with_fallback(font->font, HB_OT_METRICS_TAG_CAP_HEIGHT, &cap);
    m->cap_height = cap;
    hb_codepoint_t ellipsis = 0;
    if (hb_font_get_nominal_glyph(font->font, 0x2026, &ellipsis))
        m->ellipsis = hb_font_get_glyph_h_advance(font->font, ellipsis);
    hb_blob_t *head = hb_face_reference_table(font->face, HB_TAG('h', 'e', 'a', 'd'));
    unsigned int n = 0;
    const char *bytes = hb_blob_get_data(head, &n);
    for (unsigned i = 0; i < 4 && n >= 44; i++)
        m->box[i] = signed16((const unsigned char *)bytes + 36 + 2 * (size_t)i);
    hb_blob_destroy(head);
    unsigned int room = sizeof font->name;
    hb_ot_name_get_utf8(font->face, HB_OT_NAME_ID_POSTSCRIPT_NAME, HB_LANGUAGE_INVALID, &room,
                        font->name);
}

/* Tables that spare asking HarfBuzz again and again. */
static bool prepare(struct fonts *fonts, enum font_weight weight, struct error *err)
{
    struct font *font = &fonts->of[weight];
    font->advances = malloc(font->metrics.glyphs * sizeof *font->advances);
    if (font->advances == NULL)
        return error_set(err, ERROR_LATER, "no memory for font %s", font->name);
    for (size_t id = 0; id < font->metrics.glyphs; id++)
        font->advances[id] = (int16_t)hb_font_get_glyph_h_advance(font->font, (hb_codepoint_t)id);
    return quick_open(fonts, weight, &font->quick, err);
}

/* Every writer can embed plain TrueType outlines; other kinds of font are refused, not guessed. */
static bool check(const struct font *font, const char *family, struct error *err)
{
    hb_blob_t *glyf = hb_face_reference_table(font->face, HB_TAG('g', 'l', 'y', 'f'));
    unsigned int n = hb_blob_get_length(glyf);
    hb_blob_destroy(glyf);
    if (n == 0 || font->metrics.units_per_em <= 0 || font->metrics.glyphs > UINT16_MAX ||
        font->metrics.ellipsis == 0 || font->name[0] == '\0')
        return error_set(err, ERROR_NOT_FOUND,
                         "font '%s' is not a TrueType font with the letters needed", family);
    return true;
}

static void on_move(hb_draw_funcs_t *funcs, void *ctx, hb_draw_state_t *state, float x, float y,
                    void *unused)
{
    (void)funcs, (void)state, (void)unused;
    const struct font_pen *pen = ctx;
    pen->move(pen->ctx, (double)x, (double)y);
}

static void on_line(hb_draw_funcs_t *funcs, void *ctx, hb_draw_state_t *state, float x, float y,
                    void *unused)
{
    (void)funcs, (void)state, (void)unused;
    const struct font_pen *pen = ctx;
    pen->line(pen->ctx, (double)x, (double)y);
}

static void on_curve(hb_draw_funcs_t *funcs, void *ctx, hb_draw_state_t *state, float x1, float y1,
                     float x2, float y2, float x, float y, void *unused)
{
    (void)funcs, (void)state, (void)unused;
    const struct font_pen *pen = ctx;
    pen->curve(pen->ctx, (double)x1, (double)y1, (double)x2, (double)y2, (double)x, (double)y);
}

static void on_close(hb_draw_funcs_t *funcs, void *ctx, hb_draw_state_t *state, void *unused)
{
    (void)funcs, (void)state, (void)unused;
    const struct font_pen *pen = ctx;
    pen->close(pen->ctx);
}

/* Quadratic curves are left to HarfBuzz, which raises them to cubic ones. */
static hb_draw_funcs_t *pen_funcs(void)
{
    hb_draw_funcs_t *funcs = hb_draw_funcs_create();
    hb_draw_funcs_set_move_to_func(funcs, on_move, NULL, NULL);
    hb_draw_funcs_set_line_to_func(funcs, on_line, NULL, NULL);
    hb_draw_funcs_set_cubic_to_func(funcs, on_curve, NULL, NULL);
    hb_draw_funcs_set_close_path_func(funcs, on_close, NULL, NULL);
    return funcs;
}

void font_outline(const struct fonts *fonts, enum font_weight weight, uint16_t glyph,
                  const struct font_pen *pen)
{
    struct font_pen held = *pen;
    hb_font_get_glyph_shape(fonts->of[weight].font, glyph, fonts->draw, &held);
}

static bool open_files(const char *family, const char paths[FONT_WEIGHTS][FONT_PATH_BYTES],
                       struct fonts **ret_fonts, struct error *err)
{
    struct fonts *fonts = calloc(1, sizeof *fonts);
    if (fonts == NULL)
        return error_set(err, ERROR_LATER, "no memory for font '%s'", family);
    fonts->buffer = hb_buffer_create();
    fonts->draw = pen_funcs();
    memcpy(fonts->paths, paths, sizeof fonts->paths);
    for (enum font_weight w = FONT_REGULAR; w < FONT_WEIGHTS; w++) {
        bool loaded = load(&fonts->of[w], paths[w], err);
        if (loaded)
            measure(&fonts->of[w]);
        if (!loaded || !check(&fonts->of[w], family, err) || !prepare(fonts, w, err)) {
            fonts_close(fonts);
            return false;
        }
    }
    *ret_fonts = fonts;
    return true;
}

bool fonts_open(const char *family, struct fonts **ret_fonts, struct error *err)
{
    char paths[FONT_WEIGHTS][FONT_PATH_BYTES] = {{0}};
    return font_find(family, paths, err) && open_files(family, paths, ret_fonts, err);
}

bool fonts_again(const struct fonts *fonts, struct fonts **ret_fonts, struct error *err)
{
    return open_files(fonts->of[FONT_REGULAR].name, fonts->paths, ret_fonts, err);
}

void fonts_close(struct fonts *fonts)
{
    if (fonts == NULL)
        return;
    for (int w = 0; w < FONT_WEIGHTS; w++) {
        struct font *font = &fonts->of[w];
        hb_font_destroy(font->font);
        hb_face_destroy(font->face);
        quick_close(font->quick);
        buffer_done(&font->packed);
        free(font->advances);
        free(font->packed_for);
    }
    hb_buffer_destroy(fonts->buffer);
    hb_draw_funcs_destroy(fonts->draw);
    free(fonts);
}

const struct font_metrics *font_metrics(const struct fonts *fonts, enum font_weight weight)
{
    return &fonts->of[weight].metrics;
}

const char *font_name(const struct fonts *fonts, enum font_weight weight)
{
    return fonts->of[weight].name;
}

bool font_has(const struct fonts *fonts, enum font_weight weight, uint32_t character)
{
    return font_glyph(fonts, weight, character) != 0;
}

uint16_t font_glyph(const struct fonts *fonts, enum font_weight weight, uint32_t character)
{
    hb_codepoint_t glyph = 0;
    bool has = hb_font_get_nominal_glyph(fonts->of[weight].font, character, &glyph);
    return has ? (uint16_t)glyph : 0;
}

int32_t font_advance(const struct fonts *fonts, enum font_weight weight, uint16_t glyph)
{
    return fonts->of[weight].advances[glyph];
}

const int16_t *font_advances(const struct fonts *fonts, enum font_weight weight)
{
    return fonts->of[weight].advances;
}

struct quick *font_quick(const struct fonts *fonts, enum font_weight weight)
{
    return fonts->of[weight].quick;
}

/* Which characters each glyph stands for: those from its cluster to the next one. The first glyph
 * of a cluster answers for them all. */
static void assign_text(struct glyph *glyphs, size_t n, size_t characters)
{
    for (size_t i = 0; i < n; i++) {
        bool again = i > 0 && glyphs[i].text_first == glyphs[i - 1].text_first;
        size_t next = i + 1;
        while (next < n && glyphs[next].text_first == glyphs[i].text_first)
            next++;
        size_t end = next < n ? glyphs[next].text_first : characters;
        glyphs[i].text_n = (uint16_t)(again ? 0 : end - glyphs[i].text_first);
    }
}

/* Ligatures are off: a glyph for each letter can be cut and copied at every letter. */
static const hb_feature_t features[] = {
    {HB_TAG('l', 'i', 'g', 'a'), 0, HB_FEATURE_GLOBAL_START, HB_FEATURE_GLOBAL_END},
    {HB_TAG('c', 'l', 'i', 'g'), 0, HB_FEATURE_GLOBAL_START, HB_FEATURE_GLOBAL_END},
};

bool font_shape(struct fonts *fonts, enum font_weight weight, const uint32_t *text, size_t n,
                struct glyph *glyphs, size_t room, size_t *ret_n, struct error *err)
{
    invariant(n <= UINT16_MAX);
    hb_buffer_t *buffer = fonts->buffer;
    hb_buffer_clear_contents(buffer);
    hb_buffer_set_direction(buffer, HB_DIRECTION_LTR);
    hb_buffer_set_script(buffer, HB_SCRIPT_LATIN);
    hb_buffer_set_language(buffer, hb_language_from_string("vi", -1));
    hb_buffer_set_cluster_level(buffer, HB_BUFFER_CLUSTER_LEVEL_MONOTONE_CHARACTERS);
    hb_buffer_add_codepoints(buffer, text, (int)n, 0, (int)n);
    hb_shape(fonts->of[weight].font, buffer, features, sizeof features / sizeof *features);
    if (!hb_buffer_allocation_successful(buffer))
        return error_set(err, ERROR_LATER, "no memory to shape a text");
    unsigned int count = 0;
    const hb_glyph_info_t *info = hb_buffer_get_glyph_infos(buffer, &count);
    const hb_glyph_position_t *position = hb_buffer_get_glyph_positions(buffer, &count);
    if (count > room)
        return error_set(err, ERROR_BAD_INPUT, "text makes %u glyphs, more than %zu", count, room);
    for (unsigned int i = 0; i < count; i++)
        glyphs[i] = (struct glyph){.id = (uint16_t)info[i].codepoint,
                                   .advance = (int16_t)position[i].x_advance,
                                   .dx = (int16_t)position[i].x_offset,
                                   .dy = (int16_t)position[i].y_offset,
                                   .text_first = (uint16_t)info[i].cluster};
    assign_text(glyphs, count, n);
    *ret_n = count;
    return true;
}

/* What a PDF reader uses of a TrueType font lies in the outline tables; layout tables and hints
 * stay out. */
static hb_subset_input_t *subset_plan(size_t glyphs, const uint32_t *used)
{
    hb_subset_input_t *input = hb_subset_input_create_or_fail();
    if (input == NULL)
        return NULL;
    hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_RETAIN_GIDS | HB_SUBSET_FLAGS_NO_HINTING);
    hb_set_t *keep = hb_subset_input_glyph_set(input);
    for (size_t id = 0; id < glyphs; id++)
        if (used[id] != 0)
            hb_set_add(keep, (hb_codepoint_t)id);
    hb_set_t *drop = hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG);
    static const hb_tag_t tables[] = {
        HB_TAG('G', 'S', 'U', 'B'), HB_TAG('G', 'P', 'O', 'S'), HB_TAG('G', 'D', 'E', 'F'),
        HB_TAG('n', 'a', 'm', 'e'), HB_TAG('O', 'S', '/', '2'), HB_TAG('p', 'o', 's', 't'),
        HB_TAG('c', 'm', 'a', 'p'), HB_TAG('D', 'S', 'I', 'G'), HB_TAG('S', 'T', 'A', 'T'),
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        hb_set_add(drop, tables[i]);
    return input;
}

bool font_subset(const struct fonts *fonts, enum font_weight weight, const uint32_t *used,
                 struct buffer *out, struct error *err)
{
    const struct font *font = &fonts->of[weight];
    hb_subset_input_t *input = subset_plan(font->metrics.glyphs, used);
    hb_face_t *face = input == NULL ? NULL : hb_subset_or_fail(font->face, input);
    if (input != NULL)
        hb_subset_input_destroy(input);
    if (face == NULL)
        return error_set(err, ERROR_LATER, "cannot cut font %s to a subset", font->name);
    hb_blob_t *blob = hb_face_reference_blob(face);
    unsigned int n = 0;
    const char *bytes = hb_blob_get_data(blob, &n);
    buffer_add(out, bytes, n);
    hb_blob_destroy(blob);
    hb_face_destroy(face);
    return !out->failed || error_set(err, ERROR_LATER, "no memory for font %s", font->name);
}

static bool is_packed_for(const struct font *font, const uint32_t *used)
{
    if (font->packed_for == NULL)
        return false;
    for (size_t id = 0; id < font->metrics.glyphs; id++)
        if ((used[id] != 0) != (font->packed_for[id] != 0))
            return false;
    return true;
}

/* Deflates a subset into font->packed. */
static bool pack(struct font *font, const struct buffer *plain, struct error *err)
{
    uLongf n = compressBound((uLong)plain->n);
    buffer_clear(&font->packed);
    unsigned char *room = buffer_room(&font->packed, n);
    if (room == NULL ||
        compress2(room, &n, plain->bytes, (uLong)plain->n, Z_DEFAULT_COMPRESSION) != Z_OK)
        return error_set(err, ERROR_LATER, "no memory for font %s", font->name);
    font->packed.n = n;
    font->plain = plain->n;
    return true;
}

bool font_file(struct fonts *fonts, enum font_weight weight, const uint32_t *used,
               struct font_file *ret_file, struct error *err)
{
    struct font *font = &fonts->of[weight];
    if (!is_packed_for(font, used)) {
        struct buffer plain = {0};
        free(font->packed_for);
        font->packed_for = NULL;
        bool done = font_subset(fonts, weight, used, &plain, err) && pack(font, &plain, err);
        buffer_done(&plain);
        unsigned char *holds = done ? malloc(font->metrics.glyphs) : NULL;
        if (!done || holds == NULL)
            return !done ? false : error_set(err, ERROR_LATER, "no memory for a font");
        for (size_t id = 0; id < font->metrics.glyphs; id++)
            holds[id] = used[id] != 0;
        font->packed_for = holds;
    }
    *ret_file = (struct font_file){font->packed.bytes, font->packed.n, font->plain};
    return true;
}
