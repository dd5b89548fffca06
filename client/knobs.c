/* The knobs of a group, as status and explain show them: wanted, effective, where from, and why not. */
#include "knobs.h"

#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "field.h"
#include "prose.h"
#include "table.h"

enum { KEY, SETTING, FILE_, WANTED, EFFECTIVE, FROM, PATH };

static char *kernel_text(const json_t *knob, const char *key, const struct cell_form *form)
{
	return field_is_known(knob, key) ? cell_kernel_text(field_text(knob, "file"), field_text(knob, key), form)
					 : must_strdup("-");
}

static bool is_same(const json_t *a, const json_t *b, const char *key)
{
	return strcmp(field_text(a, key), field_text(b, key)) == 0;
}

/* The unit of systemd that it is of, which says more than its cgroup. */
static const char *cgroup_text(const json_t *knob)
{
	return field_text(knob, field_is_known(knob, "unit") ? "unit" : "path");
}

/* One setting may be several files of the kernel: it is named with the first. */
static void knob_put(struct table *t, const json_t *knob, const json_t *before, const struct cell_form *form,
		     bool several)
{
	bool same_cgroup = before && is_same(knob, before, "path");
	bool again = same_cgroup && is_same(knob, before, "key");
	bool in_force = field_is_true(knob, "in_force");
	const char *file = field_text(knob, "file");
	size_t row = table_row(t, TABLE_NO_PARENT);

	if (several)
		table_cell(t, row, PATH, must_strdup(same_cgroup ? "" : cgroup_text(knob)), COLOUR_PLAIN);
	table_cell(t, row, KEY, must_strdup(again ? "" : field_text(knob, "key")), COLOUR_PLAIN);
	table_cell(t, row, SETTING, must_strdup(again ? "" : field_text(knob, "text")), COLOUR_PLAIN);
	table_cell(t, row, FILE_, must_strdup(*file ? file : "-"), COLOUR_PLAIN);
	table_cell(t, row, WANTED, kernel_text(knob, "wanted", form), COLOUR_PLAIN);
	table_cell(t, row, EFFECTIVE, kernel_text(knob, "effective", form), in_force ? COLOUR_GOOD : COLOUR_BAD);
	table_cell(t, row, FROM, again ? must_strdup("") : cell_place_text(knob, "at", form), COLOUR_FAINT);
}

static bool is_several_cgroups(const json_t *knobs)
{
	const json_t *knob;
	size_t i;

	json_array_foreach((json_t *)knobs, i, knob)
	{
		if (!is_same(knob, json_array_get(knobs, 0), "path"))
			return true;
	}
	return false;
}

static bool is_all_of_units(const json_t *knobs)
{
	const json_t *knob;
	size_t i;

	json_array_foreach((json_t *)knobs, i, knob)
	{
		if (!field_is_known(knob, "unit"))
			return false;
	}
	return true;
}

static int table_show(const struct options *o, const json_t *knobs)
{
	struct cell_form form;
	struct table_form lines = {.headings = !o->set[OPTION_NOHEADINGS], .indent = 2};
	struct table *t = table_new();
	bool several = is_several_cgroups(knobs);
	const json_t *knob, *before = NULL;
	size_t i;
	int r;

	terminal_look(stdout, o->values[OPTION_COLOR], &lines.terminal);
	cell_form_init(o, &lines.terminal, &form);
	table_column(t, "KEY", 0, 0);
	table_column(t, "SETTING", 0, 2);
	table_column(t, "FILE", 0, 1);
	table_column(t, "WANTED", 0, 0);
	table_column(t, "EFFECTIVE", 0, 0);
	table_column(t, "FROM", 0, 0);
	if (several)
		table_column(t, is_all_of_units(knobs) ? "UNIT" : "CGROUP", 0, 0);
	json_array_foreach((json_t *)knobs, i, knob)
	{
		knob_put(t, knob, before, &form, several);
		before = knob;
	}
	r = table_print(t, &lines, stdout);
	table_free(t);
	return r;
}

/* The daemon's reason names the knob itself. Without one the two values have to speak. */
static char *reason_text(const json_t *knob, const struct cell_form *form)
{
	auto_free char *wanted = kernel_text(knob, "wanted", form);
	auto_free char *effective = kernel_text(knob, "effective", form);
	const char *reason = field_text(knob, "reason"), *file = field_text(knob, "file");

	if (*reason)
		return must_strdup(reason);
	return must_printf("%s: %s wanted, the kernel has %s", *file ? file : field_text(knob, "key"), wanted, effective);
}

size_t knobs_reasons_show(const struct options *o, const json_t *knobs, const char *heading)
{
	struct cell_form form;
	struct terminal terminal;
	auto_free char *told = must_strdup("");
	const json_t *knob;
	size_t i, n = 0;

	terminal_look(stdout, o->values[OPTION_COLOR], &terminal);
	cell_form_init(o, &terminal, &form);
	json_array_foreach((json_t *)knobs, i, knob)
	{
		char *reason;

		if (field_is_true(knob, "in_force"))
			continue;
		if (n++ == 0)
			prose_heading(&terminal, heading, COLOUR_BAD);
		reason = reason_text(knob, &form);
		if (strcmp(reason, told) != 0)
			printf("    %s\n", reason);
		free(told);
		told = reason;
	}
	return n;
}

void knobs_overrides_show(const struct options *o, const json_t *knobs, const char *heading)
{
	struct terminal terminal;
	const json_t *knob, *before = NULL;
	size_t i;

	terminal_look(stdout, o->values[OPTION_COLOR], &terminal);
	json_array_foreach((json_t *)knobs, i, knob)
	{
		auto_free char *at = field_place(knob, "at");
		auto_free char *over = field_place(knob, "over");

		if (!*over || (before && is_same(knob, before, "key")))
			continue;
		if (!before)
			prose_heading(&terminal, heading, COLOUR_STRONG);
		/* What was set while running has no line: "set by root at …" */
		printf("    %s: %s is overridden%s%s\n", field_text(knob, "key"), over,
		       json_integer_value(json_object_get(json_object_get(knob, "at"), "line")) > 0 ? " by " : ", ", at);
		before = knob;
	}
}

int knobs_show(const struct options *o, const json_t *knobs)
{
	if (json_array_size(knobs) == 0) {
		puts("  nothing is limited");
		return 0;
	}
	return table_show(o, knobs);
}

/* Of all groups, each with its group. */
static json_t *knobs_of(const json_t *groups)
{
	json_t *rows = json_array(), *group, *knob;
	size_t i, k;

	json_array_foreach((json_t *)groups, i, group)
	{
		json_array_foreach(json_object_get(group, "knobs"), k, knob)
		{
			json_object_set(knob, "group", json_object_get(group, "group"));
			json_array_append(rows, knob);
		}
	}
	return rows;
}

int knobs_table(const struct rows *r, const json_t *groups)
{
	json_t *rows = knobs_of(groups);
	int status = rows_show(r, rows, false, 0);

	json_decref(rows);
	return status;
}

int knobs_json(const struct rows *r, const json_t *groups)
{
	json_t *answer = json_pack("{s:o}", r->set->rows, knobs_of(groups));
	int status = rows_json(r, answer, NULL);

	json_decref(answer);
	return status;
}
