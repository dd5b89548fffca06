/* Policies and units drawn by lot, for laws that hold of all. */
#pragma once

#include "lot.h"
#include "units_model.h"

static inline char *text_add(char *text, const char *fmt, unsigned n)
{
	char *more = must_printf("%s", text), *line;

	free(text);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	line = must_printf(fmt, n);
#pragma GCC diagnostic pop
	text = must_printf("%s%s", more, line);
	free(more);
	free(line);
	return text;
}

/* Reservations of siblings come to at most 100 %. */
static inline char *settings_drawn(char *text, unsigned *left)
{
	unsigned reserved = draw(3) ? draw(*left + 1) : 0;

	if (draw(3)) {
		text = text_add(text, "cpu = %u%%", reserved);
		text = text_add(text, "..%u%%\n",
				reserved < 100 ? reserved + 1 + draw(100 - reserved) : 100);
		*left -= reserved;
	}
	if (draw(2))
		text = text_add(text, "memory = %uM\n", 50 + draw(4000));
	if (!draw(3))
		text = text_add(text, "tasks = %u\n", 100 + draw(1000));
	if (!draw(4))
		text = text_add(text, "swap = %uM\n", 10 + draw(1000));
	if (!draw(3))
		text = text_add(text, "memory.low = %uM\n", 1 + draw(500));
	if (!draw(6))
		text = text_add(text, "cpus = 0-%u\n", draw(4));
	return text;
}

/* Three at the top, with up to two children each, and grandchildren. */
static inline char *policy_drawn(void)
{
	char *text = must_strdup("");
	unsigned left = 100;

	for (unsigned i = 0; i < 3; i++) {
		unsigned inner = 100;

		text = text_add(text, "[g%u]\n", i);
		text = settings_drawn(text, &left);
		for (unsigned j = draw(3); j--;) {
			unsigned innermost = 100;

			text = text_add(text, "[g%u/", i);
			text = text_add(text, "c%u]\n", j);
			text = settings_drawn(text, &inner);
			if (draw(3))
				continue;
			text = text_add(text, "[g%u/", i);
			text = text_add(text, "c%u/d]\n", j);
			text = settings_drawn(text, &innermost);
		}
	}
	return text;
}

/* What it uses at present. */
static inline void demand_draw(struct seen_unit *s)
{
	s->cpu_percent = draw(8) ? draw(4000) / 100.0 : -1;
	s->cpu_waits = !draw(3);
	s->memory_bytes = (struct counter){ s->cgroup && draw(8), draw(4) ? draw(300) * MIB : draw(3000) * MIB };
	s->swap_bytes = (struct counter){ s->cgroup && draw(4), draw(500) * MIB };
	s->tasks = (struct counter){ s->cgroup && draw(4), 1 + draw(300) };
}

static inline void demands_draw(struct model *x)
{
	for (size_t i = 0; i < x->seen.n; i++) {
		demand_draw(&x->seen.list[i]);
		x->seen.list[i].others_weight = draw(2) ? draw(1000) : 0;
	}
}

static inline void unit_draw(struct model *x, unsigned i)
{
	auto_free char *name = must_printf("u%u.service", i);
	unsigned slice = draw(5);
	unsigned u = model_add(x, name, slice, NULL);
	struct seen_unit *s = &x->seen.list[u];

	s->group = draw(8) ? draw((unsigned)x->policy->n_groups) : GROUP_NONE;
	s->refusal = draw(10) ? NULL : "also holds pid 12 (sh), which no rule names";
	if (!draw(6))
		s->cgroup = NULL;
	if (!draw(4))
		s->set[KNOB_CPU_WEIGHT] = (struct value){ .kind = VALUE_NUMBER, .number = 1 + draw(1000) };
	if (!draw(4))
		s->set[KNOB_MEMORY_MAX] = (struct value){ .kind = VALUE_NUMBER, .number = (1 + draw(4000)) * MIB };
	model_kernel(s);
}

static inline struct model model_drawn(void)
{
	static const char *const slices[] = {"-.slice", "system.slice", "system-a.slice", "user.slice", "z.slice"};
	static const unsigned above[] = {0, 0, 1, 0, 0};
	auto_free char *text = policy_drawn();
	struct model x = model_new(text);

	for (unsigned i = 0; i < ARRAY_SIZE(slices); i++) {
		model_add(&x, slices[i], above[i], NULL);
		if (draw(3))
			continue;
		x.seen.list[i].set[KNOB_CPU_WEIGHT] = (struct value){ .kind = VALUE_NUMBER, .number = 1 + draw(1000) };
		model_kernel(&x.seen.list[i]);
	}
	for (unsigned i = 1 + draw(12); i--;)
		unit_draw(&x, i);
	demands_draw(&x);
	return x;
}
