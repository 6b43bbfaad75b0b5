/* What stands inside an attachment once it is opened: its kind, then its content. The box itself is
 * libsodium's. */
#include "fuzz.h"
#include "protocol/attachment.h"
#include "protocol/idcard.h"

static void list_again(const uint8_t *bytes, size_t n)
{
    uint8_t once[ATTACHMENT_LIST_BYTES_MAX];
    struct attachment_list list, again;
    size_t once_n;
    struct error err;
    invariant(attachment_list_read(bytes, n, &list, &err));
    invariant(attachment_list_write(&list, once, &once_n, &err));
    invariant(attachment_list_read(once, once_n, &again, &err) && again.n == list.n);
}

static void check_again(const uint8_t *bytes, size_t n)
{
    uint8_t once[ID_CHECK_BYTES_MAX];
    struct id_check check, again;
    size_t once_n;
    struct error err;
    invariant(id_check_read(bytes, n, &check, &err));
    invariant(id_check_write(&check, once, &once_n, &err));
    invariant(id_check_read(once, once_n, &again, &err) && again.match == check.match);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct error err;
    struct idcard card;
    if (n == 0)
        return 0;
    enum paper kind = (enum paper)bytes[0];
    if (!idcard_read((const char *)bytes + 1, n - 1, &card, &err))
        check_refusal(&err);
    if (!paper_check(kind, bytes + 1, n - 1, &err)) {
        check_refusal(&err);
        return 0;
    }
    if (kind == PAPER_LIST)
        list_again(bytes + 1, n - 1);
    if (kind == PAPER_ID_CHECK)
        check_again(bytes + 1, n - 1);
    return 0;
}
