/* cgq check: faults, warnings and hints of policy files; no daemon, no root. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "check_files.h"
#include "command.h"
#include "exits.h"
#include "faults.h"
#include "field.h"
#include "machine_here.h"
#include "memory_here.h"
#include "policy_check.h"
#include "policy_choose.h"
#include "rows.h"
#include "say.h"

/* What is said, by how much it weighs. */
struct findings {
	json_t *faults, *warnings, *hints;
	json_t *standing; /* --as: faults of other files that were there before */
};

static json_t *text_json(const char *text)
{
	json_t *ret = json_string(text);
	auto_free char *shown = NULL;

	if (ret)
		return ret;
	shown = field_escaped(text); /* not UTF-8 */
	return json_string(shown);
}

static json_t *finding_json(const struct fault *f, const char *severity)
{
	return json_pack("{s:o, s:i, s:o, s:s}", "file", text_json(f->at.file ? f->at.file : ""), "line",
			 (int)f->at.line, "text", text_json(f->text), "severity", severity);
}

static bool has_fault(const struct faults *faults, const struct fault *f)
{
	for (size_t i = 0; i < faults->n; i++) {
		const struct fault *other = &faults->list[i];

		if (other->severity == f->severity && other->at.line == f->at.line && other->at.file && f->at.file &&
		    strcmp(other->at.file, f->at.file) == 0 && strcmp(other->text, f->text) == 0)
			return true;
	}
	return false;
}

static void finding_add(struct findings *to, const struct fault *f, bool stood)
{
	switch (f->severity) {
	case SEVERITY_FAULT:
		json_array_append_new(stood ? to->standing : to->faults, finding_json(f, stood ? "note" : "fault"));
		break;
	case SEVERITY_WARNING:
		if (!stood)
			json_array_append_new(to->warnings, finding_json(f, "warning"));
		break;
	case SEVERITY_HINT:
		if (!stood)
			json_array_append_new(to->hints, finding_json(f, "hint"));
		break;
	}
}

static bool is_refused(const struct choice *c, const char *path)
{
	for (size_t i = 0; path && i < c->n_refused; i++)
		if (strcmp(c->refused[i].path, path) == 0)
			return true;
	return false;
}

/* A file that was refused and still is hears more or less than before, and fares no worse. */
static bool is_standing(const struct choice *now, const struct choice *before, const struct fault *f)
{
	return has_fault(&before->faults, f) || (f->severity == SEVERITY_FAULT && is_refused(before, f->at.file) &&
						 is_refused(now, f->at.file));
}

/*
 * Beyond what decides: warnings of what runs here, and hints. Standard input says nothing of where its text will be
 * in force, so that its verdict depends on the text alone.
 */
static void lint_more(struct choice *c, const struct machine *m, struct memory_look *look)
{
	auto_free struct group_use *use = look ? memory_here(look, c->policy, m) : NULL;

	policy_advise(c->policy, m, &c->faults);
	if (use)
		policy_lint_use(c->policy, m, use, &c->faults);
	faults_sort(&c->faults);
}

/* What stands in the folders without the candidate is no fault of the candidate. */
static void judge(struct check_files *files, const struct machine *m, bool runs_here, struct findings *ret)
{
	struct file_set none = {0};
	struct choice now = {0}, before = {0};
	struct memory_look looked = {0}, *look = runs_here ? &looked : NULL;

	policy_choose(&files->set, &files->faults, &none, m, &now);
	lint_more(&now, m, look);
	if (files->candidate) {
		policy_choose(&files->before, &files->faults_before, &none, m, &before);
		lint_more(&before, m, look);
	}
	for (size_t i = 0; i < now.faults.n; i++) {
		const struct fault *f = &now.faults.list[i];
		bool own = !files->candidate || (f->at.file && strcmp(f->at.file, files->candidate) == 0);

		finding_add(ret, f, !own && is_standing(&now, &before, f));
	}
	choice_done(&now);
	choice_done(&before);
	memory_look_done(&looked);
}

/* Owner and mode are faults to a cgqd that runs as root, and none of the text's. */
static void untrusted_add(const struct check_files *files, struct findings *ret)
{
	for (size_t i = 0; i < files->untrusted.n; i++) {
		struct fault f = files->untrusted.list[i];
		auto_free char *text = must_printf("cgqd refuses it when it runs as root: %s", f.text);

		if (has_fault(&files->faults, &f))
			continue;
		f.severity = SEVERITY_WARNING;
		f.text = text;
		finding_add(ret, &f, false);
	}
}

