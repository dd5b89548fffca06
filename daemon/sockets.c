/* The sockets of one process: its descriptors, and what the tables of its network say of these. */
#include "sockets.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "text.h"

struct inodes {
	uint64_t *list;
	size_t n, cap;
};

/* "socket:[3217]" */
static bool inode_of_link(const char *link, uint64_t *ret)
{
	static const char head[] = "socket:[";
	size_t len = strlen(link);
	char number[32];

	if (strncmp(link, head, strlen(head)) || link[len - 1] != ']' || len - strlen(head) > sizeof(number))
		return false;
	snprintf(number, sizeof(number), "%.*s", (int)(len - strlen(head) - 1), link + strlen(head));
	return text_u64(number, ret) == 0;
}

static int inodes_read(pid_t pid, struct inodes *ret)
{
	auto_free char *path = must_printf("/proc/%d/fd", (int)pid);
	auto_dir DIR *dir = opendir(path);
	const struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		char link[64];
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, link, sizeof(link) - 1);

		if (n <= 0)
			continue;
		link[n] = '\0';
		array_grow(ret->list, ret->n, ret->cap);
		ret->n += inode_of_link(link, &ret->list[ret->n]);
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct table {
	const char *name;
	bool six, udp;
};

static unsigned table_each(pid_t pid, const struct table *t, const struct inodes *own, unsigned most,
			   void (*each)(void *ctx, const struct socket_of *one), void *ctx)
{
	auto_free char *path = must_printf("/proc/%d/net/%s", (int)pid, t->name);
	struct socket_of one = {.protocol = t->name, .six = t->six};
	FILE *f = fopen(path, "re");
	char line[512];
	unsigned n = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (!socket_parse(line, t->six, t->udp, &one.seen) || (!one.seen.listens && !one.seen.connected) ||
		    !bsearch(&one.seen.inode, own->list, own->n, sizeof(*own->list), by_number))
			continue;
		if (n++ < most)
			each(ctx, &one);
	}
	if (f)
		fclose(f);
	return n;
}

int sockets_each(pid_t pid, unsigned most, void (*each)(void *ctx, const struct socket_of *one), void *ctx)
{
	static const struct table tables[] = {
		{"tcp", false, false}, {"tcp6", true, false}, {"udp", false, true}, {"udp6", true, true}};
	struct inodes own = {0};
	unsigned n = 0;
	int r = inodes_read(pid, &own);

	if (r == 0 && own.n)
		qsort(own.list, own.n, sizeof(*own.list), by_number);
	for (size_t i = 0; r == 0 && own.n && i < ARRAY_SIZE(tables); i++)
		n += table_each(pid, &tables[i], &own, n < most ? most - n : 0, each, ctx);
	free(own.list);
	return r < 0 ? r : (int)n;
}
