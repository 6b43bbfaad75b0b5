#include "server/keeping/backup_key.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/chain.h"
#include "protocol/whole.h"

#define PUBLIC_WORD "trao-backup-public-1"
#define SECRET_WORD "trao-backup-secret-1"
#define LINE_BYTES (sizeof PUBLIC_WORD + BACKUP_KEY_HEX + 1)

/* ------------------------------------------------------------------ digits */

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool from_hex(const char *hex, uint8_t out[BOX_KEY_BYTES])
{
    if (strlen(hex) != BACKUP_KEY_HEX)
        return false;
    for (size_t i = 0; i < BOX_KEY_BYTES; i++) {
        int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void backup_key_text(const struct box_public *key, char out[BACKUP_KEY_HEX + 1])
{
    chain_hex(key->bytes, BOX_KEY_BYTES, out);
}

bool backup_key_parse(const char *hex, struct box_public *ret_key, struct error *err)
{
    struct box_public key = {{0}};
    if (!from_hex(hex, key.bytes))
        return error_set(err, ERROR_BAD_INPUT, "64 hex digits of a public backup key are wanted");
    *ret_key = key;
    return true;
}

/* ------------------------------------------------------------------ files */

static bool write_line(const char *path, mode_t mode, const char *word,
                       const uint8_t bytes[BOX_KEY_BYTES], struct error *err)
{
    char line[LINE_BYTES + 1], hex[BACKUP_KEY_HEX + 1];
    chain_hex(bytes, BOX_KEY_BYTES, hex);
    int n = snprintf(line, sizeof line, "%s %s\n", word, hex);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool good = fd >= 0 && whole_write(fd, line, (size_t)n) && fsync(fd) == 0;
    if (!good)
        error_set(err, errno == EEXIST ? ERROR_REPEATED : ERROR_REFUSED, "%s: %s", path,
                  strerror(errno));
    if (fd >= 0)
        close(fd);
    chain_wipe(line, sizeof line);
    chain_wipe(hex, sizeof hex);
    return good;
}

bool backup_key_make(const char *path, const struct chance *chance, struct box_public *ret_public,
                     struct error *err)
{
    char public_path[PATH_MAX];
    struct backup_key key;
    if (snprintf(public_path, sizeof public_path, "%s.pub", path) >= (int)sizeof public_path)
        return error_set(err, ERROR_BAD_INPUT, "%s: the path is too long", path);
    if (access(public_path, F_OK) == 0)
        return error_set(err, ERROR_REPEATED, "%s: File exists", public_path);
    box_keys_new(chance, &key.public_key, &key.secret_key);
    bool good = write_line(path, 0600, SECRET_WORD, key.secret_key.bytes, err) &&
                write_line(public_path, 0644, PUBLIC_WORD, key.public_key.bytes, err);
    if (good)
        *ret_public = key.public_key;
    chain_wipe(&key, sizeof key);
    return good;
}

/* The digits behind `word`, of a file of one line. */
static bool read_line(const char *path, const char *word, bool secret, uint8_t out[BOX_KEY_BYTES],
                      struct error *err)
{
    char line[LINE_BYTES + 2] = "";
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about) != 0) {
        if (fd >= 0)
            close(fd);
        return error_set(err, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
    }
    ssize_t n = read(fd, line, sizeof line - 1);
    close(fd);
    line[strcspn(line, "\r\n")] = '\0';
    size_t word_n = strlen(word);
    bool ours = n > 0 && strncmp(line, word, word_n) == 0 && line[word_n] == ' ' &&
                from_hex(line + word_n + 1, out);
    chain_wipe(line, sizeof line);
    if (!ours)
        return error_set(err, ERROR_BAD_INPUT, "%s: không phải khóa %s. / no such key", path, word);
    if (secret && (about.st_mode & 077) != 0) {
        chain_wipe(out, BOX_KEY_BYTES);
        return error_set(err, ERROR_REFUSED, "%s: others may read it; chmod 600", path);
    }
    return true;
}

bool backup_key_read_public(const char *path, struct box_public *ret_key, struct error *err)
{
    return read_line(path, PUBLIC_WORD, false, ret_key->bytes, err);
}

bool backup_key_read(const char *path, struct backup_key *ret_key, struct error *err)
{
    struct backup_key key = {{{0}}, {{0}}};
    if (!read_line(path, SECRET_WORD, true, key.secret_key.bytes, err))
        return false;
    key.public_key = box_public_of(&key.secret_key);
    *ret_key = key;
    chain_wipe(&key, sizeof key);
    return true;
}
