/* Which processes belong to which group, where they came from, and since when. Holds data; moves nothing. */
#pragma once

#include <cgq/facts.h>
#include <cgq/verdict.h>

/* Tens of thousands of them: fields stand so that nothing is lost between them. */
struct member {
	pid_t pid;
	unsigned group;		 /* index in the policy in force */
	uint64_t start_ticks;	 /* 0: only told of by its parent's fork; looked up when it matters */
	uint64_t born_ticks;	 /* then no later than this; 0: not known either */
	uint64_t rule_key;	 /* of the rule, or of the pin, that brought it, or its ancestor, here; 0: not known */
	uint64_t placed_ns;	 /* CLOCK_MONOTONIC when its last write was done; 0 where nothing was written (found in place, or passive) */
	const char *origins[HIERARCHIES_MAX]; /* cgroup it came from, by hierarchy; interned; NULL: not known or not moved there */
	const char *stood;	 /* the leaf it was last seen or put in, as it should be; interned; NULL: never yet */
	/*
	 * It was put here before it ran what the rule names. Should it never do so, it belongs where it did before, of which
	 * these are group and rule_key.
	 */
	uint64_t before_key;
	unsigned before_group;
	unsigned left;		 /* the group it was in before, until its move is told; GROUP_NONE */
	uint64_t ahead_ns;	 /* CLOCK_MONOTONIC; 0: it has been judged by what it runs */
	uint64_t quick_at_ns;	 /* quick.h: the kernel's stamp of the exec by which a thread judged it last; 0: none did */
	enum verdict_kind kind : 8; /* RULE, FOLLOWS, STAYS or PINNED */
	uint8_t stood_in;	 /* bit per hierarchy in which it was */
	bool judged;		 /* by its own facts: not only told of by its parent's fork, or by the journal */
	bool absent;		 /* was not there any more when the full look that goes on now listed all processes */
	bool ending;		 /* its first thread has ended: the rest may end without another word */
	bool quick;		 /* quick.h: a thread moves it into its group, and has not said yet how that went */
	bool journaled;		 /* the journal of origins says of it what stands here */
	char comm[16];
};

_Static_assert(HIERARCHIES_MAX <= 8, "stood_in has a bit for each");

struct members;

struct members *members_new(void);
void members_free(struct members *m);
struct member *members_find(struct members *m, pid_t pid);
/* The entry of that pid, made if missing; what it held of an earlier process of the same pid is wiped when start_ticks differs. */
struct member *members_put(struct members *m, pid_t pid, uint64_t start_ticks);
/* Is it that process, and not another one with its number? Its start is filled in where it was not known. */
bool member_is(struct member *one, uint64_t start_ticks);
void members_drop(struct members *m, pid_t pid);
size_t members_count(const struct members *m);
const char *members_intern(struct members *m, const char *path); /* lives until members_paths_end() */
size_t members_paths(const struct members *m); /* so many are kept */
/*
 * Gives back the paths that nobody has any more: of sessions, say, each of which is another one's origin. False where that is not
 * worth it. A copy of a member, of whoever has one, is kept in between.
 */
bool members_paths_begin(struct members *m);
void member_paths_keep(struct member *one, struct members *m);
void members_paths_end(struct members *m);
/* In no particular order; dropping the current one inside is allowed. */
void members_each(struct members *m, void (*each)(void *ctx, struct member *one), void *ctx);
