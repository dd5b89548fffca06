/* A person's decisions about single processes (law 6). Data, by process; moves nothing and writes nothing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <cgq/bounds.h>

struct pin {
	pid_t pid;
	uint64_t start_ticks; /* 0: only told of by its parent's fork; looked up when it matters */
	uint64_t born_ticks;  /* as in struct member */
	uint64_t key;	      /* of the decision; its heirs have the same, and members that follow have it for a rule's */
	char group[GROUP_PATH_MAX_BYTES + 1]; /* "": released, so that it inherits nothing any more */
	bool children;	      /* whoever it forks inherits it */
	bool run;	      /* started there by cgq run; else an act of cgq pin */
	bool inherited;
	bool absent;	      /* as in struct member */
	uid_t uid;	      /* who decided */
	uint64_t at_usec;     /* and when, CLOCK_REALTIME */
};

struct pins;

struct pins *pins_new(void);
void pins_free(struct pins *p);
size_t pins_count(const struct pins *p);
/* NULL: nobody decided anything about that pid. p may be NULL. The answer is good until the next put or drop. */
struct pin *pins_find(const struct pins *p, pid_t pid);
/* That very process, not another one with its number; start_ticks is filled in where it was not known. */
struct pin *pins_of(struct pins *p, pid_t pid, uint64_t start_ticks);
void pins_put(struct pins *p, const struct pin *one); /* a copy; replaces what stands for that pid */
void pins_drop(struct pins *p, pid_t pid);
/* The child inherits, if the parent's pin is for children too; what an earlier process of its pid had is dropped. */
void pins_fork(struct pins *p, pid_t parent, pid_t child, uint64_t child_start_ticks);
/* Whether any process is pinned by that decision. */
bool pins_hold(const struct pins *p, uint64_t key);
/*
 * Takes the decision about one process back: of the one it was made about, for all its heirs too; of an heir, for that
 * one alone. False: it is not pinned.
 */
bool pins_release(struct pins *p, pid_t pid);
/* In ascending order of pid; dropping the current one inside is allowed. */
void pins_each(struct pins *p, void (*each)(void *ctx, struct pin *one), void *ctx);
/* A key for a new decision: no other decision has it, and no rule. */
uint64_t pins_key(pid_t pid, uint64_t start_ticks, uint64_t at_usec);

/* What is not written down yet. */
bool pins_changed(const struct pins *p);
void pins_saved(struct pins *p);
