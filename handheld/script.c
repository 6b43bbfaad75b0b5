#include "handheld/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ------------------------------------------------------------------ reading a line */

static int hex(int c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Takes what stands behind a backslash. */
static bool take_escape(const char **from, uint8_t *ret_byte, struct error *err)
{
    static const char names[] = "rnt\\", bytes[] = "\r\n\t\\";
    const char *at = *from;
    const char *simple = *at != '\0' ? strchr(names, *at) : NULL;
    if (simple != NULL) {
        *ret_byte = (uint8_t)bytes[simple - names];
        *from += 1;
    } else if (*at == 'x' && hex(at[1]) >= 0 && hex(at[2]) >= 0) {
        *ret_byte = (uint8_t)(hex(at[1]) * 16 + hex(at[2]));
        *from += 3;
    } else {
        return error_set(err, ERROR_BAD_INPUT, "\\%.1s is none of \\r \\n \\t \\\\ \\xNN", at);
    }
    return true;
}

static bool unescape(const char *from, struct script_line *line, struct error *err)
{
    while (*from != '\0') {
        uint8_t byte = (uint8_t)*from++;
        if (line->n == SCRIPT_TEXT_MAX)
            return error_set(err, ERROR_BAD_INPUT, "more than %d bytes", SCRIPT_TEXT_MAX);
        if (byte == '\\' && !take_escape(&from, &byte, err))
            return false;
        memcpy(&line->text[line->n++], &byte, 1);
    }
    return line->n > 0 || error_set(err, ERROR_BAD_INPUT, "scan and type need bytes");
}

static bool read_key(const char *name, struct script_line *line, struct error *err)
{
    static const struct {
        const char *name;
        enum press press;
    } keys[] = {{"F1", PRESS_MODES}, {"LEFT", PRESS_LEFT}, {"RIGHT", PRESS_RIGHT},
                {"UP", PRESS_UP},    {"DOWN", PRESS_DOWN}, {"ENTER", PRESS_ENTER}};
    if (name[0] >= '0' && name[0] <= '9' && name[1] == '\0') {
        line->press = (enum press)name[0];
        return true;
    }
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcmp(keys[i].name, name) == 0) {
            line->press = keys[i].press;
            return true;
        }
    }
    return error_set(err, ERROR_BAD_INPUT,
                     "key '%.32s' is none of F1 0..9 LEFT RIGHT UP DOWN ENTER", name);
}

#define LONGEST_MS 86400000

static bool read_time(const char *text, int64_t unit_ms, struct script_line *line,
                      struct error *err)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < 0 || value > LONGEST_MS / unit_ms)
        return error_set(err, ERROR_BAD_INPUT, "'%.32s' is no number from 0 to %lld", text,
                         (long long)(LONGEST_MS / unit_ms));
    line->ms = value * unit_ms;
    return true;
}

static bool read_text(const char *text, struct script_line *line, struct error *err)
{
    line->n = strlen(text);
    line->ms = SCRIPT_EXPECT_MS;
    if (line->n == 0 || line->n > SCRIPT_TEXT_MAX)
        return error_set(err, ERROR_BAD_INPUT, "expect needs 1 to %d bytes of text",
                         SCRIPT_TEXT_MAX);
    memcpy(line->text, text, line->n + 1);
    return true;
}

static bool nothing_more(const char *text, struct error *err)
{
    return *text == '\0' || error_set(err, ERROR_BAD_INPUT, "'%.32s' is too much", text);
}

static bool read_rest(const char *rest, struct script_line *line, struct error *err)
{
    switch (line->verb) {
    case SCRIPT_SCAN:
    case SCRIPT_TYPE:
        return unescape(rest, line, err);
    case SCRIPT_KEY:
        return read_key(rest, line, err);
    case SCRIPT_WAIT:
        return read_time(rest, 1, line, err);
    case SCRIPT_EXPECT:
        return read_text(rest, line, err);
    case SCRIPT_EXPECT_SENT:
        return read_time(rest, 1000, line, err);
    case SCRIPT_SHOW:
    case SCRIPT_STAY:
    case SCRIPT_QUIT:
    case SCRIPT_NOTHING:
        return nothing_more(rest, err);
    }
    invariant(false);
}

bool script_read(const char *text, struct script_line *ret_line, struct error *err)
{
    static const struct {
        const char *name;
        enum script_verb verb;
    } verbs[] = {{"scan", SCRIPT_SCAN},
                 {"key", SCRIPT_KEY},
                 {"type", SCRIPT_TYPE},
                 {"wait", SCRIPT_WAIT},
                 {"expect", SCRIPT_EXPECT},
                 {"show", SCRIPT_SHOW},
                 {"expect-sent", SCRIPT_EXPECT_SENT},
                 {"stay", SCRIPT_STAY},
                 {"quit", SCRIPT_QUIT}};
    struct script_line line = {.verb = SCRIPT_NOTHING};
    text += strspn(text, " \t");
    size_t n = strcspn(text, " ");
    if (*text == '\0' || *text == '#') {
        *ret_line = line;
        return true;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strlen(verbs[i].name) == n && memcmp(verbs[i].name, text, n) == 0)
            line.verb = verbs[i].verb;
    if (line.verb == SCRIPT_NOTHING)
        return error_set(err, ERROR_BAD_INPUT, "'%.*s' is no command (trao-handheld(1), SCRIPTS)",
                         (int)(n < 32 ? n : 32), text);
    if (!read_rest(text + n + (text[n] == ' '), &line, err))
        return false;
    *ret_line = line;
    return true;
}

