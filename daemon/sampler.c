/* Counters of every cgroup of ours and of everything outside. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cgq/memory.h>

#include "counter_files.h"
#include "hits_read.h"
#include "kept.h"
#include "outside.h"
#include "passive.h"
#include "plan_make.h"
#include "rate.h"
#include "sample_parse.h"
#include "sampler.h"
#include "text.h"

/* A tick that comes sooner after the last one is left out: its rates would say little. */
#define TICK_MIN_NS 500000000ULL
/*
 * What sleeps is read in turns, so that a question finds it read: of 1,000 groups 100 a second. What changes there without a word
 * (others reclaim its memory; a limit is written in a cgroup namespace, which has inodes of its own) is seen by then.
 */
#define RENEW_USE_TICKS	   10
#define RENEW_LIMITS_TICKS 30
/* Nobody has asked for so long: nothing is read for the next one, who has all of it read. */
#define UNASKED_TICKS	   60

struct entry {
	char *path; /* as machine_path() takes it; NULL: the whole machine */
	bool is_ours; /* in place: a unit of a group, and no slice on the way */
	struct counter_files files;
	struct sample last;
	struct rates rates;
	struct hit_count hits[HIT__COUNT];
	struct counter hits_cpu_ns; /* at their last reading */
	struct kept kept;
};

struct sampler {
	struct counter_source source;
	struct entry machine;
	struct entry *list; /* by index of want->nodes */
	size_t n;
	bool in_place;	    /* then nothing of the list holds all the others */
	struct passive *passive;
	struct stirred stirred;
	uint64_t last_ns;
	unsigned ticks, asked_ticks; /* now; at the last question */
	void (*told)(void *ctx, const char *path, enum hit what, uint64_t count);
	void *told_ctx;
	struct hierarchy hierarchies[HIERARCHIES_MAX]; /* that the descriptors belong to */
};

static void entry_init(struct entry *e, const char *path)
{
	*e = (struct entry){ .path = path ? must_strdup(path) : NULL,
			     .rates = { .cpu_percent = -1, .throttled_percent = -1 } };
	counter_files_init(&e->files);
}

static void entry_done(struct sampler *s, struct entry *e)
{
	counter_files_done(&e->files, &s->source);
	for (unsigned i = 0; i < HIT__COUNT; i++)
		hit_done(&e->hits[i]);
	free(e->path);
	e->path = NULL;
}

struct sampler *sampler_new(struct kernel *k, const struct machine *m)
{
	struct sampler *s = must_alloc(sizeof(*s));
	struct rlimit limit = { .rlim_cur = 1024 };

	getrlimit(RLIMIT_NOFILE, &limit);
	/* Half for us, the rest for the mover, the clients and what is open for a moment. */
	s->source = (struct counter_source){ .kernel = k, .machine = m,
					     .kept_max = (unsigned)(limit.rlim_cur > 1U << 20 ? 1U << 20 : limit.rlim_cur) / 2 };
	memcpy(s->hierarchies, m->hierarchies, sizeof(s->hierarchies));
	entry_init(&s->machine, NULL);
	s->passive = passive_new();
	s->stirred = (struct stirred){ .moves = 1, .writes = 1 };
	return s;
}

void sampler_free(struct sampler *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		entry_done(s, &s->list[i]);
	free(s->list);
	entry_done(s, &s->machine);
	passive_free(s->passive);
	free(s);
}

static bool hierarchies_same(const struct sampler *s, const struct machine *m)
{
	for (unsigned i = 0; i < HIERARCHIES_MAX; i++) {
		const struct hierarchy *a = &s->hierarchies[i], *b = &m->hierarchies[i];

		if (a->controllers != b->controllers || strcmp(a->mount, b->mount) || strcmp(a->base, b->base))
			return false;
	}
	return true;
}

/* Other mounts: what is open belongs to something else, and may not even be gone. */
static void follow_machine(struct sampler *s, const struct machine *m)
{
	s->source.machine = m;
	counter_files_retry(&s->machine.files);
	if (hierarchies_same(s, m))
		return;
	memcpy(s->hierarchies, m->hierarchies, sizeof(s->hierarchies));
	sampler_told_write(s);
	counter_files_done(&s->machine.files, &s->source);
	for (size_t i = 0; i < s->n; i++)
		counter_files_done(&s->list[i].files, &s->source);
}

static void hits_tell(struct sampler *s, struct entry *e, enum hit what, struct counter total, uint64_t at_ns)
{
	uint64_t count = hit_take(&e->hits[what], total, at_ns, what == HIT_OOM_KILL);

	if (count && s->told)
		s->told(s->told_ctx, e->path, what, count);
}

