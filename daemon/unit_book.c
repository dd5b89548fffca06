/* Which units of systemd the members of groups are in, and who else is in them. */
#include "unit_book.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "strmap.h"
#include "text.h"
#include "unit_name.h"

/* Who was forked by whom is asked for so many generations: a helper of a helper of a control process. */
#define GENERATIONS_MAX 8

struct reading {
	const struct book_look *look;
	struct unit_book *book;
	struct book_unit *unit; /* whose cgroup is being read */
	struct strmap names;	/* of those in the book */
};

const struct book_unit *unit_book_find(const struct unit_book *b, const char *name)
{
	for (size_t i = 0; i < b->n; i++)
		if (!strcmp(b->list[i].name, name))
			return &b->list[i];
	return NULL;
}

static void loose_add(struct unit_book *b, const struct member *one)
{
	struct book_loose *l;

	array_grow(b->loose, b->n_loose, b->cap_loose);
	l = &b->loose[b->n_loose++];
	*l = (struct book_loose){.group = one->group, .pid = one->pid, .start_ticks = one->start_ticks};
	memcpy(l->comm, one->comm, sizeof(l->comm));
}

/* Who belongs elsewhere is found when its cgroup is read. */
static void unit_note(struct reading *r, const struct unit_step *unit, const struct member *one)
{
	struct unit_book *b = r->book;

	if (strmap_find(&r->names, unit->name))
		return;
	strmap_put(&r->names, unit->name);
	array_grow(b->list, b->n, b->cap);
	b->list[b->n++] = (struct book_unit){
		.name = must_strdup(unit->name), .cgroup = must_strdup(unit->cgroup), .group = one->group};
}

/* Until it has been put into the group's scope: a limit of that unit would be cgqd's own. */
static bool is_keeper_abroad(const struct book_look *look, const char *cgroup, const struct member *one)
{
	static const char own[] = "/" UNIT_OWN_SLICE "/";
	const struct keeper *k = look->keepers ? keepers_of_pid(look->keepers, one->pid) : NULL;

	return k && k->start_ticks == one->start_ticks && strncmp(cgroup, own, strlen(own));
}

static void place_note_down(struct reading *r, const char *cgroup, const struct member *one)
{
	struct arena arena = {0};
	struct unit_path path;
	bool abroad = is_keeper_abroad(r->look, cgroup, one);

	unit_path_read(&arena, cgroup, &path);
	if (!abroad && (path.place == UNIT_SERVICE || path.place == UNIT_SCOPE))
		unit_note(r, &path.unit, one);
	else if (abroad || path.place == UNIT_SESSION || path.place == UNIT_STRANGE || path.place == UNIT_ROOT)
		loose_add(r->book, one);
	arena_done(&arena);
}

static void member_look(void *ctx, struct member *one)
{
	struct reading *r = ctx;
	struct proc_facts f = {.pid = one->pid};

	if (one->group != GROUP_NONE && proc_read(r->look->proc, &f, FACT_CGROUP) == 0 && f.cgroups[r->look->hierarchy])
		place_note_down(r, f.cgroups[r->look->hierarchy], one);
	proc_facts_done(&f);
}

/* Of a forked child whose birth is still to be told of: its parent's, if one above it is known. */
static bool is_born_to(const struct reading *r, const struct proc_facts *f, unsigned group)
{
	struct proc_facts above = {.pid = f->ppid};
	const struct member *one = NULL;

	for (unsigned i = 0; !one && i < GENERATIONS_MAX && above.pid > 1; i++) {
		one = members_find(r->look->members, above.pid);
		if (one || proc_read(r->look->proc, &above, FACT_STAT) < 0)
			break;
		above.pid = above.ppid;
		above.known = 0;
	}
	proc_facts_done(&above);
	return one && one->group == group;
}

static void stranger_add(struct book_unit *u, const struct proc_facts *f, unsigned group)
{
	struct book_stranger *s;

	if (u->n_strangers++ >= BOOK_STRANGERS_MAX)
		return;
	s = &u->strangers[u->n_strangers - 1];
	*s = (struct book_stranger){.pid = f->pid, .ppid = f->ppid, .group = group};
	memcpy(s->comm, f->comm, sizeof(s->comm));
}

