#include "labels/layout.h"

#include "labels/layout_elements.h"
#include "labels/layouts/embedded.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SVG "http://www.w3.org/2000/svg|"

/* What the drawing program keeps for itself; draws nothing. */
static const char *const editors[] = {
    "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd|",
    "http://www.inkscape.org/namespaces/inkscape|",
};

/* expat and what it reads into. */
struct parsing {
    XML_Parser parser;
    struct layout_reader reader;
};

static bool is_editors(const char *name)
{
    for (size_t i = 0; i < sizeof editors / sizeof *editors; i++)
        if (strncmp(name, editors[i], strlen(editors[i])) == 0)
            return true;
    return false;
}

/* The element's name within SVG, or "". */
static const char *local_name(const char *name)
{
    return strncmp(name, SVG, sizeof SVG - 1) == 0 ? name + sizeof SVG - 1 : "";
}

/* Once an element is refused, nothing after it is read. */
static void stop_if_failed(struct parsing *parsing)
{
    if (parsing->reader.failed)
        XML_StopParser(parsing->parser, XML_FALSE);
}

static void XMLCALL on_begin(void *ctx, const char *name, const char **attributes)
{
    struct parsing *parsing = ctx;
    struct layout_reader *r = &parsing->reader;
    if (r->failed)
        return;
    if (r->skipping > 0) {
        r->skipping++;
    } else if (r->depth >= 0 && is_editors(name)) {
        r->skipping = 1;
    } else {
        const char *local = local_name(name);
        r->element = local[0] == '\0' ? name : local;
        r->line = (unsigned long)XML_GetCurrentLineNumber(parsing->parser);
        layout_element_begin(r, local, attributes);
    }
    stop_if_failed(parsing);
}

static void XMLCALL on_end(void *ctx, const char *name)
{
    struct layout_reader *r = &((struct parsing *)ctx)->reader;
    if (r->failed)
        return;
    if (r->skipping > 1) {
        r->skipping--;
        return;
    }
    r->skipping = 0;
    if (!is_editors(name))
        layout_element_end(r, local_name(name));
}

static void XMLCALL on_words(void *ctx, const char *bytes, int n)
{
    struct parsing *parsing = ctx;
    if (!parsing->reader.failed && parsing->reader.skipping == 0)
        layout_element_words(&parsing->reader, bytes, (size_t)n);
    stop_if_failed(parsing);
}

/* A DTD could define entities that grow without end; drawing programs write none. */
static void XMLCALL on_doctype(void *ctx, const char *name, const char *system, const char *public,
                               int internal)
{
    (void)system;
    (void)public;
    (void)internal;
    struct parsing *parsing = ctx;
    parsing->reader.element = name;
    parsing->reader.line = (unsigned long)XML_GetCurrentLineNumber(parsing->parser);
    layout_refuse(&parsing->reader, "a DOCTYPE is outside the subset");
    stop_if_failed(parsing);
}

static bool parse(struct parsing *parsing, const char *svg, size_t n)
{
    struct layout_reader *r = &parsing->reader;
    XML_SetUserData(parsing->parser, parsing);
    XML_SetElementHandler(parsing->parser, on_begin, on_end);
    XML_SetCharacterDataHandler(parsing->parser, on_words);
    XML_SetStartDoctypeDeclHandler(parsing->parser, on_doctype);
    if (XML_Parse(parsing->parser, svg, (int)n, XML_TRUE) == XML_STATUS_OK)
        return layout_check(r->layout, r->err);
    if (!r->failed)
        error_set(r->err, ERROR_BAD_INPUT, "layout %s line %lu: %s", r->layout->name,
                  (unsigned long)XML_GetCurrentLineNumber(parsing->parser),
                  XML_ErrorString(XML_GetErrorCode(parsing->parser)));
    return false;
}

bool layout_parse(const char *name, const char *svg, size_t n, struct layout **ret_layout,
                  struct error *err)
{
    if (n > LAYOUT_BYTES_MAX)
        return error_set(err, ERROR_BAD_INPUT, "layout %s is larger than %d bytes", name,
                         LAYOUT_BYTES_MAX);
    struct layout *layout = calloc(1, sizeof *layout);
    struct parsing *parsing = calloc(1, sizeof *parsing);
    bool done = false;
    if (parsing != NULL && layout != NULL) {
        snprintf(layout->name, sizeof layout->name, "%s", name);
        parsing->reader =
            (struct layout_reader){.layout = layout, .err = err, .depth = -1, .element = ""};
        parsing->parser = XML_ParserCreateNS("UTF-8", '|');
    }
    if (parsing != NULL && parsing->parser != NULL) {
        done = parse(parsing, svg, n);
        XML_ParserFree(parsing->parser);
    } else {
        error_set(err, ERROR_LATER, "no memory for layout %s", name);
    }
    free(parsing);
    if (done)
        *ret_layout = layout;
    else
        layout_close(layout);
    return done;
}

static bool open_file(const char *path, struct layout **ret_layout, struct error *err)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return error_set(err, ERROR_NOT_FOUND, "cannot open layout %s: %m", path);
    char *svg = malloc(LAYOUT_BYTES_MAX + 1);
    size_t n = svg == NULL ? 0 : fread(svg, 1, LAYOUT_BYTES_MAX + 1, file);
    bool good = svg != NULL && !ferror(file);
    (void)fclose(file); /* only read */
    const char *slash = strrchr(path, '/');
    bool done = good ? layout_parse(slash + 1, svg, n, ret_layout, err)
                     : error_set(err, ERROR_LATER, "cannot read layout %s", path);
    free(svg);
    return done;
}

bool layout_open(const char *name, struct layout **ret_layout, struct error *err)
{
    if (strchr(name, '/') != NULL)
        return open_file(name, ret_layout, err);
    for (const struct layout_embedded *e = layouts_embedded; e->name != NULL; e++)
        if (strcmp(e->name, name) == 0)
            return layout_parse(name, e->svg, e->n, ret_layout, err);
    return error_set(err, ERROR_NOT_FOUND, "no layout '%s'", name);
}

void layout_close(struct layout *layout)
{
    free(layout);
}
