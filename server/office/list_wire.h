/* list_wire.h - what the reading child tells its parent, as bytes of this machine's own order:
 *   'H' u8 charset, u8 separator, u8 from 1904, cell sheet,
 *       LIST_COLUMNS x u32 place of the column from 1, 0 not there      once, first
 *   'R' u32 number, u8 fault, u8 column, u8 hidden, LIST_COLUMNS x cell,
 *       cell name, cell address as they were written                    a row
 *   'E'                                                                 once, last
 *   'F' cell       instead of the first, or of the next row: refused, a sentence
 * A cell is u32 n, n bytes without zeros, one zero. Private to list.c, list_said.c and
 * list_child.c. */
#ifndef TRAO_SERVER_OFFICE_LIST_WIRE_H
#define TRAO_SERVER_OFFICE_LIST_WIRE_H

#include "server/office/list.h"

/* Of names and addresses as they were written: the bytes of the longest cell. */
#define LIST_WRITTEN_NAME_MAX 510u
#define LIST_WRITTEN_ADDRESS_MAX 2000u
/* In the sentence of a file of which no row names the columns, before anything that may be cut. */
#define LIST_NO_HEADER "không có dòng tiêu đề"
#define LIST_SAYS_HEADER 'H'
#define LIST_SAYS_ROW 'R'
#define LIST_SAYS_END 'E'
#define LIST_SAYS_REFUSED 'F'

/* Takes `file`, in which all of it lies, over: the list, before its first row. In list_said.c. */
bool list_said_open(int file, struct list *ret_list, struct error *err) must_use;

#endif
