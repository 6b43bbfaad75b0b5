/* bad_link.h - what a bad link carried (bad_link.c). */
#ifndef TRAO_TESTS_LIB_BAD_LINK_H
#define TRAO_TESTS_LIB_BAD_LINK_H

#include <stdint.h>

struct bad_link_way {
    uint64_t packets, bytes; /* sent, also those that were lost */
    uint64_t lost;
    uint64_t connects; /* first packets of TCP connections, their repeats too */
};
struct bad_link_counts {
    struct bad_link_way up, down; /* from the program, to it */
};

#endif
