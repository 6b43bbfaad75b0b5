/* broker.h - a real mosquitto for a test: its own folder, a free port, plain or mutual TLS 1.3;
 * killed and started again at will. Fails the test when it cannot start. */
#ifndef TRAO_TESTS_PROTOCOL_BROKER_H
#define TRAO_TESTS_PROTOCOL_BROKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct broker {
    char folder[256]; /* holds configuration, log and certificates */
    uint16_t port;
    bool tls;
    pid_t pid; /* 0 while down */
};

/* Makes the folder and everything in it, finds a port; nothing runs yet. */
void broker_init(struct broker *broker, bool tls);
/* Runs it and waits until it listens. */
void broker_start(struct broker *broker);
/* kill -9; `forget` deletes what it had kept on disk. */
void broker_kill(struct broker *broker, bool forget);
/* SIGSTOP and SIGCONT: it keeps its sockets and answers nothing. */
void broker_freeze(struct broker *broker, bool frozen);
void broker_done(struct broker *broker);
/* Path of a file in the folder, in one of few static buffers. */
const char *broker_file(const struct broker *broker, const char *name);

#endif
