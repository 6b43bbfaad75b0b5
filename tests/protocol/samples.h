/* samples.h - one good value of every message, with fixed keys, shared by the tests of protocol/,
 * the vectors and the fuzz corpus. People, numbers and addresses are invented. */
#ifndef TRAO_TESTS_PROTOCOL_SAMPLES_H
#define TRAO_TESTS_PROTOCOL_SAMPLES_H

#include "protocol/batch.h"
#include "protocol/chain.h"
#include "protocol/fact.h"
#include "protocol/scan.h"
#include "protocol/wire.h"

#define SAMPLE_DEVICE "HH-042"

/* Keys from a seed of 32 equal bytes; calls chain_init. */
void sample_keys(uint8_t seed, struct seal_public *ret_public, struct seal_secret *ret_secret);
struct seal_secret sample_device_secret(void);
struct seal_public sample_device_public(void);
struct seal_secret sample_server_secret(void);
struct seal_public sample_server_public(void);

struct scan sample_pickup(void);    /* seq 1, with a place */
struct scan sample_failed(void);    /* seq 2, no place, reason and action */
struct scan sample_delivered(void); /* seq 3, money, relation, attachments */
struct scan sample_largest(void);   /* every field at the value that takes most bytes */

/* A sealed batch of the first three, epoch 0x1122334455667788, from link 0x11 x 32. */
size_t sample_batch(uint8_t out[BATCH_BYTES_MAX]);
struct envelope sample_envelope(const uint8_t *batch, size_t n);
struct hello sample_hello(void);
struct receipt sample_receipt(void);
struct standing sample_standing(void);
struct attachment_chunk sample_chunk(void);
struct attachment_state sample_state(void);
struct enrol_code sample_code(void);
struct enrol_request sample_enrol_request(void);
struct enrol_reply sample_enrol_reply(void);
struct office_fact sample_issued(void);
struct office_fact sample_notice(void);
struct office_fact sample_sealed(void); /* names no item; every field of the desk */
struct office_fact sample_paper(void);
struct office_fact sample_corrected(void);
struct testimony sample_testimony(void);
struct addressee sample_addressee(void);

#endif
