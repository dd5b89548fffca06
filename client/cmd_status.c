/* cgq status: one page that says what is used, wanted and in force, and from which line. */
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "ask.h"
#include "change.h"
#include "command.h"
#include "exits.h"
#include "faults.h"
#include "field.h"
#include "knobs.h"
#include "limit_hits.h"
#include "prose.h"
#include "rows.h"

struct page {
	const struct options *o;
	struct terminal terminal;
	const json_t *answer;
};

static bool is_as_wanted(const json_t *usage)
{
	const char *state = field_text(usage, "state");

	return strcmp(state, "ok") == 0 || strcmp(state, "passive") == 0;
}

/* The value of one column of list, as list shows it. */
static char *usage_text(const struct page *p, const json_t *usage, const char *key)
{
	struct cell_form form;

	cell_form_init(p->o, &p->terminal, &form);
	for (size_t i = 0; i < columns_list.n; i++)
		if (strcmp(columns_list.list[i].key, key) == 0)
			return cell_text(&columns_list.list[i], usage, &form);
	return must_strdup("-");
}

/* ", reserved 40%" where that is known */
static void part_show(const struct page *p, const json_t *usage, const char *key, const char *word)
{
	auto_free char *text = usage_text(p, usage, key);

	if (field_number(usage, key) < 0)
		printf(", no %s", word);
	else if (field_is_known(usage, key))
		printf(", %s %s", word, text);
}

static void cpu_show(const struct page *p, const json_t *usage)
{
	auto_free char *cpu = usage_text(p, usage, "cpu_percent");

	prose_label(&p->terminal, "CPU");
	printf("%s%s", cpu, field_is_known(usage, "cpu_percent") ? " of the machine" : "");
	part_show(p, usage, "cpu_min_percent", "reserved");
	part_show(p, usage, "cpu_max_percent", "ceiling");
	part_show(p, usage, "throttled_percent", "throttled");
	putchar('\n');
}

/* What its processes had before they were moved counts against nobody's ceiling here. */
static void elsewhere_show(const struct page *p, const json_t *group)
{
	double bytes = field_number(group, "charged_elsewhere_bytes");
	json_t *usage = json_pack("{s:f}", "memory_bytes", bytes);
	auto_free char *text = usage_text(p, usage, "memory_bytes");

	json_decref(usage);
	if (bytes > 0)
		printf("; charged elsewhere: about %s", text);
}

static void usage_show(const struct page *p, const json_t *group)
{
	const json_t *usage = json_object_get(group, "usage");

	auto_free char *memory = usage_text(p, usage, "memory_bytes");
	auto_free char *procs = usage_text(p, usage, "procs");
	auto_free char *io = usage_text(p, usage, "io_bytes_per_second");
	auto_free char *pressure = usage_text(p, usage, "pressure_percent");

	prose_line(&p->terminal, "processes", "%s", procs);
	cpu_show(p, usage);
	prose_label(&p->terminal, "memory");
	fputs(memory, stdout);
	part_show(p, usage, "memory_max_bytes", "ceiling");
	elsewhere_show(p, group);
	putchar('\n');
	if (field_is_known(usage, "io_bytes_per_second"))
		prose_line(&p->terminal, "I/O", "%s", io);
	if (field_is_known(usage, "pressure_percent"))
		prose_line(&p->terminal, "pressure", "%s of the time a process waited for a CPU", pressure);
}

/* "memory 128M, of web": of a group above it, whose ceiling is lower than its own; "memory -" where that is unknown. */
static char *tightest_part(const struct page *p, const json_t *group, const char *word, const char *key, const char *of,
			   const char *column)
{
	const json_t *tightest = json_object_get(group, "tightest");
	const char *name = field_text(tightest, of);
	json_t *usage = json_pack("{s:O?}", column, json_object_get(tightest, key));
	auto_free char *text = usage_text(p, usage, column);

	json_decref(usage);
	if (*name)
		return strcmp(name, field_text(group, "group")) == 0 ? must_strdup("") : must_printf("%s %s, of %s", word, text, name);
	return field_is_known(tightest, key) ? must_strdup("") : must_printf("%s -", word);
}

/* Its own ceilings were told. None is in force where nothing is enforced. */
static void tightest_show(const struct page *p, const json_t *group)
{
	auto_free char *cpu = tightest_part(p, group, "CPU", "cpu_percent", "cpu_group", "cpu_max_percent");
	auto_free char *memory = tightest_part(p, group, "memory", "memory_bytes", "memory_group", "memory_max_bytes");

	bool passive = strcmp(field_text(json_object_get(group, "usage"), "state"), "passive") == 0;

	if (field_is_known(group, "tightest") && !passive && (*cpu || *memory))
		prose_line(&p->terminal, "tightest", "%s%s%s", cpu, *cpu && *memory ? "; " : "", memory);
}

