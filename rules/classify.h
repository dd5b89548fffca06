/* Policy and facts become a verdict. */
#pragma once

#include <cgq/facts.h>
#include <cgq/verdict.h>

/* Told of every rule that is tried, in order; failed: the term that did not fit, NULL for the winner. */
struct trace {
	void (*tried)(void *ctx, const struct policy *p, unsigned rule, const struct term *failed);
	void *ctx;
};

/*
 * f holds at least FACT_STAT; reader fetches what else a rule needs, each fact once. trace may be NULL.
 * A pinned process is asked no rule, but may be EXCLUDED like any other.
 * Never EXCLUDED for what only the caller knows (itself); excluded for kernel threads, pid 1, another pid
 * namespace and foreign managers, each judged only once a rule or following would place the process.
 */
void classify(const struct policy *p, const struct resolved *r, struct proc_facts *f, const struct facts_reader *reader,
	      const struct standing *s, const struct trace *trace, struct verdict *ret);

/* What the cgroup path is, by its names alone, where it belongs to another manager ("a cgroup of docker"); else NULL. */
const char *manager_of_path(const char *path);
