/* attachment_files.h - attachments as files: whole ones under their own names, and in partial/
 * those of which pieces are missing. `folder` is .../attachments of the data folder; its name
 * leaves room for all that stands below it. For attachments.c alone; any thread, none meets
 * another's file.
 */
#ifndef TRAO_SERVER_FIELD_ATTACHMENT_FILES_H
#define TRAO_SERVER_FIELD_ATTACHMENT_FILES_H

#include "server/field/attachments.h"

/* There it is, or LATER. */
bool attachment_folder_make(const char *path, struct error *err) must_use;
/* A file whole; free(*new_bytes). NOT_FOUND, LATER. */
bool attachment_file_read(const char *path, uint8_t **new_bytes, size_t *ret_n,
                          struct error *err) must_use;

/* By device, so that one device's unfinished ones can be counted, and none meets another's. */
void attachment_part_path(const char *folder, const char *device, const struct link *hash,
                          char out[ATTACHMENTS_PATH_MAX]);
/* 0: there is none, or it is longer than any. */
uint32_t attachment_part_bytes(const char *part);
/* Only at the end of what is here (*have): anything else is a repetition, or comes too early.
 * False: the disk did not take it, and the part is as it was. */
bool attachment_part_append(const char *part, const struct attachment_chunk *chunk, uint32_t *have);
/* Under its own name, on the disk. */
bool attachment_part_place(const char *folder, const char *part, const struct link *hash,
                           struct error *err) must_use;
/* Unfinished ones of a device, the part `but` left out. */
size_t attachment_parts(const char *folder, const char *device, const char *but);
/* Those that nothing was added to for 30 days. */
void attachment_parts_forget(const char *folder, struct instant now);

/* For `n` bytes more beside what the record may need. */
bool attachment_disk_has_room(const char *folder, uint32_t n);

#endif
