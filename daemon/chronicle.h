/* What happened, and why: a bounded record that never grows and never waits. Holds data; knows no clock. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cgq/policy.h>

/*
 * burst: so many in one second are kept one by one; of the rest only the number is known, see left_out. A storm of
 * moves shall not push out the one refusal that somebody looks for.
 */
/*      id         word        burst   */
#define HAPPENING_TABLE(X)                                                                                           \
	X(START,   "start",    10)  /* cgqd took over */                                                             \
	X(STOP,    "stop",     10)                                                                                   \
	X(APPLY,   "apply",    50)  /* a cgroup was made, written to, removed */                                     \
	X(MOVE,    "move",     20)  /* a process was put into a group */                                             \
	X(RETURN,  "return",   20)  /* … or back where it came from */                                               \
	X(EXIT,    "exit",     20)  /* a member ended */                                                             \
	X(REFUSE,  "refuse",   50)  /* a policy file, or a part of one, is not taken */                              \
	X(TROUBLE, "trouble",  50)  /* something could not be done */                                                \
	X(SHRINK,  "shrink",   10)  /* a lower memory limit waits, or has landed */                                  \
	X(DRIFT,   "drift",    20)  /* somebody else changed what cgqd had made */                                   \
	X(ALARM,   "alarm",    10)  /* … again and again */                                                          \
	X(LIMIT,   "limit",    10)  /* a group ran into one of its limits */                                         \
	X(OOM,     "oom",      20)  /* the OOM killer killed in a group */                                           \
	X(MACHINE, "machine",  10)  /* CPUs, memory or mounts changed */                                             \
	X(PERSON,  "person",   50)  /* set, pin, freeze, kill, confirm, reset … */                                   \
	X(ROLLBACK,"rollback", 10)  /* a change that nobody confirmed, or that did harm, was taken back */

enum happening_kind {
#define X(id, ...) HAPPENING_##id,
	HAPPENING_TABLE(X)
#undef X
	HAPPENING__COUNT
};

extern const char *const happening_words[HAPPENING__COUNT];

/* Everything but kind may be missing: NULL, 0, file NULL. Strings are foreign: escape before showing. */
struct happening {
	enum happening_kind kind;
	const char *group;	 /* path */
	pid_t pid;
	uint64_t start_ticks;	 /* of the process, as in struct member */
	const char *name;	 /* of the process */
	struct place at;	 /* the line of the policy that asks for it */
	const char *who;	 /* the user who did it: "root" */
	const char *what;	 /* what it is about: a file of the kernel, a key, a policy file */
	const char *was, *now;	 /* its values, or the cgroups of a process, before and after */
	const char *text;	 /* why, in words */
};

/* As kept: all strings are its own. */
struct chronicle_entry {
	struct happening h;
	uint64_t seq;		 /* from 1, without gaps */
	uint64_t at_usec;	 /* CLOCK_REALTIME */
	unsigned long left_out;	 /* more of this kind before this one, since the one kept before it */
};

struct chronicle;

/* most: so many entries are kept, at most CHRONICLE_TEXT_MAX bytes of text each. */
struct chronicle *chronicle_new(size_t most);
void chronicle_free(struct chronicle *c);

#define CHRONICLE_TEXT_MAX 1024

/* Copies h; what is too long is cut. at_usec is the caller's clock. False: left out, too many of its kind. */
bool chronicle_add(struct chronicle *c, uint64_t at_usec, const struct happening *h);
/* Oldest first, those later than the entry after (0: all that are kept); a false answer ends it. */
void chronicle_each(const struct chronicle *c, uint64_t after, bool (*each)(void *ctx, const struct chronicle_entry *e),
		    void *ctx);
uint64_t chronicle_last(const struct chronicle *c); /* seq of the newest, 0: there is none */
/* told is called for each entry right after it was added; it must not add. NULL: nobody. */
void chronicle_listen(struct chronicle *c, void (*told)(void *ctx, const struct chronicle_entry *e), void *ctx);
