/* pool.h - memory for SQLite in many worlds one after the other: some hundred thousand small pieces
 * that come and go, a few sizes each again and again. Lists of spare pieces by size, whose memory
 * never goes back; larger ones are the C library's. Any thread.
 */
#ifndef TRAO_TESTS_SIM_POOL_H
#define TRAO_TESTS_SIM_POOL_H

/* Makes it SQLite's, before anything else is asked of it. Under a sanitizer SQLite keeps the C
 * library's, which is watched. */
void pool_install(void);

#endif