static json_t *findings_all(const struct findings *f, bool hints)
{
	json_t *ret = json_array();

	json_array_extend(ret, f->faults);
	json_array_extend(ret, f->warnings);
	if (hints)
		json_array_extend(ret, f->hints);
	json_array_extend(ret, f->standing);
	field_escape(&ret);
	return ret;
}

static void count_add(char *text, size_t size, size_t n, const char *what)
{
	size_t len = strlen(text);

	if (n > 0)
		snprintf(text + len, size - len, "%s%zu %s%s", len ? ", " : "", n, what, n == 1 ? "" : "s");
}

static size_t files_named(const json_t *findings)
{
	json_t *names = json_object();
	const json_t *one;
	size_t i, n;

	json_array_foreach((json_t *)findings, i, one)
	{
		json_object_set_new(names, field_text(one, "file"), json_true());
	}
	n = json_object_size(names);
	json_decref(names);
	return n;
}

/* "2 faults in 1 of 5 files" */
static void summary_tell(const struct findings *f, bool hints, size_t n_named, size_t n_files)
{
	size_t n_hints = json_array_size(f->hints);
	char counts[128] = "", of[32] = "";

	count_add(counts, sizeof(counts), json_array_size(f->faults), "fault");
	count_add(counts, sizeof(counts), json_array_size(f->warnings), "warning");
	count_add(counts, sizeof(counts), hints ? n_hints : 0, "hint");
	count_add(counts, sizeof(counts), json_array_size(f->standing), "known fault");
	if (n_named && n_named < n_files)
		snprintf(of, sizeof(of), "%zu of ", n_named);
	if (n_files == 0 && isatty(STDERR_FILENO))
		say("there are no policy files");
	else if (*counts || isatty(STDERR_FILENO))
		say("%s in %s%zu file%s", *counts ? counts : "no faults", of, n_files, n_files == 1 ? "" : "s");
	if (n_hints && !hints && isatty(STDERR_FILENO))
		say("%zu hint%s more: see --hints", n_hints, n_hints == 1 ? "" : "s");
}

static int show(const struct rows *r, const struct findings *f, size_t n_files)
{
	const struct options *o = r->options;
	json_t *all, *answer;
	int status = 0;

	if (o->set[OPTION_JSON]) {
		rows_keep_list(r, f->warnings);
		rows_keep_list(r, f->hints);
		rows_keep_list(r, f->standing);
		answer = json_pack("{s:O, s:O, s:O, s:O}", "faults", f->faults, "warnings", f->warnings, "hints", f->hints,
				   "standing", f->standing);
		status = rows_json(r, answer, NULL);
		json_decref(answer);
		return status;
	}
	all = findings_all(f, o->set[OPTION_HINTS]);
	if (o->set[OPTION_OUTPUT] || o->set[OPTION_RAW])
		status = rows_show(r, all, false, 0);
	else
		faults_show(&r->terminal, all, "");
	summary_tell(f, o->set[OPTION_HINTS], files_named(all), n_files);
	json_decref(all);
	return status;
}

static int exit_status(const struct findings *f, bool strict)
{
	if (json_array_size(f->faults) > 0)
		return EXIT_DIFFERS;
	return strict && json_array_size(f->warnings) > 0 ? EXIT_STRICT : EXIT_AS_WANTED;
}

static bool runs_here(const struct options *o)
{
	for (size_t i = 0; i < o->n_args; i++)
		if (strcmp(o->args[i], "-") == 0)
			return false;
	return true;
}

static int check(const struct rows *r, struct check_files *files)
{
	struct findings f = {json_array(), json_array(), json_array(), json_array()};
	struct machine m;
	int status;

	machine_here(&m);
	judge(files, &m, runs_here(r->options), &f);
	untrusted_add(files, &f);
	status = show(r, &f, files->set.n);
	if (status == 0)
		status = exit_status(&f, r->options->set[OPTION_STRICT]);
	json_decref(f.faults);
	json_decref(f.warnings);
	json_decref(f.hints);
	json_decref(f.standing);
	return status;
}

int cmd_check(const struct options *o)
{
	struct check_files files = {0};
	struct err e = {0};
	struct rows r;
	int status = rows_init(o, &r);

	if (status)
		return status;
	if (check_files_read(o, &files, &e) == 0) {
		status = check(&r, &files);
	} else {
		say("%s", e.text);
		status = EXIT_TROUBLE;
	}
	check_files_done(&files);
	return status;
}