static void occupant_look(struct reading *r, pid_t pid)
{
	const struct member *one = members_find(r->look->members, pid);
	struct proc_facts f = {.pid = pid};

	if (one && one->group == r->unit->group) {
		r->unit->members++;
		return;
	}
	if (proc_read(r->look->proc, &f, FACT_STAT) == 0 && !f.exiting && !f.kernel_thread) {
		if (!one && is_born_to(r, &f, r->unit->group))
			r->unit->members++;
		else
			stranger_add(r->unit, &f, one ? one->group : GROUP_NONE);
	}
	proc_facts_done(&f);
}

/* Numbers, one a line; a line may be cut by the end of the buffer and go on in the next. */
static void procs_look(struct reading *r, int fd)
{
	char buf[4096];
	pid_t pid = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (buf[i] >= '0' && buf[i] <= '9') {
				pid = pid * 10 + (buf[i] - '0');
				continue;
			}
			if (pid > 0)
				occupant_look(r, pid);
			pid = 0;
		}
	}
}

struct below {
	struct reading *r;
	const char *path;
};

static void cgroup_look(struct reading *r, const char *path);

static int child_look(void *ctx, const char *name)
{
	struct below *b = ctx;
	auto_free char *path = must_printf("%s/%s", b->path, name);

	cgroup_look(b->r, path);
	return 0;
}

/* With all that is below: what a service makes in its own cgroup is its own as long as it was not delegated. */
static void cgroup_look(struct reading *r, const char *path)
{
	struct kernel *k = r->look->kernel;
	const struct hierarchy *h = &r->look->machine->hierarchies[r->look->hierarchy];
	struct below below = {r, path};
	auto_fd int fd = k->open_file(k, h, path, "cgroup.procs", NULL);

	if (fd >= 0)
		procs_look(r, fd);
	k->children(k, h, path, child_look, &below, NULL);
}

void unit_book_read(const struct book_look *look, struct unit_book *ret)
{
	struct reading r = {.look = look, .book = ret};

	*ret = (struct unit_book){0};
	members_each(look->members, member_look, &r);
	strmap_clear(&r.names, NULL);
	unit_book_occupy(look, ret);
}

void unit_book_occupy(const struct book_look *look, struct unit_book *b)
{
	struct reading r = {.look = look, .book = b};

	for (size_t i = 0; i < b->n; i++) {
		r.unit = &b->list[i];
		cgroup_look(&r, r.unit->cgroup);
	}
}

void unit_book_done(struct unit_book *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->list[i].name);
		free(b->list[i].cgroup);
	}
	free(b->list);
	free(b->loose);
	*b = (struct unit_book){0};
}

static bool is_control(const struct book_unit *u, const struct book_stranger *s, pid_t control_pid)
{
	if (control_pid <= 0 || s->group != GROUP_NONE)
		return false;
	if (s->pid == control_pid || s->ppid == control_pid)
		return true;
	for (size_t i = 0; i < BOOK_STRANGERS_MAX && i < u->n_strangers; i++)
		if (u->strangers[i].pid == s->ppid && u->strangers[i].ppid == control_pid)
			return true;
	return false;
}

char *unit_book_refusal(const struct book_unit *u, pid_t control_pid, const char *(*group_path)(void *ctx, unsigned group), void *ctx)
{
	for (size_t i = 0; i < BOOK_STRANGERS_MAX && i < u->n_strangers; i++) {
		const struct book_stranger *s = &u->strangers[i];

		if (is_control(u, s, control_pid))
			continue;
		return must_printf("%s also holds pid %d (%s), which %s%s%s; the unit is left as it is", u->name, (int)s->pid,
				   TEXT_ESCAPED(s->comm), s->group == GROUP_NONE ? "no rule takes" : "belongs to [",
				   s->group == GROUP_NONE ? "" : group_path(ctx, s->group), s->group == GROUP_NONE ? "" : "]");
	}
	return NULL;
}
