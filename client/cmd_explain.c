/* cgq explain: why one process is where it is. */
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "as_facts.h"
#include "ask.h"
#include "command.h"
#include "deed.h"
#include "exits.h"
#include "field.h"
#include "knobs.h"
#include "prose.h"
#include "rows.h"
#include "say.h"
#include "time_here.h"

static const struct {
	const char *how;
	const char *because;
	bool placed;
} ways[] = {
	{"rule", "a rule says so", true},
	{"pinned", "a person pinned it", true},
	{"run", "a person started it there with cgq run", true},
	{"follows", "its parent belongs to the group, and children = follow", true},
	{"stays", "it fitted a rule once, and children = follow keeps it", true},
	{"keeper", "it keeps the group's namespaces for cgqd", true},
	{"none", "no rule fits", false},
	{"excluded", "it is never placed, whatever a rule says", false},
};

static bool is_placed(const char *how)
{
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		if (strcmp(ways[i].how, how) == 0)
			return ways[i].placed;
	return false;
}

/* No rule is known to have brought it: cgqd was started without its state, or somebody else put it there. */
#define FOUND_THERE "it was found in the group's cgroup, and children = follow keeps it"

static const char *because_of(const json_t *answer)
{
	const char *how = field_text(answer, "how");

	if (strcmp(how, "stays") == 0 && !json_is_object(json_object_get(answer, "rule")))
		return FOUND_THERE;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		if (strcmp(ways[i].how, how) == 0)
			return ways[i].because;
	return how;
}

/* A pin whose group is in no policy just now waits. */
static void pin_show(const struct terminal *t, const json_t *answer)
{
	const char *to = field_text(answer, "pinned_to");
	bool started = strcmp(field_text(answer, "how"), "run") == 0;
	auto_free char *when = time_here(field_text(answer, "pinned_at"), true);

	if (!field_is_known(answer, "pinned_to"))
		return;
	prose_line(t, started ? "started" : "pinned", "%s %s by %s, %s%s%s", started ? "into" : "to", to, field_text(answer, "pinned_by"),
		   when,
		   field_is_true(answer, "pinned_children") ? "; its descendants too" : "",
		   field_is_known(answer, "group") ? "" : "; there is no such group now, and the pin waits for it");
}

/* The kernel cannot put a running process into another namespace. */
static void namespace_show(const struct terminal *t, const json_t *answer)
{
	const json_t *kinds = field_list(answer, "pending"), *kind;
	const char *state = field_text(answer, "namespace");
	size_t i;

	if (strcmp(state, "inside") == 0)
		prose_line(t, "namespaces", "inside those of its group");
	if (strcmp(state, "pending") != 0)
		return;
	prose_label(t, "namespaces");
	prose_put(t, COLOUR_CARE, "pending:");
	json_array_foreach((json_t *)kinds, i, kind)
	{
		printf(" %s", json_string_value(kind) ? json_string_value(kind) : "");
	}
	if (field_is_known(answer, "next_start"))
		puts(", from its next start");
	else
		printf(", from its next start by cgq run %s\n", field_text(answer, "group"));
	if (field_is_known(answer, "namespace_waits"))
		prose_line(t, "waits for", "%s in the old network", field_text(answer, "namespace_waits"));
	if (field_is_known(answer, "next_start"))
		prose_line(t, "next start", "%s", field_text(answer, "next_start"));
}

/* What a restart in the group's network would cut off. */
static void sockets_show(const struct terminal *t, const json_t *answer)
{
	const json_t *list = field_list(answer, "sockets"), *one;
	json_int_t n = json_integer_value(json_object_get(answer, "sockets_count"));
	size_t i;

	if (json_array_size(list) == 0)
		return;
	prose_heading(t, "No longer reachable here after that", COLOUR_CARE);
	json_array_foreach((json_t *)list, i, one)
	{
		if (field_is_known(one, "peer"))
			printf("    %s %s, connected to %s\n", field_text(one, "protocol"), field_text(one, "local"),
			       field_text(one, "peer"));
		else
			printf("    %s %s\n", field_text(one, "protocol"), field_text(one, "local"));
	}
	if (n > (json_int_t)json_array_size(list))
		printf("    and %lld more\n", (long long)(n - (json_int_t)json_array_size(list)));
}

static void verdict_show(const struct terminal *t, const json_t *answer)
{
	const json_t *rule = json_object_get(answer, "rule");
	const char *exclusion = field_text(answer, "exclusion");
	const char *group = field_text(answer, "group");
	auto_free char *at = field_place(answer, "rule");
	auto_free char *moved = time_here(field_text(answer, "moved_at"), true);
	auto_free char *ended = time_here(field_text(answer, "ended_at"), true);

	if (field_is_known(answer, "pid"))
		printf("%s%lld %s%s", terminal_colour(t, COLOUR_STRONG),
		       (long long)json_integer_value(json_object_get(answer, "pid")), field_text(answer, "name"),
		       terminal_colour(t, COLOUR_PLAIN));
	else
		printf("%sa process like that%s", terminal_colour(t, COLOUR_STRONG), terminal_colour(t, COLOUR_PLAIN));
	if (field_is_known(answer, "user"))
		printf(", user %s", field_text(answer, "user"));
	puts("");
	prose_line(t, "group", "%s%s%s", terminal_colour(t, *group ? COLOUR_GOOD : COLOUR_CARE), *group ? group : "none",
		   terminal_colour(t, COLOUR_PLAIN));
	prose_line(t, "because", "%s%s%s", because_of(answer), *exclusion ? ": " : "", exclusion);
	if (*at)
		prose_line(t, "rule", "%s: match = %s", at, field_text(rule, "text"));
	pin_show(t, answer);
	if (field_is_known(answer, "unit"))
		prose_line(t, "unit", "%s", field_text(answer, "unit"));
	if (field_is_known(answer, "unlimited"))
		prose_line(t, "unlimited", "%s%s%s", terminal_colour(t, COLOUR_CARE), field_text(answer, "unlimited"),
			   terminal_colour(t, COLOUR_PLAIN));
	namespace_show(t, answer);
	if (field_is_known(answer, "moved_at"))
		prose_line(t, "moved", "%s", moved);
	if (field_is_known(answer, "ended_at"))
		prose_line(t, "ended", "%s; this is what cgqd remembers", ended);
}

