/* What the units of groups use, and who competes with them. */
#include "unit_load.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "sample_parse.h"
#include "strmap.h"
#include "text.h"
#include "unit_name.h"

#define NSEC_PER_USEC 1000U
#define SECOND_NS     UINT64_C(1000000000)
/* Of one CPU: what a quiet service uses now and then is none of a rival's. */
#define WANTS_PERCENT 5.0
/* Who wanted CPU a moment ago will want it again: weights that came and went each second would serve nobody. */
#define WANTS_STICK_NS (60 * SECOND_NS)
/* Of the time in which something of it waited. */
#define WAITS_PERCENT 5.0
#define WEIGHT_DEFAULT 100

/* One cgroup: unit, slice or rival. */
struct entry {
	struct sample last;
	double percent;	       /* of one CPU, over the last tick; negative: unknown */
	bool waits;
	uint64_t wants_until_ns;
	uint64_t rivals_weight; /* of a slice: of those in it that want CPU */
};

struct unit_load {
	struct kernel *kernel;
	struct strmap entries; /* struct entry, by path */
	struct strmap before;  /* those of the last tick that this one has not met yet */
	uint64_t now_ns;
	unsigned cpus;
};

struct unit_load *unit_load_new(struct kernel *k)
{
	struct unit_load *l = must_alloc(sizeof(*l));

	l->kernel = k;
	return l;
}

void unit_load_free(struct unit_load *l)
{
	if (!l)
		return;
	strmap_clear(&l->entries, free);
	strmap_clear(&l->before, free);
	free(l);
}

static struct entry *entry_of(struct unit_load *l, const char *path)
{
	struct strmap_entry *kept = strmap_put(&l->entries, path), *old = strmap_find(&l->before, path);
	struct entry *e;

	if (!kept->value && old)
		kept->value = take_ptr(old->value);
	if (kept->value)
		return kept->value;
	e = must_alloc(sizeof(*e));
	e->percent = -1;
	kept->value = e;
	return e;
}

/* What it used since the last tick; nothing is known of one that was not there then. */
static void use_read(struct unit_load *l, const struct hierarchy *h, const char *path, struct entry *e, struct sample *before)
{
	struct sample now = {.at_ns = l->now_ns};
	char text[1024];

	*before = e->last;
	e->percent = -1;
	if (l->kernel->read(l->kernel, h, path, "cpu.stat", text, sizeof(text), NULL) == 0)
		sample_cpu_stat(text, 2, &now);
	if (before->cpu_ns.known && now.cpu_ns.known && now.cpu_ns.value >= before->cpu_ns.value && now.at_ns > before->at_ns)
		e->percent = 100.0 * (double)(now.cpu_ns.value - before->cpu_ns.value) / (double)(now.at_ns - before->at_ns);
	if (e->percent >= WANTS_PERCENT)
		e->wants_until_ns = l->now_ns + WANTS_STICK_NS;
	e->last = now;
}

static bool was_throttled(const struct sample *before, const struct sample *now)
{
	return before->throttled_periods.known && now->throttled_periods.known &&
	       now->throttled_periods.value > before->throttled_periods.value;
}

/* avg10 is some seconds late when it ends; that only keeps a good split a little longer. */
static bool has_pressure(struct unit_load *l, const struct hierarchy *h, const char *path)
{
	char text[256];

	return l->kernel->read(l->kernel, h, path, "cpu.pressure", text, sizeof(text), NULL) == 0 &&
	       sample_pressure(text) >= WAITS_PERCENT;
}

/* One that is limited; another one competes with these like any that is not in the list. */
static bool is_unit(const struct seen_unit *s)
{
	return s->cgroup && *s->cgroup && s->group != GROUP_NONE && !s->refusal;
}

static bool is_slice(const struct seen_unit *s)
{
	return s->cgroup && unit_name_has_suffix(s->name, ".slice");
}

static bool units_tick(struct unit_load *l, const struct hierarchy *h, const struct seen_units *seen)
{
	bool any = false;

	for (size_t i = 0; i < seen->n; i++) {
		const struct seen_unit *s = &seen->list[i];
		struct sample before;
		struct entry *e;

		if (!is_unit(s))
			continue;
		e = entry_of(l, s->cgroup);
		use_read(l, h, s->cgroup, e, &before);
		e->waits = was_throttled(&before, &e->last) || has_pressure(l, h, s->cgroup);
		any |= e->waits;
	}
	return any;
}

