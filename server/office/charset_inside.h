/* charset_inside.h - the marks of Vietnamese letters, for what reads bytes (charset.c) and what
 * looks whether it is Vietnamese (charset_told.c). Nobody else includes it. */
#ifndef TRAO_SERVER_OFFICE_CHARSET_INSIDE_H
#define TRAO_SERVER_OFFICE_CHARSET_INSIDE_H

#include "server/office/charset.h"

enum {
    GRAVE = 0x300,
    ACUTE,
    CIRCUMFLEX,
    TILDE,
    BREVE = 0x306,
    HOOK = 0x309,
    DOT = 0x323
}; /* Unicode */

#endif
