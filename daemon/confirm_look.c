/* Kills, pressure and throttling of every cgroup of ours, once a second while a change waits to be confirmed. */
#include "confirm_look.h"

#include <fcntl.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "plan_make.h"
#include "sample_parse.h"
#include "sampler.h"
#include "tree_path.h"

#define COUNTERS_MAX_BYTES 4096

/* v1 counts in memory.oom_control (since Linux 4.13), v2 in memory.events. */
static struct counter oom_kills(const struct view *v, const struct hierarchy *h, const char *path)
{
	const char *file = h->version == 1 ? "memory.oom_control" : "memory.events";
	char text[COUNTERS_MAX_BYTES];

	if (v->kernel->read(v->kernel, h, path, file, text, sizeof(text), NULL) < 0)
		return (struct counter){0};
	return sample_keyed(text, "oom_kill");
}

/* Of memory; v1 has none. */
static double memory_pressure(const struct view *v, const struct hierarchy *h, const char *path)
{
	char text[COUNTERS_MAX_BYTES];

	if (h->version == 1 || v->kernel->read(v->kernel, h, path, "memory.pressure", text, sizeof(text), NULL) < 0)
		return -1;
	return sample_pressure(text);
}

static void node_look(const struct view *v, unsigned i, struct confirm_numbers *ret)
{
	const struct node *node = &v->want->nodes[i];
	int memory = machine_hierarchy(v->machine, CONTROLLER_MEMORY);
	struct confirm_row *row;
	char path[TREE_PATH_MAX];
	struct usage usage;
	double pressure;

	if (node->group == GROUP_NONE)
		return;
	row = confirm_numbers_add(ret, node->path, v->choice->policy->groups[node->group].path);
	sampler_usage(v->sampler, i, &usage);
	row->pressure_percent = usage.pressure_percent;
	row->throttled_percent = usage.rates.known ? usage.rates.throttled_percent : -1;
	if (memory < 0 || !(node->controllers & 1U << CONTROLLER_MEMORY))
		return;
	machine_path(v->machine, (unsigned)memory, node->path, path, sizeof(path));
	row->oom_kills = oom_kills(v, &v->machine->hierarchies[memory], path);
	pressure = memory_pressure(v, &v->machine->hierarchies[memory], path);
	if (pressure > row->pressure_percent)
		row->pressure_percent = pressure;
}

/* Of memory only: the CPU of a whole machine is short whenever somebody compiles. */
static void machine_look(struct confirm_numbers *ret)
{
	auto_fd int fd = open("/proc/pressure/memory", O_RDONLY | O_CLOEXEC);
	char text[512] = "";
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n > 0)
		confirm_numbers_add(ret, "", "the machine's memory")->pressure_percent = sample_pressure(text);
}

void confirm_look(const struct view *v, struct confirm_numbers *ret)
{
	machine_look(ret);
	for (unsigned i = 0; v->want && v->want->hierarchies && i < v->want->n; i++)
		node_look(v, i, ret);
}
