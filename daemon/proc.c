/* Looks at /proc, through one kept descriptor and one buffer. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/memory.h>

#include "delegation.h"
#include "proc.h"
#include "proc_parse.h"
#include "tasks.h"
#include "text.h"
#include "turns.h"
#include "whereabouts.h"

struct proc {
	const struct machine *machine;
	struct tasks *tasks; /* borrowed; NULL: /proc says who there is */
	struct turns *turns; /* borrowed; NULL: nobody waits */
	int root;
	char pid_namespace[32]; /* our own, "pid:[4026531836]" */
	struct delegation delegation;
	struct whereabouts *spots; /* of the last scan; NULL: /proc says where each is */
	char text[PROC_ENVIRON_MAX_BYTES]; /* of the file read last; pages that no file fills are never touched */
	_Alignas(struct dirent64) char names[32 << 10]; /* of getdents: 1,300 processes a call */
};

struct proc *proc_new(const struct machine *m, struct err *e)
{
	int root = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct proc *p;

	if (root < 0) {
		fail(e, errno, "/proc: %s", strerror(errno));
		return NULL;
	}
	p = must_alloc(sizeof(*p));
	p->machine = m;
	p->root = root;
	if (readlinkat(root, "self/ns/pid", p->pid_namespace, sizeof(p->pid_namespace) - 1) < 0)
		p->pid_namespace[0] = '\0';
	return p;
}

void proc_free(struct proc *p)
{
	if (!p)
		return;
	close(p->root);
	delegation_clear(&p->delegation);
	whereabouts_free(p->spots);
	free(p);
}

/* A path that is not there is a process that is not there: the files of a living one all exist. */
static int gone_or(int error)
{
	return error == ENOENT ? -ESRCH : -error;
}

/* "812/stat", longer than any pid needs */
struct proc_path {
	char text[32];
};

static struct proc_path path_of(pid_t pid, const char *file)
{
	struct proc_path path;

	snprintf(path.text, sizeof(path.text), "%d/%s", (int)pid, file);
	return path;
}

