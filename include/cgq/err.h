/* What went wrong, as one line a person can act on. */
#pragma once

#include <stddef.h>

/*
 * Passed last, filled by whoever understood the failure, never by both callee and caller. A function that
 * takes one returns 0 or -errno; on 0 it is untouched. Context is put in front on the way up, so that the
 * text reads "where: what: why". A NULL err is allowed everywhere and means that nobody will read it.
 */
struct err {
	int code;	/* positive errno, 0 while nothing failed */
	char text[512]; /* escaped, without a newline */
};

/* Fills e and returns -code. */
int fail(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Puts "fmt: " before what e says already and returns -e->code. */
int fail_prefix(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
