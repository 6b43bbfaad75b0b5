/* script.h - lines that lead the program in place of a postman: they feed bytes to the scanner and
 * keys to the screen and look at the face, and call nothing else (trao-handheld(1), SCRIPTS).
 */
#ifndef TRAO_HANDHELD_SCRIPT_H
#define TRAO_HANDHELD_SCRIPT_H

#include "handheld/app.h"

enum script_verb {
    SCRIPT_NOTHING, /* a blank line or a comment */
    SCRIPT_SCAN,
    SCRIPT_KEY,
    SCRIPT_TYPE,
    SCRIPT_WAIT,
    SCRIPT_EXPECT,
    SCRIPT_EXPECT_SENT,
    SCRIPT_SHOW,
    SCRIPT_STAY,
    SCRIPT_QUIT
};

#define SCRIPT_TEXT_MAX 512

struct script_line {
    enum script_verb verb;
    char text[SCRIPT_TEXT_MAX + 1]; /* bytes of scan and type, text of expect */
    size_t n;
    enum press press;
    int64_t ms; /* of wait, expect and expect-sent */
};

/* Reads one line without its end. BAD_INPUT says what is wrong with it. */
bool script_read(const char *line, struct script_line *ret_line, struct error *err) must_use;

#define SCRIPT_EXPECT_MS 5000

enum script_state {
    SCRIPT_RUNS,    /* needs more input, time or a face */
    SCRIPT_STAYS,   /* said "stay": nothing more will come */
    SCRIPT_ENDED,   /* quit, or the end of the file */
    SCRIPT_BAD,     /* a line that cannot be read: exit status 2 */
    SCRIPT_MISSED,  /* an expectation that was not met: exit status 3 */
    SCRIPT_SCANS,   /* take the bytes of line.text as from the scanner, then go on */
    SCRIPT_TYPES,   /* take the bytes of line.text as letters, then go on */
    SCRIPT_PRESSES, /* take line.press, then go on */
    SCRIPT_SHOWS    /* write the face, then go on */
};

struct script {
    const char *name; /* for messages; borrowed */
    int fd;
    char held[4096];
    size_t n;
    bool at_end; /* of the file */
    unsigned number;
    struct script_line line;
    bool busy; /* `line` waits for time or the face */
    struct tick since;
};

/* FILE or "-". NOT_FOUND with the name. */
bool script_open(const char *name, struct script *ret_script, struct error *err) must_use;
void script_close(struct script *script);
int script_fd(const struct script *script); /* to poll for reading, or -1 */
/* Takes in what can be read without waiting. */
void script_fill(struct script *script);
/* One step. `all_sent` are the words that expect-sent looks for. With SCRIPT_BAD and SCRIPT_MISSED
 * `err` names file, line and cause. */
enum script_state script_step(struct script *script, const struct face *face, const char *all_sent,
                              struct tick now, struct error *err);
struct tick script_due(const struct script *script); /* INT64_MAX: no time-out runs */

#endif
