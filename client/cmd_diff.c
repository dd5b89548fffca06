/* cgq diff: what a reload would change, with its dangers. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "ask.h"
#include "command.h"
#include "exits.h"
#include "faults.h"
#include "field.h"
#include "policy_files.h"
#include "prose.h"
#include "rows.h"
#include "say.h"
#include "text.h"

struct plan_page {
	const struct options *o;
	struct terminal terminal;
	struct cell_form form;
};

static void minus(const struct plan_page *p, const char *what, const char *value)
{
	printf("%s- %s%s%s%s\n", terminal_colour(&p->terminal, COLOUR_BAD), what, *value ? " = " : "", value,
	       terminal_colour(&p->terminal, COLOUR_PLAIN));
}

static void plus(const struct plan_page *p, const char *what, const char *value, const char *at)
{
	printf("%s+ %s%s%s%s", terminal_colour(&p->terminal, COLOUR_GOOD), what, *value ? " = " : "", value,
	       terminal_colour(&p->terminal, COLOUR_PLAIN));
	if (*at)
		printf("   %s(%s)%s", terminal_colour(&p->terminal, COLOUR_FAINT), at,
		       terminal_colour(&p->terminal, COLOUR_PLAIN));
	putchar('\n');
}

/* v1 writes -1 where there is no limit. */
static char *value_text(const struct plan_page *p, const json_t *action, const char *key)
{
	const char *text = field_text(action, key);

	return strcmp(text, "-1") == 0 ? must_strdup("-1, no limit") :
					 cell_kernel_text(field_text(action, "file"), text, &p->form);
}

/* One file of the kernel: what it holds, what it would hold; of a group's rules one of the two may be missing. */
static void write_show(const struct plan_page *p, const json_t *action, const char *path, const char *at)
{
	auto_free char *what = must_printf("%s/%s", path, field_text(action, "file"));
	auto_free char *was = value_text(p, action, "was");
	auto_free char *text = value_text(p, action, "text");

	if (*was)
		minus(p, what, was);
	if (*text)
		plus(p, what, text, at);
}

/* On v1 a group stands in several hierarchies. */
static char *folder_text(const json_t *action, const char *path)
{
	const char *hierarchy = field_text(action, "hierarchy");
	bool is_one = !*hierarchy || strcmp(hierarchy, "v2") == 0;

	return must_printf("%s/%s%s%s", path, is_one ? "" : "   (", is_one ? "" : hierarchy, is_one ? "" : ")");
}

static void action_show(const struct plan_page *p, const json_t *action)
{
	const char *kind = field_text(action, "kind"), *text = field_text(action, "text");
	const char *given = field_text(action, "path"), *danger = field_text(action, "danger");
	const char *path = strcmp(given, "/") == 0 ? "" : given; /* the root, when a file's name follows */
	auto_free char *at = cell_place_text(action, "at", &p->form);
	auto_free char *folder = folder_text(action, path);
	auto_free char *control = must_printf("%s/cgroup.subtree_control", path);

	if (strcmp(kind, "make") == 0)
		plus(p, folder, "", at);
	else if (strcmp(kind, "remove") == 0)
		minus(p, folder, "");
	else if (strcmp(kind, "evacuate") == 0)
		printf("  %s: its processes move to %s\n", folder, text);
	else if (strcmp(kind, "reunite") == 0)
		printf("  %s: its processes go back to %s, and it is removed\n", folder, text);
	else if (strcmp(kind, "enable") == 0)
		plus(p, control, text, at);
	else if (strcmp(kind, "disable") == 0)
		minus(p, control, text);
	else
		write_show(p, action, path, at);
	if (*danger)
		printf("%s! %s%s\n", terminal_colour(&p->terminal, COLOUR_CARE), danger,
		       terminal_colour(&p->terminal, COLOUR_PLAIN));
}

static bool is_same(const json_t *a, const json_t *b)
{
	json_t *x = json_copy((json_t *)a), *y = json_copy((json_t *)b);
	bool same;

	json_object_del(x, "hierarchy");
	json_object_del(y, "hierarchy");
	same = json_equal(x, y);
	json_decref(x);
	json_decref(y);
	return same;
}

/* The same cgroup is made in several hierarchies: people are told once, with all of them. */
static void action_add(json_t *list, const json_t *action)
{
	json_t *before;
	size_t i;

	json_array_foreach(list, i, before)
	{
		auto_free char *both = NULL;

		if (!is_same(before, action))
			continue;
		both = must_printf("%s, %s", field_text(before, "hierarchy"), field_text(action, "hierarchy"));
		if (field_is_known(action, "hierarchy"))
			json_object_set_new(before, "hierarchy", json_string(both));
		return;
	}
	json_array_append_new(list, json_copy((json_t *)action));
}

/* {group: [action]} */
static json_t *actions_by_group(const json_t *actions)
{
	json_t *ret = json_object(), *action;
	size_t i;

	json_array_foreach((json_t *)actions, i, action)
	{
		const char *group = field_text(action, "group");

		if (!json_object_get(ret, group))
			json_object_set_new(ret, group, json_array());
		action_add(json_object_get(ret, group), action);
	}
	return ret;
}

