/* The units that matter, as they stand. */
#include "unit_observe.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "observe.h"
#include "unit_name.h"

struct observing {
	const struct unit_look *l;
	struct seen_units *seen;
};

static struct seen_unit *find(const struct observing *c, const char *name)
{
	for (size_t i = 0; i < c->seen->n; i++)
		if (!strcmp(c->seen->list[i].name, name))
			return &c->seen->list[i];
	return NULL;
}

static struct seen_unit *add(const struct observing *c, const char *name, unsigned group)
{
	struct seen_units *s = c->seen;

	array_grow(s->list, s->n, s->cap);
	s->list[s->n] = (struct seen_unit){.name = arena_strdup(&s->arena, name), .group = group, .cpu_percent = -1};
	return &s->list[s->n++];
}

static const char *group_path(void *ctx, unsigned group)
{
	const struct observing *c = ctx;

	return c->l->policy->groups[group].path;
}

/* Of a unit that is not there systemd tells defaults: what it will have stands in cgqd's drop-in, as it was told before. */
static void take_told(const struct observing *c, struct seen_unit *s)
{
	const struct seen_unit *last = NULL;
	uint32_t told = 0;

	for (size_t i = 0; c->l->last && !last && i < c->l->last->n; i++)
		if (!strcmp(c->l->last->list[i].name, s->name))
			last = &c->l->last->list[i];
	if (!last || unit_file_look(c->l->folders, s->name, &told, NULL) < 0)
		return;
	for (int k = 0; k < KNOB__COUNT; k++)
		if (told & 1U << k) {
			s->set[k] = last->set[k];
			value_keep(&c->seen->arena, &s->set[k]);
		}
}

/* One cgroup under two names would be limited twice, for half each. */
static bool is_alias(const struct unit_props *props, const char *name)
{
	return props->id && *props->id && strcmp(props->id, name) != 0;
}

static void values_keep(struct arena *a, const struct value from[KNOB__COUNT], struct value to[KNOB__COUNT])
{
	for (int k = 0; k < KNOB__COUNT; k++) {
		to[k] = from[k];
		value_keep(a, &to[k]);
	}
}

/* What is asked of it beside, for what comes next. */
struct asides {
	pid_t control;
	char *slice;
	bool stands; /* it is not on its way up or down, when its own processes are gone or yet to come */
};

static bool is_standing(const char *active_state)
{
	return !strcmp(active_state, "active") || !strcmp(active_state, "reloading");
}

/* The kernel names a root's cgroup by nothing at all, and so do we. */
static int unit_read(const struct observing *c, struct seen_unit *s, struct asides *ret, struct err *e)
{
	struct unit_props props;
	bool delegated;
	int r = c->l->bus.get(c->l->bus.ctx, s->name, &props, e);

	if (r < 0)
		return r;
	if (!is_alias(&props, s->name)) {
		if (*props.cgroup)
			s->cgroup = arena_strdup(&c->seen->arena, props.cgroup);
		values_keep(&c->seen->arena, props.set, s->set);
		if (!unit_props_settable(&props))
			take_told(c, s);
	} else if (s->group != GROUP_NONE) {
		s->refusal = arena_printf(&c->seen->arena, "%s is another name of %s, by which a rule has to name it", s->name,
					  props.id);
	}
	for (int k = 0; k < KNOB__COUNT; k++)
		unit_store_before(c->l->store, s->name, k, &c->seen->arena, &s->before[k]);
	delegated = props.delegate && !props.transient && !s->refusal;
	if (s->group != GROUP_NONE && !strcmp(s->name, "init.scope"))
		s->refusal = "init.scope holds systemd itself; it is left as it is";
	else if (s->group != GROUP_NONE && delegated)
		s->refusal = arena_printf(&c->seen->arena, "%s is delegated to a manager of its own; it is left as it is", s->name);
	*ret = (struct asides){
		.control = props.control_pid,
		.slice = must_strdup(*props.slice ? props.slice : "-.slice"),
		.stands = is_standing(props.active_state),
	};
	unit_props_done(&props);
	return 0;
}

