/* session_config.h - what a session is told: checked, and copied so that the caller may forget it.
 * Private to session.c. */
#ifndef TRAO_PROTOCOL_SESSION_CONFIG_H
#define TRAO_PROTOCOL_SESSION_CONFIG_H

#include "protocol/session.h"

/* BAD_INPUT or NOT_FOUND if it can never work: see session_open, which looks at the subscription.
 */
bool session_config_check(const struct session_config *config, struct error *err) must_use;

/* Every text of the copy is its own, until session_config_free. */
struct session_config session_config_copy(const struct session_config *config);
void session_config_free(struct session_config *config);

#endif
