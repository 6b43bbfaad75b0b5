#include "samples.h"

#include <string.h>

static void fill_equal(void *self, void *bytes, size_t n)
{
    memset(bytes, *(uint8_t *)self, n);
}

void sample_keys(uint8_t seed, struct seal_public *ret_public, struct seal_secret *ret_secret)
{
    chain_init();
    struct chance chance = {fill_equal, &seed};
    chain_keys_new(&chance, ret_public, ret_secret);
}

struct seal_secret sample_device_secret(void)
{
    struct seal_public public;
    struct seal_secret secret;
    sample_keys(0xD1, &public, &secret);
    return secret;
}

struct seal_public sample_device_public(void)
{
    struct seal_secret secret = sample_device_secret();
    return chain_public_of(&secret);
}

struct seal_secret sample_server_secret(void)
{
    struct seal_public public;
    struct seal_secret secret;
    sample_keys(0x5E, &public, &secret);
    return secret;
}

struct seal_public sample_server_public(void)
{
    struct seal_secret secret = sample_server_secret();
    return chain_public_of(&secret);
}

static struct link link_of(uint8_t byte)
{
    struct link link;
    memset(link.bytes, byte, sizeof link.bytes);
    return link;
}

/* -------------------------------------------------------------------------------- scans */

struct scan sample_pickup(void)
{
    struct scan scan = {.seq = 1,
                        .item = {"RA123456785VN"},
                        .event = EVENT_PICKED_UP,
                        .wall = {1795574400000}, /* 2026-11-25T02:40:00Z */
                        .mono = {3600000},
                        .boot = 0xB001B001B001B001,
                        .time_source = TIME_SOURCE_NETWORK,
                        .badge = 17,
                        .post_office = 462131,
                        .program = 100,
                        .entry = ENTRY_WEDGE};
    scan.place = (struct place){.lat_e7 = 182345678,
                                .lon_e7 = 1060123456,
                                .accuracy_mm = 8000,
                                .mode = PLACE_MODE_3D,
                                .age_ms = 400,
                                .gps_time = {1795574399600}};
    return scan;
}

struct scan sample_failed(void)
{
    struct scan scan = sample_pickup();
    scan.seq = 2;
    scan.event = EVENT_DELIVERY_FAILED;
    scan.wall.ms += 3600000;
    scan.mono.ms += 3600000;
    scan.place = (struct place){.why_none = NO_PLACE_STALE};
    scan.reason = REASON_NOBODY_HOME;
    scan.action = ACTION_AGAIN;
    scan.stop = 0x570F;
    return scan;
}

struct scan sample_delivered(void)
{
    struct scan scan = sample_pickup();
    scan.seq = 3;
    scan.event = EVENT_DELIVERED;
    scan.wall.ms += 7200000;
    scan.mono.ms += 7200000;
    scan.relation = RELATION_SPOUSE;
    scan.postage_vnd = 33000;
    scan.fees_vnd = 135000;
    scan.has_attachments = true;
    scan.attachments = link_of(0xA7);
    return scan;
}

struct scan sample_largest(void)
{
    struct scan scan = {.seq = UINT64_MAX,
                        .item = {"RA123456785VN"},
                        .event = EVENT_WITHDRAWN,
                        .wall = {-(INT64_C(1) << 60)},
                        .mono = {INT64_C(1) << 60},
                        .boot = UINT64_MAX,
                        .time_source = TIME_SOURCE_GPS,
                        .badge = UINT32_MAX,
                        .post_office = 999999,
                        .reason = UINT32_MAX,
                        .action = UINT32_MAX,
                        .relation = UINT32_MAX,
                        .postage_vnd = SCAN_MONEY_MAX_VND,
                        .fees_vnd = SCAN_MONEY_MAX_VND,
                        .has_attachments = true,
                        .attachments = link_of(0xFF),
                        .program = UINT32_MAX,
                        .entry = ENTRY_CHOSEN,
                        .round = UINT64_MAX,
                        .handover = UINT64_MAX,
                        .stop = UINT64_MAX,
                        .of_seq = UINT64_MAX - 1};
    scan.place = (struct place){.lat_e7 = -900000000,
                                .lon_e7 = -1800000000,
                                .accuracy_mm = UINT32_MAX,
                                .mode = PLACE_MODE_3D,
                                .age_ms = UINT32_MAX,
                                .gps_time = {-(INT64_C(1) << 60)},
                                .jumped = true};
    return scan;
}

