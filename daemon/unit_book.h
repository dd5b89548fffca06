/* Which units of systemd the members of groups are in, and who else is in them. Looks at /proc and at cgroups; changes nothing. */
#pragma once

#include <cgq/err.h>
#include <cgq/machine.h>

#include "keepers.h"
#include "kernel.h"
#include "members.h"
#include "proc.h"

/* Who is in a unit and does not belong to its group. */
struct book_stranger {
	pid_t pid, ppid;
	unsigned group; /* that it belongs to instead, or GROUP_NONE */
	char comm[16];
};

#define BOOK_STRANGERS_MAX 8 /* more say nothing new to a person */

struct book_unit {
	char *name;	/* "mariadb.service" */
	char *cgroup;	/* "/system.slice/mariadb.service" */
	unsigned group; /* of the first member that was found in it */
	size_t members;
	struct book_stranger strangers[BOOK_STRANGERS_MAX];
	size_t n_strangers; /* all of them, also those that are not listed */
};

/* A member that is in no unit that could be limited: of a login session, or below a slice itself. */
struct book_loose {
	unsigned group;
	pid_t pid;
	uint64_t start_ticks;
	char comm[16];
};

struct unit_book {
	struct book_unit *list; /* in no particular order */
	size_t n, cap;
	struct book_loose *loose;
	size_t n_loose, cap_loose;
};

struct book_look {
	struct proc *proc;
	struct kernel *kernel;
	const struct machine *machine;
	struct members *members; /* not to be changed */
	unsigned hierarchy;	 /* of v2 */
	const struct keepers *keepers; /* each is in the unit of whoever made it, which is no group's; NULL: none */
};

void unit_book_read(const struct book_look *look, struct unit_book *ret);
/* Its second half: who is in the cgroups of units that are known. */
void unit_book_occupy(const struct book_look *look, struct unit_book *b);
void unit_book_done(struct unit_book *b);
const struct book_unit *unit_book_find(const struct unit_book *b, const char *name);
/*
 * Why the unit cannot be limited for its group, or NULL. What systemd started to control it (control_pid, 0 for none: an
 * ExecStartPre=, an ExecReload=) and what that started are no strangers. Owned by the caller.
 */
char *unit_book_refusal(const struct book_unit *u, pid_t control_pid, const char *(*group_path)(void *ctx, unsigned group), void *ctx);
