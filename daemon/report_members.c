/* Who is in each group, by name. */
#include "report_members.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/memory.h>

#include "report_json.h"

#define NAMES_MAX 20 /* of a group; the rest is one number, so that a group cannot make the answer long by its names */

struct named {
	unsigned group;
	size_t procs;
	char name[16];
};

struct naming {
	const struct view *v;
	struct named *list;
	size_t n, cap;
};

/* By the name that it has now. Who is gone is no longer in the group. */
static void name_read(void *ctx, struct member *m)
{
	struct naming *c = ctx;
	struct proc_facts f = {.pid = m->pid};

	if (proc_read(c->v->proc, &f, FACT_STAT) == 0 && f.start_ticks == m->start_ticks && !f.exiting) {
		array_grow(c->list, c->n, c->cap);
		c->list[c->n] = (struct named){.group = m->group, .procs = 1};
		memcpy(c->list[c->n++].name, f.comm, sizeof(f.comm));
	}
	proc_facts_done(&f);
}

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return x->group != y->group ? (x->group > y->group) - (x->group < y->group) : strcmp(x->name, y->name);
}

static int by_number(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	if (x->group != y->group)
		return (x->group > y->group) - (x->group < y->group);
	return x->procs != y->procs ? (x->procs < y->procs) - (x->procs > y->procs) : strcmp(x->name, y->name);
}

/* Sorted by name: equal ones become one, with their number. */
static void count(struct naming *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (n && by_name(&c->list[n - 1], &c->list[i]) == 0)
			c->list[n - 1].procs++;
		else
			c->list[n++] = c->list[i];
	}
	c->n = n;
}

static void put_named(json_t *list, const char *name, size_t procs)
{
	json_t *o = json_object();

	put_text(o, "name", name);
	put_u64(o, "procs", procs);
	json_array_append_new(list, o);
}

static json_t *names_of(const struct naming *c, unsigned group)
{
	json_t *list = json_array();
	size_t n = 0, rest = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (c->list[i].group != group)
			continue;
		if (n++ < NAMES_MAX)
			put_named(list, c->list[i].name, c->list[i].procs);
		else
			rest += c->list[i].procs;
	}
	if (rest)
		put_named(list, NULL, rest);
	return list;
}

void report_members(const struct view *v, json_t *answer)
{
	struct naming c = {.v = v};
	json_t *row;
	size_t i;

	members_each(v->members, name_read, &c);
	if (c.n)
		qsort(c.list, c.n, sizeof(*c.list), by_name);
	count(&c);
	if (c.n)
		qsort(c.list, c.n, sizeof(*c.list), by_number);
	json_array_foreach(json_object_get(answer, "groups"), i, row)
	{
		put(row, "processes", names_of(&c, (unsigned)i));
	}
	free(c.list);
}