/* ------------------------------------------------------------------------- batch, envelope */

size_t sample_batch(uint8_t out[BATCH_BYTES_MAX])
{
    struct scan scans[3] = {sample_pickup(), sample_failed(), sample_delivered()};
    uint8_t bytes[3][SCAN_BYTES_MAX];
    struct slice slices[3];
    struct head head = {.device = SAMPLE_DEVICE,
                        .epoch = 0x1122334455667788,
                        .first_seq = 1,
                        .count = 3,
                        .before = link_of(0x11)};
    struct seal_secret key = sample_device_secret();
    size_t n = 0;
    for (size_t i = 0; i < 3; i++) {
        invariant(scan_encode(&scans[i], bytes[i], &n, NULL));
        slices[i] = (struct slice){bytes[i], n};
    }
    invariant(batch_seal(&head, slices, &key, out, &n, NULL));
    return n;
}

struct envelope sample_envelope(const uint8_t *batch, size_t n)
{
    return (struct envelope){.batch = {batch, n},
                             .sent_wall = {1795582000000},
                             .sent_mono = {11200000},
                             .sent_boot = 0xB001B001B001B001,
                             .sent_time_source = TIME_SOURCE_NETWORK};
}

/* -------------------------------------------------------------------------- hello, answers */

struct hello sample_hello(void)
{
    static const uint8_t certificate[] = "not a certificate, but as many bytes as you like";
    struct hello hello = {.device = SAMPLE_DEVICE,
                          .certificate = {certificate, sizeof certificate},
                          .generation = 0x6E6E6E6E,
                          .epochs = 2,
                          .program = 100,
                          .nonce = 0x0DDBA11};
    hello.epoch[0] = (struct epoch_state){0x1122334455667788, 1, 3, link_of(0x22)};
    hello.epoch[1] = (struct epoch_state){0x99AABBCCDDEEFF00, 0, 0, link_of(0x33)};
    return hello;
}

struct receipt sample_receipt(void)
{
    struct receipt receipt = {.generation = 0x6E6E6E6E,
                              .generation_serial = 2,
                              .epoch = 0x1122334455667788,
                              .through = 3,
                              .link = link_of(0x44),
                              .verdicts = 2,
                              .server_wall = {1795582001000}};
    receipt.verdict[0] = (struct verdict){2, 1, VERDICT_MALFORMED};
    receipt.verdict[1] = (struct verdict){3, 1, VERDICT_CONFLICT};
    return receipt;
}

struct standing sample_standing(void)
{
    struct standing standing = {.generation = 0x6E6E6E6E,
                                .generation_serial = 2,
                                .epochs = 1,
                                .nonce = 0x0DDBA11,
                                .server_wall = {1795582001000}};
    standing.epoch[0] = (struct epoch_state){0x1122334455667788, 3, 0, link_of(0x44)};
    return standing;
}

/* ------------------------------------------------------------------------------- enrolment */

struct attachment_chunk sample_chunk(void)
{
    return (struct attachment_chunk){.hash = link_of(0xAB),
                                     .total_bytes = 20000,
                                     .offset = 16384,
                                     .data = {(const uint8_t *)"the rest", 8},
                                     .kind = PAPER_PHOTO};
}

struct attachment_state sample_state(void)
{
    return (struct attachment_state){
        .hash = link_of(0xAB), .have_bytes = 16392, .stand = ATTACHMENT_WANTED, .generation = 9};
}

struct enrol_code sample_code(void)
{
    return (struct enrol_code){{0x00, 0x44, 0x32, 0x14, 0xC7},
                               {0x42, 0x54, 0xB6, 0x35, 0xCF, 0x84, 0x65, 0x3A, 0x56, 0xD7}};
}

struct enrol_request sample_enrol_request(void)
{
    static const uint8_t request[] = "a certificate request";
    struct enrol_code code = sample_code();
    struct enrol_request made = {.certificate_request = {request, sizeof request},
                                 .seal_key = sample_device_public(),
                                 .program = 100};
    memcpy(made.secret, code.secret, sizeof made.secret);
    return made;
}

