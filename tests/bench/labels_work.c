#include "tests/bench/labels_work.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zint.h>

#define THREADS_MAX 64

struct work_text {
    char number[16];
    char name[96];
    char address[160];
    char link[64];
};

void work_fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

void work_must(bool done, const char *what)
{
    if (!done)
        work_fail(what);
}

double work_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int by_time(const void *a, const void *b)
{
    double one = *(const double *)a;
    double other = *(const double *)b;
    return (one > other) - (one < other);
}

double work_median(double *times, size_t n)
{
    qsort(times, n, sizeof *times, by_time);
    return times[n / 2];
}

/* ------------------------------------------------------------------ labels */

struct work *work_new(size_t n)
{
    static const char *const families[] = {"Nguyễn", "Trần", "Đặng", "Phan", "Hoàng", "Lê", "Võ"};
    static const char *const middles[] = {"Thị", "Văn", "Đức", "Thùy", "Ngọc", "Hữu"};
    static const char *const given[] = {"Dương", "Ẩn", "Sỹ", "Lộc", "Quỳnh", "Thưởng", "Mẫn", "Ý"};
    static const char *const streets[] = {"Trần Phú", "Nguyễn Chí Thanh", "Phan Đình Phùng"};
    struct work *work = calloc(1, sizeof *work);
    work_must(work != NULL, "no memory");
    work->labels = calloc(n, sizeof *work->labels);
    work->texts = calloc(n, sizeof *work->texts);
    work_must(work->labels != NULL && work->texts != NULL, "no memory");
    work->n = n;
    for (size_t i = 0; i < n; i++) {
        struct work_text *text = &work->texts[i];
        snprintf(text->number, sizeof text->number, "RA%09zuVN",
                 (473124829 + i * 7919) % 1000000000);
        snprintf(text->name, sizeof text->name, "%s %s %s", families[i % 7], middles[i / 7 % 6],
                 given[i % 8]);
        snprintf(text->address, sizeof text->address,
                 "Số %zu, ngõ %zu, đường %s, P. Thành Sen, Hà Tĩnh", i % 997 + 1, i % 31 + 1,
                 streets[i % 3]);
        snprintf(text->link, sizeof text->link, "HTTPS://TRAO.EXAMPLE/T/%s/%08XQ7Z9A2B4",
                 text->number, (unsigned)i * 2654435761u);
        work->labels[i] = (struct label){.number = text->number,
                                         .sender = "Trung tâm Phục vụ hành chính công",
                                         .sender_address = "",
                                         .name = text->name,
                                         .address = text->address,
                                         .postal_code = "",
                                         .link = text->link};
    }
    return work;
}

void work_free(struct work *work)
{
    free(work->labels);
    free(work->texts);
    free(work);
}

/* ------------------------------------------------------------------ jobs */

static bool take(void *ctx, const void *bytes, size_t n)
{
    struct work_sink *sink = ctx;
    if (!sink->count_only && sink->n + n > sink->room) {
        sink->room = (sink->n + n) * 2;
        sink->bytes = realloc(sink->bytes, sink->room);
        work_must(sink->bytes != NULL, "no memory");
    }
    if (!sink->count_only)
        memcpy(sink->bytes + sink->n, bytes, n);
    sink->n += n;
    return true;
}

void work_sink_done(struct work_sink *sink)
{
    free(sink->bytes);
    *sink = (struct work_sink){0};
}

struct labels *work_open(const char *layout)
{
    struct labels *labels = NULL;
    struct error err;
    if (!labels_open(layout, &labels, &err))
        work_must(false, err.text);
    return labels;
}

void work_make(struct labels *labels, const struct work *work, size_t n, const char *tongue,
               struct work_sink *sink, struct readback *readback)
{
    struct error err;
    const struct labels_options options = {.tongue = tongue, .readback = readback};
    bool done = labels_begin_as(labels, &options, (struct labels_sink){take, sink}, &err);
    for (size_t at = 0; done && at < n;) {
        size_t part = n - at < work->n ? n - at : work->n;
        size_t added = 0;
        done = labels_add_many(labels, work->labels, part, NULL, &added, &err);
        at += part;
    }
    if (!done || !labels_end(labels, &err))
        work_must(false, err.text);
}

/* ------------------------------------------------------------------ all cores */

struct thread {
    pthread_t id;
    void (*share)(void *ctx, unsigned number, unsigned threads);
    void *ctx;
    unsigned number;
    unsigned threads;
};

static void *run(void *arg)
{
    const struct thread *thread = arg;
    thread->share(thread->ctx, thread->number, thread->threads);
    return NULL;
}

void work_on_all_cores(void (*share)(void *ctx, unsigned number, unsigned threads), void *ctx)
{
    struct thread threads[THREADS_MAX];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned n = processors < 1 ? 1 : processors > THREADS_MAX ? THREADS_MAX : (unsigned)processors;
    for (unsigned i = 0; i < n; i++) {
        threads[i] = (struct thread){.share = share, .ctx = ctx, .number = i, .threads = n};
        work_must(pthread_create(&threads[i].id, NULL, run, &threads[i]) == 0, "no thread");
    }
    for (unsigned i = 0; i < n; i++)
        pthread_join(threads[i].id, NULL);
}

struct encoding {
    const struct work *work;
    size_t n;
};

static void encode_share(void *ctx, unsigned number, unsigned threads)
{
    const struct encoding *encoding = ctx;
    for (size_t i = number; i < encoding->n; i += threads) {
        const char *link = encoding->work->texts[i % encoding->work->n].link;
        struct zint_symbol *symbol = ZBarcode_Create();
        work_must(symbol != NULL, "no memory");
        symbol->symbology = BARCODE_QRCODE;
        symbol->input_mode = DATA_MODE;
        symbol->option_1 = 2;
        symbol->option_2 = 3;
        work_must(ZBarcode_Encode(symbol, (const unsigned char *)link, 0) < ZINT_ERROR, "zint");
        ZBarcode_Delete(symbol);
    }
}

double work_encode_qr(const struct work *work, size_t n)
{
    struct encoding encoding = {work, n};
    double begin = work_now();
    work_on_all_cores(encode_share, &encoding);
    return work_now() - begin;
}
