/* The drop-in of `cgq set --save`, read through the policy reader and written anew. */
#include "dropin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "draft.h"

static const char head[] = "# Written by cgq set --save, last by %s at %s.\n"
			   "# It is written anew each time: comments are lost, settings and rules stay.\n"
			   "# Files whose names sort after " DROPIN_NAME " override it.\n";

/* Text that grows; the parts are small and few. */
static void __attribute__((format(printf, 2, 3))) append(char **text, const char *fmt, ...)
{
	auto_free char *old = *text;
	auto_free char *more = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&more, fmt, args) < 0)
		abort(); /* out of memory, as must_alloc() */
	va_end(args);
	*text = must_printf("%s%s", old ? old : "", more);
}

static bool is_dropped(const struct dropin_change *c, const char *group, const char *key)
{
	if (overrides_find(c->put, group, key))
		return true; /* its new value comes in its place */
	if (!c->group || strcmp(c->group, group) != 0)
		return false;
	for (size_t i = 0; i < c->n_keys; i++)
		if (!strcmp(c->keys[i], key))
			return true;
	return c->all;
}


/* What one section holds from now on, without its header; NULL: nothing. */
static char *section_text(const struct draft *old, unsigned group, const char *path, const struct dropin_change *c)
{
	char *text = NULL;

	for (size_t i = 0; old && i < old->n_rules; i++) {
		const struct rule *r = &old->rules[i];

		if (r->group == group)
			append(&text, "match%s%s = %s\n", *r->label ? "." : "", r->label, r->text);
	}
	for (size_t i = 0; old && i < old->n_settings; i++) {
		const struct draft_setting *s = &old->settings[i];

		if (s->group == group && !is_dropped(c, path, key_rows[s->key].name))
			append(&text, "%s = %s\n", key_rows[s->key].name, s->set.text);
	}
	for (size_t i = 0; i < c->put->n; i++)
		if (!strcmp(c->put->list[i].group, path))
			append(&text, "%s = %s\n", c->put->list[i].key, c->put->list[i].value);
	return text;
}

static bool section_put(char **text, const char *path, char *section)
{
	auto_free char *body = section;

	if (body)
		append(text, "\n[%s]\n%s", path, body);
	return body;
}

static bool is_in(const struct draft *old, const char *path)
{
	for (size_t i = 0; old && i < old->n_groups; i++)
		if (!strcmp(old->groups[i].path, path))
			return true;
	return false;
}

static char *whole_text(const struct draft *old, const struct dropin_change *c)
{
	char *text = NULL;
	bool any = false;

	append(&text, head, c->who, c->when);
	for (unsigned g = 0; old && g < old->n_groups; g++)
		any |= section_put(&text, old->groups[g].path, section_text(old, g, old->groups[g].path, c));
	for (size_t i = 0; i < c->put->n; i++) {
		const char *path = c->put->list[i].group;
		bool is_first = true;

		for (size_t j = 0; j < i; j++)
			is_first &= strcmp(c->put->list[j].group, path) != 0;
		if (is_first && !is_in(old, path))
			any |= section_put(&text, path, section_text(NULL, GROUP_NONE, path, c));
	}
	if (!any)
		free(take_ptr(text));
	return text;
}

int dropin_change(const struct policy_file *old, const struct dropin_change *change, char **ret, struct faults *faults)
{
	struct draft *d = old ? draft_read(old, faults) : NULL;
	int r = d && d->is_faulty ? -EINVAL : 0;

	if (r == 0)
		*ret = whole_text(d, change);
	draft_free(d);
	return r;
}