static void tried_show(const struct terminal *t, const json_t *tried)
{
	const json_t *one;
	size_t i;

	if (json_array_size(tried) == 0)
		return;
	prose_heading(t, "Rules tried, in order", COLOUR_STRONG);
	json_array_foreach((json_t *)tried, i, one)
	{
		const char *failed = field_text(one, "failed"), *depends = field_text(one, "depends");

		printf("    %s:%lld: [%s] %s\n      %s%s%s%s", field_text(one, "file"),
		       (long long)json_integer_value(json_object_get(one, "line")), field_text(one, "group"),
		       field_text(one, "text"), terminal_colour(t, *failed ? COLOUR_FAINT : COLOUR_GOOD),
		       *failed ? "does not fit: " : "fits", failed, terminal_colour(t, COLOUR_PLAIN));
		if (*depends)
			printf("%s; depends on its %s%s", terminal_colour(t, COLOUR_CARE), depends,
			       terminal_colour(t, COLOUR_PLAIN));
		putchar('\n');
	}
}

/* Where it came from is told where that is elsewhere. */
static void cgroups_show(const struct terminal *t, json_t *now, json_t *from)
{
	const char *hierarchy;
	json_t *path;

	if (json_object_size(now) == 0 && json_object_size(from) > 0) {
		prose_heading(t, "Came from", COLOUR_STRONG);
		json_object_foreach(from, hierarchy, path)
		{
			printf("    %s: %s\n", hierarchy, field_text(from, hierarchy));
		}
	}
	if (json_object_size(now) == 0)
		return;
	prose_heading(t, "Cgroups", COLOUR_STRONG);
	json_object_foreach(now, hierarchy, path)
	{
		const char *origin = field_text(from, hierarchy), *at = field_text(now, hierarchy);

		printf("    %s: %s", hierarchy, *at ? at : "-");
		if (*origin && strcmp(origin, at) != 0)
			printf("%s, came from %s%s", terminal_colour(t, COLOUR_FAINT), origin,
			       terminal_colour(t, COLOUR_PLAIN));
		puts("");
	}
}

static int page_show(const struct rows *r, json_t *answer)
{
	const json_t *limits = field_list(answer, "limits");
	int status = 0;

	verdict_show(&r->terminal, answer);
	sockets_show(&r->terminal, answer);
	tried_show(&r->terminal, field_list(answer, "tried"));
	cgroups_show(&r->terminal, json_object_get(answer, "cgroups"), json_object_get(answer, "origins"));
	if (json_array_size(limits) > 0) {
		prose_heading(&r->terminal, "Limits", COLOUR_STRONG);
		status = knobs_show(r->options, limits);
		knobs_reasons_show(r->options, limits, "Not in force");
	}
	return status;
}

static int record_show(const struct rows *r, json_t *answer)
{
	json_t *rows = json_array();
	int status;

	json_array_append(rows, answer);
	status = rows_show(r, rows, false, 0);
	json_decref(rows);
	return status;
}

static int show(const struct rows *r, json_t *answer)
{
	const struct options *o = r->options;
	bool placed = is_placed(field_text(answer, "how"));
	int status;

	if (o->set[OPTION_JSON])
		status = rows_json(r, answer, NULL);
	else if (o->set[OPTION_OUTPUT] || o->set[OPTION_RAW])
		status = record_show(r, answer);
	else
		status = page_show(r, answer);
	return status ? status : placed ? EXIT_AS_WANTED : EXIT_DIFFERS;
}

/* 0 with the call and its parameters, or the exit status of a usage error that has been told. */
static int question_read(const struct options *o, const char **method, json_t **ret)
{
	struct err e = {0};
	json_int_t pid;

	*method = o->set[OPTION_AS] ? "ExplainAs" : "Explain";
	*ret = NULL;
	if (o->set[OPTION_AS] && o->n_args > 0) {
		say("explain: --as FACTS stands in place of a PID");
	} else if (o->set[OPTION_AS]) {
		*ret = as_facts_read(o->values[OPTION_AS], &e);
		if (!*ret)
			say("explain: %s", e.text);
	} else if (deed_pid(o, o->args[0], &pid) == 0) {
		*ret = json_pack("{s:I}", "pid", pid);
	}
	return *ret ? 0 : EXIT_USAGE;
}

int cmd_explain(const struct options *o)
{
	json_t *answer = NULL, *question;
	const char *method;
	struct rows r;
	int status = rows_init(o, &r);

	if (status == 0)
		status = question_read(o, &method, &question);
	if (status)
		return status;
	status = ask(o, method, question, &answer);
	if (status == 0)
		status = show(&r, answer);
	json_decref(answer);
	return status;
}
