/* Whether a change that waits for its confirmation does harm: decided from numbers alone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <cgq/sample.h>

#include "strmap.h"

/* One cgroup of ours, or the machine (path ""). Percentages below 0 are unknown. */
struct confirm_row {
	char *path;		  /* relative to our tree; tells rows apart */
	char *group;		  /* as a person calls it */
	struct counter oom_kills; /* since it was made */
	double pressure_percent;
	double throttled_percent;
	unsigned pressed, throttled; /* looks in a row that were bad; kept by confirm_judge() */
};

/* Parents before children. */
struct confirm_numbers {
	struct confirm_row *list;
	size_t n, cap;
	struct strmap numbers; /* confirm_judge()'s own: a row's path to its number in list, from 1 */
};

void confirm_numbers_done(struct confirm_numbers *n);
/* Copies the texts. */
struct confirm_row *confirm_numbers_add(struct confirm_numbers *n, const char *path, const char *group);

/* What the health command said last. */
struct confirm_health {
	unsigned bad_in_a_row;
	const char *text; /* "exited 1: no route to host"; of the last bad one */
};

/*
 * before: the numbers as they were before the change; what was unknown then is taken from now, once. Asked once a
 * second. True: the change is to be taken back, and why says it: "oom kill in web".
 */
bool confirm_judge(struct confirm_numbers *before, const struct confirm_numbers *now, const struct confirm_health *health,
		   char *why, size_t size);