static bool is_enforced(const struct observing *c, unsigned group)
{
	return !c->l->passive && group < c->l->policy->n_groups && c->l->policy->groups[group].enforce;
}

/* Those with members come first: who is in a unit says more than who was, or than a rule. */
static void from_book(const struct observing *c)
{
	for (size_t i = 0; i < c->l->book->n; i++)
		if (is_enforced(c, c->l->book->list[i].group))
			add(c, c->l->book->list[i].name, c->l->book->list[i].group);
}

/* A rule of nothing but "unit:a.service,b.service" says whose they are before anything runs in them. */
static void from_rules(const struct observing *c)
{
	for (size_t i = 0; i < c->l->policy->n_rules; i++) {
		const struct rule *rule = &c->l->policy->rules[i];
		const struct term *t = rule->n_terms == 1 ? rule->terms : NULL;

		if (!t || t->kind != MATCH_UNIT || t->negated || !is_enforced(c, rule->group))
			continue;
		for (size_t v = 0; v < t->n_values; v++) {
			const char *name = t->values[v].text;

			if (!t->values[v].is_glob && unit_name_is_valid(name) && !unit_name_has_suffix(name, ".slice") && !find(c, name))
				add(c, name, rule->group);
		}
	}
}

/* What cgqd changed: of the group that it was changed for, as long as that is there; else to be given back. */
static void from_store(const struct observing *c)
{
	for (size_t i = 0; i < c->l->store->n; i++) {
		const struct unit_kept *kept = c->l->store->list[i];
		unsigned group = *kept->group ? policy_group(c->l->policy, kept->group) : GROUP_NONE;

		if (!unit_name_has_suffix(kept->name, ".slice") && !find(c, kept->name))
			add(c, kept->name, is_enforced(c, group) ? group : GROUP_NONE);
	}
}

static bool names_unit(const struct observing *c, const char *name)
{
	for (size_t i = 0; i < c->l->policy->n_rules; i++) {
		const struct rule *rule = &c->l->policy->rules[i];

		if (rule->n_terms != 1 || rule->terms->kind != MATCH_UNIT || rule->terms->negated)
			continue;
		for (size_t v = 0; v < rule->terms->n_values; v++)
			if (!strcmp(rule->terms->values[v].text, name))
				return true;
	}
	return false;
}

/* One that runs, and in which nobody of its group is any more, is nobody's. In a restart there is nobody, for a moment. */
static void owner_judge(const struct observing *c, struct seen_unit *s, const struct asides *asides)
{
	const struct book_unit *book = unit_book_find(c->l->book, s->name);
	auto_free char *refusal = book ? unit_book_refusal(book, asides->control, group_path, (void *)c) : NULL;

	if (refusal && !s->refusal && s->group != GROUP_NONE)
		s->refusal = arena_strdup(&c->seen->arena, refusal);
	if (!book && s->cgroup && asides->stands && !names_unit(c, s->name))
		s->group = GROUP_NONE;
}

/* By names[i] the slice that unit i is in; the slices above it are added, too. */
struct slices {
	char **of;
	size_t n;
};

static unsigned slice_index(const struct observing *c, const char *name)
{
	return (unsigned)(find(c, name) - c->seen->list);
}

static int slice_add(const struct observing *c, const char *name, struct err *e)
{
	const char *parent = unit_slice_parent(&c->seen->arena, name);
	struct asides asides = {0};
	struct seen_unit *s;
	int r = 0;

	if (find(c, name))
		return 0;
	if (parent)
		r = slice_add(c, parent, e);
	if (r < 0)
		return r;
	s = add(c, name, GROUP_NONE);
	r = unit_read(c, s, &asides, e);
	free(asides.slice);
	if (!parent)
		s->cgroup = "";
	s->slice = parent ? slice_index(c, parent) : (unsigned)(s - c->seen->list);
	return r;
}

