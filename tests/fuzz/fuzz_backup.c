/* What stands in a backup, as anybody with the public key could have written it: frames in a stream
 * that is rightly closed. And the same bytes as a file. */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "server/keeping/archive.h"

static struct box_public key;
static struct box_secret secret;

static void read_frames(int fd)
{
    static struct archive_frame frame;
    struct stream_in *in;
    struct error err;
    lseek(fd, 0, SEEK_SET);
    if (!stream_in_open(fd, &key, &secret, &in, &err)) {
        invariant(err.text[0] != '\0');
        return;
    }
    while (archive_next(in, &frame, &err)) {
        invariant(frame.n <= sizeof frame.data);
        invariant(frame.kind != ARCHIVE_FILE || archive_name_is_good(frame.name));
        if (frame.kind == ARCHIVE_MANIFEST)
            break;
    }
    stream_in_free(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static bool ready;
    struct chance chance = chance_system();
    struct stream_out *out;
    struct error err;
    if (!ready) {
        chain_init();
        box_keys_new(&chance, &key, &secret);
        ready = true;
    }
    int closed = memfd_create("closed", MFD_CLOEXEC), open = memfd_create("open", MFD_CLOEXEC);
    invariant(stream_out_open(closed, &key, &chance, &out, &err));
    invariant(stream_put(out, bytes, n, &err) && stream_end(out, &err));
    stream_out_free(out);
    read_frames(closed);
    invariant(write(open, bytes, n) == (ssize_t)n);
    read_frames(open);
    close(closed);
    close(open);
    return 0;
}
