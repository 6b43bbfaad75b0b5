/* config.h - DIR/trao.conf: what both programs must know before they start. Written by
 * `trao-admin init`, edited by an administrator, read at start; a wrong line is named by number.
 * Values, no globals; any thread.
 */
#ifndef TRAO_SERVER_CONFIG_H
#define TRAO_SERVER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/error.h"

#define CONFIG_PATH_MAX 4096
#define CONFIG_URL_MAX 512
#define CONFIG_WORD_MAX 64
#define CONFIG_GATEWAYS_MAX 6 /* each kind once */

struct endpoint {
    char host[64];
    uint16_t port;
};

enum message_gateway {
    GATEWAY_FILE,
    GATEWAY_GAMMU,
    GATEWAY_WEBHOOK,
    GATEWAY_KANNEL,
    GATEWAY_ZNS,
    GATEWAY_SMSD
};

struct config {
    char office_code[33];  /* of the first office in the registry */
    char office_name[160]; /* neutral name: it stands on the envelope */
    char office_address[184];
    char office_phone[32]; /* for citizens to call; may be empty */
    uint32_t post_office;  /* 0..999999, 0 unknown */
    char post_office_name[160];
    char reply_number[12];  /* <= 11 digits; empty: citizens cannot answer an SMS */
    char manager_phone[13]; /* +84..., told of what is near its term; may be empty */
    /* Local hours in which messages go out, from <= hour < to: 07:00-22:00 unless set (domain.md
     * section 6, after Decree 91/2020). 0 <= from < to <= 24. */
    uint32_t fallback_min; /* without a word that the phone has it: the next gateway; 0 never */
    uint32_t message_from_h, message_to_h;
    enum message_gateway gateways[CONFIG_GATEWAYS_MAX]; /* in the order they are tried */
    size_t gateways_n;                                  /* 1..CONFIG_GATEWAYS_MAX */
    char gammu_folder[512];       /* of gammu-smsd's four, when it is the gateway */
    char smsd[512];               /* gammu-smsd's SQLite file, when it is the gateway */
    char webhook[CONFIG_URL_MAX]; /* https://..., when it is the gateway */
    char webhook_key[65];         /* secret, 64 hex digits */
    char kannel[CONFIG_URL_MAX];  /* https://..., or http://... of this machine: its sendsms */
    char kannel_user[CONFIG_WORD_MAX], kannel_password[CONFIG_WORD_MAX];
    char kannel_from[CONFIG_WORD_MAX];   /* sender; empty: Kannel's default */
    char kannel_key[65];                 /* secret of what it calls, 64 hex digits */
    char kannel_authority[512];          /* as webhook_authority */
    char kannel_reports[CONFIG_URL_MAX]; /* base it calls; empty: the plain listener */
    char zns[CONFIG_URL_MAX];            /* https://... of who sends to Zalo */
    char zns_key[65];                    /* secret, 64 hex digits */
    char zns_authority[512];             /* as webhook_authority */
    char push[CONFIG_URL_MAX];   /* https://... of the offices' dossier system; empty: none */
    char push_key[65];           /* secret, 64 hex digits */
    char push_authority[512];    /* as webhook_authority */
    char push_hosts[512];        /* "a.vn,b.vn:8443": where webhooks of offices may lead */
    char webhook_authority[512]; /* file of certificates; empty: the system's */
    char prefix[3];              /* of item numbers */
    char country[3];
    struct endpoint plain;      /* HTTP, loopback only: a proxy stands in front, or it is a demo */
    struct endpoint tls;        /* HTTPS with the server's own certificate */
    char public_url[128];       /* base of citizen links, without a slash at its end */
    char tiles[CONFIG_URL_MAX]; /* https://.../{z}/{x}/{y}.png of a map's background; empty: none */
    char tiles_credit[128];     /* what its publisher wants said */
    uint32_t upload_mb; /* largest file a page or program may send, 1..64 (a list's limit) */
    struct endpoint mqtt;
    /* Roles (rights.def) that come in only with a second factor, by commas; "none". */
    char second_factor[96];
    char backup_folder[512];              /* the server keeps copies there; empty: none */
    uint32_t backup_every_s, backup_keep; /* 1..3600; sets, 0 all */
    char backup_key[65]; /* public, 64 hex digits: what backups are closed for; may be empty */
};

/* What holds without a file: RA, VN, 127.0.0.1:8080, :8443, :8883. */
struct config config_defaults(void);

/* "HOST:PORT", host without blanks; BAD_INPUT. */
bool endpoint_read(const char *text, struct endpoint *ret_endpoint, struct error *err) must_use;

/* Sets one value by section and key, checked; BAD_INPUT names what is wrong, also for an unknown
 * key. */
bool config_set(struct config *config, const char *section, const char *key, const char *value,
                struct error *err) must_use;

/* A copy in which those that are not empty stand in place of office_name, office_address,
 * office_phone and post_office_name: what the registry says of one item's office. */
struct config config_signed(const struct config *config, const char *name, const char *address,
                            const char *phone, const char *post_office_name);

bool config_read(const char *folder, struct config *ret_config, struct error *err) must_use;
/* Writes a new DIR/trao.conf (0600); REPEATED when there is one. */
bool config_write(const char *folder, const struct config *config, struct error *err) must_use;

#endif
