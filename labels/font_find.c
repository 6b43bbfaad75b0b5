#include "labels/font_find.h"

#include <fontconfig/fontconfig.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int fontconfig;
    const char *word;
} weights[FONT_WEIGHTS] = {
    [FONT_REGULAR] = {FC_WEIGHT_REGULAR, "regular"},
    [FONT_BOLD] = {FC_WEIGHT_BOLD, "bold"},
};

/* fontconfig answers every question with some font: only an answer that is what was asked for is
 * taken. */
static bool is_asked_for(FcPattern *match, const char *family, int weight, FcChar8 **ret_file)
{
    FcChar8 *found = NULL;
    int found_weight = 0;
    int index = 0;
    FcBool variable = FcFalse;
    FcPatternGetBool(match, FC_VARIABLE, 0, &variable);
    FcPatternGetInteger(match, FC_INDEX, 0, &index);
    return FcPatternGetString(match, FC_FAMILY, 0, &found) == FcResultMatch &&
           strcmp((const char *)found, family) == 0 &&
           FcPatternGetInteger(match, FC_WEIGHT, 0, &found_weight) == FcResultMatch &&
           found_weight == weight && !variable && index == 0 &&
           FcPatternGetString(match, FC_FILE, 0, ret_file) == FcResultMatch;
}

static bool find(FcConfig *config, const char *family, enum font_weight weight,
                 char path[FONT_PATH_BYTES], struct error *err)
{
    int wanted = weights[weight].fontconfig;
    FcPattern *pattern =
        FcPatternBuild(NULL, FC_FAMILY, FcTypeString, family, FC_WEIGHT, FcTypeInteger, wanted,
                       FC_SLANT, FcTypeInteger, FC_SLANT_ROMAN, FC_WIDTH, FcTypeInteger,
                       FC_WIDTH_NORMAL, FC_VARIABLE, FcTypeBool, FcFalse, (char *)NULL);
    if (pattern == NULL)
        return error_set(err, ERROR_LATER, "no memory to look for a font");
    FcConfigSubstitute(config, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    FcResult result = FcResultNoMatch;
    FcPattern *match = FcFontMatch(config, pattern, &result);
    FcPatternDestroy(pattern);
    FcChar8 *file = NULL;
    FcChar8 *offered = NULL;
    bool done = false;
    if (match != NULL && is_asked_for(match, family, wanted, &file)) {
        int n = snprintf(path, FONT_PATH_BYTES, "%s", (const char *)file);
        done = (n > 0 && n < FONT_PATH_BYTES) ||
               error_set(err, ERROR_NOT_FOUND, "the path of font '%s' is too long", family);
    } else {
        if (match != NULL)
            FcPatternGetString(match, FC_FAMILY, 0, &offered);
        error_set(err, ERROR_NOT_FOUND,
                  "font '%s' %s is not installed, fontconfig offers '%s' in its place", family,
                  weights[weight].word, offered == NULL ? "nothing" : (const char *)offered);
    }
    if (match != NULL)
        FcPatternDestroy(match);
    return done;
}

bool font_find(const char *family, char ret_paths[FONT_WEIGHTS][FONT_PATH_BYTES], struct error *err)
{
    FcConfig *config = FcInitLoadConfigAndFonts();
    bool done = config != NULL ||
                error_set(err, ERROR_LATER, "no memory or no fontconfig for font '%s'", family);
    for (enum font_weight w = FONT_REGULAR; done && w < FONT_WEIGHTS; w++)
        done = find(config, family, w, ret_paths[w], err);
    if (config != NULL)
        FcConfigDestroy(config);
    return done;
}
