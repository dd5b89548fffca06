/* The machine as anyone may see it: enough to judge a policy, without any cgroup. */
#include "machine_here.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

/* The first line that begins with start, without that and its newline. */
static bool line_read(const char *path, const char *start, char *ret, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t len = strlen(start);
	bool found = false;

	if (!f)
		return false;
	while (!found && fgets(ret, (int)size, f))
		found = strncmp(ret, start, len) == 0;
	fclose(f);
	if (!found)
		return false;
	ret[strcspn(ret, "\n")] = '\0';
	memmove(ret, ret + len, strlen(ret + len) + 1);
	return true;
}

/* Of one line like "0-3,8"; fallback where /sys does not tell. */
static void list_read(const char *path, const char *fallback, char *ret, size_t size)
{
	char line[256];

	if (!line_read(path, "", line, sizeof(line)) || text_list(line, UINT32_MAX, ret, size) < 0)
		snprintf(ret, size, "%s", fallback);
}

/* "MemTotal:       16316412 kB"; 0 where there is no such line. */
static uint64_t meminfo_bytes(const char *name)
{
	char line[256], *number;
	uint64_t kib;

	if (!line_read("/proc/meminfo", name, line, sizeof(line)))
		return 0;
	number = line + strspn(line, ": ");
	number[strcspn(number, " ")] = '\0';
	return text_u64(number, &kib) == 0 ? kib * 1024 : 0;
}

void machine_here(struct machine *ret)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	char all[32];

	*ret = (struct machine){
		.cpus = cpus > 0 ? (unsigned)cpus : 1,
		.memory_bytes = meminfo_bytes("MemTotal"),
		.swap_bytes = meminfo_bytes("SwapTotal"),
		.page_bytes = (uint32_t)sysconf(_SC_PAGESIZE),
		.system_share = 0.05, /* the default of system.cpu */
		.layout = LAYOUT_NONE,
	};
	snprintf(all, sizeof(all), ret->cpus > 1 ? "0-%u" : "0", ret->cpus - 1);
	list_read("/sys/devices/system/cpu/online", all, ret->cpu_list, sizeof(ret->cpu_list));
	list_read("/sys/devices/system/node/online", "0", ret->node_list, sizeof(ret->node_list));
}
