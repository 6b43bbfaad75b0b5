/* free_ports N - prints N loopback TCP ports that nobody uses just now, one a line, all different.
 * They are below the range the kernel draws from for outgoing connections, so that nothing takes
 * one by chance before its server does. */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FIRST 20000
#define COUNT 12000 /* up to 31999: Linux draws from 32768 on */

static bool is_free(int type, int port)
{
    int one = 1, fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0;
    close(fd);
    return ok;
}

int main(int argc, char **argv)
{
    int wanted = argc == 2 ? atoi(argv[1]) : 0;
    if (wanted < 1 || wanted > 100) {
        fprintf(stderr, "usage: free_ports N (1..100)\n");
        return 2;
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    unsigned from = (unsigned)getpid() * 37U + (unsigned)(now.tv_nsec / 1000);
    for (unsigned step = 0; step < COUNT && wanted > 0; step++) {
        int port = FIRST + (int)((from + step) % COUNT);
        if (is_free(SOCK_STREAM, port) && is_free(SOCK_DGRAM, port)) {
            printf("%d\n", port);
            wanted--;
        }
    }
    return wanted == 0 ? 0 : 1;
}