struct enrol_reply sample_enrol_reply(void)
{
    static const uint8_t certificate[] = "a certificate", authority[] = "an authority";
    struct enrol_reply reply = {.device = SAMPLE_DEVICE,
                                .certificate = {certificate, sizeof certificate},
                                .authority = {authority, sizeof authority},
                                .server_seal_key = sample_server_public(),
                                .broker_host = "broker.example.vn",
                                .broker_port = 8883,
                                .post_office = 462131};
    memset(reply.server_box_key, 0xB0, sizeof reply.server_box_key);
    return reply;
}

/* ----------------------------------------------------------------------------------- facts */

struct office_fact sample_issued(void)
{
    return (struct office_fact){.seq = 1,
                                .item = {"RA123456785VN"},
                                .event = EVENT_ISSUED,
                                .at = {1795500000000},
                                .user = 4,
                                .dossier = "H27.15-261118-0145",
                                .has_addressee = true,
                                .addressee = link_of(0xAD),
                                .postage_vnd = 33000,
                                .fees_vnd = 135000,
                                .commune = 18754,
                                .postal_code = 46131,
                                .owner_only = true,
                                .job = 9};
}

struct office_fact sample_notice(void)
{
    return (struct office_fact){
        .seq = 2,
        .item = {"RA123456785VN"},
        .event = EVENT_NOTICE_SENT,
        .at = {1795590000000},
        .notice = {CHANNEL_SMS, STATUS_DELIVERED, 1, true, "RA123456785VN-10-1-sms", 0}};
}

struct office_fact sample_sealed(void)
{
    return (struct office_fact){.seq = 3,
                                .event = EVENT_HANDOVER_SEALED,
                                .at = {1795600000000},
                                .user = 4,
                                .handover = 7,
                                .originals = 2,
                                .certified = 3,
                                .pages = 14,
                                .seal_number = "NP-0042",
                                .count = 2,
                                .round = 5,
                                .badge = 12,
                                .to_badge = 99999999,
                                .post_office = 480000,
                                .has_evidence = true,
                                .evidence = link_of(0xEE),
                                .other_item = {"RA123456785VN"},
                                .kind = DIFFERENCE_EXTRA,
                                .slip = 41,
                                .device = "HH-043",
                                .old_device = "HH-042",
                                .from = {1795500000000},
                                .to = {1795700000000},
                                .key = "holding_rural_days",
                                .value = -30,
                                .citation = "Luật Bưu chính, Điều 17"};
}

struct office_fact sample_paper(void)
{
    return (struct office_fact){.seq = 4,
                                .item = {"RA123456785VN"},
                                .event = EVENT_PAPER_ENTRY,
                                .at = {1795610000000},
                                .user = 4,
                                .badge = 12,
                                .paper = {.event = EVENT_DELIVERED,
                                          .wall = {1795590000000},
                                          .reason = 1,
                                          .action = 2,
                                          .relation = 3,
                                          .postage_vnd = 33000,
                                          .fees_vnd = 135000}};
}

struct testimony sample_testimony(void)
{
    return (struct testimony){.text = "Phiếu đăng ký số 12\nký ngày 18/11/2026",
                              .giver = "Trần Thị Mẫu",
                              .taker = "Lê Văn Thử"};
}

struct addressee sample_addressee(void)
{
    return (struct addressee){.name = "Nguyễn Văn Mẫu",
                              .address = "Thôn Đông Tiến\nX. Cẩm Trung",
                              .phone = "+84900000001",
                              .id_number = "000099000001",
                              .procedure = "Đăng ký thử",
                              .result = "12/GP-UBND",
                              .registered = "18/11/2026",
                              .received = "25/11/2026",
                              .phone_note = "gọi sau 17 giờ"};
}

struct office_fact sample_corrected(void)
{
    return (struct office_fact){.seq = 5,
                                .item = {"RA123456785VN"},
                                .event = EVENT_CORRECTED,
                                .at = {1795620000000},
                                .user = 4,
                                .badge = 12,
                                .device = "HH-042",
                                .of_seq = 4711,
                                .of_epoch = UINT64_C(0xE100000000000001),
                                .has_evidence = true,
                                .evidence = link_of(0xEC),
                                .weight_g = 120,
                                .zone = 3,
                                .payer = PAYER_OFFICE,
                                .opener = OPENER_CITIZEN,
                                .outcome = OUTCOME_SETTLED,
                                .has_sums = true};
}
