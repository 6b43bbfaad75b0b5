/* answer.h - what a command says, said once: as lines for people and shells, or as one JSON
 * document for programs.
 *
 * A command says cells (a name and a value), rows of cells, and sentences. As text a row is one
 * line with tabs between its cells, a cell outside a row is a line of its own, what there is none
 * of is "-". As JSON all is one object on one line:
 *     {"command":"ranges","ok":true,"ranges":[{...},{...}],"said":["..."]}
 * with "ok":false and "error":{"code":"not-found","text":"..."} after a failure. The name of a cell
 * is for ever, as a field's number on the wire is; new cells may come. Times are local with their
 * offset, days 2026-11-25, codes with leading zeros are strings, money and counts whole numbers.
 *
 * One thread at a time. What does not fit in memory is told at the end, by answer_close.
 */
#ifndef TRAO_SERVER_ANSWER_H
#define TRAO_SERVER_ANSWER_H

#include <stdint.h>
#include <stdio.h>

#include "protocol/clock.h"
#include "protocol/error.h"

struct answer;

/* `out` is the caller's and stays open; text is written as it is said, JSON at the end. */
bool answer_open(const char *command, bool json, FILE *out, struct answer **ret_answer,
                 struct error *err) must_use;
/* Ends and frees. `why` NULL: done; else what failed: part of the document in JSON, left to the
 * caller in text. LATER when memory ran out: then the document says so. */
bool answer_close(struct answer *answer, const struct error *why, struct error *err) must_use;
bool answer_is_json(const struct answer *answer);
/* Where lines go that have no names: in JSON the array "lines". Borrowed. */
FILE *answer_lines(struct answer *answer);

/* Begins a line, a row of the array `list`. NULL: its cells are the document's own. Ends the row
 * before. */
void answer_row(struct answer *answer, const char *list);
void answer_end(struct answer *answer);

/* One cell. `value` NULL: there is none. */
void answer_text(struct answer *answer, const char *key, const char *value);
void answer_number(struct answer *answer, const char *key, int64_t value);
/* At least `digits` digits, a string in JSON: "480000". */
void answer_code(struct answer *answer, const char *key, int digits, uint64_t value);
/* .ms 0: there is none. */
void answer_time(struct answer *answer, const char *key, struct instant at);
void answer_day(struct answer *answer, const char *key, struct instant at);
/* True or false in JSON, `yes` or `no` in text. */
void answer_flag(struct answer *answer, const char *key, bool on, const char *yes, const char *no);
/* "94,12 %" of text, 94.12 of JSON; "–" and null of nothing [two decimals: the national on-time
 * rule]. */
void answer_share(struct answer *answer, const char *key, uint64_t part, uint64_t whole);
/* An array in JSON; by commas in text, "none" when it is empty. */
void answer_words(struct answer *answer, const char *key, const char *const *words, size_t n);

/* A word before the next cell, in text only: "due ". */
void answer_label(struct answer *answer, const char *label);
/* A sentence of its own (printf): a line, or one of the array "said". Ends the row before. */
void answer_say(struct answer *answer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
