/* What other programs send: the body of every operation that takes one, a value of every parameter,
 * and a text that is searched for. The first byte chooses. */
#include <stdlib.h>

#include "fuzz.h"
#include "protocol/utf8.h"
#include "server/office/finder.h"
#include "server/views/search.h"
#include "server/web/api/inside.h"

static struct api *the_api(void)
{
    static struct api *api;
    struct error err;
    if (!api)
        invariant(api_open((struct instant){1}, &api, &err));
    return api;
}

/* Whatever comes out is an object of members that the operation names. */
static void read_body(const struct api_op *op, const char *bytes, size_t n)
{
    char field[32] = "";
    struct error err = {ERROR_NONE, ""};
    json_t *body = api_body_read(the_api(), op, bytes, n, field, &err);
    invariant(body ? json_is_object(body) : err.code == ERROR_BAD_INPUT && *field);
    /* Both go into an answer, which has to be JSON. */
    invariant(utf8_is_text(field, strlen(field)) && utf8_is_text(err.text, strlen(err.text)));
    json_decref(body);
}

static void read_value(const char *text)
{
    const char *name;
    json_t *shape;
    json_object_foreach(json_object_get(the_api()->shapes, "fields"), name, shape)
    {
        struct error err = {ERROR_NONE, ""};
        if (!api_value_fits(the_api(), name, text, &err))
            invariant(err.code == ERROR_BAD_INPUT);
    }
}

static void read_search(const char *text)
{
    struct item item;
    char dossier[72] = "";
    struct search_query query;
    switch (finder_read(text, &item, dossier, &query)) {
    case FINDER_NOTHING:
        return;
    case FINDER_ITEM:
        invariant(strlen(item.text) == ITEM_CHARS);
        return;
    case FINDER_DOSSIER:
        invariant(strlen(dossier) <= DOSSIER_MAX && strchr(dossier, '-'));
        return;
    case FINDER_INDEX:
        invariant(query.words_n <= SEARCH_WORDS_MAX && query.code_from <= query.code_to);
        invariant(query.words_n > 0 || strlen(query.tail) >= 4 || query.code_to != 0);
        return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char text[512];
    const struct api_op *op = NULL;
    if (n == 0)
        return 0;
    size_t length = n - 1 < sizeof text - 1 ? n - 1 : sizeof text - 1;
    memcpy(text, bytes + 1, length);
    text[length] = '\0';
    if (bytes[0] == 'v')
        read_value(text);
    else if (bytes[0] == 's')
        read_search(text);
    else if ((op = api_op_row(bytes[0])) != NULL && op->method == API_POST)
        read_body(op, (const char *)bytes + 1, n - 1);
    return 0;
}
