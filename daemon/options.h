/* The command line of cgqd. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct daemon_option {
	char letter; /* 'v' is one for people, too; the others are the parser's own */
	const char *name, *value, *help;
};

/* Parser, --help and man page walk these. */
extern const struct daemon_option daemon_options[];
extern const size_t daemon_options_count;
extern const char daemon_exits[]; /* "0  ended well\n1  …", a line for each */

struct options {
	const char *folders[16];
	size_t n_folders;
	bool default_folders; /* none was named */
	const char *settings, *socket, *state, *tree;
	const char *helper; /* its role; NULL: this is cgqd itself */
	bool once, passive, check, verbose, help, version;
};

/* 0, or -EINVAL after one specific line on stderr. Strings are argv's. */
int options_parse(int argc, char **argv, struct options *ret);
void options_usage(FILE *f);
/* How the folders are to be read, as policy_files_read() takes it. */
unsigned options_read_how(const struct options *o);