/* One read gives all of it: these files are made whole at the first one. Answers the number of bytes. */
static ssize_t text_read(struct proc *p, pid_t pid, const char *file, size_t max)
{
	auto_fd int fd = openat(p->root, path_of(pid, file).text, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return gone_or(errno);
	n = read(fd, p->text, max);
	return n < 0 ? -errno : n;
}

/* The folder of a process is always its effective user's, unlike the files in it (task_dump_owner() in fs/proc/base.c). */
static int ids_read(struct proc *p, struct proc_facts *f)
{
	struct stat st;

	if (fstatat(p->root, path_of(f->pid, "").text, &st, 0) < 0)
		return gone_or(errno);
	f->uid = st.st_uid;
	f->gid = st.st_gid;
	return 0;
}

/* The link's text may be forged (FACTS: user namespace and bind mount) … */
static int exe_name_read(struct proc *p, struct proc_facts *f)
{
	ssize_t n = readlinkat(p->root, path_of(f->pid, "exe").text, p->text, PATH_MAX);

	if (n < 0)
		return -errno;
	proc_parse_exe_link(p->text, (size_t)n, f);
	return 0;
}

/* … what it leads to cannot. */
static int exe_file_read(struct proc *p, struct proc_facts *f)
{
	struct stat st;

	if (fstatat(p->root, path_of(f->pid, "exe").text, &st, 0) < 0)
		return -errno;
	f->exe_dev = st.st_dev;
	f->exe_ino = st.st_ino;
	return 0;
}

static void names_take(struct proc_facts *parent, char *names[4])
{
	for (size_t i = 0; i < 4; i++)
		free(names[i]);
	names[0] = parent->comm[0] ? must_strdup(parent->comm) : NULL;
	names[1] = take_ptr(parent->exe_name);
	names[2] = take_ptr(parent->argv0_name);
	names[3] = take_ptr(parent->script_name);
}

/* What of the parent cannot be read has no name; one that started after its child is another process by now. */
static int parent_read(struct proc *p, struct proc_facts *f)
{
	struct proc_facts parent = {.pid = f->ppid};
	int r;

	if (f->ppid == 0)
		return 0;
	r = proc_read(p, &parent, FACT_STAT);
	if (r == 0 && parent.start_ticks > f->start_ticks)
		r = -ESRCH;
	if (r == 0) {
		proc_read(p, &parent, FACT_EXE);
		proc_read(p, &parent, FACT_ARGS);
		names_take(&parent, f->parent_names);
	}
	proc_facts_done(&parent);
	return r;
}

static int environ_read(struct proc *p, struct proc_facts *f)
{
	ssize_t n = text_read(p, f->pid, "environ", PROC_ENVIRON_MAX_BYTES);
	int r;

	if (n < 0)
		return (int)n;
	r = proc_parse_environ(p->text, (size_t)n, f);
	/* it may stand in what was not read */
	return r == 0 && !f->tag && n == PROC_ENVIRON_MAX_BYTES ? -E2BIG : r;
}

static int text_fact_read(struct proc *p, struct proc_facts *f, enum fact what)
{
	static const char *const files[FACT__COUNT] = {
		[FACT_STAT] = "stat",
		[FACT_NAMESPACE] = "status",
		[FACT_ARGS] = "cmdline",
		[FACT_CGROUP] = "cgroup",
	};
	size_t max = what == FACT_ARGS ? PROC_ARGS_MAX_BYTES : sizeof(p->text);
	ssize_t n = text_read(p, f->pid, files[what], max);

	if (n < 0)
		return (int)n;
	switch (what) {
	case FACT_STAT:
		return proc_parse_stat(p->text, (size_t)n, f);
	case FACT_NAMESPACE:
		return proc_parse_status(p->text, (size_t)n, f);
	case FACT_ARGS:
		return proc_parse_args(p->text, (size_t)n, f);
	default:
		return proc_parse_cgroup(p->text, (size_t)n, p->machine, f);
	}
}

/* "pid:[4026532281]"; 0 where it is none. */
static uint64_t link_inode(char *link)
{
	char *number = strchr(link, '['), *end = strchr(link, ']');
	uint64_t inode = 0;

	if (!number || !end)
		return 0;
	*end = '\0';
	return text_u64(number + 1, &inode) < 0 ? 0 : inode;
}

/* Every process that can be seen here is in our own pid namespace or in a descendant of it. */
static int namespace_read(struct proc *p, struct proc_facts *f)
{
	char link[sizeof(p->pid_namespace)] = "";
	ssize_t n = readlinkat(p->root, path_of(f->pid, "ns/pid").text, link, sizeof(link) - 1);

	/* not to be had (a zombie, or a process that may not be traced): status tells it too, at eight times the cost */
	if (n <= 0 || !p->pid_namespace[0])
		return text_fact_read(p, f, FACT_NAMESPACE);
	f->nested_pid_namespace = strcmp(link, p->pid_namespace) != 0;
	f->pid_namespace = f->nested_pid_namespace ? link_inode(link) : 0;
	return 0;
}

/* By its spot, if somebody else's there was read. Forgets the spot where it is another by now, or was never checked. */
static int cgroup_read(struct proc *p, struct proc_facts *f)
{
	int r = 0;

	if (whereabouts_find_at(p->spots, f->spot, f))
		return 0;
	r = text_fact_read(p, f, FACT_CGROUP);
	if (r < 0 || !whereabouts_learn_at(p->spots, f->spot, f))
		f->spot = 0;
	return r;
}

static int fact_read(struct proc *p, struct proc_facts *f, enum fact what)
{
	switch (what) {
	case FACT_IDS:
		return ids_read(p, f);
	case FACT_NAMESPACE:
		return namespace_read(p, f);
	case FACT_EXE:
		return exe_name_read(p, f);
	case FACT_FILE:
		return exe_file_read(p, f);
	case FACT_TAG:
		return environ_read(p, f);
	case FACT_PARENT:
		return parent_read(p, f);
	case FACT_CGROUP:
		return cgroup_read(p, f);
	default:
		return text_fact_read(p, f, what);
	}
}

int proc_read(struct proc *p, struct proc_facts *f, enum fact what)
{
	int r = fact_read(p, f, what);

	if (r < 0) {
		f->failed |= FACT_BIT(what);
		f->known &= ~FACT_BIT(what);
	} else {
		f->known |= FACT_BIT(what);
		f->failed &= ~FACT_BIT(what);
	}
	return r;
}

int proc_of_thread(struct proc *p, pid_t thread, pid_t *ret)
{
	ssize_t n = text_read(p, thread, "status", sizeof(p->text));

	return n < 0 ? (int)n : proc_parse_tgid(p->text, (size_t)n, ret);
}

static int reader_read(void *ctx, struct proc_facts *f, enum fact what)
{
	return proc_read(ctx, f, what);
}

struct facts_reader proc_reader(struct proc *p)
{
	return (struct facts_reader){.read = reader_read, .ctx = p};
}

struct found {
	struct proc_facts *list;
	size_t n, cap;
};

static void found_add(struct proc *p, struct found *w, const char *name)
{
	struct proc_facts *f;
	uint64_t pid;

	if (text_u64(name, &pid) < 0 || pid == 0 || pid > INT_MAX)
		return;
	array_grow(w->list, w->n, w->cap);
	f = &w->list[w->n];
	*f = (struct proc_facts){.pid = (pid_t)pid};
	if (proc_read(p, f, FACT_STAT) == 0 && !f->kernel_thread && !f->exiting)
		w->n++;
}

static int scan_folders(struct proc *p, struct found *w, struct err *e)
{
	ssize_t n;

	/* from the first one; procfs lists processes in ascending order */
	if (lseek(p->root, 0, SEEK_SET) < 0)
		return fail(e, errno, "/proc: %s", strerror(errno));
	while ((n = getdents64(p->root, p->names, sizeof(p->names))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *d = (const void *)(p->names + at);

			found_add(p, w, d->d_name);
			turns_give(p->turns);
			at += d->d_reclen;
		}
	}
	return n < 0 ? fail(e, errno, "/proc: %s", strerror(errno)) : 0;
}

/* A kernel that guards process 1 keeps it from iterators too (seen on a 6.18), and its children want a parent. */
static void add_first(struct proc *p, struct found *w)
{
	struct found first = {0};

	if (w->n > 0 && w->list[0].pid == 1)
		return;
	found_add(p, &first, "1");
	if (first.n == 1) {
		array_grow(w->list, w->n, w->cap);
		memmove(w->list + 1, w->list, w->n++ * sizeof(w->list[0]));
		w->list[0] = first.list[0];
	}
	free(first.list);
}

void proc_scan_by(struct proc *p, struct tasks *t)
{
	p->tasks = t;
}

void proc_scan_turns(struct proc *p, struct turns *t)
{
	p->turns = t;
}

int proc_scan(struct proc *p, struct proc_facts **ret, size_t *ret_n, struct err *e)
{
	struct found w = {0};

	delegation_clear(&p->delegation);
	whereabouts_free(p->spots);
	p->spots = p->tasks ? whereabouts_new(p->machine, WHEREABOUTS_OF_ALL) : NULL;
	if (p->tasks && tasks_scan(p->tasks, p->turns, p->spots, &w.list, &w.n, NULL) == 0) {
		w.cap = w.n;
		add_first(p, &w);
	} else {
		int r = scan_folders(p, &w, e);

		if (r < 0) {
			free(w.list);
			return r;
		}
	}
	*ret = w.list;
	*ret_n = w.n;
	return 0;
}

void proc_delegation_by(struct proc *p, struct delegation_asker *a)
{
	p->delegation.asker = a;
}

const char *proc_delegation(struct proc *p, const char *mount, const char *path)
{
	return delegation_find(&p->delegation, p->machine, mount, path);
}
