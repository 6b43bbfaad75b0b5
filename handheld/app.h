/* app.h - the postman's program without its wires: what is on the screen, and what a key or a scan
 * does to it. Reads time from its clock, writes only to the outbox; sounds and outcomes go to
 * `said`. One thread; no I/O of its own, so that tests and scripts drive the same thing as the
 * terminal.
 *
 * app.c keeps screen, time and idleness; app_scan.c says what a scan means; app_record.c writes;
 * door.c leads through one door; each screen_*.c is one struct of functions.
 */
#ifndef TRAO_HANDHELD_APP_H
#define TRAO_HANDHELD_APP_H

#include "handheld/day.h"
#include "handheld/face.h"
#include "handheld/fix.h"
#include "handheld/outbox.h"
#include "handheld/papers.h"
#include "handheld/scanner.h"
#include "handheld/tally.h"
#include "handheld/today.h"
#include "handheld/typing.h"
#include "handheld/words.h"
#include "protocol/chain.h"

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
enum sound { SOUND_NONE, SOUND_OK, SOUND_REPEATED, SOUND_LOOK, SOUND_REFUSED, SOUND_CLOSED };

struct app;

/* One mode of the screen: a struct of functions; what they keep is a named part of struct app. */
struct screen {
    void (*draw)(const struct app *app, struct face *face);
    void (*key)(struct app *app, enum press key);
    /* What was scanned, before anybody else looks at it: `item`, or NULL when it is no item's
     * number. True: taken. NULL: this screen wants none. */
    bool (*scan)(struct app *app, const struct reading *reading, const struct item *item);
    /* What it shows is over by itself after so long; 0: stays. */
    int64_t shown_ms;
    bool asks;  /* a question: scans wait until it is answered */
    bool types; /* letters are text here: app_type, and no key but arrows, F1 and Enter */
};

extern const struct screen screen_home, screen_modes, screen_ok, screen_repeated, screen_refused,
    screen_too_soon, screen_full, screen_told, screen_relation, screen_proof, screen_reason,
    screen_action, screen_note, screen_date, screen_slip, screen_typing, screen_wrong_round,
    screen_far, screen_pickup, screen_pickup_list, screen_pickup_why, screen_pickup_sign,
    screen_revoked, screen_round, screen_stop, screen_find, screen_end, screen_end_why,
    screen_health, screen_login;

/* What the machine says of itself, for the health screen; a part nobody has told is not shown. */
struct app_machine {
    uint32_t battery_percent; /* 0 unknown */
    bool charging;
    struct instant certificate_until; /* 0 unknown */
    char mark[SEAL_MARK_MAX];         /* of its seal key, as the desk's page shows it; "" unknown */
    uint64_t free_bytes;              /* of the outbox's disk; 0 unknown */
    uint32_t free_percent;
};

struct app_config {
    const char *device;
    uint32_t post_office;
    struct clock clock;
    struct chance chance; /* numbers of stops; fill NULL: envelopes of one door are not joined */
    struct outbox *outbox;
    const struct fix *fix; /* borrowed for the app's life */
    const struct day *day; /* NULL: no round ever comes */
    const struct door_papers
        *papers; /* NULL: nothing can be kept beside a scan, none is asked for */
    /* A sound, and the line for scripts: "ok seq=12 RA123456785VN delivered". Called after the
     * commit. */
    void (*said)(void *ctx, enum sound sound, const char *line);
    void (*try_now)(void *ctx); /* "send now" of the health screen; NULL: not offered */
    void *ctx;
    bool dark; /* white on black, no colours, from the start */
};

#define DOOR_MAX 12 /* envelopes in one stop */

/* What the last accepted scan was, and those of the same door; undo and bounce look at it. */
struct app_last {
    bool any;
    struct item item;
    enum today_mode mode;
    struct tick taken;
    struct scan scan;       /* what was recorded; event 0 while a question is open */
    uint64_t seq[DOOR_MAX]; /* of all that one answer recorded */
    struct item items[DOOR_MAX];
    uint32_t n;
    bool undone;
};

