/* An office's list as its child reads it: an answer and status 0, whatever the file. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "server/office/charset.h"
#include "server/office/list.h"

/* The child leaves its answer open until it ends; here a million follow. Linked with --wrap. */
static FILE *answer;
FILE *__real_fdopen(int fd, const char *mode);
FILE *__wrap_fdopen(int fd, const char *mode);
FILE *__wrap_fdopen(int fd, const char *mode)
{
    return answer = __real_fdopen(fd, mode);
}

static int file_of(const uint8_t *bytes, size_t n)
{
    int fd = memfd_create("list", MFD_CLOEXEC);
    invariant(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    int in = file_of(bytes, n), out = file_of(NULL, 0);
    struct charsets *charsets = NULL;
    struct error err;
    const struct list_names names = list_names_read(NULL);
    invariant(charsets_open(&charsets, &err));
    int status = list_child_main(in, out, charsets, CHARSET_UNKNOWN, &names);
    invariant(status == 0 && answer != NULL && fclose(answer) == 0);
    close(in);
    return 0;
}
