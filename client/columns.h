/* The columns of every table: one row each. -o, headings, help and cells walk them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <cgq/err.h>

/* How a value of the daemon's answer is shown. */
enum column_kind {
	COLUMN_TEXT,
	COLUMN_NUMBER,
	COLUMN_PERCENT, /* measured */
	COLUMN_SHARE,	/* a percentage that someone set; -1: max */
	COLUMN_BYTES,	/* -1: max */
	COLUMN_SPEED,	/* bytes per second */
	COLUMN_STATE,
	COLUMN_PLACE,	/* {file, line}: file:line */
	COLUMN_RULE,	/* {file, line, text}: file:line: text */
	COLUMN_YESNO,
	COLUMN_MARK,	/* yes or nothing */
	COLUMN_REASON,	/* a text; where it begins with a path, that goes without its folder where the terminal is narrow */
	COLUMN_TIME,	/* in UTC; people are shown the clock here */
	COLUMN_KERNEL,	/* as the kernel writes it; sizes are made readable where the row's "file" holds one */
};

enum {
	COLUMN_USUAL = 1 << 0, /* shown when nobody chooses */
	COLUMN_RIGHT = 1 << 1,
	COLUMN_CUT = 1 << 2,   /* may be cut where the terminal is too narrow */
	COLUMN_SHY = 1 << 3,   /* of the usual ones: only where a row has a value */
	COLUMN_EMPTY = 1 << 4, /* no value is nothing, rather than unknown */
	COLUMN_TREE = 1 << 5,  /* a group's path */
	COLUMN_TAIL = 1 << 6,  /* cut at its beginning, where the terminal is too narrow */
};

struct column {
	const char *key;     /* of the row's object; its name for -o is this in upper case */
	const char *heading; /* in the usual table; may be used with -o as well */
	enum column_kind kind;
	unsigned flags;
	unsigned drop;	     /* of the usual ones: the highest goes first where the terminal is too narrow; 0 never */
	const char *help;
};

struct column_set {
	const char *rows; /* key of the array that holds the rows, in the answer's JSON */
	const struct column *list;
	size_t n;
};

extern const struct column_set columns_list, columns_status, columns_ps, columns_explain, columns_check, columns_diff,
	columns_events;

#define COLUMNS_MAX	  64 /* in one table, repeated ones included */
#define COLUMN_NAME_BYTES 32

struct column_choice {
	const struct column *columns[COLUMNS_MAX];
	char headings[COLUMNS_MAX][COLUMN_NAME_BYTES];
	bool asked[COLUMNS_MAX]; /* by a person, and so never left out */
	size_t n;
	bool usual; /* the usual ones are among them */
};

/* "CPU_PERCENT" for "cpu_percent" */
char *column_name(const struct column *c, char ret[COLUMN_NAME_BYTES]);
/* Is that what the person calls it: name, name without its unit, or heading; either case. */
bool column_is_called(const struct column *c, const char *name, size_t len);
/* 0 with the one that is called so; -EINVAL names the likely one and the legal ones. */
int column_find(const struct column_set *s, const char *name, size_t len, const struct column **ret, struct err *e);

/*
 * text: "A,B" or "+A,B"; NULL: the usual ones. long_names: headings are names rather than the short ones. What a
 * person chose is headed as they called it. -EINVAL names the legal ones.
 */
int columns_choose(const struct column_set *s, const char *text, bool long_names, struct column_choice *ret,
		   struct err *e);