/* The whole tree ("") first, a group before its children. */
static int compare_groups(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Owned by the caller; the names are borrowed. */
static const char **groups_sorted(json_t *groups)
{
	const char **names = must_alloc((json_object_size(groups) + 1) * sizeof(*names)), *group;
	json_t *list;
	size_t n = 0;

	json_object_foreach(groups, group, list)
	{
		names[n++] = group;
	}
	qsort(names, n, sizeof(*names), compare_groups);
	return names;
}

static void plan_show(const struct plan_page *p, const json_t *actions)
{
	json_t *groups = actions_by_group(actions), *action;
	auto_free const char **names = groups_sorted(groups);
	size_t i;

	for (size_t n = 0; names[n]; n++) {
		auto_free char *heading = must_printf("%s[%s]", n ? "\n" : "", *names[n] ? names[n] : "the whole tree");

		prose_put(&p->terminal, COLOUR_STRONG, heading);
		putchar('\n');
		json_array_foreach(json_object_get(groups, names[n]), i, action)
		{
			action_show(p, action);
		}
	}
	json_decref(groups);
}

static int show(const struct rows *r, json_t *answer)
{
	struct plan_page p = {.o = r->options, .terminal = r->terminal, .form = r->form};
	const json_t *actions = field_list(answer, "actions");

	if (p.o->set[OPTION_JSON])
		return rows_json(r, answer, NULL);
	if (p.o->set[OPTION_OUTPUT] || p.o->set[OPTION_RAW])
		return rows_show(r, actions, false, 0);
	plan_show(&p, actions);
	return 0;
}

static void refusals_tell(const json_t *answer)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)field_list(answer, "faults"), i, one)
	{
		long long line = json_integer_value(json_object_get(one, "line"));
		auto_free char *at = line > 0 ? must_printf("%s:%lld", field_text(one, "file"), line) :
						must_strdup(field_text(one, "file"));

		if (strcmp(field_text(one, "severity"), "fault") == 0)
			say("%s: %s", at, field_text(one, "text"));
	}
	json_array_foreach((json_t *)field_list(answer, "refused"), i, one)
	{
		say("%s: would be %s", field_text(one, "file"), refused_text(one));
	}
}

/* A person who sees nothing wonders; a script is not disturbed. */
static void nothing_tell(const struct options *o, const json_t *answer)
{
	if (!o->set[OPTION_JSON] && json_array_size(field_list(answer, "actions")) == 0 && isatty(STDERR_FILENO))
		say("nothing would change");
}

/* Any file, or the one that was asked about: others are refused with and without it. */
static bool is_refused(const json_t *answer, const char *name)
{
	auto_free char *shown = name ? field_escaped(name) : NULL; /* as cgqd does, whatever the name is made of */
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)field_list(answer, "refused"), i, one)
	{
		const char *file = field_text(one, "file"), *slash = strrchr(file, '/');

		if (!shown || strcmp(slash ? slash + 1 : file, shown) == 0)
			return true;
	}
	return false;
}

/* NULL, and said why: it can be no policy file. */
static json_t *candidate_make(const struct options *o, const struct file_set *files, const struct faults *faults)
{
	const struct policy_file *f = files->n ? files->list : NULL;
	const char *why = NULL;
	json_t *ret = NULL;

	if (faults->n)
		why = faults->list[0].text;
	else if (!f || !f->text)
		why = "cannot be taken";
	else if (memchr(f->text, '\0', f->len))
		why = "holds a NUL byte; this is no text file";
	else
		ret = json_pack("{s:s, s:s%}", "name", o->values[OPTION_AS], "text", f->text, f->len);
	if (!ret)
		say("%s: %s", TEXT_ESCAPED(o->args[0]), why ? why : "not a text in UTF-8");
	return ret;
}

/* One that the folders would read. */
static bool is_file_name(const char *name)
{
	return policy_file_counts(name) && !strchr(name, '/') && strlen(name) <= NAME_MAX;
}

/* NULL with an exit status in *status: the command line is wrong, or the file cannot be read. */
static json_t *question_make(const struct options *o, int *status)
{
	struct file_set files = {0};
	struct faults faults = {0};
	struct err e = {0};
	json_t *ret = NULL;

	if (!o->set[OPTION_AS] && o->n_args == 0)
		return json_object();
	*status = EXIT_USAGE;
	if (!o->set[OPTION_AS] || o->n_args == 0)
		say("diff: a FILE needs --as NAME, and --as NAME needs a FILE");
	else if (!is_file_name(o->values[OPTION_AS]))
		say("--as: '%s' is not the name of a policy file (like 50-web.conf)", TEXT_ESCAPED(o->values[OPTION_AS]));
	else if (policy_file_read_one(o->args[0], o->values[OPTION_AS], NULL, &files, &faults, &e) < 0)
		say("%s", e.text);
	else
		ret = candidate_make(o, &files, &faults);
	file_set_done(&files);
	faults_done(&faults);
	return ret;
}

int cmd_diff(const struct options *o)
{
	json_t *answer = NULL, *question;
	struct rows r;
	int status = rows_init(o, &r);

	if (status)
		return status;
	question = question_make(o, &status);
	if (!question)
		return status;
	status = ask(o, "Diff", question, &answer);
	if (status)
		return status;
	status = show(&r, answer);
	if (!o->set[OPTION_JSON])
		refusals_tell(answer);
	nothing_tell(o, answer);
	if (status == 0 && json_array_size(field_list(answer, "actions")) > 0)
		status = EXIT_DIFFERS;
	if (is_refused(answer, o->values[OPTION_AS]))
		status = EXIT_TROUBLE;
	json_decref(answer);
	return status;
}
