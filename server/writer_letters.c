/* writer_letters.c - the way from the network to the writer: a message is copied, read by a reader,
 * and sorted; pieces of attachments go beside. */
#include "server/writer_inside.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/log.h"

#define WAITING_BYTES_MAX (32u << 20) /* beyond it devices send again */
#define PIECES_MAX 256                /* each at most half a message; a device has one on its way */
#define PIECES_IDLE_MS 60000

/* ------------------------------------------------------------------ queues */

static void letters_add(struct letters *letters, struct letter *letter)
{
    letter->next = NULL;
    if (letters->last == NULL)
        letters->first = letter;
    else
        letters->last->next = letter;
    letters->last = letter;
}

struct letter *letters_take(struct letters *letters)
{
    struct letter *letter = letters->first;
    if (letter != NULL) {
        letters->first = letter->next;
        if (letters->first == NULL)
            letters->last = NULL;
    }
    return letter;
}

void letter_free(struct letter *letter)
{
    intake_message_free(letter->message);
    free(letter);
}

/* ------------------------------------------------------------------ the network's door */

static struct reader *reader_of(struct writer *writer, const char *topic)
{
    unsigned int sum = 0;
    for (const char *at = topic; *at != '\0'; at++)
        sum = sum * 31 + (unsigned char)*at;
    return &writer->readers[sum % READERS];
}

void writer_message(struct writer *writer, const char *topic, const void *bytes, size_t n)
{
    if (n > WIRE_BYTES_MAX || strlen(topic) >= TOPIC_MAX)
        return; /* the broker takes neither (settled point 1) */
    struct letter *letter = calloc(1, sizeof *letter + n);
    if (letter == NULL)
        return;
    struct clock clock = clock_system();
    letter->arrival = clock.now(clock.self);
    letter->n = n;
    memcpy(letter->topic, topic, strlen(topic) + 1);
    if (n > 0)
        memcpy(letter->bytes, bytes, n);
    pthread_mutex_lock(&writer->lock);
    bool room = writer->waiting_bytes + n <= WAITING_BYTES_MAX && !writer->stopping;
    if (room) {
        struct reader *reader = reader_of(writer, topic);
        writer->waiting_bytes += n;
        letters_add(&reader->letters, letter);
        pthread_cond_signal(&reader->some);
    } else {
        writer->counts.dropped++;
    }
    pthread_mutex_unlock(&writer->lock);
    if (!room)
        letter_free(letter);
}

/* ------------------------------------------------------------------ readers */

static struct letter *next_letter(struct reader *reader)
{
    struct writer *writer = reader->writer;
    struct letter *letter = NULL;
    pthread_mutex_lock(&writer->lock);
    while (!writer->stopping && (letter = letters_take(&reader->letters)) == NULL)
        pthread_cond_wait(&reader->some, &writer->lock);
    pthread_mutex_unlock(&writer->lock);
    return letter;
}

/* To the thread it is for; what is too much is dropped, for the device sends it again. */
static bool sort_letter(struct writer *writer, struct letter *letter)
{
    const char *device;
    bool piece = letter->message != NULL && intake_piece(letter->message, &device) != NULL;
    bool kept = !piece || (writer->config.piece != NULL && writer->pieces_n < PIECES_MAX);
    if (piece)
        writer->waiting_bytes -= letter->n;
    if (!kept) {
        writer->counts.dropped++;
    } else if (piece) {
        letters_add(&writer->pieces, letter);
        writer->pieces_n++;
        pthread_cond_signal(&writer->some_piece);
    } else {
        letters_add(&writer->read, letter);
        pthread_cond_signal(&writer->work);
    }
    return kept;
}

void *writer_read_letters(void *arg)
{
    struct reader *reader = arg;
    struct writer *writer = reader->writer;
    struct letter *letter;
    while ((letter = next_letter(reader)) != NULL) {
        struct error err;
        if (!intake_read(writer->config.intake, letter->topic, letter->bytes, letter->n,
                         letter->arrival, &letter->message, &err) &&
            letter->message == NULL) /* one that came through is told of by the intake */
            log_line(LOG_LEVEL_ERROR, "message dropped", "why=\"%s\"", err.text);
        pthread_mutex_lock(&writer->lock);
        bool kept = sort_letter(writer, letter);
        pthread_mutex_unlock(&writer->lock);
        if (!kept)
            letter_free(letter);
    }
    return NULL;
}

/* ------------------------------------------------------------------ pieces */

/* NULL: none came for a while, or it is time to end. */
static struct letter *next_piece(struct writer *writer)
{
    struct timespec until = writer_in_ms(PIECES_IDLE_MS);
    struct letter *letter = NULL;
    pthread_mutex_lock(&writer->lock);
    while (!writer->stopping && (letter = letters_take(&writer->pieces)) == NULL &&
           pthread_cond_timedwait(&writer->some_piece, &writer->lock, &until) == 0)
        continue;
    if (letter != NULL)
        writer->pieces_n--;
    pthread_mutex_unlock(&writer->lock);
    return letter;
}

void *writer_take_pieces(void *arg)
{
    struct writer *writer = arg;
    const struct writer_config *config = &writer->config;
    if (config->piece == NULL)
        return NULL;
    config->piece(config->ctx, NULL, NULL);
    while (!writer_is_stopping(writer)) {
        const char *device = NULL;
        struct letter *letter = next_piece(writer);
        const struct attachment_chunk *chunk =
            letter == NULL ? NULL : intake_piece(letter->message, &device);
        config->piece(config->ctx, device, chunk);
        if (letter != NULL)
            letter_free(letter);
    }
    return NULL;
}
