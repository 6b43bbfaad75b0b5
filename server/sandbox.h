/* sandbox.h - what a process may still ask of the kernel (settled point 10). Both are one way and
 * hold for all threads and children that come later; in a build with sanitizers they do nothing,
 * because those need more. */
#ifndef TRAO_SERVER_SANDBOX_H
#define TRAO_SERVER_SANDBOX_H

#include "protocol/error.h"

/* For the server, after its folders are open and before its threads start: no new rights, no core
 * files, no tracing; system calls by a list of those a server of files and sockets needs, all
 * others fail with EPERM. */
bool sandbox_server(struct error *err) must_use;

/* For the child that reads a stranger's file: read, write, memory, exit; no file or socket can be
 * opened any more. */
bool sandbox_reader(struct error *err) must_use;

#endif