/* The door at which the postman stands: what has been answered so far. */
struct app_door {
    struct item item[DOOR_MAX]; /* the first is the subject */
    enum entry entry[DOOR_MAX];
    uint32_t n;
    uint32_t relation; /* chosen, not yet recorded */
    unsigned done;     /* bits of enum door_step */
    uint32_t note;     /* reason.def NOTE */
    struct instant again;
    uint64_t slip;
    uint32_t far_m;             /* the place was asked about at this distance; 0 it was not */
    bool elsewhere;             /* the receiver chose another place */
    bool fails;                 /* on the way to a failure, not a delivery */
    char text[PAPERS_TEXT_MAX]; /* added note or address, as typed; wiped with the door */
    char address[PAPERS_TEXT_MAX];
    enum word complaint; /* shown under a proof: wrong card, nothing came ...; 0 none */
    bool complains;
    char code[8]; /* of the receiver's delivery code, as typed so far */
};

#define PICKUP_EXTRA_MAX 40
#define PICKUP_LAST 5

/* The handover that is being counted. */
struct app_pickup {
    uint64_t handover; /* 0 none */
    bool listed;       /* what it holds is known */
    uint32_t count;    /* of the list */
    uint32_t seen;     /* of the list, here */
    bool is_seen[ROUND_STOPS_MAX];
    uint32_t extra_n, void_n;
    struct item extra[PICKUP_EXTRA_MAX];
    struct item last[PICKUP_LAST]; /* newest first */
    uint32_t last_n;
    uint32_t why;      /* NAMED reason when the count does not agree */
    bool giver_agreed; /* of the two who sign */
};

struct app_login {
    uint32_t badge; /* 0: scan it */
    char pin[16];   /* as typed so far; wiped after use */
    enum day_unlocked said;
    bool tried;
    uint32_t left;
    bool forgot;
};

struct app {
    struct app_config config;
    bool english, dark, practice;
    enum today_mode mode;
    const struct screen *screen;
    struct tick entered;
    struct tick touched; /* the last key or scan: idleness counts from here */
    int marked;          /* line of a list */
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
    enum word told_title; /* for screen_told */
    char told[256];
    bool told_item; /* with the subject's number */
    uint32_t badge; /* signed in; 0 nobody */
    bool revoked;   /* by the server: names are gone, scans are not */
    bool locked;    /* by idleness or by hand: the login screen is home */
    struct tally tally;
    struct tally_cash cash; /* for screen_end */
    struct app_door door;
    struct app_pickup pickup;
    struct app_login login;
    char find[5]; /* digits so far */
    struct typing typing;
    uint32_t aside_n; /* of other rounds, set aside on this run */
    struct item aside[PICKUP_EXTRA_MAX];
    uint64_t practice_seq;
    bool watched;
    unsigned warned; /* bits of lines of screen_health that are known to want attention */
    /* for the footer, renewed by app_tick */
    bool connected;
    struct instant lost; /* since when there is no network; 0 never known */
    bool counted;
    struct outbox_counts counts;
    struct app_machine machine;
};

void app_init(struct app *app, const struct app_config *config);
void app_scan(struct app *app, const struct reading *reading);
void app_key(struct app *app, enum press key);
/* A byte of text on a screen that types, and its end of burst; a scan in the text comes out as one.
 */
void app_type(struct app *app, uint8_t byte);
/* Time passes; what the footer says is read anew. */
void app_tick(struct app *app, bool connected);
/* The server took this device out of service: what the day knew is gone; scans are kept, and taken
 * still. */
void app_revoke(struct app *app);
void app_machine(struct app *app, const struct app_machine *machine);
/* On a face that is too small for a screen: that it is, and nothing else. */
void app_draw(const struct app *app, struct face *face);

/* ------------------------------------------------------------------ for the screens */

#define APP_UNDO_MS 10000                    /* [ux.md section 4] */
#define APP_IDLE_MS (INT64_C(5) * 60 * 1000) /* [ux.md section 4, M] */

void app_show(struct app *app, const struct screen *screen);
/* Where one is when nothing is asked: home, the handover that is counted, the day's end, or the
 * lock. */
void app_home(struct app *app);
void app_set_mode(struct app *app, enum today_mode mode);
const char *app_word(const struct app *app, enum word word);
const char *app_mode_word(const struct app *app, enum today_mode mode);
struct tick app_now(const struct app *app);
struct instant app_wall(const struct app *app);
void app_say(struct app *app, enum sound sound, const char *line);
/* A title and a sentence on red, with the subject's number or without. */
void app_tell(struct app *app, enum word title, const char *sentence, bool item);

