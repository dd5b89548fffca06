/* Names and paths of a policy become numbers of this machine. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "exe_files.h"
#include "names.h"
#include "resolve.h"
#include "rule_index.h"

struct ids {
	struct resolved_exe exe;
	size_t cap;
};

static void id_add(void *ctx, const char *path, const struct stat *st)
{
	struct ids *ids = ctx;

	array_grow(ids->exe.ids, ids->exe.n, ids->cap);
	ids->exe.ids[ids->exe.n++] = (struct file_id){st->st_dev, st->st_ino};
}

static struct resolved_exe exe_look_up(const char *path, bool is_glob)
{
	struct ids ids = {0};

	exe_files_each(path, is_glob, id_add, &ids);
	return ids.exe;
}

static bool exe_equal(const struct resolved_exe *a, const struct resolved_exe *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(a->ids, b->ids, a->n * sizeof(*a->ids)) == 0);
}

static bool exes_again(struct resolved *r, const struct policy *p)
{
	bool changed = false;

	for (size_t i = 0; i < p->n_exes; i++) {
		struct resolved_exe now = exe_look_up(p->exes[i], p->exe_globs[i]);

		changed |= !exe_equal(&now, &r->exes[i]);
		free(r->exes[i].ids);
		r->exes[i] = now;
	}
	return changed;
}

/* While nobody can tell (a directory server that is away), what was known stays. */
static bool ids_again(struct resolved_id *ids, const char *const *names, size_t n,
		      int (*look_up)(const char *name, uint32_t *ret))
{
	bool changed = false;

	for (size_t i = 0; i < n; i++) {
		struct resolved_id now = {0};
		int r = look_up(names[i], &now.id);

		if (r < 0 && r != -ENOENT)
			continue;
		now.known = r == 0;
		changed |= now.known != ids[i].known || now.id != ids[i].id;
		ids[i] = now;
	}
	return changed;
}

struct resolved *resolve_new(const struct policy *p)
{
	struct resolved *r = must_alloc(sizeof(*r));

	r->exes = must_alloc((p->n_exes + 1) * sizeof(*r->exes));
	r->users = must_alloc((p->n_users + 1) * sizeof(*r->users));
	r->user_groups = must_alloc((p->n_user_groups + 1) * sizeof(*r->user_groups));
	resolve_again(r, p);
	return r;
}

void resolve_free(struct resolved *r, const struct policy *p)
{
	if (!r)
		return;
	for (size_t i = 0; i < p->n_exes; i++)
		free(r->exes[i].ids);
	free(r->exes);
	free(r->users);
	free(r->user_groups);
	rule_index_free(r->index);
	free(r);
}

bool resolve_again(struct resolved *r, const struct policy *p)
{
	bool exes = exes_again(r, p);
	bool users = ids_again(r->users, p->users, p->n_users, names_user);
	bool groups = ids_again(r->user_groups, p->user_groups, p->n_user_groups, names_user_group);

	if (r->index && !exes && !users && !groups)
		return false;
	rule_index_free(r->index);
	r->index = rule_index_new(p, r);
	return true;
}
