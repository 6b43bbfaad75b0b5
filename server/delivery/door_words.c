#include "server/delivery/door_words.h"

#include <stdio.h>
#include <string.h>

#include "protocol/chain.h"

void delivery_code(const uint8_t secret[DOOR_SECRET_BYTES], const struct item *item,
                   char ret_code[7])
{
    uint8_t hash[16];
    uint64_t number = 0;
    chain_keyed_hash(secret, DOOR_SECRET_BYTES, "trao code 1", item->text, strlen(item->text), hash,
                     sizeof hash);
    for (int i = 0; i < 8; i++)
        number = number << 8 | hash[i];
    (void)snprintf(ret_code, 7, "%06u", (unsigned)(number % 1000000));
}

const char *word_of_day(const uint8_t secret[DOOR_SECRET_BYTES], int64_t day)
{
    /* Flowers, trees and birds that are said without a mistake over a telephone. */
    static const char *const words[] = {
        "SEN", "MAI", "LAN",  "CUC",  "HUE",    "TRE",  "THONG", "BANG", "GAO", "SIM", "CAU",
        "DUA", "CAM", "BUOI", "XOAI", "NHAN",   "VAI",  "CHUOI", "OI",   "MIT", "YEN", "CO",
        "HAC", "VET", "SAO",  "CONG", "PHUONG", "TRUC", "DAO",   "LIEU", "QUE", "TRAM"};
    uint8_t bytes[8], hash[16];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)day >> (56 - 8 * i));
    chain_keyed_hash(secret, DOOR_SECRET_BYTES, "trao word 1", bytes, sizeof bytes, hash,
                     sizeof hash);
    return words[hash[0] % (sizeof words / sizeof *words)];
}