/* The day as it is now: practice's own, the vault's, or NULL. */
const struct day *app_day(const struct app *app);
const struct round_list *app_round(const struct app *app);
const struct stop *app_stop(const struct app *app, const struct item *item);
void app_lock(struct app *app);
/* A badge was scanned: who signs in. */
void app_login_begin(struct app *app, uint32_t badge);

/* An item's number came in, by scan or by choice: what it means now. */
void app_take(struct app *app, const struct item *item, enum entry entry);
/* The door's question for the subject, place and other rounds having been looked at. */
void door_begin(struct app *app);
void door_ask(struct app *app);
/* The next thing that must be asked, or the end: recorded. */
void door_next(struct app *app);
/* Another envelope for the same receiver? Then it is part of this stop. */
bool door_join(struct app *app, const struct item *item, enum entry entry);
/* What is to be collected for all envelopes of this door. */
void door_due(const struct app *app, uint64_t *ret_fees_vnd, uint64_t *ret_postage_vnd);
bool door_owner_only(const struct app *app);
/* How strictly a proof is wanted here, of all envelopes the strictest. */
enum proof_level door_level(const struct app *app, unsigned step);
/* Whose card, or which code, is looked for here: of the envelope that says so most strictly, not of
 * whichever was scanned first. Lent as app_stop; NULL without a round. */
const struct stop *door_stop(const struct app *app, unsigned step);
enum door_step {
    DOOR_NAME = 1 << 0,
    DOOR_ID_CARD = 1 << 1,
    DOOR_CODE = 1 << 2,
    DOOR_SIGNATURE = 1 << 3,
    DOOR_PHOTO = 1 << 4,
    DOOR_NOTE = 1 << 5,
    DOOR_DATE = 1 << 6,
    DOOR_ADDRESS = 1 << 7,
    DOOR_SLIP = 1 << 8
};
/* The step that is being asked; 0 none. */
unsigned door_step_now(const struct app *app);
void door_end(struct app *app); /* forgets all of it */

/* Commits a scan of `event` for the subject; shows ok, or that it could not be stored. */
void app_record(struct app *app, enum event event);
/* For all envelopes of the door. */
void app_record_door(struct app *app, enum event event);
/* For an envelope that is not where it should be; shows nothing. */
bool app_record_named(struct app *app, const struct item *item, enum named reason);
/* Asks why it failed, or says that it is too soon for a second attempt. */
void app_ask_why(struct app *app);
/* How long the last scan can still be taken back; 0: not. */
int64_t app_undo_left_ms(const struct app *app);
void app_withdraw(struct app *app);
/* Takes back what this device recorded of the subject last, however long ago: `before`. */
void app_correct(struct app *app);
/* What this device did to the item last; false: nothing. */
bool app_last_of(struct app *app, const struct item *item, struct scan *ret_scan);

/* The serial behind "BG-", "TH-" and the like; 0: none. */
uint64_t app_serial(const struct reading *reading);

/* Sounds when a line of the health screen has come to want attention. */
void health_watch(struct app *app);

void pickup_begin(struct app *app, uint64_t handover);
/* The subject was scanned while a handover is counted. */
void pickup_take(struct app *app, enum today_act act);
bool pickup_agrees(const struct app *app);

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
#define APP_MONEY_MAX 40
/* "168.000 đ", "VND 168,000" */
char *app_money(const struct app *app, uint64_t vnd, char out[APP_MONEY_MAX]);
/* Up and down in a list of `n`. */
void app_move_mark(struct app *app, enum press key, int n);
/* The row chosen by this key in a list of `n` (digits from 1, 0 the tenth, Enter the marked); -1.
 */
int app_chosen(const struct app *app, enum press key, int n);
/* "3 giờ" */
#define APP_AGE_MAX 40
char *app_age(const struct app *app, int64_t ms, char out[APP_AGE_MAX]);
/* GPS and clock in two words. */
void app_gps_words(const struct app *app, char out[APP_AGE_MAX]);
enum word app_clock_word(const struct app *app);

#endif
