/* Cells become aligned lines. The only file that knows libsmartcols. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "terminal.h"

struct table;

enum { TABLE_RIGHT = 1, TABLE_CUT = 2, TABLE_TREE = 4, TABLE_TAIL = 8 /* cut too, at its beginning, down to what names need */ };

#define TABLE_NO_PARENT SIZE_MAX

struct table_form {
	struct terminal terminal; /* width 0: lines may be of any length */
	bool raw;		  /* one blank between fields; blanks in them become \x20 */
	bool headings;
	unsigned indent;	  /* columns left free before every line */
};

struct table *table_new(void);
void table_free(struct table *t);
/* All columns before the first row. drop: see struct column. */
void table_column(struct table *t, const char *heading, unsigned flags, unsigned drop);
/* parent: an earlier row, for the column with TABLE_TREE. Answers the row's number. */
size_t table_row(struct table *t, size_t parent);
/* text is stolen, and holds nothing that a terminal could act on. */
void table_cell(struct table *t, size_t row, size_t column, char *text, enum colour colour);
/* Once: the texts are given away. 0 or -errno. */
int table_print(struct table *t, const struct table_form *form, FILE *out);
