/* error.h - how a call says that it failed: one of few codes, and a sentence.
 *
 * Every call that can fail has the shape
 *     bool f(in..., out *ret_x, struct error *err);
 * and its result must be used. On false, `ret_x` is untouched and `err` says what happened; the
 * callee says what, the caller adds for what (`error_add`), so that a sentence grows from the
 * inside out: "cannot store batch 17 from HH-042: disk full".
 * Values only: no allocation, no I/O, safe from any thread.
 */
#ifndef TRAO_PROTOCOL_ERROR_H
#define TRAO_PROTOCOL_ERROR_H

#include <stdbool.h>

/* Few codes, each meaning another act of the caller. */
enum error_code {
    ERROR_NONE = 0,
    ERROR_BAD_INPUT, /* whoever sent it must mend it; repeating as it is never helps */
    ERROR_NOT_FOUND, /* there is no such thing */
    ERROR_REPEATED,  /* already done; nothing to do */
    ERROR_REFUSED,   /* known, understood, and not allowed */
    ERROR_LATER,     /* the same call may succeed later: link down, disk full, busy */
    ERROR_BROKEN     /* our own store or invariant is damaged; stop and tell people */
};

struct error {
    enum error_code code;
    char text[256]; /* UTF-8, never empty after a failure, no personal data */
};

/* Sets code and sentence (printf); always returns false, so `return error_set(...)` reads well.
 * `err` may be NULL: the caller does not want to know. A sentence that is too long is cut at a
 * whole UTF-8 character. */
bool error_set(struct error *err, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "<for what>: " before the sentence already there, keeping the code; returns false. */
bool error_add(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same in two languages, for a sentence "Vietnamese / English": "dòng 3: ... / row 3: ...". */
bool error_add_both(struct error *err, const char *vi, const char *en);

/* The analyser does not look into another file: here it learns that both are always false, or it
 * would see a `ret_x` used that was never filled. */
#if defined __clang_analyzer__ || defined TRAO_ANALYZER /* tests/lint/tidy, tests/lint/analyzer */
#define error_set(...)                                                                             \
    __extension__({                                                                                \
        (void)(error_set)(__VA_ARGS__);                                                            \
        false;                                                                                     \
    })
#define error_add(...)                                                                             \
    __extension__({                                                                                \
        (void)(error_add)(__VA_ARGS__);                                                            \
        false;                                                                                     \
    })
#endif

/* The code's name for logs: "bad-input", "later", ... */
const char *error_code_name(enum error_code code);

/* Our own invariants hold in release builds too: prints file, line and condition, aborts. Never
 * for a peer's data. */
#define invariant(condition)                                                                       \
    ((condition) ? (void)0 : invariant_failed(__FILE__, __LINE__, #condition))
_Noreturn void invariant_failed(const char *file, int line, const char *condition);

#define must_use __attribute__((warn_unused_result))

#endif
