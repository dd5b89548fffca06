/* Everything there is to tell, made by hand: a policy in a folder, a tree of plain folders as wanted, no process. */
#pragma once

#include "dir_tree.h"
#undef fail /* ours fills a struct err */

#include <jansson.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plan_make.h"
#include "report.h"
#include "resolve.h"
#include "sampler.h"
#include "want_make.h"

#define red(...) (print_error(__VA_ARGS__), _fail(__FILE__, __LINE__))

struct world {
	struct dir_tree *t;
	char folder[80];
	const char *folders[1];
	struct choice choice;
	struct resolved *resolved;
	struct want *want;
	struct tree tree;
	struct refusals refusals;
	struct shrinking shrinking[4];
	struct trouble troubles[4];
	struct members *members;
	struct sampler *sampler;
	struct chronicle *chronicle;
	struct proc *proc;
	struct view v;
};

static inline void world_put_file(struct world *w, const char *name, const char *text)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", w->folder, name);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static inline void world_choose(struct world *w)
{
	struct file_set now = { 0 };
	struct faults faults = { 0 };
	struct choice next = { 0 };
	struct err e = { 0 };

	if (policy_files_read(w->folders, 1, 0, &now, &faults, &e))
		red("%s\n", e.text);
	policy_choose(&now, &faults, &w->choice.in_force, &w->t->m, &next);
	if (w->choice.policy) {
		resolve_free(w->resolved, w->choice.policy);
		choice_done(&w->choice);
	}
	w->choice = next;
	w->resolved = resolve_new(next.policy);
	file_set_done(&now);
	faults_done(&faults);
}

/* One cgroup of the tree, with everything as wanted, in the folders as well. */
static inline void world_apply_node(struct world *w, const struct node *n)
{
	struct seen_cgroup *seen = &w->tree.list[w->tree.n++];
	char path[512], text[300];

	seen->path = arena_strdup(&w->tree.arena, n->path);
	seen->hierarchies = w->want->hierarchies;
	for (unsigned h = 0; h < w->t->m.n_hierarchies; h++) {
		machine_path(&w->t->m, h, n->path, path, sizeof(path));
		assert_int_equal(w->t->k->make(w->t->k, &w->t->m.hierarchies[h], path, NULL), 0);
	}
	for (unsigned k = 0; k < KNOB__COUNT; k++) {
		enum controller c = knob_rows[k].controller;
		int h = machine_hierarchy(&w->t->m, c);

		seen->values[k] = n->wanted[k].value;
		if (h < 0 || seen->values[k].kind == VALUE_UNKNOWN)
			continue;
		machine_path(&w->t->m, (unsigned)h, n->path, path, sizeof(path));
		value_to_text(k, w->t->m.hierarchies[h].version, &seen->values[k], text, sizeof(text));
		dir_put(w->t, c, path, knob_file(k, w->t->m.hierarchies[h].version), text);
	}
}

static inline int compare_seen(const void *a, const void *b)
{
	return strcmp(((const struct seen_cgroup *)a)->path, ((const struct seen_cgroup *)b)->path);
}

static inline void world_apply(struct world *w)
{
	want_free(w->want);
	w->want = want_make(w->choice.policy, &w->t->m, w->v.passive, NULL);
	tree_free(&w->tree);
	memset(&w->tree, 0, sizeof(w->tree));
	w->tree.list = must_alloc((w->want->n + 1) * sizeof(*w->tree.list));
	for (size_t i = 0; w->want->hierarchies && i < w->want->n; i++)
		world_apply_node(w, &w->want->nodes[i]);
	qsort(w->tree.list, w->tree.n, sizeof(*w->tree.list), compare_seen);
	sampler_follow(w->sampler, &w->t->m, w->choice.policy, w->want, w->members);
	w->v.want = w->want;
}

static inline struct seen_cgroup *world_seen(struct world *w, const char *path)
{
	struct seen_cgroup *seen = (struct seen_cgroup *)tree_find(&w->tree, path);

	assert_non_null(seen);
	return seen;
}

