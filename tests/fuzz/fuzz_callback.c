/* Whatever a gateway calls in, whose key it has: taken as something that can be kept and handed on,
 * or not at all. The first byte says what it is: JSON, a text in UTF-8, a text in UTF-16. */
#include <string.h>

#include "fuzz.h"
#include "server/notify/callbacks.h"

static bool is_word(const char *word)
{
    for (const char *at = word; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~')
            return false;
    return *word != '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct callbox_call call;
    call = (struct callbox_call){.is_text = false};
    if (n == 0)
        return 0;
    bool json = bytes[0] == '{';
    const char *rest = (const char *)bytes + !json;
    size_t rest_n = n - !json;
    bool taken = json ? callbacks_json(rest, rest_n, &call)
                      : callbacks_text(rest, rest_n, bytes[0] == 'w', &call);
    if (!taken)
        return 0;
    invariant(utf8_is_text(call.text, strlen(call.text)));
    invariant(strpbrk(call.text, "\r\n\t") == NULL);
    invariant(!json || is_word(call.id));
    invariant(!json || (call.is_text ? is_word(call.from) : *call.from == '\0'));
    return 0;
}