/* The children of one slice, but for units that are limited and slices on the way to these. */
struct rivals {
	struct unit_load *l;
	const struct hierarchy *h;
	const struct strmap *listed; /* paths of units that are limited, and of slices */
	const char *parent;
	bool looks;	 /* at what they use now */
	uint64_t weight; /* of those that want CPU */
};

static uint64_t weight_of(const struct rivals *r, const char *path)
{
	char text[64];
	uint64_t weight;

	if (r->l->kernel->read(r->l->kernel, r->h, path, "cpu.weight", text, sizeof(text), NULL) < 0)
		return WEIGHT_DEFAULT;
	text[strcspn(text, "\n")] = '\0';
	return text_u64(text, &weight) == 0 ? weight : WEIGHT_DEFAULT;
}

static int rival_found(void *ctx, const char *name)
{
	struct rivals *r = ctx;
	auto_free char *path = must_printf("%s/%s", r->parent, name);
	struct sample before;
	struct entry *e;

	if (strmap_find(r->listed, path))
		return 0;
	e = entry_of(r->l, path);
	if (r->looks)
		use_read(r->l, r->h, path, e, &before);
	if (e->wants_until_ns > r->l->now_ns)
		r->weight += weight_of(r, path);
	return 0;
}

static void rivals_look(struct unit_load *l, const struct hierarchy *h, const struct seen_units *seen, bool looks)
{
	struct strmap listed = {0};

	for (size_t i = 0; i < seen->n; i++)
		if (is_unit(&seen->list[i]) || is_slice(&seen->list[i]))
			strmap_put(&listed, seen->list[i].cgroup);
	for (size_t i = 0; i < seen->n; i++) {
		struct rivals r = {l, h, &listed, seen->list[i].cgroup, looks, 0};

		if (!is_slice(&seen->list[i]))
			continue;
		l->kernel->children(l->kernel, h, r.parent, rival_found, &r, NULL);
		entry_of(l, r.parent)->rivals_weight = r.weight;
	}
	strmap_clear(&listed, NULL);
}

void unit_load_tick(struct unit_load *l, const struct hierarchy *h, unsigned cpus, const struct seen_units *seen, uint64_t at_ns)
{
	l->now_ns = at_ns;
	l->cpus = cpus;
	l->before = l->entries;
	l->entries = (struct strmap){0};
	rivals_look(l, h, seen, units_tick(l, h, seen));
	strmap_clear(&l->before, free);
}

static struct counter counter_of(struct unit_load *l, const struct hierarchy *h, const char *path, const char *file)
{
	char text[64];

	if (l->kernel->read(l->kernel, h, path, file, text, sizeof(text), NULL) < 0)
		return (struct counter){0};
	text[strcspn(text, "\n")] = '\0';
	return sample_number(text);
}

static bool is_shared(const struct seen_units *seen, size_t unit)
{
	for (size_t i = 0; i < seen->n; i++)
		if (i != unit && seen->list[i].group == seen->list[unit].group && seen->list[i].cgroup)
			return true;
	return false;
}

void unit_load_fill(struct unit_load *l, const struct hierarchy *h, struct seen_units *seen, bool all)
{
	for (size_t i = 0; i < seen->n; i++) {
		struct seen_unit *s = &seen->list[i];
		const struct strmap_entry *kept = s->cgroup ? strmap_find(&l->entries, s->cgroup) : NULL;
		const struct entry *e = kept ? kept->value : NULL;

		s->cpu_percent = e && e->percent >= 0 && l->cpus ? e->percent / l->cpus : -1;
		s->cpu_waits = e && e->waits;
		s->others_weight = e ? e->rivals_weight : 0;
		if (!is_unit(s) || !(all || is_shared(seen, i)))
			continue;
		s->memory_bytes = counter_of(l, h, s->cgroup, "memory.current");
		s->swap_bytes = counter_of(l, h, s->cgroup, "memory.swap.current");
		s->tasks = counter_of(l, h, s->cgroup, "pids.current");
	}
}