static inline void world_view(struct world *w)
{
	w->v = (struct view){
		.kernel = w->t->k, .machine = &w->t->m, .choice = &w->choice, .resolved = w->resolved, .want = w->want,
		.tree = &w->tree, .refusals = &w->refusals, .shrinking = w->shrinking, .troubles = w->troubles,
		.members = w->members, .sampler = w->sampler, .chronicle = w->chronicle, .proc = w->proc, .folders = w->folders, .n_folders = 1,
		.self = getpid(),
	};
}

static const char world_policy[] = "[batch]\nmatch = name:batch\nenforce = no\nmemory = 1G\n"
				   "[web]\nmatch = name:apache2\ncpu = 40%..100%\nmemory = 64M..128M\ntasks = 100\n"
				   "[web/php]\nmatch = name:php\ncpu = 50%\n";

static inline int world_new(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	void *t;

	dir_tree_v1(&t);
	w->t = t;
	snprintf(w->folder, sizeof(w->folder), "%s/conf.d", w->t->root);
	assert_int_equal(mkdir(w->folder, 0755), 0);
	w->folders[0] = w->folder;
	w->members = members_new();
	w->sampler = sampler_new(w->t->k, &w->t->m);
	w->chronicle = chronicle_new(300);
	w->proc = proc_new(&w->t->m, NULL);
	world_put_file(w, "50-web.conf", world_policy);
	world_choose(w);
	assert_int_equal(w->choice.n_refused, 0);
	world_view(w);
	world_apply(w);
	*state = w;
	return 0;
}

static inline int world_done(void **state)
{
	struct world *w = *state;
	void *t = w->t;

	sampler_free(w->sampler);
	chronicle_free(w->chronicle);
	proc_free(w->proc);
	want_free(w->want);
	tree_free(&w->tree);
	resolve_free(w->resolved, w->choice.policy);
	choice_done(&w->choice);
	members_free(w->members);
	dir_tree_done(&t);
	free(w);
	return 0;
}

/* "groups[1].cpu_min_percent" of an answer; whatever it is, as compact JSON. */
static inline const char *json_at(json_t *o, const char *path)
{
	static char text[8192];
	char key[64];

	for (const char *p = path; o && *p;) {
		size_t len = strcspn(p, ".[");

		snprintf(key, sizeof(key), "%.*s", (int)len, p);
		if (len)
			o = json_object_get(o, key);
		p += len;
		if (*p == '[') {
			o = json_array_get(o, (size_t)(p[1] - '0'));
			p += 3;
		}
		p += *p == '.';
	}
	if (!o)
		return "missing";
	text[json_dumpb(o, text, sizeof(text) - 1, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(10))] = 0;
	return text;
}

#define assert_json(o, path, text) assert_string_equal(json_at(o, path), text)

/* A child that waits, under a name of its own, until it is killed. */
static inline pid_t start_sleeping(const char *name)
{
	int pair[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(pair), 0);
	pid = fork();
	if (!pid) {
		FILE *f = fopen("/proc/self/comm", "we");

		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
		fputs(name, f);
		fclose(f);
		if (write(pair[1], "c", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	assert_int_equal(read(pair[0], &byte, 1), 1);
	close(pair[0]);
	close(pair[1]);
	return pid;
}

static inline void stop_sleeping(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* As the daemon remembers a process of that group that its first rule brought there. */
static inline struct member *world_member(struct world *w, pid_t pid, const char *group)
{
	const struct policy *p = w->choice.policy;
	struct proc_facts f = { .pid = pid };
	struct member *m;

	assert_int_equal(proc_read(w->proc, &f, FACT_STAT), 0);
	m = members_put(w->members, pid, f.start_ticks);
	m->group = policy_group(p, group);
	m->kind = VERDICT_RULE;
	for (size_t r = p->n_rules; r-- > 0;)
		if (p->rules[r].group == m->group)
			m->rule_key = p->rules[r].key;
	proc_facts_done(&f);
	return m;
}
