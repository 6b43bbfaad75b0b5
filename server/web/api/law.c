/* law.c - people's data: all that is held about one, and erasing it. Who is meant stands in the
 * body: an address would be kept by whoever hands it on. */
#include <sys/mman.h>
#include <unistd.h>

#include "server/web/api/inside.h"

/* The command writes a file, which is a document of its own; whom it names it wrote down. */
static void give_person(struct ask *ask, struct api_words *words, int fd)
{
    struct error err = {ERROR_NONE, ""};
    json_t *said = NULL, *document = NULL;
    if (!act_run(ask->web, ask->request, &ask->seat, words->argc, words->argv, fd, &said, &err))
        api_problem_error(ask, NULL, &err);
    else if ((document = act_document(fd)) == NULL)
        api_problem(ask, 503, "later", NULL, "Chưa đọc được lúc này. / not just now");
    else
        api_give(ask, 200, document);
    json_decref(said);
}

void api_person(struct ask *ask)
{
    json_t *body = NULL;
    if (!api_body_take(ask, &body))
        return;
    struct api_words *words = api_words_new();
    int fd = memfd_create("person", MFD_CLOEXEC);
    if (!words || fd < 0)
        api_problem(ask, 503, "later", NULL, "Chưa có chỗ. / no room now");
    else if (api_words_take(ask, body, words) && api_word_add(words, "form", "json"))
        give_person(ask, words, fd);
    if (fd >= 0)
        close(fd);
    api_words_free(words);
    json_decref(body);
}
