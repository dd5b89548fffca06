/* Passive groups: what would be held back if they were enforced. */
#include "would_be.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "size_text.h"

struct one {
	char *path; /* NULL: not passive */
	struct would_track track;
	struct would_limits limits;
};

struct would_be {
	void (*told)(void *ctx, unsigned group, const struct place *at, const char *text);
	void *ctx;
	const struct policy *policy;
	struct want *want; /* as if all were enforced; NULL: nobody is passive */
	struct one *list;  /* by index of the policy */
	size_t n;
};

static const enum knob knob_of[WOULD__COUNT] = {
	[WOULD_CPU] = KNOB_CPU_MAX, [WOULD_MEMORY] = KNOB_MEMORY_MAX, [WOULD_TASKS] = KNOB_TASKS_MAX,
};

struct would_be *would_be_new(void (*told)(void *ctx, unsigned group, const struct place *at, const char *text), void *ctx)
{
	struct would_be *w = must_alloc(sizeof(*w));

	w->told = told;
	w->ctx = ctx;
	return w;
}

static void list_free(struct one *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i].path);
	free(list);
}

void would_be_free(struct would_be *w)
{
	if (!w)
		return;
	list_free(w->list, w->n);
	want_free(w->want);
	free(w);
}

static bool is_passive(const struct want *enforced, unsigned group)
{
	return !enforced->n || enforced->node_of_group[group] == UINT32_MAX;
}

static void take_over(struct would_be *w, const struct one *old, size_t n_old)
{
	for (size_t i = 0; i < n_old; i++) {
		unsigned g = old[i].path ? policy_group(w->policy, old[i].path) : GROUP_NONE;

		if (g != GROUP_NONE && w->list[g].path)
			w->list[g].track = old[i].track;
	}
}

void would_be_follow(struct would_be *w, const struct policy *p, const struct machine *m, const struct want *enforced)
{
	struct one *old = w->list;
	size_t n_old = w->n, passive = 0;

	want_free(w->want);
	w->want = NULL;
	w->policy = p;
	w->n = p->n_groups;
	w->list = must_alloc((w->n + 1) * sizeof(*w->list));
	for (unsigned g = 0; g < w->n; g++)
		passive += is_passive(enforced, g);
	if (passive)
		w->want = would_want(p, m);
	for (unsigned g = 0; w->want && g < w->n; g++) {
		if (!is_passive(enforced, g))
			continue;
		w->list[g].path = must_strdup(p->groups[g].path);
		would_limits(w->want, g, &w->list[g].limits);
	}
	take_over(w, old, n_old);
	list_free(old, n_old);
}

static void number_text(enum would what, double n, char *buf, size_t size)
{
	if (what == WOULD_CPU)
		snprintf(buf, size, "%.3g%%", n);
	else if (what == WOULD_MEMORY)
		size_text(n > 0 ? (uint64_t)n : 0, buf, size);
	else
		snprintf(buf, size, "%.0f", n);
}

static double limit_of(const struct would_limits *l, enum would what)
{
	return what == WOULD_CPU      ? l->cpu_percent
	       : what == WOULD_MEMORY ? (double)l->memory_bytes.value
				      : (double)l->tasks.value;
}

static void text_now(const struct one *o, enum would what, char *buf, size_t size)
{
	char is[32], may[32];

	number_text(what, o->track.now[what], is, sizeof(is));
	number_text(what, limit_of(&o->limits, what), may, sizeof(may));
	if (what == WOULD_CPU)
		snprintf(buf, size, "would be throttled: uses %s of the machine, ceiling %s", is, may);
	else if (what == WOULD_MEMORY)
		snprintf(buf, size, "would be over its limit: %s > %s", is, may);
	else
		snprintf(buf, size, "would start no more tasks: %s > %s", is, may);
}

static void text_ended(const struct one *o, enum would what, char *buf, size_t size)
{
	static const char *const words[] = {
		[WOULD_CPU] = "would no longer be throttled",
		[WOULD_MEMORY] = "would no longer be over its limit",
		[WOULD_TASKS] = "would start tasks again",
	};
	char most[32];

	number_text(what, o->track.most[what], most, sizeof(most));
	snprintf(buf, size, "%s, after %llu s and at most %s", words[what], (unsigned long long)o->track.ticks[what], most);
}

static void tell(struct would_be *w, unsigned group, uint32_t begun, uint32_t ended)
{
	const struct node *n = &w->want->nodes[w->want->node_of_group[group]];
	struct place at;
	char text[200];

	for (unsigned what = 0; what < WOULD__COUNT; what++) {
		if (!((begun | ended) & 1U << what))
			continue;
		if (begun & 1U << what)
			text_now(&w->list[group], what, text, sizeof(text));
		else
			text_ended(&w->list[group], what, text, sizeof(text));
		at = wanted_at(&n->wanted[knob_of[what]]);
		w->told(w->ctx, group, &at, text);
	}
}

static struct counter sum(struct counter a, struct counter b)
{
	return (struct counter){a.known && b.known, a.value + b.value};
}

/* A group's use holds its children's: they come after it in the policy. */
static void measure(const struct would_be *w, struct sampler *s, struct would_use *uses)
{
	for (size_t g = w->n; g-- > 0;) {
		struct would_use *use = &uses[g], *above;
		unsigned parent = w->policy->groups[g].parent;
		struct usage own;

		if (!w->list[g].path)
			continue;
		sampler_usage_passive(s, (unsigned)g, &own);
		use->memory_bytes = sum(use->memory_bytes, own.memory_bytes);
		use->tasks = sum(use->tasks, own.tasks);
		use->cpu_percent = use->cpu_percent < 0 || own.rates.cpu_percent < 0 ? -1 : use->cpu_percent + own.rates.cpu_percent;
		if (parent == GROUP_NONE || !w->list[parent].path)
			continue;
		above = &uses[parent];
		above->memory_bytes = sum(above->memory_bytes, use->memory_bytes);
		above->tasks = sum(above->tasks, use->tasks);
		above->cpu_percent = above->cpu_percent < 0 || use->cpu_percent < 0 ? -1 : above->cpu_percent + use->cpu_percent;
	}
}

void would_be_tick(struct would_be *w, struct sampler *s)
{
	auto_free struct would_use *uses = NULL;

	if (!w->want || !w->want->n)
		return;
	uses = must_alloc((w->n + 1) * sizeof(*uses));
	for (size_t g = 0; g < w->n; g++)
		uses[g].memory_bytes.known = uses[g].tasks.known = true;
	measure(w, s, uses);
	for (unsigned g = 0; g < w->n; g++) {
		uint32_t begun, ended;

		if (!w->list[g].path)
			continue;
		would_tick(&w->list[g].track, &w->list[g].limits, &uses[g], &begun, &ended);
		tell(w, g, begun, ended);
	}
}

char *would_be_text(const struct would_be *w, unsigned group, char *buf, size_t size)
{
	*buf = '\0';
	for (unsigned what = 0; group < w->n && what < WOULD__COUNT; what++) {
		size_t len = strlen(buf);
		char text[200];

		if (!w->list[group].track.over[what])
			continue;
		text_now(&w->list[group], what, text, sizeof(text));
		snprintf(buf + len, size - len, "%s%s", len ? "; " : "", text);
	}
	return buf;
}

bool would_be_times(const struct would_be *w, unsigned group, uint64_t ret_times[WOULD__COUNT])
{
	if (group >= w->n || !w->list[group].path)
		return false;
	memcpy(ret_times, w->list[group].track.times, sizeof(w->list[group].track.times));
	return true;
}