static int slices_from_store(const struct observing *c, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->l->store->n; i++)
		if (unit_name_has_suffix(c->l->store->list[i]->name, ".slice"))
			r = slice_add(c, c->l->store->list[i]->name, e);
	return r;
}

/* 1: systemd answers, but not for this one: a template's name in a rule, say. The others are none the worse for it. */
static int unit_place(const struct observing *c, const struct observing *to, struct seen_unit *s, struct err *e)
{
	struct asides asides = {0};
	int r = unit_read(to, s, &asides, e);

	if (r == 0)
		r = slice_add(c, asides.slice, e);
	if (r == 0) {
		owner_judge(to, s, &asides);
		s->slice = slice_index(c, asides.slice);
	}
	free(asides.slice);
	return r < 0 && !units_lost(r) ? 1 : r;
}

/* Units first, since they tell which slices there are; then put behind these. */
static int units_read(const struct observing *c, struct seen_units *units, struct err *e)
{
	struct observing to = {c->l, units};
	int r = units->n ? slice_add(c, "-.slice", e) : 0;

	for (size_t i = 0; r >= 0 && i < units->n; i++) {
		struct seen_unit *s = &units->list[i];

		r = unit_place(c, &to, s, e);
		if (r <= 0)
			continue;
		*s = (struct seen_unit){.name = s->name, .group = s->group, .cpu_percent = -1};
		if (s->group != GROUP_NONE)
			s->refusal = arena_printf(&units->arena, "%s; it is left as it is", e->text);
	}
	return r < 0 ? r : 0;
}

static void take_units(struct seen_units *to, const struct seen_units *units)
{
	for (size_t i = 0; i < units->n; i++) {
		array_grow(to->list, to->n, to->cap);
		to->list[to->n++] = units->list[i];
	}
}

int unit_observe(const struct unit_look *look, struct seen_units *ret, struct err *e)
{
	struct seen_units units = {0};
	struct observing of_units = {look, &units}, all = {look, ret};
	int r;

	from_book(&of_units);
	from_rules(&of_units);
	from_store(&of_units);
	r = units_read(&all, &units, e);
	if (r == 0)
		r = slices_from_store(&all, e);
	take_units(ret, &units);
	arena_join(&ret->arena, &units.arena);
	free(units.list);
	unit_observe_kernel(look->kernel, look->machine, look->hierarchy, ret);
	return r;
}

void unit_observe_kernel(struct kernel *k, const struct machine *m, unsigned hierarchy, struct seen_units *seen)
{
	const struct hierarchy *h = &m->hierarchies[hierarchy];

	for (size_t i = 0; i < seen->n; i++) {
		struct seen_unit *s = &seen->list[i];

		for (int knob = 0; knob < KNOB__COUNT; knob++) {
			s->kernel[knob] = (struct value){0};
			if (s->cgroup)
				observe_value(k, h, s->cgroup, knob, m->page_bytes, &seen->arena, &s->kernel[knob]);
		}
	}
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct seen_cgroup *)a)->path, ((const struct seen_cgroup *)b)->path);
}

void unit_tree(const struct seen_units *seen, unsigned hierarchy, struct tree *ret)
{
	*ret = (struct tree){0};
	for (size_t i = 0; i < seen->n; i++) {
		const struct seen_unit *s = &seen->list[i];
		struct seen_cgroup *one;

		if (!s->cgroup || !*s->cgroup)
			continue;
		array_grow(ret->list, ret->n, ret->cap);
		one = &ret->list[ret->n++];
		*one = (struct seen_cgroup){.path = arena_strdup(&ret->arena, s->cgroup), .hierarchies = 1U << hierarchy};
		values_keep(&ret->arena, s->kernel, one->values);
		if (s->memory_bytes.known)
			one->memory_current = (struct value){.kind = VALUE_NUMBER, .number = s->memory_bytes.value};
	}
	if (ret->n)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_path);
}

void seen_units_done(struct seen_units *seen)
{
	arena_done(&seen->arena);
	free(seen->list);
	*seen = (struct seen_units){0};
}
