/* kannel.h - a real Kannel, bearerbox and smsbox, bound to an operator's message centre
 * (operator.mjs on the npm package smpp), all on free loopback ports in one folder. One thread;
 * proc_init before. A part that does not come up fails the test. */
#ifndef TRAO_TESTS_LIB_KANNEL_H
#define TRAO_TESTS_LIB_KANNEL_H

#include "tests/lib/proc.h"

#define KANNEL_USER "trao"
#define KANNEL_PASSWORD "khong-ai-biet"
#define KANNEL_KEY "101112131415161718191a1b1c1d1e1f000102030405060708090a0b0c0d0e0f"
#define KANNEL_NUMBER "8123"

struct kannel {
    char dir[200], log[240], conf[240];
    int admin, boxes, sendsms, operator_port;
    char url[96]; /* of sendsms */
    struct proc operator_, bearerbox, smsbox;
};

/* `callbacks`: port of the listener that is called for reports and texts. */
void kannel_start(struct kannel *kannel, const char *dir, const char *npm, int callbacks);
void kannel_start_boxes(struct kannel *kannel);
void kannel_stop_boxes(struct kannel *kannel);
void kannel_stop(struct kannel *kannel);

/* The operator's next line that begins so, others are passed over; fails after ten seconds. */
void kannel_hear(struct kannel *kannel, const char *begin, char out[PROC_LINE_MAX]);
/* A line to him, and the answer, which must begin so. */
void kannel_say(struct kannel *kannel, const char *expect, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* He hears no more parts for so long. */
void kannel_hears_nothing(struct kannel *kannel, int ms);

#endif
