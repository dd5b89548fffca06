/* The memfd START_TEXT: arguments and environment of a program, see <cgq/run.h>. */
#pragma once

#include <stddef.h>

#include <cgq/err.h>

struct program_text {
	char *bytes; /* malloc'ed, as all here; pointers below point into it */
	char **arguments;
	char **environment; /* both end with a NULL */
};

/* What a file holds: copies. -EBADMSG where counts and bytes disagree. */
int program_text_parse(const void *bytes, size_t size, struct program_text *ret, struct err *e);
/* -EPERM: it is no memfd that is sealed, so that it could change while it is read. */
int program_text_read(int fd, struct program_text *ret, struct err *e);
void program_text_done(struct program_text *t);
