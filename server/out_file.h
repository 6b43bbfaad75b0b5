/* out_file.h - the file a program writes at somebody's wish: there whole, or as it was before. */
#ifndef TRAO_SERVER_OUT_FILE_H
#define TRAO_SERVER_OUT_FILE_H

#include "server/config.h"

struct out_file {
    int fd;
    bool aside; /* written to `part`, renamed at the end */
    char path[CONFIG_PATH_MAX], part[CONFIG_PATH_MAX];
};

/* A regular file, or a name that is free, is written beside as PATH.part; whatever else stands
 * there
 * (/dev/stdout, a pipe) is written directly. REFUSED names path and cause. */
bool out_file_open(const char *path, struct out_file *ret_file, struct error *err) must_use;
/* With `keep` and something written the file takes its name, durable; else the name stands for what
 * it stood for before. Closes in any case. */
bool out_file_close(struct out_file *file, bool keep, struct error *err) must_use;

#endif
