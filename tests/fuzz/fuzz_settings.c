/* Files that administrators write: trao.conf, a handheld's identity, a file of printers, an
 * office's names of columns, the words of a message; and a script that leads a handheld. The first
 * byte chooses. Each is taken whole, within its bounds, or refused with file, line or word named.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz.h"
#include "labels/printer.h"
#include "room.h"
#include "server/config.h"
#include "server/keeping/archive.h"
#include "server/keeping/backup_key.h"
#include "server/keeping/erased_list.h"
#include "server/notify/kinds.h"
#include "server/office/list.h"
#include "server/text/text.h"

static bool is_said(const struct error *err)
{
    return err->text[0] != '\0' && memchr(err->text, '\0', sizeof err->text) != NULL;
}

static void conf(const uint8_t *bytes, size_t n)
{
    struct config config, again;
    struct error err = {ERROR_NONE, ""};
    char path[ROOM_PATH_MAX];
    room_put("trao.conf", bytes, n);
    if (!config_read(room(), &config, &err)) {
        invariant(is_said(&err));
        return;
    }
    invariant(memchr(config.office_name, '\0', sizeof config.office_name) != NULL);
    invariant(config.plain.port != 0 && strlen(config.country) == 2);
    (void)remove(room_path("trao.conf", path));
    invariant(config_write(room(), &config, &err));
    invariant(config_read(room(), &again, &err));
    invariant(strcmp(config.office_name, again.office_name) == 0);
    invariant(config.post_office == again.post_office && config.plain.port == again.plain.port);
}

static void printers(const uint8_t *bytes, size_t n)
{
    struct printer_profile profile;
    struct error err = {ERROR_NONE, ""};
    char path[ROOM_PATH_MAX];
    room_put("printers", bytes, n);
    if (printer_find(room_path("printers", path), "quay1", &profile, &err)) {
        invariant(strcmp(profile.name, "quay1") == 0 && profile.where[0] != '\0');
        invariant(profile.dpi == 0 || profile.dpi == 203 || profile.dpi == 300 ||
                  profile.dpi == 600);
        invariant(printer_takes(&profile, LABELS_FOR_LIST, &err) || is_said(&err));
    } else
        invariant(is_said(&err));
}

static void columns(const char *text)
{
    struct list_names names = list_names_read(text);
    for (int i = 0; i < LIST_COLUMNS; i++)
        invariant(memchr(names.folded[i], '\0', sizeof names.folded[i]) != NULL);
}

/* The program's own words, as an administrator is shown them, may be kept as they are. */
static void own_words(const struct kind *kind)
{
    char shown[TEMPLATE_WORDS_MAX + 1], kept[TEMPLATE_WORDS_MAX + 1], key[FACT_KEY_MAX + 1];
    struct error err = {ERROR_NONE, ""};
    invariant(kind_find(kind->key) == kind && kind_of(kind->status, kind->correction) == kind);
    for (int slot = 0; slot < SLOTS; slot++) {
        enum slot found;
        invariant(slot_find(slot_name((enum slot)slot), &found) && (int)found == slot);
        kind_key(kind, found, key);
        invariant(strncmp(key, kind->key, strlen(kind->key)) == 0);
        kind_shown(kind, found, shown);
        invariant(*shown == '\0' ? slot == SLOT_ZNS : kind_check(kind, found, shown, kept, &err));
    }
}

/* Every slot of a kind; what is kept makes a message of at most KIND_PARTS_MAX parts. */
static void words(const char *text)
{
    const struct config config = config_defaults();
    char kept[TEMPLATE_WORDS_MAX + 1], again[TEMPLATE_WORDS_MAX + 1];
    static bool own;
    struct kind_preview preview;
    for (size_t i = 0; !own && kind_row(i) != NULL; i++)
        own_words(kind_row(i));
    own = true;
    for (size_t i = 0; kind_row(i) != NULL; i++)
        for (int slot = 0; slot < SLOTS; slot++) {
            struct error err = {ERROR_NONE, ""};
            if (!kind_check(kind_row(i), (enum slot)slot, text, kept, &err)) {
                invariant(err.code == ERROR_BAD_INPUT && is_said(&err));
                continue;
            }
            invariant(utf8_is_text(kept, strlen(kept)) || kept[0] == '\0');
            invariant(kind_check(kind_row(i), (enum slot)slot, kept, again, &err));
            invariant(strcmp(kept, again) == 0);
            if (kind_try((enum slot)slot, kept, &config, &preview, &err))
                invariant(slot == SLOT_ZNS || preview.most.gsm7);
            else
                invariant(err.code == ERROR_BAD_INPUT && is_said(&err));
        }
}

static void keys(const uint8_t *bytes, size_t n, const char *text)
{
    struct backup_key key;
    struct box_public public_key;
    struct manifest manifest;
    struct erased_list list = {.n = 0};
    struct error err = {ERROR_NONE, ""};
    char path[ROOM_PATH_MAX];
    room_put("key", bytes, n);
    if (!backup_key_read(room_path("key", path), &key, &err))
        invariant(is_said(&err));
    if (!backup_key_read_public(path, &public_key, &err))
        invariant(is_said(&err));
    if (manifest_read(text, &manifest, &err)) {
        invariant(memchr(manifest.program, '\0', sizeof manifest.program) != NULL);
        invariant(memchr(manifest.folder, '\0', sizeof manifest.folder) != NULL);
    } else
        invariant(err.code == ERROR_BROKEN && is_said(&err));
    room_put(ERASED_LIST_NAME, bytes, n);
    invariant(erased_list_read(&list, room(), &err));
    for (size_t i = 1; i < list.n; i++)
        invariant(strcmp(list.items[i - 1].text, list.items[i].text) < 0);
    erased_list_done(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n == 0)
        return 0;
    char *text = malloc(n);
    invariant(text != NULL);
    memcpy(text, bytes + 1, n - 1);
    text[n - 1] = '\0';
    switch (bytes[0]) {
    case 'c':
        conf(bytes + 1, n - 1);
        break;
    case 'p':
        printers(bytes + 1, n - 1);
        break;
    case 'n':
        columns(text);
        break;
    case 'w':
        if (text_is_utf8(text, strlen(text)))
            words(text);
        break;
    default:
        keys(bytes + 1, n - 1, text);
    }
    free(text);
    return 0;
}