static void rules_show(const struct page *p, const json_t *rules)
{
	const json_t *rule;
	size_t i;

	if (json_array_size(rules) == 0)
		return;
	prose_heading(&p->terminal, "Who belongs to it", COLOUR_STRONG);
	json_array_foreach((json_t *)rules, i, rule)
	{
		printf("    %s:%lld: %s\n", field_text(rule, "file"),
		       (long long)json_integer_value(json_object_get(rule, "line")), field_text(rule, "text"));
	}
}

static void title_show(const struct page *p, const char *group, const json_t *usage)
{
	const char *state = field_text(usage, "state");
	const char *reason = field_text(usage, "reason");

	prose_put(&p->terminal, COLOUR_STRONG, group);
	fputs(": ", stdout);
	prose_put(&p->terminal, colour_of_state(state), state);
	printf("%s%s\n", *reason ? ", " : "", reason);
}

/* What holds for the whole daemon, and is not as usual. */
static void daemon_show(const struct page *p)
{
	const char *passive = field_text(p->answer, "passive");
	const char *polling = field_text(p->answer, "polling");

	if (*passive)
		printf("  %spassive%s: %s; nothing is enforced\n",
		       terminal_colour(&p->terminal, COLOUR_CARE), terminal_colour(&p->terminal, COLOUR_PLAIN),
		       passive);
	if (*polling)
		printf("  %spolling%s: %s; new processes are found once a second\n",
		       terminal_colour(&p->terminal, COLOUR_CARE), terminal_colour(&p->terminal, COLOUR_PLAIN), polling);
}

static void on_the_way_show(const struct page *p, const json_t *slices)
{
	struct cell_form form;
	const json_t *one;
	size_t i;

	if (json_array_size(slices) == 0)
		return;
	cell_form_init(p->o, &p->terminal, &form);
	prose_heading(&p->terminal, "On the way up, for its sake; reset undoes it", COLOUR_STRONG);
	json_array_foreach((json_t *)slices, i, one)
	{
		auto_free char *was = cell_kernel_text(field_text(one, "file"), field_text(one, "was"), &form);
		auto_free char *now = cell_kernel_text(field_text(one, "file"), field_text(one, "now"), &form);

		printf("    %s: %s %s -> %s\n", field_text(one, "unit"), field_text(one, "property"), was, now);
	}
}

/* What systemd has not read yet, it does not do. */
static void restarts_show(const struct page *p, const json_t *units)
{
	const json_t *unit;
	size_t i;

	if (json_array_size(units) == 0)
		return;
	prose_label(&p->terminal, "next start");
	printf("systemctl daemon-reload && systemctl restart");
	json_array_foreach((json_t *)units, i, unit)
	{
		printf(" %s", json_string_value(unit) ? json_string_value(unit) : "");
	}
	putchar('\n');
}

/* "namespaces   net uts; the network is cgq-web in ip netns; 3 processes pending: from their next start" */
static void namespaces_show(const struct page *p, const json_t *group)
{
	const json_t *list = field_list(group, "namespaces"), *one;
	double pending = field_number(group, "pending");
	size_t i;

	if (json_array_size(list) == 0)
		return;
	prose_label(&p->terminal, "namespaces");
	json_array_foreach((json_t *)list, i, one)
	{
		printf("%s", i ? " " : "");
		prose_put(&p->terminal, field_is_true(one, "in_force") ? COLOUR_PLAIN : COLOUR_BAD, field_text(one, "kind"));
		if (strcmp(field_text(one, "mode"), "group") != 0)
			printf(":%s", field_text(one, "mode"));
	}
	if (field_is_known(group, "netns"))
		printf("; its network is %s in ip netns", field_text(group, "netns"));
	if (pending > 0)
		printf("; %s%.0f %s pending%s: from the next start", terminal_colour(&p->terminal, COLOUR_CARE), pending,
		       pending == 1 ? "process is" : "processes are", terminal_colour(&p->terminal, COLOUR_PLAIN));
	putchar('\n');
	restarts_show(p, field_list(group, "restarts"));
}

static int group_show(const struct page *p, const json_t *group)
{
	const json_t *usage = json_object_get(group, "usage");
	const json_t *knobs = field_list(group, "knobs");
	auto_free char *at = field_place(group, "at");
	const char *placement = field_text(group, "placement");
	int r;

	title_show(p, field_text(group, "group"), usage);
	daemon_show(p);
	prose_line(&p->terminal, "policy", "%s", *at ? at : "-");
	if (*placement)
		prose_line(&p->terminal, "placement", "%s", placement);
	namespaces_show(p, group);
	usage_show(p, group);
	tightest_show(p, group);
	putchar('\n');
	r = knobs_show(p->o, knobs);
	if (!is_as_wanted(usage)) /* a passive group has it in its title */
		knobs_reasons_show(p->o, knobs, "Not in force");
	knobs_overrides_show(p->o, knobs, "Overrides");
	on_the_way_show(p, field_list(group, "on_the_way"));
	rules_show(p, field_list(group, "rules"));
	limit_hits_show(&p->terminal, json_object_get(group, "events"));
	prose_list(&p->terminal, "Troubles", COLOUR_BAD, field_list(group, "troubles"));
	return r;
}

