/* What a person set while cgqd runs, as policy files in memory. */
#include "override.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>

#include "policy_check.h"
#include "policy_read.h"
#include "text.h"

/* UTF-8 has no such byte, so that it sorts after every name; and a policy file's name ends in ".conf", no key does. */
#define NAME_PREFIX "\xff" "set "
#define PATH_PREFIX "set by "

static void override_done(struct override *one)
{
	free(one->group);
	free(one->key);
	free(one->value);
	free(one->who);
	free(one->when);
}

void overrides_done(struct overrides *o)
{
	for (size_t i = 0; i < o->n; i++)
		override_done(&o->list[i]);
	free(o->list);
	*o = (struct overrides){ 0 };
}

void overrides_copy(const struct overrides *from, struct overrides *ret)
{
	*ret = (struct overrides){ 0 };
	for (size_t i = 0; i < from->n; i++)
		overrides_put(ret, &from->list[i]);
}

static struct override *find(const struct overrides *o, const char *group, const char *key)
{
	for (size_t i = 0; i < o->n; i++)
		if (!strcmp(o->list[i].group, group) && !strcmp(o->list[i].key, key))
			return &o->list[i];
	return NULL;
}

const struct override *overrides_find(const struct overrides *o, const char *group, const char *key)
{
	return find(o, group, key);
}

void overrides_put(struct overrides *o, const struct override *one)
{
	struct override new = {
		.group = must_strdup(one->group),
		.key = must_strdup(one->key),
		.value = must_strdup(one->value),
		.who = must_strdup(one->who),
		.when = must_strdup(one->when),
	};
	struct override *old = find(o, one->group, one->key);

	if (old) {
		override_done(old);
		*old = new;
		return;
	}
	array_grow(o->list, o->n, o->cap);
	o->list[o->n++] = new;
}

static void drop_at(struct overrides *o, size_t i)
{
	override_done(&o->list[i]);
	memmove(&o->list[i], &o->list[i + 1], (--o->n - i) * sizeof(*o->list));
}

size_t overrides_drop(struct overrides *o, const char *group, const char *key)
{
	size_t before = o->n;

	for (size_t i = o->n; i-- > 0;)
		if (!strcmp(o->list[i].group, group) && (!key || !strcmp(o->list[i].key, key)))
			drop_at(o, i);
	return before - o->n;
}

static bool is_match(const char *key)
{
	return !strncmp(key, "match", 5) && (!key[5] || key[5] == '.');
}

static bool is_one_line(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

int override_check(const struct override *one, char *why, size_t size)
{
	if (is_match(one->key))
		snprintf(why, size, "%s: who belongs to a group stands in files only", TEXT_ESCAPED(one->key));
	else if (!*one->key || one->key[strspn(one->key, "abcdefghijklmnopqrstuvwxyz0123456789._-")])
		snprintf(why, size, "unknown key '%s'", TEXT_ESCAPED(one->key));
	else if (!is_one_line(one->value) || strlen(one->key) + strlen(one->value) + 3 > POLICY_LINE_MAX_BYTES)
		snprintf(why, size, "%s: '%s' is not one line of at most %d bytes", one->key, TEXT_ESCAPED(one->value),
			 POLICY_LINE_MAX_BYTES);
	else
		return 0;
	return -EINVAL;
}

void overrides_render(const struct overrides *o, struct file_set *ret)
{
	for (size_t i = 0; i < o->n; i++) {
		const struct override *one = &o->list[i];
		auto_free char *name = must_printf(NAME_PREFIX "%s %s", one->group, one->key);
		auto_free char *path = must_printf(PATH_PREFIX "%s at %s", one->who, one->when);
		auto_free char *text = must_printf("[%s]\n%s = %s\n", one->group, one->key, one->value);

		file_set_put(ret, name, path, text, strlen(text), false);
	}
}

bool override_is_file(const char *name)
{
	return !strncmp(name, NAME_PREFIX, strlen(NAME_PREFIX));
}

bool override_is_path(const char *path)
{
	/* A real file is shown with its folder, or, of a diff, by a name that ends in ".conf". */
	return path && !strncmp(path, PATH_PREFIX, strlen(PATH_PREFIX)) && !strchr(path, '/') &&
	       (strlen(path) < 5 || strcmp(path + strlen(path) - 5, ".conf"));
}

unsigned override_line(const struct place *at)
{
	return override_is_path(at->file) ? 0 : at->line;
}

static void file_copy(const struct policy_file *f, struct file_set *ret)
{
	file_set_put(ret, f->name, f->path, f->text, f->len, f->masked);
}

void overrides_strip(const struct file_set *from, struct file_set *ret)
{
	for (size_t i = 0; i < from->n; i++)
		if (!override_is_file(from->list[i].name))
			file_copy(&from->list[i], ret);
}

void overrides_filter(const struct overrides *o, const struct file_set *in_force, struct file_set *ret)
{
	struct file_set kept = { 0 };

	overrides_render(o, &kept);
	for (size_t i = 0; i < in_force->n; i++) {
		const struct policy_file *f = &in_force->list[i];

		if (!override_is_file(f->name) || file_set_find(&kept, f->name))
			file_copy(f, ret);
	}
	file_set_done(&kept);
}

void overrides_judge(const struct overrides *o, const struct file_set *in_force, const struct machine *m,
		     struct faults *faults)
{
	struct file_set set = { 0 };
	struct faults all = { 0 };
	struct policy *p;

	overrides_strip(in_force, &set);
	overrides_render(o, &set);
	p = policy_read(&set, &all);
	policy_check(p, m, &all);
	for (size_t i = 0; i < all.n; i++)
		if (all.list[i].severity == SEVERITY_FAULT)
			fault_copy(faults, &all, i);
	faults_sort(faults);
	policy_free(p);
	faults_done(&all);
	file_set_done(&set);
}

/* By nobody but an override; a missing group is one too. */
static bool is_orphan(const struct policy *p, const char *group)
{
	unsigned g = policy_group(p, group);

	return g == GROUP_NONE || override_is_path(p->groups[g].at.file);
}

bool overrides_drop_orphans(struct overrides *o, const struct policy *p,
			    void (*tell)(void *ctx, const struct override *one), void *ctx)
{
	bool any = false;

	for (size_t i = o->n; i-- > 0;) {
		if (!is_orphan(p, o->list[i].group))
			continue;
		tell(ctx, &o->list[i]);
		drop_at(o, i);
		any = true;
	}
	return any;
}
