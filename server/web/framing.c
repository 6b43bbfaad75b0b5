#include "server/web/framing.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* RFC 9110, 5.6.2. */
static bool is_token(const char *name)
{
    static const char signs[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "!#$%&'*+-.^_`|~";
    return *name != '\0' && name[strspn(name, signs)] == '\0';
}

/* The library puts a folded line behind the name where the value is empty: "Transfer-Encoding:" and
 * " chunked" below it come as "Transfer-Encodingchunked". */
static bool is_with_more(const char *name)
{
    static const char *const names[] = {"Transfer-Encoding", "Content-Length", "Host"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i]);
        if (strncasecmp(name, names[i], n) == 0 && name[n] != '\0')
            return true;
    }
    return false;
}

void framing_note(struct framing *framing, const char *name, const char *value)
{
    const char *said = value ? value : "";
    if (!is_token(name) || is_with_more(name)) {
        framing->odd = true;
    } else if (strcasecmp(name, "Content-Length") == 0) {
        framing->lengths++;
        framing->length = strtoull(said, NULL, 10);
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        framing->codings++;
        framing->unknown = framing->unknown || strcasecmp(said, "chunked") != 0;
    } else if (strcasecmp(name, "Host") == 0) {
        framing->hosts++;
    }
}

unsigned framing_fault(const struct framing *framing, const char **ret_why)
{
    *ret_why = "Không rõ yêu cầu dài bao nhiêu. / two lengths\n";
    if (framing->lengths > 1 || framing->codings > 1 || (framing->lengths && framing->codings))
        return 400;
    *ret_why = "Tiêu đề của yêu cầu bị lỗi. / a header that is none, or two hosts\n";
    if (framing->odd || framing->hosts > 1)
        return 400;
    *ret_why = "Chỉ đọc mã hóa truyền chunked. / chunked alone\n";
    return framing->unknown ? 501 : 0;
}
