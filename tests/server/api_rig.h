/* api_rig.h - the API of a web_rig, asked with keys that trao-admin's own commands gave out. */
#ifndef TRAO_TESTS_SERVER_API_RIG_H
#define TRAO_TESTS_SERVER_API_RIG_H

#include <jansson.h>

#include "tests/server/web_rig.h"

/* For cmocka: sets *state up, and frees it. */
int api_rig_open(void **state);
int api_rig_close(void **state);

/* What a command says; the caller decrefs. Words by blanks. */
json_t *api_rig_command(struct web_rig *rig, int fd, const char *words);
/* A header line with a key: "Authorization: Bearer ...\r\n". */
void api_rig_key(struct web_rig *rig, const char *words, char out[160]);
/* The body of the last answer; the caller decrefs. */
json_t *api_rig_document(const struct web_rig *rig);
/* The last answer is a problem of this status, code and field (NULL: none), whole and sane. */
void api_rig_problem(const struct web_rig *rig, int status, const char *code, const char *field);
/* Imports `n` dossiers H27.15-261119-0001.. of people named after their number. */
void api_rig_import(struct web_rig *rig, int n);

#endif
