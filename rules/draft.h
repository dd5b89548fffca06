/* One file, read for itself: what it adds to a policy. */
#pragma once

#include "policy_files.h"

struct draft_group {
	const char *path;
	struct place at;
};

struct draft_setting {
	unsigned group; /* index into the draft's groups, as in its rules */
	enum key key;
	struct setting set;
};

/* A line at fault that may have been meant to set this key. */
struct draft_doubt {
	unsigned group; /* GROUP_NONE: the header above it is at fault */
	enum key key;
};

/* In the order of the file. Owns its strings; places point to its path. */
struct draft {
	struct arena arena;
	const char *path;
	uint64_t hash;	/* of name and text */
	bool is_faulty; /* contributes nothing */
	struct draft_group *groups;
	size_t n_groups, cap_groups;
	struct draft_setting *settings;
	size_t n_settings, cap_settings;
	struct rule *rules;
	size_t n_rules, cap_rules;
	bool is_unread;		   /* nothing of it could be read: it may say anything */
	const char **lost_headers; /* those at fault, lower-cased; empty: missing */
	size_t n_lost_headers, cap_lost_headers;
	struct draft_doubt *doubts;
	size_t n_doubts, cap_doubts;
};

/* Every local fault goes to faults. A file without text is faulty, which was told by the one who read it. */
struct draft *draft_read(const struct policy_file *file, struct faults *faults);
void draft_free(struct draft *d);
