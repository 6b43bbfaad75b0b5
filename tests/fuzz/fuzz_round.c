/* A piece of a round, as it comes out of its box: read, written, read again. */
#include "fuzz.h"
#include "protocol/round.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static uint8_t once[ROUND_PIECE_BYTES_MAX], twice[ROUND_PIECE_BYTES_MAX];
    struct round_piece piece;
    struct error err;
    size_t once_n, twice_n;
    if (!round_piece_read(bytes, n, &piece, &err)) {
        check_refusal(&err);
        return 0;
    }
    if (piece.kind == ROUND_PIECE_OTHER)
        return 0;
    invariant(round_piece_write(&piece, once, &once_n, &err));
    invariant(round_piece_read(once, once_n, &piece, &err));
    invariant(round_piece_write(&piece, twice, &twice_n, &err));
    invariant(once_n == twice_n && memcmp(once, twice, once_n) == 0);
    return 0;
}
