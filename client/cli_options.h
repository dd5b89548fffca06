/* The command line becomes a command, its options and its arguments. Pure: neither prints nor exits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <cgq/err.h>

struct command;

/*      id        short long          argument   optional own    help */
#define OPTION_TABLE(X)                                                                                              \
	X(JSON,       0,   "json",       NULL,      false, false, "print JSON")                                      \
	X(OUTPUT,     'o', "output",     "COLUMNS", false, false, "choose columns: A,B; +A adds to the usual ones")  \
	X(NOHEADINGS, 'n', "noheadings", NULL,      false, false, "print no headings")                               \
	X(RAW,        'r', "raw",        NULL,      false, false, "unrounded numbers, one blank between fields")     \
	X(BYTES,      'b', "bytes",      NULL,      false, false, "print sizes in bytes")                            \
	X(COLOR,      0,   "color",      "WHEN",    true,  false, "auto, always or never; NO_COLOR is heeded")       \
	X(SOCKET,     0,   "socket",     "PATH",    false, false, "where cgqd listens")                              \
	X(AS,         0,   "as",         "NAME|FACTS", false, true, "as if something were so") \
	X(TREE,       0,   "tree",       NULL,      false, true,  "with the members of each group")                  \
	X(SORT,       0,   "sort",       "COLUMN",  false, true,  "the most of COLUMN first; not as a tree")         \
	X(STRICT,     0,   "strict",     NULL,      false, true,  "exit 3 where there are warnings")                 \
	X(HINTS,      0,   "hints",      NULL,      false, true,  "also tell what may be meant, and is worth a look")\
	X(FOLLOW,     'f', "follow",     NULL,      false, true,  "go on with what happens from now on")             \
	X(CHILDREN,   0,   "children",   NULL,      false, true,  "its descendants too, also those to come")         \
	X(SIGNAL,     's', "signal",     "SIGNAL",  false, true,  "another signal than KILL, like TERM; sent once")  \
	X(SAVE,       0,   "save",       NULL,      false, true,  "keep it in a policy file")                        \
	X(RUNTIME,    0,   "runtime",    NULL,      false, true,  "until the machine boots (the default)")           \
	X(CLEAR,      0,   "clear",      NULL,      false, true,  "take back what was set")                          \
	X(CONFIRM,    0,   "confirm",    "TIME",    false, true,  "take it back after TIME (30s, 5m) without cgq confirm") \
	X(DETACH,     'd', "detach",     NULL,      false, true,  "in the background; its process id is printed") \
	X(LOG,        0,   "log",        "FILE",    false, true,  "what it writes is added to FILE (with --detach)") \
	X(QUIET,      'q', "quiet",      NULL,      false, true,  "without notes on stderr")                         \
	X(HELP,       'h', "help",       NULL,      false, false, "print this")                                      \
	X(VERSION,    'V', "version",    NULL,      false, false, "print the version")

enum option {
#define X(id, ...) OPTION_##id,
	OPTION_TABLE(X)
#undef X
	OPTION__COUNT
};

#define OPTION_BIT(id) (1U << OPTION_##id)

struct option_row {
	char letter;	      /* 0: none */
	const char *name;
	const char *argument; /* NULL: takes none */
	bool argument_optional; /* only as --name=ARGUMENT */
	bool own;	      /* only for the commands that name it */
	const char *help;
};

extern const struct option_row option_rows[OPTION__COUNT];

/* Borrows from argv. */
struct options {
	const struct command *command; /* NULL only with --help or --version and no command given */
	bool set[OPTION__COUNT];
	const char *values[OPTION__COUNT]; /* NULL: none given */
	const char **args;		   /* what is neither option nor command */
	size_t n_args;
	size_t n_own;			   /* so many of them stand before "--", or all */
};

/* 0, or -EINVAL with the one line that says what is wrong. cli_options_done() either way. */
int cli_options_parse(int argc, char **argv, struct options *ret, struct err *e);
void cli_options_done(struct options *o);
