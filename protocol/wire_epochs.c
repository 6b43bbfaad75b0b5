/* Where a device and a server stand with its epochs, as a hello and a standing say it. */
#include "protocol/wire_inside.h"

bool wire_epochs_check(const struct epoch_state *epoch, size_t epochs, struct error *err)
{
    if (!codec_range("epoch", epochs, 0, WIRE_EPOCHS_MAX, err))
        return false;
    for (size_t i = 0; i < epochs; i++)
        if (!codec_range("epoch", epoch[i].epoch, 1, UINT64_MAX, err))
            return error_add(err, "epoch %zu", i);
    return true;
}

void wire_epochs_put(const struct epoch_state *epoch, size_t epochs, struct wire_epochs *wire)
{
    for (size_t i = 0; i < epochs; i++) {
        wire->state[i] = (Trao__V1__EpochState)TRAO__V1__EPOCH_STATE__INIT;
        wire->state[i].epoch = epoch[i].epoch;
        wire->state[i].through = epoch[i].through;
        wire->state[i].last_seq = epoch[i].last_seq;
        wire->state[i].link = codec_bytes(epoch[i].link.bytes, CHAIN_LINK_BYTES);
        wire->pointer[i] = &wire->state[i];
    }
}

bool wire_epochs_read(Trao__V1__EpochState *const *wire, size_t n, struct epoch_state *epoch,
                      size_t *epochs, struct error *err)
{
    if (!codec_range("epoch", n, 0, WIRE_EPOCHS_MAX, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        epoch[i].epoch = wire[i]->epoch;
        epoch[i].through = wire[i]->through;
        epoch[i].last_seq = wire[i]->last_seq;
        if (!codec_fixed("link", wire[i]->link, CHAIN_LINK_BYTES, epoch[i].link.bytes, err))
            return error_add(err, "epoch %zu", i);
    }
    *epochs = n;
    return wire_epochs_check(epoch, n, err);
}
