/* notify_rig.h - messages on a clock of the test's own: one item, one handheld, sms.txt as the
 * gateway or one that does as it is told. One thread. */
#ifndef TRAO_TESTS_SERVER_NOTIFY_RIG_H
#define TRAO_TESTS_SERVER_NOTIFY_RIG_H

#include "server/notify/sms_file.h"
#include "tests/server/notify_start.h"

struct told {
    struct desk_rig desk;
    struct rig_device device;
    char path[192];
    struct sms_file *file;
    struct notify *notify;
    struct item item;
};

/* For cmocka. */
int open_told(void **state);
int close_told(void **state);
void start(struct told *told);
void stop(struct told *told);
/* Messages by this gateway; notify_close is the caller's. */
void open_by(struct told *told, struct sms_driver driver);
/* Both programs' parts anew, as after a crash. */
void restart(struct told *told);

/* Loses the list of what was written. */
void forget_sent(const struct told *told);

void tick(struct told *told);
void scan(struct told *told, uint32_t event);
void pass(struct told *told, int64_t ms);
/* Lines of the file; the last in `last`, NULL is fine. */
size_t lines(const struct told *told, char last[1024]);
/* There are n, and the last says this of the item. */
void said(const struct told *told, size_t n, const char *text);
/* ... goes to this phone and says this. */
void answered(const struct told *told, size_t n, const char *phone, const char *text);
/* A text from a phone, and what time it takes to be heard and answered. */
void text_from(struct told *told, const char *phone, const char *text);
size_t count_facts(struct told *told, uint32_t event);
bool has_fact(struct told *told, uint32_t event);

#define OUT "Hom nay buu ta den giao. Phai tra dung 168.000d, khong them. Buu ta that biet tu khoa "
/* The word that a real postman knows. */
const char *word_today(const struct told *told);

#define OWN "+84912000001"
#define STRANGER "+84912000077"

#define HELP                                                                                       \
    "Trao: Soan TRAO <so phong bi> de hoi, HEN 30/11 de chon ngay giao, KHONG neu chua nhan "      \
    "duoc, DUNG de thoi nhan tin."

/* A gateway of moods. */
struct gateway {
    enum error_code mood; /* ERROR_NONE: it takes all */
    uint32_t tries, taken, alarms;
    char ids[8][NOTICE_REQUEST_MAX + 1]; /* of those taken */
    char sentence[160];
    const char *never;    /* an item that it never takes; NULL none */
    enum sms_end ends[4]; /* what it says of the last that it took, in this order */
    uint32_t ends_n;
};
extern struct gateway gateway;
struct sms_driver moods_driver(void);
/* Everything anew, with this one instead of the file. */
void start_with_gateway(struct told *told, enum error_code mood);
/* How often it was called. */
uint32_t tries_within(struct told *told, int64_t ms);

#define TOLD(name) cmocka_unit_test_setup_teardown(name, open_told, close_told)

#endif
