/* app.h - the postman's program without its wires: what is on the screen, and what a key or a scan
 * does to it. Reads time from its clock, writes only to the outbox; sounds and outcomes go to
 * `said`. One thread; no I/O of its own, so that tests and scripts drive the same thing as the
 * terminal.
 */
#ifndef TRAO_HANDHELD_APP_H
#define TRAO_HANDHELD_APP_H

#include "handheld/face.h"
#include "handheld/fix.h"
#include "handheld/outbox.h"
#include "handheld/scanner.h"
#include "handheld/today.h"
#include "handheld/words.h"

enum press {
    PRESS_NONE,
    PRESS_MODES, /* F1 */
    PRESS_LEFT,
    PRESS_RIGHT,
    PRESS_UP,
    PRESS_DOWN,
    PRESS_ENTER,
    PRESS_0 = '0', /* and '1' to '9' */
    PRESS_9 = '9'
};

/* By outcome [ux.md section 4]. */
enum sound { SOUND_NONE, SOUND_OK, SOUND_REPEATED, SOUND_LOOK, SOUND_REFUSED };

struct app;

/* One mode of the screen: a struct of functions; none keeps state of its own. */
struct screen {
    void (*draw)(const struct app *app, struct face *face);
    void (*key)(struct app *app, enum press key);
    /* What it shows is over by itself after so long; 0: stays. */
    int64_t shown_ms;
    bool asks; /* a question: scans wait until it is answered */
};

extern const struct screen screen_home, screen_modes, screen_ok, screen_repeated, screen_refused,
    screen_too_soon, screen_full, screen_relation, screen_reason, screen_action;

struct app_config {
    const char *device;
    uint32_t post_office;
    struct clock clock;
    struct outbox *outbox;
    const struct fix *fix; /* borrowed for the app's life */
    /* A sound, and the line for scripts: "ok seq=12 RA123456785VN delivered". Called after the
     * commit. */
    void (*said)(void *ctx, enum sound sound, const char *line);
    void *ctx;
};

/* What the last accepted scan was; undo and bounce look at it. */
struct app_last {
    bool any;
    struct item item;
    enum today_mode mode;
    struct tick taken;
    struct scan scan; /* what was recorded; event 0 while a question is open */
    bool undone;
};

struct app {
    struct app_config config;
    bool english;
    enum today_mode mode;
    const struct screen *screen;
    struct tick entered;
    int marked; /* line of a list */
    struct app_last last;
    struct scan subject; /* item and entry of the open question, its reason so far */
    bool kept_waiting;   /* an item was scanned while a question was open */
    struct item waiting;
    struct tick waiting_since;
    struct scan before;       /* of the subject, what this device did last; event 0 nothing */
    struct instant fail_from; /* for screen_too_soon */
    struct reading refused;   /* for screen_refused: what was read, in `refused_text` */
    enum item_kind refused_kind;
    char refused_text[SCANNER_TEXT_MAX];
    struct error trouble; /* for screen_full: why nothing was stored */
    bool full;
    /* for the footer, renewed by app_tick */
    bool connected;
    bool counted;
    struct outbox_counts counts;
};

void app_init(struct app *app, const struct app_config *config);
void app_scan(struct app *app, const struct reading *reading);
void app_key(struct app *app, enum press key);
/* Time passes; what the footer says is read anew. */
void app_tick(struct app *app, bool connected);
/* On a face that is too small for a screen: that it is, and nothing else. */
void app_draw(const struct app *app, struct face *face);

/* ------------------------------------------------------------------ for the screens */

#define APP_UNDO_MS 10000 /* [ux.md section 4] */

void app_show(struct app *app, const struct screen *screen);
const char *app_word(const struct app *app, enum word word);
const char *app_mode_word(const struct app *app, enum today_mode mode);
struct tick app_now(const struct app *app);
/* Commits a scan of `event` for the subject; shows ok, or that it could not be stored. */
void app_record(struct app *app, enum event event);
/* Asks why it failed, or says that it is too soon for a second attempt. */
void app_ask_why(struct app *app);
/* How long the last scan can still be taken back; 0: not. */
int64_t app_undo_left_ms(const struct app *app);
void app_withdraw(struct app *app);

/* Parts that several screens share. */
void app_draw_head(const struct app *app, struct face *face, const char *left);
void app_draw_foot(const struct app *app, struct face *face, const char *keys);
void app_draw_undo(const struct app *app, struct face *face);
/* What was scanned while a question was open is not recorded: says so. */
void app_draw_answer_first(const struct app *app, struct face *face);
/* "Đã phát": what an event did, as one says it afterwards. */
const char *app_did(const struct app *app, uint32_t event);
void app_draw_item(const struct item *item, struct face *face, int row);
/* One line of a list, marked or not. */
void app_draw_choice(struct face *face, int row, bool marked, const char *text);

#endif
