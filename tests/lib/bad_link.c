/* bad_link - runs a program behind a bad link: in a network namespace of its own, whose only way
 * out is a pair of TUN devices with this program between them.
 *
 *   bad_link LOST_PER_MILLE DELAY_MS BITS_PER_SECOND COUNTS -- PROGRAM [ARGUMENT...]
 *
 * Both directions alike: a packet occupies the line for its bits (0: no limit), is lost or not, and
 * arrives DELAY_MS later. Queues of 64 KB, then packets fall off the end. TRAO_SEED decides the
 * losses. The program sees 10.0.0.0/8 through 10.77.1.2; here it is behind 10.77.1.1. COUNTS is a
 * file of `struct bad_link_counts`, written all the while. Root only; whoever calls stands in a
 * network namespace of his own. Ends with the program, and leaves nothing behind.
 */
#include "tests/lib/bad_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MTU 1400
#define QUEUE_MAX 1024
#define QUEUE_BYTES_MAX 65536
#define LEAVES_TRIES 100
#define LEAVES_US 20000

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bad_link: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---------------------------------------------------------------- devices */

static void set_up(const char *name, const char *address, const char *mask)
{
    struct ifreq about = {.ifr_mtu = MTU};
    struct sockaddr_in *at = (struct sockaddr_in *)&about.ifr_addr;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(about.ifr_name, sizeof about.ifr_name, "%s", name);
    if (strcmp(name, "lo") != 0) {
        if (ioctl(fd, SIOCSIFMTU, &about) != 0)
            die("mtu");
        *at = (struct sockaddr_in){.sin_family = AF_INET};
        inet_pton(AF_INET, address, &at->sin_addr);
        if (ioctl(fd, SIOCSIFADDR, &about) != 0)
            die("address");
        inet_pton(AF_INET, mask, &at->sin_addr);
        if (ioctl(fd, SIOCSIFNETMASK, &about) != 0)
            die("netmask");
    }
    about.ifr_flags = IFF_UP | IFF_RUNNING;
    if (ioctl(fd, SIOCSIFFLAGS, &about) != 0)
        die("up");
    close(fd);
}

static int tun(const char *name, const char *address, const char *mask)
{
    struct ifreq about = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    snprintf(about.ifr_name, sizeof about.ifr_name, "%s", name);
    int tries = fd < 0 ? 0 : LEAVES_TRIES; /* the one before us may be about to leave */
    while (tries > 0 && ioctl(fd, TUNSETIFF, &about) != 0 && errno == EBUSY && --tries > 0)
        usleep(LEAVES_US);
    if (tries == 0)
        die("/dev/net/tun");
    set_up(name, address, mask);
    return fd;
}

/* ---------------------------------------------------------------- the line */

struct packet {
    int64_t arrives_us;
    size_t n;
    unsigned char bytes[MTU + 64];
};

struct way {
    int from, to;
    struct packet *queue; /* a ring of QUEUE_MAX */
    size_t first, count, bytes;
    int64_t free_us; /* the line is busy until then */
    struct bad_link_way *counts;
};

