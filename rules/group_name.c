/* What a group may be called. */
#include "group_name.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>

#include "text.h"

/* Controllers and cores of Linux up to 6.18, on v1 and v2: "PREFIX.anything" may be one of their files. */
static const char *const kernel_prefixes[] = {
	"cpu",	   "cpuacct", "cpuset",	   "memory",	 "pids", "io",	 "blkio", "cgroup", "hugetlb", "devices",
	"freezer", "net_cls", "net_prio", "perf_event", "rdma", "misc", "dmem",  "debug",  "irq",
};
/* and those of v1 without a prefix */
static const char *const kernel_names[] = { "tasks", "notify_on_release", "release_agent" };

static bool is_kernel_file(const char *part, size_t len)
{
	const char *point = memchr(part, '.', len);
	size_t prefix_len = point ? (size_t)(point - part) : 0;

	for (size_t i = 0; point && i < ARRAY_SIZE(kernel_prefixes); i++)
		if (strlen(kernel_prefixes[i]) == prefix_len && !memcmp(kernel_prefixes[i], part, prefix_len))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(kernel_names); i++)
		if (strlen(kernel_names[i]) == len && !memcmp(kernel_names[i], part, len))
			return true;
	return false;
}

static bool is_first(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_name(const char *part, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_first(part[i]) && (!i || !part[i] || !strchr("_.-", part[i])))
			return false;
	return len;
}

static int part_check(const char *part, size_t len, char *why, size_t size)
{
	char shown[256];

	text_escape(part, len, shown, sizeof(shown));
	if (!len)
		snprintf(why, size, "a part of the name is empty");
	else if (len == strlen("_self") && !memcmp(part, "_self", len))
		snprintf(why, size, "'_self' is cgqd's own name for the members of a group that has children");
	else if (!is_name(part, len))
		snprintf(why, size, "'%s' is not a name (a-z or 0-9, then also '_', '.' and '-')", shown);
	else if (len > GROUP_PART_MAX_BYTES)
		snprintf(why, size, "'%s' has %zu bytes; at most %u", shown, len, GROUP_PART_MAX_BYTES);
	else if (is_kernel_file(part, len))
		snprintf(why, size, "'%s' is kept for the kernel's own files", shown);
	else
		return 0;
	return -EINVAL;
}

int group_name_check(const char *path, char *why, size_t size)
{
	unsigned depth = 0;
	size_t len;

	if (strlen(path) > GROUP_PATH_MAX_BYTES) {
		snprintf(why, size, "the name has %zu bytes; at most %u", strlen(path), GROUP_PATH_MAX_BYTES);
		return -EINVAL;
	}
	for (const char *part = path;; part += len + 1) {
		int r;

		len = strcspn(part, "/");
		r = part_check(part, len, why, size);
		if (r < 0)
			return r;
		if (++depth > GROUP_DEPTH_MAX) {
			snprintf(why, size, "is nested too deep; at most %u parts", GROUP_DEPTH_MAX);
			return -EINVAL;
		}
		if (!part[len])
			return 0;
	}
}