static void hits_look(struct sampler *s, struct entry *e, uint64_t at_ns)
{
	struct counter totals[HIT__COUNT] = {0};

	hits_read(&s->source, &e->files, e->path, totals);
	for (unsigned i = 0; i < HIT__COUNT; i++)
		if (i != HIT_THROTTLED)
			hits_tell(s, e, i, totals[i], at_ns);
}

/* Whoever runs into a limit, or is killed, runs: where no CPU was used there is nothing new to read. */
static bool has_run(struct entry *e)
{
	struct counter now = e->last.cpu_ns, before = e->hits_cpu_ns;

	e->hits_cpu_ns = now;
	return !now.known || !before.known || now.value != before.value;
}

static int compare_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

/* The old entry of that path is taken over, with its descriptors and its last sample. */
static void entry_inherit(struct entry *e, struct entry *old, size_t n_old)
{
	struct entry *from = n_old ? bsearch(e, old, n_old, sizeof(*old), compare_path) : NULL;

	if (!from)
		return;
	e->files = from->files;
	e->last = from->last;
	e->rates = from->rates;
	memcpy(e->hits, from->hits, sizeof(e->hits));
	memset(from->hits, 0, sizeof(from->hits));
	e->hits_cpu_ns = from->hits_cpu_ns;
	e->kept = from->kept;
	counter_files_init(&from->files);
	counter_files_retry(&e->files);
}

void sampler_follow(struct sampler *s, const struct machine *m, const struct policy *p, const struct want *w,
		    struct members *members)
{
	struct entry *old = s->list;
	size_t n_old = s->n;

	follow_machine(s, m);
	if (n_old)
		qsort(old, n_old, sizeof(*old), compare_path);
	s->n = w->hierarchies ? w->n : 0; /* without a hierarchy the nodes stand nowhere */
	s->in_place = w->in_place;
	s->list = must_alloc((s->n + 1) * sizeof(*s->list));
	for (size_t i = 0; i < s->n; i++) {
		entry_init(&s->list[i], w->nodes[i].path);
		s->list[i].is_ours = w->in_place ? w->nodes[i].group != GROUP_NONE : i > 0;
		entry_inherit(&s->list[i], old, n_old);
		if (s->list[i].is_ours && !s->list[i].last.at_ns) /* what comes from now on is new, though no tick has seen it before */
			hits_look(s, &s->list[i], 0);
	}
	for (size_t i = 0; i < n_old; i++)
		entry_done(s, &old[i]);
	free(old);
	passive_follow(s->passive, p, w, members);
}

static void take_sample(struct sampler *s, struct entry *e, struct sample *ret)
{
	int version = counter_version(&s->source, COUNTER_CPU);
	char text[1024];

	if (counter_read(&s->source, &e->files, e->path, COUNTER_CPU, text, sizeof(text)) >= 0) {
		if (version == 2)
			sample_cpu_stat(text, 2, ret);
		else
			ret->cpu_ns = sample_number(text);
	}
	/* On v2 cpu.stat said it all. At the root nothing is ever throttled. */
	if (e->path && !ret->periods.known && counter_version(&s->source, COUNTER_CEILING) == 1 &&
	    counter_read(&s->source, &e->files, e->path, COUNTER_CEILING, text, sizeof(text)) >= 0)
		sample_cpu_stat(text, 1, ret);
}

static void entry_tick(struct sampler *s, struct entry *e, uint64_t at_ns)
{
	struct sample now = { .at_ns = at_ns };

	take_sample(s, e, &now);
	if (e->last.at_ns)
		rate_make(&e->last, &now, s->source.machine->cpus, &e->rates);
	e->last = now;
}

static struct kept_from kept_from(struct sampler *s, struct entry *e)
{
	return (struct kept_from){ &s->source, &e->files, e->path, e->last.cpu_ns, &s->stirred };
}

/* turn: not all of them at once. What uses CPU is read at the question. */
static void entry_renew(struct sampler *s, struct entry *e, size_t turn, struct counter cpu_before)
{
	struct kept_from from = kept_from(s, e);

	if (!s->stirred.all_seen)
		return;
	if (turn % RENEW_USE_TICKS == 0 && e->last.cpu_ns.value == cpu_before.value)
		kept_renew_use(&e->kept, &from);
	if (turn % RENEW_LIMITS_TICKS == 0)
		kept_renew_limits(&e->kept, &from);
}

static void forget_unasked(struct sampler *s)
{
	if (!s->stirred.all_seen || s->ticks - s->asked_ticks <= UNASKED_TICKS)
		return;
	s->stirred.all_seen = false;
	sampler_told_write(s);
}

