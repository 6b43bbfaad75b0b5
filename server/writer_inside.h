/* writer_inside.h - what the files of the writer share: writer.c opens, starts and stops the
 * threads and takes in acts, writer_letters.c is the way from the network to the writer,
 * writer_groups.c the writer itself, writer_follow.c the views behind it. For them alone. */
#ifndef TRAO_SERVER_WRITER_INSIDE_H
#define TRAO_SERVER_WRITER_INSIDE_H

#include <pthread.h>
#include <time.h>

#include "protocol/topic.h"
#include "server/writer.h"

#define READERS 2     /* Ed25519 is 49 us a batch (limits.md): two keep up with any disk of ours */
#define RETRY_MS 1000 /* a record that cannot be written, views that cannot follow */

/* What the network brought, or what a reader made of it. */
struct letter {
    struct letter *next;
    struct intake_message *message; /* NULL: not read yet */
    struct instant arrival;
    char topic[TOPIC_MAX];
    size_t n;
    uint8_t bytes[];
};

struct letters {
    struct letter *first, *last;
};

/* An act waits on its caller's stack. */
struct asked {
    struct asked *next;
    act act;
    void *arg;
    struct error *err;
    bool good, done;
    uint64_t group; /* committed in this one; 0 not at all */
};

struct reader {
    struct writer *writer;
    struct letters letters;
    pthread_cond_t some;
};

#define THREADS_MAX (3 + READERS)

struct writer {
    struct writer_config config;
    pthread_mutex_t lock; /* over all below */
    struct reader readers[READERS];
    struct letters read;   /* for the writer */
    struct letters pieces; /* for the thread beside it */
    size_t pieces_n;
    pthread_cond_t some_piece;
    size_t waiting_bytes;
    struct asked *asked, **asked_end;
    pthread_cond_t work;          /* for the writer */
    pthread_cond_t news;          /* for the follower */
    pthread_cond_t answered;      /* for askers */
    uint64_t committed, followed; /* groups */
    uint64_t following;           /* up to here they are taken in, or were */
    int64_t following_since_us;   /* the first of those was committed; monotonic */
    int64_t new_since_us;         /* the first after them was */
    bool behind;                  /* the views could not follow: tried again each second */
    bool started, stopping, writer_gone;
    struct writer_counts counts;
    pthread_t threads[THREADS_MAX];
    size_t threads_n; /* of them run */
};

/* ------------------------------------------------------------------ writer.c */

int64_t writer_now_us(void); /* monotonic */
struct timespec writer_in_ms(int64_t ms);
bool writer_is_stopping(struct writer *writer); /* takes the lock */

/* ------------------------------------------------------------------ writer_letters.c */

struct letter *letters_take(struct letters *letters); /* the first; NULL none */
void letter_free(struct letter *letter);
void *writer_read_letters(void *reader); /* a thread */
void *writer_take_pieces(void *writer);  /* a thread */

/* ------------------------------------------------------------------ writer_groups.c */

void *writer_write_groups(void *writer); /* a thread */

/* ------------------------------------------------------------------ writer_follow.c */

void *writer_follow_groups(void *writer); /* a thread */
/* How long ago the first group was committed that views do not show yet. With the lock held. */
int64_t writer_behind_ms(const struct writer *writer);
/* With the lock held, which is let go meanwhile. */
void writer_wait_for_views(struct writer *writer);

#endif
