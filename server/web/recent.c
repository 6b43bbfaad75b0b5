#include "server/web/recent.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 512 /* of some KB each */

struct place {
    char key[RECENT_KEY_MAX], tag[RECENT_TAG_MAX];
    uint64_t version;
    int64_t at_ms;
    struct http_made *made; /* NULL: free */
};

struct recent {
    pthread_mutex_t lock;
    struct place places[PLACES];
};

struct recent *recent_new(void)
{
    struct recent *recent = calloc(1, sizeof *recent);
    if (recent)
        pthread_mutex_init(&recent->lock, NULL);
    return recent;
}

void recent_free(struct recent *recent)
{
    if (!recent)
        return;
    for (size_t i = 0; i < PLACES; i++)
        http_made_drop(recent->places[i].made);
    pthread_mutex_destroy(&recent->lock);
    free(recent);
}

/* djb2; who makes keys meet in one place only has them put together anew. */
static struct place *place_of(struct recent *recent, const char *key)
{
    size_t hash = 5381;
    for (const char *at = key; *at; at++)
        hash = hash * 33 + (unsigned char)*at;
    return &recent->places[hash % PLACES];
}

bool recent_give(struct recent *recent, const char *key, uint64_t version, struct instant now,
                 struct http_answer *answer, char ret_tag[RECENT_TAG_MAX])
{
    const struct place *place = place_of(recent, key);
    pthread_mutex_lock(&recent->lock);
    bool found = place->made && place->version == version && now.ms >= place->at_ms &&
                 now.ms < place->at_ms + RECENT_MS && strcmp(place->key, key) == 0;
    if (found) {
        answer->made = http_made_hold(place->made);
        memcpy(ret_tag, place->tag, RECENT_TAG_MAX);
    }
    pthread_mutex_unlock(&recent->lock);
    return found;
}

void recent_keep(struct recent *recent, const char *key, uint64_t version, struct instant now,
                 struct http_answer *answer, const char *tag)
{
    struct place *place = place_of(recent, key);
    if (answer->status != 200 || !answer->body || strlen(key) >= RECENT_KEY_MAX)
        return;
    struct http_made *made = http_make(answer);
    if (!made)
        return;
    answer->made = http_made_hold(made);
    pthread_mutex_lock(&recent->lock);
    struct http_made *before = place->made;
    *place = (struct place){.version = version, .at_ms = now.ms, .made = made};
    (void)snprintf(place->key, sizeof place->key, "%s", key);
    (void)snprintf(place->tag, sizeof place->tag, "%s", tag);
    pthread_mutex_unlock(&recent->lock);
    http_made_drop(before);
}
