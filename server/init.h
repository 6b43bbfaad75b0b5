/* init.h - a data folder comes to be: keys and certificates, the broker's configuration, the record
 * with its first user, the settings. The settings come last: a folder with trao.conf is whole. */
#ifndef TRAO_SERVER_INIT_H
#define TRAO_SERVER_INIT_H

#include "server/config.h"

/* REPEATED when the folder holds one already. On other failures what was made so far stays, and the
 * sentence says what to do. */
bool init_folder(const char *folder, const struct config *config, struct error *err) must_use;

#endif
