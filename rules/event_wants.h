/* Which process events any rule could act on: what is asked of the kernel, so that it wakes nobody for the others. */
#pragma once

#include <cgq/verdict.h>

/* When a value matters. */
#define WANT_AT_EXEC   1U /* some rule fits none but those who have it when they become a program */
#define WANT_AT_CHANGE 2U /* some rule asks for it: who takes it on later may fit from then on */

struct wanted_name {
	const char *text; /* the policy's */
	uint32_t when;
};

struct wanted_id {
	uint32_t id;
	uint32_t when;
};

/* Lists are sorted, each value once. An event that neither a list nor every_… names can be of no use to any rule. */
struct event_wants {
	bool any;		   /* there is a rule that can fit anybody */
	bool every_exec;	   /* a rule has no value that the lists could name: globs, negation, other kinds */
	bool every_fork;	   /* rules ask for the parent */
	bool every_change_of_name; /* rules ask for names by glob or negation */
	bool every_change_of_ids;
	struct wanted_name *names; /* comm, the executable's base name, argv[0]'s or a script's */
	struct file_id *exes;	   /* WANT_AT_EXEC, all of them */
	struct wanted_id *users, *user_groups;
	size_t n_names, n_exes, n_users, n_user_groups;
};

/* Borrows texts from p. */
void event_wants_make(const struct policy *p, const struct resolved *r, struct event_wants *ret);
void event_wants_done(struct event_wants *w);
