/* `cgq run` where groups are in place, on units of systemd: the caller goes into a scope of its group. */
#include <errno.h>
#include <string.h>

#include "settle_parts.h"
#include "settle_run.h"
#include "settle_units.h"

/* The unit that a process is in, as far as it can be read. */
struct whereabout {
	struct arena arena;
	struct unit_path path;
	bool known;
};

static void whereabout_read(struct daemon *d, pid_t pid, struct whereabout *ret)
{
	struct proc_facts f = {.pid = pid};
	unsigned h = settle_units_hierarchy(d);

	*ret = (struct whereabout){0};
	ret->known = proc_read(d->proc, &f, FACT_CGROUP) == 0 && f.cgroups[h];
	if (ret->known)
		unit_path_read(&ret->arena, f.cgroups[h], &ret->path);
	proc_facts_done(&f);
}

static bool is_limited(struct daemon *d, pid_t pid, unsigned group)
{
	struct whereabout w;
	bool is;

	whereabout_read(d, pid, &w);
	is = w.known && settle_units_is_limited(d, w.path.unit.name, group);
	arena_done(&w.arena);
	return is;
}

bool settle_run_is_users(struct daemon *d, pid_t pid)
{
	struct whereabout w;
	bool is;

	if (d->machine.placement != PLACEMENT_UNITS)
		return false;
	whereabout_read(d, pid, &w);
	is = w.known && w.path.place == UNIT_USER;
	arena_done(&w.arena);
	return is;
}

/* A service, or a scope that somebody made, may be all the group's: then it stays. */
static bool may_be_whole(struct daemon *d, pid_t pid)
{
	struct whereabout w;
	bool may;

	whereabout_read(d, pid, &w);
	may = w.known && (w.path.place == UNIT_SERVICE || w.path.place == UNIT_SCOPE);
	arena_done(&w.arena);
	return may;
}

static int move(struct daemon *d, const struct proc_facts *f, unsigned group, struct err *e)
{
	struct book_loose one = {.group = group, .pid = f->pid, .start_ticks = f->start_ticks};

	memcpy(one.comm, f->comm, sizeof(one.comm));
	return settle_units_into_scope(d, &one, e);
}

int settle_run_on_units(struct daemon *d, const struct proc_facts *f, unsigned group, struct err *e)
{
	bool stays = is_limited(d, f->pid, group);
	int r = 0;

	if (!stays && may_be_whole(d, f->pid)) {
		r = settle(d, WHY_PERSON, e);
		stays = r == 0 && is_limited(d, f->pid, group);
	}
	if (r == 0 && !stays)
		r = move(d, f, group, e);
	if (r < 0)
		return r;
	placer_judge(&d->placer, f->pid);
	/* the first of its group: the scope is not limited yet */
	if (!is_limited(d, f->pid, group))
		r = settle(d, WHY_PERSON, e);
	if (r == 0 && !is_limited(d, f->pid, group))
		r = fail(e, EIO, "you (pid %d) are in no unit that is limited for %s; cgq status says why", (int)f->pid,
			 d->choice.policy->groups[group].path);
	return r;
}
