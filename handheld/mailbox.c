#include "handheld/mailbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct mailbox {
    pthread_mutex_t lock;
    struct letter letter[MAILBOX_LETTERS];
    size_t first, n;
    int fd; /* a semaphore: as many as there are letters */
};

bool mailbox_new(struct mailbox **ret_mailbox, struct error *err)
{
    struct mailbox *mailbox = calloc(1, sizeof *mailbox);
    if (mailbox == NULL)
        return error_set(err, ERROR_LATER, "mailbox: out of memory");
    mailbox->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    if (mailbox->fd < 0) {
        free(mailbox);
        return error_set(err, ERROR_LATER, "mailbox: %m");
    }
    pthread_mutex_init(&mailbox->lock, NULL);
    *ret_mailbox = mailbox;
    return true;
}

void mailbox_free(struct mailbox *mailbox)
{
    struct letter letter;
    if (mailbox == NULL)
        return;
    while (mailbox_take(mailbox, &letter))
        free(letter.bytes);
    pthread_mutex_destroy(&mailbox->lock);
    close(mailbox->fd);
    free(mailbox);
}

int mailbox_fd(const struct mailbox *mailbox)
{
    return mailbox->fd;
}

/* Of what can be dropped the last slots are not for: the connection's ups and downs must arrive. */
#define SLOTS_KEPT 8

static bool has_room(const struct mailbox *mailbox, enum letter_kind kind)
{
    bool droppable = kind == LETTER_MESSAGE || kind == LETTER_ACKNOWLEDGED;
    return mailbox->n < MAILBOX_LETTERS - (droppable ? SLOTS_KEPT : 0);
}

static void ring(struct mailbox *mailbox)
{
    uint64_t one = 1;
    ssize_t written = write(mailbox->fd, &one, sizeof one);
    invariant(written == (ssize_t)sizeof one);
}

void mailbox_put(struct mailbox *mailbox, enum letter_kind kind, int code, const void *bytes,
                 size_t n)
{
    struct letter letter = {.kind = kind, .code = code, .n = n};
    if (n > MAILBOX_BYTES_MAX)
        return;
    if (n > 0) {
        letter.bytes = malloc(n);
        if (letter.bytes == NULL)
            return;
        memcpy(letter.bytes, bytes, n);
    }
    pthread_mutex_lock(&mailbox->lock);
    if (has_room(mailbox, kind)) {
        mailbox->letter[(mailbox->first + mailbox->n++) % MAILBOX_LETTERS] = letter;
        letter.bytes = NULL;
        ring(mailbox);
    }
    pthread_mutex_unlock(&mailbox->lock);
    free(letter.bytes);
}

bool mailbox_take(struct mailbox *mailbox, struct letter *ret_letter)
{
    uint64_t one;
    pthread_mutex_lock(&mailbox->lock);
    bool any = mailbox->n > 0;
    if (any) {
        *ret_letter = mailbox->letter[mailbox->first];
        mailbox->first = (mailbox->first + 1) % MAILBOX_LETTERS;
        mailbox->n--;
        ssize_t got = read(mailbox->fd, &one, sizeof one);
        invariant(got == (ssize_t)sizeof one);
    }
    pthread_mutex_unlock(&mailbox->lock);
    return any;
}
