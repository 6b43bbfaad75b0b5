/* What a device shows a server: a request to be certified, a certificate in its hello, and the
 * whole of an enrolment; none of it by anybody this authority knows. */
#include <time.h>

#include "fuzz.h"
#include "room.h"
#include "server/field/ca.h"

static struct ca *authority(void)
{
    static struct ca *ca;
    struct error err;
    char key[ROOM_PATH_MAX], certificate[ROOM_PATH_MAX];
    if (ca == NULL)
        invariant(
            ca_make(room_path("ca.key", key), room_path("ca.crt", certificate), "Trao", &err) &&
            ca_open(key, certificate, &ca, &err));
    return ca;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct seal_public seal_key;
    static uint8_t out[CA_DER_MAX];
    struct ca_device device;
    struct error err = {ERROR_NONE, ""};
    struct slice shown = {bytes, n}, made;
    struct instant now = {((int64_t)time(NULL) + 1) * 1000}; /* its authority is of today */
    struct ca *ca = authority();
    size_t out_n = 0;
    if (!ca_request_holds(bytes, n, &err))
        check_refusal(&err);
    else {
        invariant(ca_issue_device(ca, bytes, n, "HH-042", &seal_key, now, out, &out_n, &err));
        made = (struct slice){out, out_n};
        invariant(ca_device_read(ca_authority(ca), made, now, &device, &err));
        invariant(strcmp(device.name, "HH-042") == 0);
    }
    invariant(!ca_device_read(ca_authority(ca), shown, now, &device, &err));
    check_refusal(&err);
    /* Itself its authority: only then a stranger's may be read further. */
    if (ca_device_read(shown, shown, now, &device, &err))
        invariant(device_name_is_good(device.name));
    return 0;
}
