/* The policy that files and what a person set come to together. */
#include "override_choose.h"

struct choosing {
	const struct file_set *files, *good;
	const struct faults *faults;
	const struct machine *m;
	bool good_holds;
};

static void choose(const struct choosing *c, const struct overrides *set, struct choice *ret)
{
	struct file_set now = { 0 }, before = { 0 };

	overrides_strip(c->files, &now);
	overrides_render(set, &now);
	overrides_filter(set, c->good, &before);
	if (c->good_holds)
		overrides_render(set, &before);
	policy_choose(&now, c->faults, &before, c->m, ret);
	file_set_done(&now);
	file_set_done(&before);
}

static void drop_silently(void *ctx, const struct override *one)
{
}

void override_choose(struct overrides *set, const struct file_set *files, const struct faults *faults,
		     const struct file_set *good, bool good_holds, const struct machine *m, struct choice *ret)
{
	const struct choosing c = { files, good, faults, m, good_holds };

	choose(&c, set, ret);
	/* Without them another version of a file may hold, which names other groups. */
	while (overrides_drop_orphans(set, ret->policy, drop_silently, NULL)) {
		choice_done(ret);
		choose(&c, set, ret);
	}
}
