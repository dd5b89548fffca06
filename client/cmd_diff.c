/* cgq diff: what a reload would change, with its dangers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

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

/* Where it comes from, or where it happens. */
static void end_line(const struct plan_page *p, const char *note)
{
	if (*note)
		printf("   %s(%s)%s", terminal_colour(&p->terminal, COLOUR_FAINT), note,
		       terminal_colour(&p->terminal, COLOUR_PLAIN));
	putchar('\n');
}

static void minus(const struct plan_page *p, const char *what, const char *value, const char *note)
{
	printf("%s- %s%s%s%s", terminal_colour(&p->terminal, COLOUR_BAD), what, *value ? " = " : "", value,
	       terminal_colour(&p->terminal, COLOUR_PLAIN));
	end_line(p, note);
}

static void plus(const struct plan_page *p, const char *what, const char *value, const char *note)
{
	printf("%s+ %s%s%s%s", terminal_colour(&p->terminal, COLOUR_GOOD), what, *value ? " = " : "", value,
	       terminal_colour(&p->terminal, COLOUR_PLAIN));
	end_line(p, note);
}

/* One file of the kernel: what it holds, what it would hold. */
static void write_show(const struct plan_page *p, const json_t *action, const char *path, const char *at)
{
	const char *file = field_text(action, "file");
	auto_free char *what = must_printf("%s/%s", path, file);
	auto_free char *was = cell_kernel_text(file, field_text(action, "was"), &p->form);
	auto_free char *text = cell_kernel_text(file, field_text(action, "text"), &p->form);

	if (*was)
		minus(p, what, was, "");
	if (!json_is_null(json_object_get(action, "text")))
		plus(p, what, text, at);
}

static void action_show(const struct plan_page *p, const json_t *action)
{
	const char *kind = field_text(action, "kind"), *text = field_text(action, "text");
	const char *given = field_text(action, "path"), *danger = field_text(action, "danger");
	const char *path = strcmp(given, "/") == 0 ? "" : given; /* the root, when a file's name follows */
	auto_free char *at = field_place(action, "at");
	auto_free char *folder = must_printf("%s/", path);
	auto_free char *control = must_printf("%s/cgroup.subtree_control", path);

	if (strcmp(kind, "make") == 0)
		plus(p, folder, "", text);
	else if (strcmp(kind, "remove") == 0)
		minus(p, folder, "", text);
	else if (strcmp(kind, "evacuate") == 0)
		printf("  %s: its processes move to %s\n", folder, text);
	else if (strcmp(kind, "reunite") == 0)
		printf("  %s: its processes go back to %s, and it is removed\n", folder, text);
	else if (strcmp(kind, "enable") == 0)
		plus(p, control, text, at);
	else if (strcmp(kind, "disable") == 0)
		minus(p, control, text, "");
	else
		write_show(p, action, path, at);
	if (*danger)
		printf("%s! %s%s\n", terminal_colour(&p->terminal, COLOUR_CARE), danger,
		       terminal_colour(&p->terminal, COLOUR_PLAIN));
}

static bool is_of_folder(const json_t *action)
{
	const char *kind = field_text(action, "kind");

	return strcmp(kind, "make") == 0 || strcmp(kind, "remove") == 0;
}

static bool is_elsewhere(const json_t *before, const json_t *action)
{
	return is_of_folder(action) && *field_text(action, "text") &&
	       strcmp(field_text(before, "kind"), field_text(action, "kind")) == 0 &&
	       strcmp(field_text(before, "path"), field_text(action, "path")) == 0;
}

static void add_where(json_t *before, const json_t *action)
{
	auto_free char *both = must_printf("%s, %s", field_text(before, "text"), field_text(action, "text"));

	json_object_set_new(before, "text", json_string(both));
}

/* The same cgroup is made in several hierarchies: people are told once, in which. */
static bool is_told(json_t *list, const json_t *action)
{
	json_t *before;
	size_t i;

	json_array_foreach(list, i, before)
	{
		if (json_equal(before, action))
			return true;
		if (is_elsewhere(before, action)) {
			add_where(before, action);
			return true;
		}
	}
	return false;
}

/* {group: [action]}, groups in the order in which they are first touched. */
static json_t *actions_by_group(const json_t *actions)
{
	json_t *ret = json_object(), *action;
	size_t i;

	json_array_foreach((json_t *)actions, i, action)
	{
		const char *group = field_text(action, "group");

		if (!json_object_get(ret, group))
			json_object_set_new(ret, group, json_array());
		if (!is_told(json_object_get(ret, group), action))
			json_array_append(json_object_get(ret, group), action);
	}
	return ret;
}

static void plan_show(const struct plan_page *p, const json_t *actions)
{
	json_t *groups = actions_by_group(actions), *list, *action;
	const char *group;
	bool first = true;
	size_t i;

	json_object_foreach(groups, group, list)
	{
		auto_free char *heading = must_printf("%s[%s]", first ? "" : "\n", *group ? group : "the whole tree");

		prose_put(&p->terminal, COLOUR_STRONG, heading);
		putchar('\n');
		json_array_foreach(list, i, action)
		{
			action_show(p, action);
		}
		first = false;
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
		auto_free char *at = must_printf("%s:%lld", field_text(one, "file"),
						 (long long)json_integer_value(json_object_get(one, "line")));

		if (strcmp(field_text(one, "severity"), "fault") == 0)
			say("%s: %s", at, field_text(one, "text"));
	}
	json_array_foreach((json_t *)field_list(answer, "refused"), i, one)
	{
		say("%s: would be %s", field_text(one, "file"), refused_text(one));
	}
}

/* Any file, or the one that was asked about: others are refused with and without it. */
static bool is_refused(const json_t *answer, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)field_list(answer, "refused"), i, one)
	{
		const char *file = field_text(one, "file"), *slash = strrchr(file, '/');

		if (!name || strcmp(slash ? slash + 1 : file, name) == 0)
			return true;
	}
	return false;
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
	if (!o->set[OPTION_AS] || o->n_args == 0) {
		say("diff: a FILE needs --as NAME, and --as NAME needs a FILE");
		return NULL;
	}
	if (policy_file_read_one(o->args[0], o->values[OPTION_AS], NULL, &files, &faults, &e) < 0)
		say("%s", e.text);
	else if (faults.n > 0 || files.n == 0 || !files.list[0].text)
		say("%s: %s", TEXT_ESCAPED(o->args[0]), faults.n ? faults.list[0].text : "cannot be taken");
	else
		ret = json_pack("{s:s, s:s%}", "name", o->values[OPTION_AS], "text", files.list[0].text, files.list[0].len);
	if (!ret && !e.code && faults.n == 0)
		say("%s: not a text in UTF-8", TEXT_ESCAPED(o->args[0]));
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
	if (status == 0 && json_array_size(field_list(answer, "actions")) > 0)
		status = EXIT_DIFFERS;
	if (is_refused(answer, o->values[OPTION_AS]))
		status = EXIT_TROUBLE;
	json_decref(answer);
	return status;
}
