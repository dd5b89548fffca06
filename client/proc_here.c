/* Processes as anyone may see them: what rules ask, and what they use. */
#include "proc_here.h"

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

#include "proc_parse.h"
#include "text.h"

struct proc_path {
	char text[40];
};

static struct proc_path path_of(pid_t pid, const char *file)
{
	struct proc_path ret;

	snprintf(ret.text, sizeof(ret.text), "/proc/%d/%s", (int)pid, file);
	return ret;
}

static ssize_t text_read(pid_t pid, const char *file, char *buf, size_t size)
{
	auto_fd int fd = open(path_of(pid, file).text, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size);

	return n < 0 ? -errno : n;
}

static int text_fact_read(const struct machine *m, struct proc_facts *f, enum fact what)
{
	static const char *const files[FACT__COUNT] = {
		[FACT_STAT] = "stat", [FACT_NAMESPACE] = "status", [FACT_ARGS] = "cmdline", [FACT_CGROUP] = "cgroup"
	};
	char buf[2 * PROC_ARGS_MAX_BYTES];
	ssize_t n = text_read(f->pid, files[what], buf, what == FACT_ARGS ? PROC_ARGS_MAX_BYTES : sizeof(buf));

	if (n < 0)
		return (int)n;
	switch (what) {
	case FACT_STAT:
		return proc_parse_stat(buf, (size_t)n, f);
	case FACT_NAMESPACE:
		return proc_parse_status(buf, (size_t)n, f);
	case FACT_ARGS:
		return proc_parse_args(buf, (size_t)n, f);
	default:
		return proc_parse_cgroup(buf, (size_t)n, m, f);
	}
}

static int exe_read(struct proc_facts *f)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path_of(f->pid, "exe").text, target, sizeof(target));

	if (n < 0)
		return -errno;
	proc_parse_exe_link(target, (size_t)n, f);
	return 0;
}

static int stat_read(struct proc_facts *f, enum fact what)
{
	struct stat st;

	if (stat(path_of(f->pid, what == FACT_FILE ? "exe" : "").text, &st) < 0)
		return -errno;
	if (what == FACT_FILE) {
		f->exe_dev = st.st_dev;
		f->exe_ino = st.st_ino;
	} else {
		f->uid = st.st_uid;
		f->gid = st.st_gid;
	}
	return 0;
}

static int fact_read(void *ctx, struct proc_facts *f, enum fact what)
{
	int r;

	switch (what) {
	case FACT_STAT:
	case FACT_NAMESPACE:
	case FACT_ARGS:
	case FACT_CGROUP:
		r = text_fact_read(ctx, f, what);
		break;
	case FACT_EXE:
		r = exe_read(f);
		break;
	case FACT_FILE:
	case FACT_IDS:
		r = stat_read(f, what);
		break;
	default:
		r = -ENOTSUP;
	}
	*(r == 0 ? &f->known : &f->failed) |= FACT_BIT(what);
	return r;
}

struct facts_reader proc_here_reader(const struct machine *m)
{
	return (struct facts_reader){fact_read, (void *)m};
}

/* "1234 567 89 …": pages of all, resident, and resident of those that a file or others share. */
static uint64_t own_pages(pid_t pid)
{
	char buf[256], *rest = buf;
	uint64_t pages[3];
	ssize_t n = text_read(pid, "statm", buf, sizeof(buf) - 1);

	if (n < 0)
		return 0;
	buf[n] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		const char *word = strsep(&rest, " ");

		if (!word || text_u64(word, &pages[i]) < 0)
			return 0;
	}
	return pages[1] > pages[2] ? pages[1] - pages[2] : 0;
}

static int larger_first(const void *pa, const void *pb)
{
	const struct proc_use *a = pa, *b = pb;

	return a->bytes == b->bytes ? 0 : a->bytes > b->bytes ? -1 : 1;
}

struct proc_use *proc_here_list(size_t *ret_n)
{
	auto_dir DIR *dir = opendir("/proc");
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE), pid;
	const struct dirent *entry;
	struct proc_use *list = NULL;
	size_t n = 0, cap = 0;

	while (dir && (entry = readdir(dir))) {
		struct proc_use one = {0};

		if (text_u64(entry->d_name, &pid) < 0)
			continue;
		one.pid = (pid_t)pid;
		one.bytes = own_pages(one.pid) * page_bytes;
		if (!one.bytes)
			continue;
		array_grow(list, n, cap);
		list[n++] = one;
	}
	if (n)
		qsort(list, n, sizeof(*list), larger_first);
	*ret_n = n;
	return list;
}
