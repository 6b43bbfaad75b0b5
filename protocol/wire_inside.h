/* wire_inside.h - what wire_up.c and wire_down.c share: both directions speak of epochs. For them
 * alone. */
#ifndef TRAO_PROTOCOL_WIRE_INSIDE_H
#define TRAO_PROTOCOL_WIRE_INSIDE_H

#include "protocol/codec.h"
#include "protocol/wire.h"
#include "trao.pb-c.h"

#define WIRE_VERSION 1

bool wire_epochs_check(const struct epoch_state *epoch, size_t epochs, struct error *err) must_use;

/* Room for the epochs of one message as protobuf-c wants them. */
struct wire_epochs {
    Trao__V1__EpochState state[WIRE_EPOCHS_MAX];
    Trao__V1__EpochState *pointer[WIRE_EPOCHS_MAX];
};

void wire_epochs_put(const struct epoch_state *epoch, size_t epochs, struct wire_epochs *wire);

/* Readers fill their part of the message in hand, whether it is good or not; wire_read_up and
 * wire_read_down give it out whole or not at all. */
bool wire_epochs_read(Trao__V1__EpochState *const *wire, size_t n, struct epoch_state *epoch,
                      size_t *epochs, struct error *err) must_use;

#endif