/* ------------------------------------------------------------------ running */

bool script_open(const char *name, struct script *ret_script, struct error *err)
{
    bool standard = strcmp(name, "-") == 0;
    int fd = standard ? dup(STDIN_FILENO) : open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_set(err, ERROR_NOT_FOUND, "%s: %m", name);
    *ret_script = (struct script){.name = standard ? "standard input" : name, .fd = fd};
    return true;
}

void script_close(struct script *script)
{
    if (script->fd >= 0)
        close(script->fd);
    script->fd = -1;
}

int script_fd(const struct script *script)
{
    return script->at_end || script->n == sizeof script->held - 1 ? -1 : script->fd;
}

void script_fill(struct script *script)
{
    ssize_t n = read(script->fd, script->held + script->n, sizeof script->held - 1 - script->n);
    if (n > 0)
        script->n += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        script->at_end = true;
}

static bool fail_at(const struct script *script, struct error *err)
{
    return error_add(err, "%s:%u", script->name, script->number);
}

/* Takes the next whole line out of what is held; the last one may lack its end. */
static bool next_line(struct script *script, char out[sizeof script->held])
{
    char *end = memchr(script->held, '\n', script->n);
    if (end == NULL && !(script->at_end || script->n == sizeof script->held - 1))
        return false;
    if (end == NULL && script->n == 0)
        return false;
    size_t n = end != NULL ? (size_t)(end - script->held) : script->n;
    size_t used = end != NULL ? n + 1 : n;
    memcpy(out, script->held, n);
    out[n] = '\0';
    if (n > 0 && out[n - 1] == '\r')
        out[n - 1] = '\0';
    script->n -= used;
    memmove(script->held, script->held + used, script->n);
    script->number++;
    return true;
}

static enum script_state missed(struct script *script, const char *what, struct error *err)
{
    error_set(err, ERROR_NOT_FOUND, "'%.100s' did not appear within %lld ms", what,
              (long long)script->line.ms);
    fail_at(script, err);
    return SCRIPT_MISSED;
}

/* What a line that waits is doing now. */
static enum script_state go_on(struct script *script, const struct face *face, const char *all_sent,
                               struct tick now, struct error *err)
{
    bool over = now.ms - script->since.ms >= script->line.ms;
    bool waits = script->line.verb == SCRIPT_WAIT;
    const char *what = script->line.verb == SCRIPT_EXPECT ? script->line.text : all_sent;
    if (waits ? over : face_has(face, what)) {
        script->busy = false;
        return SCRIPT_RUNS;
    }
    return over ? missed(script, what, err) : SCRIPT_RUNS;
}

static enum script_state begin(struct script *script, struct tick now)
{
    switch (script->line.verb) {
    case SCRIPT_NOTHING:
        return SCRIPT_RUNS;
    case SCRIPT_SCAN:
        return SCRIPT_SCANS;
    case SCRIPT_TYPE:
        return SCRIPT_TYPES;
    case SCRIPT_KEY:
        return SCRIPT_PRESSES;
    case SCRIPT_WAIT:
    case SCRIPT_EXPECT:
    case SCRIPT_EXPECT_SENT:
        script->busy = true;
        script->since = now;
        return SCRIPT_RUNS;
    case SCRIPT_SHOW:
        return SCRIPT_SHOWS;
    case SCRIPT_STAY:
        return SCRIPT_STAYS;
    case SCRIPT_QUIT:
        return SCRIPT_ENDED;
    }
    invariant(false);
}

enum script_state script_step(struct script *script, const struct face *face, const char *all_sent,
                              struct tick now, struct error *err)
{
    char text[sizeof script->held];
    for (;;) {
        enum script_state state = SCRIPT_RUNS;
        if (script->busy)
            state = go_on(script, face, all_sent, now, err);
        if (script->busy || state != SCRIPT_RUNS)
            return state;
        if (!next_line(script, text))
            return script->at_end ? SCRIPT_ENDED : SCRIPT_RUNS;
        if (!script_read(text, &script->line, err)) {
            fail_at(script, err);
            return SCRIPT_BAD;
        }
        state = begin(script, now);
        if (state != SCRIPT_RUNS)
            return state;
    }
}

struct tick script_due(const struct script *script)
{
    return (struct tick){script->busy ? script->since.ms + script->line.ms : INT64_MAX};
}
