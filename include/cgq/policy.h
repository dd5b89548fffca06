/* The policy: every file in force together, as data. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cgq/key.h>
#include <cgq/memory.h>
#include <cgq/namespace.h>

/* Where something was written. file is as the user will see it; NULL: nowhere. Not owned here. */
struct place {
	const char *file;
	unsigned line; /* from 1 */
};

enum severity {
	SEVERITY_FAULT,	  /* the file is refused */
	SEVERITY_WARNING, /* almost certainly not what was meant */
	SEVERITY_HINT,
};

struct fault {
	struct place at;
	enum severity severity;
	char *text; /* escaped, one line, without "file:line: " */
};

/* A list of faults, sorted by nobody but the one who prints it. Owns file names and texts. */
struct faults {
	struct arena arena;
	struct fault *list;
	size_t n, cap;
	struct faults_file *files; /* as first named */
};

void faults_done(struct faults *f);
void fault_add(struct faults *f, enum severity severity, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void fault_copy(struct faults *to, const struct faults *from, size_t i); /* an entry that counts further ones counts on */
void faults_name(struct faults *f, const char *file); /* nothing is wrong with it yet; for its place in the order */
size_t faults_count(const struct faults *f, enum severity severity);
void faults_sort(struct faults *f); /* by file as it was first named, then line; equal ones merged */

enum amount_kind {
	AMOUNT_UNSET = 0,
	AMOUNT_MAX,	/* "max": no limit */
	AMOUNT_PERCENT, /* n in thousandths of a percent: 40% is 40000 */
	AMOUNT_CORES,	/* n in thousandths of a core: 1.5 cores is 1500 */
	AMOUNT_BYTES,
	AMOUNT_COUNT,
	AMOUNT_USEC,
	AMOUNT_BOOL, /* n is 0 or 1; for children: 1 is follow */
	AMOUNT_LIST, /* list is the normalised text, "0-3,8"; of run.users as written, without blanks */
	AMOUNT_RATE, /* bits a second */
	AMOUNT_TEXT, /* list is the text as written, which its unit can read */
};

struct amount {
	enum amount_kind kind;
	uint64_t n;
	const char *list;
};

#define PERCENT_WHOLE 100000U /* 100 % in AMOUNT_PERCENT's unit */

struct setting {
	enum key key;
	struct amount min;  /* SHAPE_ONE leaves it unset */
	struct amount max;
	const char *text;   /* as written */
	struct place at;    /* file NULL: the policy does not set it */
	struct place over;  /* the line that it overrides, if any */
};

/* One value of a term. */
struct pattern {
	const char *text; /* a literal: unescaped; a glob: with its escapes, for glob_match() */
	bool is_glob;
	unsigned ref;	  /* EXE, USER and GROUP: index into struct resolved's array of that kind */
};

struct term {
	enum match_kind kind;
	bool negated;
	struct pattern *values;
	size_t n_values;
	const char *text; /* as written, "name:mysqld,mariadbd" */
};

struct rule {
	unsigned group;	   /* index into policy->groups */
	const char *label; /* of match.LABEL; "" for plain match */
	const char *text;  /* "name:mysqld user:mysql" */
	struct place at;
	struct term *terms;
	size_t n_terms;
	uint64_t key; /* hash of the group's path and text: the same rule in another policy, or after a restart */
};

#define GROUP_NONE UINT32_MAX

/* One who may start programs in a group. */
struct run_user {
	bool is_group; /* "@ops": whoever is in that group of users */
	unsigned ref;  /* index into struct resolved's array of users, or of user_groups */
};

struct group {
	const char *path;  /* "web/php" */
	const char *name;  /* last part, "php" */
	unsigned parent;   /* index, always smaller than one's own; GROUP_NONE at the top */
	unsigned n_children;
	unsigned n_rules;
	struct place at;   /* where its section is first named */
	struct setting *settings; /* of the keys that are set, in no order; for group_setting() */
	unsigned n_settings;
	bool follow;	   /* children = follow */
	bool enforce;	   /* false too when an ancestor says no */
	bool strict;	   /* its own word; no child has it from here */
	struct run_user *run_users; /* its own word, too */
	size_t n_run_users;
	struct namespaces namespaces; /* likewise */
	const struct net *net; /* likewise; it means nothing without a namespace of kind net. Never NULL */
};

/* Groups are sorted so that parents come before children, siblings by name. Immutable once read. */
struct policy {
	struct arena arena;
	struct group *groups;
	size_t n_groups;
	struct rule *rules; /* in winning order: first match wins */
	size_t n_rules;
	uint32_t kinds;	    /* bit per match_kind: what rules look at at all */
	/* the distinct values of EXE, USER and GROUP terms and of run.users, to be resolved by someone who may look: */
	const char **exes, **users, **user_groups;
	bool *exe_globs;    /* by index of exes: a glob; else a path to be taken byte for byte */
	size_t n_exes, n_users, n_user_groups;
	const char **files; /* in reading order; every place's file is one of these pointers */
	size_t n_files;
	uint64_t hash;	    /* of all that was read: equal texts under equal names have equal hashes */
};

void policy_free(struct policy *p);
unsigned policy_group(const struct policy *p, const char *path); /* index or GROUP_NONE */
const struct setting *group_setting(const struct group *g, enum key key); /* never NULL: with at.file NULL where it is not set */
