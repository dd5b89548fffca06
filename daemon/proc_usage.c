/* What one process uses. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "proc_usage.h"
#include "text.h"

/* proc(5): "pid (comm) state ppid …"; fields are counted from 1, and state is the third. */
enum { FIELD_STATE = 3, FIELD_UTIME = 14, FIELD_STIME = 15, FIELD_THREADS = 20, FIELD_START = 22, FIELD_RSS = 24 };

/* comm may hold anything, also ") S 1": what comes after the last ')' is the kernel's own. */
static char *after_comm(char *line, size_t len)
{
	char *p = memrchr(line, ')', len);

	return p && p[1] == ' ' ? p + 2 : NULL;
}

static int read_fields(char *p, struct proc_usage *u)
{
	uint64_t user = 0, system = 0;
	char *save, *token = strtok_r(p, " \n", &save);

	for (unsigned field = FIELD_STATE; token; field++, token = strtok_r(NULL, " \n", &save)) {
		uint64_t *to = field == FIELD_UTIME   ? &user
			       : field == FIELD_STIME ? &system
			       : field == FIELD_THREADS ? &u->threads
			       : field == FIELD_START ? &u->start_ticks
			       : field == FIELD_RSS   ? &u->rss_pages
						      : NULL;

		if (to && text_u64(token, to))
			return -EBADMSG;
		if (field == FIELD_RSS) {
			u->cpu_ticks = user + system;
			return 0;
		}
	}
	return -EBADMSG;
}

int proc_usage_parse(const char *buf, size_t len, struct proc_usage *ret)
{
	struct proc_usage u = { 0 };
	char line[1024];
	char *p;

	if (len >= sizeof(line))
		len = sizeof(line) - 1;
	memcpy(line, buf, len);
	line[len] = 0;
	p = after_comm(line, len);
	if (!p || read_fields(p, &u))
		return -EBADMSG;
	*ret = u;
	return 0;
}

int proc_usage_read(pid_t pid, struct proc_usage *ret)
{
	char path[32], buf[1024];
	auto_fd int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buf, sizeof(buf));
	return n < 0 ? -errno : proc_usage_parse(buf, (size_t)n, ret);
}