struct line {
    unsigned lost_per_mille;
    int64_t delay_us, bits_per_s;
    uint64_t random;
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool is_lost(struct line *line)
{
    line->random = line->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (line->random >> 33) % 1000 < line->lost_per_mille;
}

/* A first packet of TCP: somebody connects. */
static bool is_syn(const unsigned char *bytes, size_t n)
{
    size_t head = (size_t)(bytes[0] & 15) * 4;
    return n >= head + 14 && bytes[0] >> 4 == 4 && bytes[9] == IPPROTO_TCP &&
           (bytes[head + 13] & 0x12) == 0x02;
}

static void take(struct line *line, struct way *way)
{
    unsigned char bytes[MTU + 64];
    ssize_t n;
    while ((n = read(way->from, bytes, sizeof bytes)) > 0) {
        way->counts->packets++;
        way->counts->bytes += (uint64_t)n;
        way->counts->connects += is_syn(bytes, (size_t)n);
        int64_t now = now_us();
        if (way->count == QUEUE_MAX || way->bytes + (size_t)n > QUEUE_BYTES_MAX) {
            way->counts->lost++;
            continue;
        }
        way->free_us = (way->free_us > now ? way->free_us : now) +
                       (line->bits_per_s > 0 ? (int64_t)n * 8000000 / line->bits_per_s : 0);
        if (is_lost(line)) {
            way->counts->lost++;
            continue;
        }
        struct packet *packet = &way->queue[(way->first + way->count++) % QUEUE_MAX];
        packet->arrives_us = way->free_us + line->delay_us;
        packet->n = (size_t)n;
        memcpy(packet->bytes, bytes, (size_t)n);
        way->bytes += (size_t)n;
    }
}

/* Gives on what has arrived; when the next one will, at most a second from now. */
static int64_t give(struct way *way, int64_t next_us)
{
    for (; way->count > 0; way->count--, way->first = (way->first + 1) % QUEUE_MAX) {
        struct packet *packet = &way->queue[way->first];
        if (packet->arrives_us > now_us())
            return packet->arrives_us < next_us ? packet->arrives_us : next_us;
        if (write(way->to, packet->bytes, packet->n) < 0)
            way->counts->lost++;
        way->bytes -= packet->n;
    }
    return next_us;
}

static _Noreturn void carry(struct line *line, struct way ways[2])
{
    for (;;) {
        int64_t next_us = now_us() + 1000000;
        for (int i = 0; i < 2; i++) {
            take(line, &ways[i]);
            next_us = give(&ways[i], next_us);
        }
        int64_t left_ns = (next_us - now_us()) * 1000;
        struct timespec rest = {left_ns > 0 ? left_ns / 1000000000 : 0,
                                left_ns > 0 ? left_ns % 1000000000 : 0};
        struct pollfd polled[2] = {{ways[0].from, POLLIN, 0}, {ways[1].from, POLLIN, 0}};
        ppoll(polled, 2, &rest, NULL);
    }
}

/* ---------------------------------------------------------------- begin */

static struct bad_link_counts *map_counts(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(struct bad_link_counts)) != 0)
        die(path);
    void *at =
        mmap(NULL, sizeof(struct bad_link_counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        die(path);
    close(fd);
    return at;
}

int main(int argc, char **argv)
{
    const char *seed = getenv("TRAO_SEED");
    if (argc < 7 || strcmp(argv[5], "--") != 0) {
        fprintf(stderr, "bad_link LOST_PER_MILLE DELAY_MS BITS_PER_SECOND COUNTS -- PROGRAM...\n");
        return 2;
    }
    struct line line = {(unsigned)atoi(argv[1]), atoll(argv[2]) * 1000, atoll(argv[3]),
                        seed ? strtoull(seed, NULL, 10) : 1};
    struct bad_link_counts *counts = map_counts(argv[4]);
    int outside = tun("trao0", "10.77.1.1", "255.255.255.0");
    if (unshare(CLONE_NEWNET) != 0)
        die("unshare");
    set_up("lo", NULL, NULL);
    int inside = tun("trao1", "10.77.1.2", "255.0.0.0");
    struct way ways[2] = {
        {.from = inside, .to = outside, .counts = &counts->up},
        {.from = outside, .to = inside, .counts = &counts->down},
    };
    for (int i = 0; i < 2; i++)
        if ((ways[i].queue = calloc(QUEUE_MAX, sizeof *ways[i].queue)) == NULL)
            die("memory");
    pid_t program = getpid(), carrier = fork();
    if (carrier < 0)
        die("fork");
    if (carrier == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != program)
            _exit(1);
        int nothing = open("/dev/null", O_RDWR | O_CLOEXEC); /* the program's pipes are not ours */
        dup2(nothing, STDIN_FILENO);
        dup2(nothing, STDOUT_FILENO);
        carry(&line, ways);
    }
    execvp(argv[6], argv + 6);
    die(argv[6]);
}
