/* Policy files that are being written just now, put aside for what they were when they were seen last. */
#include "files_seen.h"

#include <string.h>

static const struct policy_file *seen_of(const struct file_set *seen, const char *name, const char *except)
{
	const struct policy_file *f = strcmp(name, except) ? file_set_find(seen, name) : NULL;

	return f && f->text ? f : NULL;
}

/* As it is now: ours alone, or nothing to go back to. */
static bool is_kept(const struct file_set *seen, const char *name, const char *except)
{
	return !strcmp(name, except) || (file_set_find(seen, name) && !seen_of(seen, name, except));
}

static void put(struct file_set *to, const struct policy_file *f)
{
	file_set_put(to, f->name, f->path, f->text, f->len, f->masked);
}

static void faults_of(const struct faults *from, const char *path, struct faults *to)
{
	for (size_t i = 0; i < from->n; i++)
		if (from->list[i].at.file && !strcmp(from->list[i].at.file, path))
			fault_copy(to, from, i);
}

bool files_seen(struct file_set *now, struct faults *faults, const struct file_set *seen, const char *except)
{
	struct file_set as_seen = { 0 };
	struct faults left = { 0 };
	bool same;

	for (size_t i = 0; i < seen->n; i++)
		if (seen_of(seen, seen->list[i].name, except))
			put(&as_seen, &seen->list[i]);
	for (size_t i = 0; i < now->n; i++) {
		if (!is_kept(seen, now->list[i].name, except))
			continue;
		put(&as_seen, &now->list[i]);
		faults_of(faults, now->list[i].path, &left);
	}
	same = file_sets_equal(now, &as_seen);
	file_set_done(now);
	*now = as_seen;
	faults_done(faults);
	*faults = left;
	return !same;
}