void sampler_tick(struct sampler *s, uint64_t at_ns)
{
	if (s->last_ns && at_ns - s->last_ns < TICK_MIN_NS)
		return;
	s->last_ns = at_ns;
	entry_tick(s, &s->machine, at_ns);
	s->ticks++;
	forget_unasked(s);
	for (size_t i = 0; i < s->n; i++) {
		struct entry *e = &s->list[i];
		struct counter before = e->last.cpu_ns;

		if (s->in_place && !e->is_ours)
			continue;
		entry_tick(s, e, at_ns);
		entry_renew(s, e, s->ticks + i, before);
		if (!e->is_ours) /* the tree itself has no limits, and no members */
			continue;
		hits_tell(s, e, HIT_THROTTLED, e->last.throttled_periods, at_ns);
		if ((s->ticks + i) % 2 == 0 && has_run(e))
			hits_look(s, e, at_ns);
	}
	passive_tick(s->passive, at_ns, s->source.machine->cpus);
}

static void usage_init(struct usage *u)
{
	memset(u, 0, sizeof(*u));
	u->rates.cpu_percent = u->rates.throttled_percent = u->pressure_percent = -1;
}

struct value usage_value(const struct usage_limit *l)
{
	return (struct value){ .kind = l->kind, .number = l->number, .period = l->period };
}

static struct counter entry_memory(struct sampler *s, struct entry *e)
{
	struct kept_from from = kept_from(s, e);

	return kept_memory(&e->kept, &from);
}

void sampler_usage(struct sampler *s, unsigned node, struct usage *ret)
{
	struct kept_from from;
	struct entry *e;

	usage_init(ret);
	if (node >= s->n || (s->in_place && !s->list[node].is_ours))
		return;
	e = &s->list[node];
	from = kept_from(s, e);
	ret->rates = e->rates;
	kept_usage(&e->kept, &from, ret);
}

/* What was read while not all was told, or before that, may have changed since without a word. */
void sampler_watched(struct sampler *s, bool all_seen)
{
	if (all_seen && !s->stirred.all_seen)
		sampler_told_write(s);
	s->stirred.all_seen = all_seen;
	s->asked_ticks = s->ticks;
}

void sampler_told_move(struct sampler *s)
{
	s->stirred.moves++;
}

void sampler_told_write(struct sampler *s)
{
	s->stirred.moves++;
	s->stirred.writes++;
}

void sampler_on_hits(struct sampler *s, void (*told)(void *ctx, const char *path, enum hit what, uint64_t count), void *ctx)
{
	s->told = told;
	s->told_ctx = ctx;
}

void sampler_hits(const struct sampler *s, unsigned node, struct counter ret[HIT__COUNT])
{
	for (unsigned i = 0; i < HIT__COUNT; i++)
		ret[i] = node < s->n ? hit_total(&s->list[node].hits[i]) : (struct counter){ 0 };
}

void sampler_usage_passive(struct sampler *s, unsigned group, struct usage *ret)
{
	usage_init(ret);
	passive_usage(s->passive, group, &ret->rates, &ret->memory_bytes, &ret->tasks);
}

/* All of a less parts of it that were looked at a moment later or sooner: never below nothing. */
static struct counter counter_less(struct counter a, uint64_t part)
{
	a.value = a.value > part ? a.value - part : 0;
	return a;
}

/* A unit that went in between uses nothing. */
static void sum_units(struct sampler *s, double *percent, struct counter *memory)
{
	for (size_t i = 0; i < s->n; i++) {
		if (!s->list[i].is_ours)
			continue;
		if (s->list[i].rates.cpu_percent > 0)
			*percent += s->list[i].rates.cpu_percent;
		memory->value += entry_memory(s, &s->list[i]).value;
	}
}

/* What all cgroups of groups use together. */
static void sum_groups(struct sampler *s, double *percent, struct counter *memory)
{
	*percent = 0;
	*memory = (struct counter){ true, 0 };
	if (s->in_place) {
		sum_units(s, percent, memory);
	} else if (s->n) {
		*percent = s->list[0].rates.cpu_percent;
		*memory = entry_memory(s, &s->list[0]);
	}
}

void sampler_usage_outside(struct sampler *s, uint64_t in_groups, struct usage *ret)
{
	double passive_percent, tree_percent;
	struct counter in_tree;
	uint64_t passive_bytes;

	usage_init(ret);
	sum_groups(s, &tree_percent, &in_tree);
	passive_sum(s->passive, &passive_percent, &passive_bytes);
	ret->procs = counter_less(outside_procs(), in_groups);
	/* Without a memory controller nobody knows how much of it is the tree's. */
	if (in_tree.known)
		ret->memory_bytes = counter_less(outside_memory(), in_tree.value + passive_bytes);
	if (s->machine.rates.cpu_percent < 0 || tree_percent < 0)
		return;
	ret->rates.known = true;
	ret->rates.cpu_percent = s->machine.rates.cpu_percent - tree_percent - passive_percent;
	if (ret->rates.cpu_percent < 0)
		ret->rates.cpu_percent = 0;
}