/* Faults belong to the refused files, warnings to what is in force; hints are for who asks cgq check. */
static json_t *faults_which(const json_t *answer, const char *severity)
{
	json_t *ret = json_array();
	const json_t *fault;
	size_t i;

	json_array_foreach((json_t *)field_list(answer, "faults"), i, fault)
	{
		if (strcmp(field_text(fault, "severity"), severity) == 0)
			json_array_append(ret, (json_t *)fault);
	}
	return ret;
}

static void warnings_show(const struct page *p)
{
	json_t *warnings = faults_which(p->answer, "warning");

	if (json_array_size(warnings) > 0)
		prose_heading(&p->terminal, "Warnings", COLOUR_CARE);
	faults_show(&p->terminal, warnings, "    ");
	json_decref(warnings);
}

static void refused_show(const struct page *p)
{
	const json_t *refused = field_list(p->answer, "refused"), *one;
	json_t *faults = faults_which(p->answer, "fault");
	size_t i;

	if (json_array_size(refused) > 0)
		prose_heading(&p->terminal, "Refused files", COLOUR_BAD);
	json_array_foreach((json_t *)refused, i, one)
	{
		printf("    %s: %s\n", field_text(one, "file"), refused_text(one));
	}
	faults_show(&p->terminal, faults, "    ");
	json_decref(faults);
}

static void overview_reasons_show(const struct page *p, const json_t *groups)
{
	const json_t *group;
	size_t i;

	json_array_foreach((json_t *)groups, i, group)
	{
		auto_free char *heading = must_printf("Not in force in %s", field_text(group, "group"));
		auto_free char *troubles = must_printf("Troubles of %s", field_text(group, "group"));

		if (!is_as_wanted(json_object_get(group, "usage")))
			knobs_reasons_show(p->o, field_list(group, "knobs"), heading);
		prose_list(&p->terminal, troubles, COLOUR_BAD, field_list(group, "troubles"));
	}
}

static void placing_show(const struct page *p)
{
	const char *placing = field_text(p->answer, "placing");
	const char *placement = field_text(p->answer, "placement");

	if (*placement)
		printf("  placement: %s\n", placement);
	if (*placing)
		printf("  placing: %s\n", placing);
}

static int overview_show(const struct page *p, const json_t *groups)
{
	const json_t *group;
	json_t *usages = json_array();
	struct rows r;
	size_t i;
	int status;

	printf("cgqd %s", field_text(p->answer, "version"));
	printf(", %s, %zu group%s\n", field_text(p->answer, "layout"), json_array_size(groups),
	       json_array_size(groups) == 1 ? "" : "s");
	daemon_show(p);
	placing_show(p);
	json_array_foreach((json_t *)groups, i, group)
	{
		json_array_append(usages, json_object_get(group, "usage"));
	}
	rows_init_usual(p->o, &columns_list, &r);
	putchar('\n');
	status = rows_show(&r, usages, true, 2);
	json_decref(usages);
	overview_reasons_show(p, groups);
	limit_kills_show(&p->terminal, groups);
	pending_show(&p->terminal, json_object_get(p->answer, "confirm"));
	refused_show(p);
	overrides_show(&p->terminal, field_list(p->answer, "overrides"));
	warnings_show(p);
	prose_list(&p->terminal, "Troubles", COLOUR_BAD, field_list(p->answer, "troubles"));
	return status;
}

static int pages_show(const struct rows *r, const json_t *answer)
{
	struct page p = {.o = r->options, .terminal = r->terminal, .answer = answer};
	const json_t *groups = field_list(answer, "groups");

	if (p.o->set[OPTION_OUTPUT] || p.o->set[OPTION_RAW])
		return knobs_table(r, groups);
	if (p.o->n_args == 0)
		return overview_show(&p, groups);
	return group_show(&p, json_array_get(groups, 0));
}

/* Whoever chooses columns means those of the table of every value. */
static int json_show(const struct rows *r, json_t *answer)
{
	return r->choice.usual ? rows_json(r, answer, NULL) : knobs_json(r, field_list(answer, "groups"));
}

/* A file that is refused, or a trouble of the whole, belongs to no group that was asked for. */
static int exit_status(const json_t *answer, bool whole)
{
	const json_t *group;
	size_t i;

	if (whole && (json_array_size(field_list(answer, "refused")) || json_array_size(field_list(answer, "troubles"))))
		return EXIT_DIFFERS;
	json_array_foreach((json_t *)field_list(answer, "groups"), i, group)
	{
		if (!is_as_wanted(json_object_get(group, "usage")))
			return EXIT_DIFFERS;
	}
	return EXIT_AS_WANTED;
}

int cmd_status(const struct options *o)
{
	json_t *answer = NULL;
	struct rows r;
	int status = rows_init(o, &r);

	if (status == 0)
		status = ask(o, "Status", json_pack("{s:s?}", "group", o->n_args ? o->args[0] : NULL), &answer);
	if (status == 0)
		status = o->set[OPTION_JSON] ? json_show(&r, answer) : pages_show(&r, answer);
	if (status == 0)
		status = exit_status(answer, o->n_args == 0);
	json_decref(answer);
	return status;
}
