/* The machine as anyone may see it: enough to judge a policy, without any cgroup. */
#include "machine_here.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "text.h"

/* Of one line like "0-3,8"; fallback where /sys does not tell. */
static void list_read(const char *path, const char *fallback, char *ret, size_t size)
{
	char line[256];
	auto_file FILE *f = fopen(path, "re");

	if (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (text_list(line, UINT32_MAX, ret, size) == 0)
			return;
	}
	snprintf(ret, size, "%s", fallback);
}

/* "MemTotal:       16316412 kB"; 0 where there is no such line. */
static uint64_t meminfo_bytes(const char *name)
{
	auto_file FILE *f = fopen("/proc/meminfo", "re");
	char line[256];
	uint64_t kib;

	while (f && fgets(line, sizeof(line), f)) {
		size_t len = strlen(name);
		char *number = line + len;

		if (strncmp(line, name, len) != 0)
			continue;
		number += strspn(number, ": ");
		number[strcspn(number, " \n")] = '\0';
		return text_u64(number, &kib) == 0 ? kib * 1024 : 0;
	}
	return 0;
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
