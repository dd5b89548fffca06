/* What was read of one cgroup, and whether it holds. */
#include "kept.h"

#include <string.h>

#include "plan_make.h"
#include "sample_parse.h"

static int read_file(const struct kept_from *from, enum counter_file file, char *buf, size_t size)
{
	return counter_read(from->source, from->files, from->path, file, buf, size);
}

static struct usage_limit read_limit(const struct kept_from *from, enum counter_file file, enum knob knob)
{
	char text[256];
	struct value v = { 0 };

	if (read_file(from, file, text, sizeof(text)) >= 0)
		value_from_text(knob, counter_version(from->source, file), text, from->source->machine->page_bytes, NULL, &v);
	return (struct usage_limit){ v.kind, v.number, v.period };
}

/* v1 keeps a quota's two numbers in two files. */
static struct usage_limit read_quota_v1(const struct kept_from *from)
{
	struct counter quota, period;
	char text[64];

	if (read_file(from, COUNTER_QUOTA, text, sizeof(text)) < 0)
		return (struct usage_limit){ 0 };
	if (!strcmp(text, "-1"))
		return (struct usage_limit){ .kind = VALUE_MAX };
	quota = sample_number(text);
	if (read_file(from, COUNTER_PERIOD, text, sizeof(text)) < 0)
		return (struct usage_limit){ 0 };
	period = sample_number(text);
	if (!quota.known || !period.known)
		return (struct usage_limit){ 0 };
	return (struct usage_limit){ VALUE_QUOTA, quota.value, period.value };
}

static void read_procs(struct kept *k, const struct kept_from *from)
{
	k->procs = (struct counter){ 0 };
	k->procs.known = counter_read_procs(from->source, from->files, from->path, &k->procs.value) == 0;
	k->moves = k->procs.known ? from->stirred->moves : 0;
}

static void read_memory(struct kept *k, const struct kept_from *from)
{
	char text[64];

	k->memory_bytes = (struct counter){ 0 };
	if (read_file(from, COUNTER_MEMORY, text, sizeof(text)) >= 0)
		k->memory_bytes = sample_number(text);
	k->writes = k->memory_bytes.known ? from->stirred->writes : 0;
}

static void read_pressure(struct kept *k, const struct kept_from *from)
{
	char text[256];

	k->pressure_percent = -1;
	if (counter_version(from->source, COUNTER_PRESSURE) == 2 && read_file(from, COUNTER_PRESSURE, text, sizeof(text)) >= 0)
		k->pressure_percent = sample_pressure(text);
}

static void read_limits(struct kept *k, const struct kept_from *from)
{
	k->weight = read_limit(from, COUNTER_WEIGHT, KNOB_CPU_WEIGHT);
	k->memory_max = read_limit(from, COUNTER_MEMORY_MAX, KNOB_MEMORY_MAX);
	k->quota = counter_version(from->source, COUNTER_QUOTA) == 1 ? read_quota_v1(from) :
								       read_limit(from, COUNTER_QUOTA, KNOB_CPU_MAX);
	k->limits_writes = k->weight.kind && k->quota.kind && k->memory_max.kind ? from->stirred->writes : 0;
}

/* Who starts, ends, allocates or frees runs: where no CPU was used since, there is as much as there was. */
static bool has_slept(const struct kept *k, const struct kept_from *from)
{
	return from->stirred->all_seen && from->cpu_ns.known && from->cpu_ns.value == k->cpu_ns;
}

/* What is read anew later than the tick that it is remembered with is right for longer than it is taken for. */
static void use_look(struct kept *k, const struct kept_from *from)
{
	bool slept = has_slept(k, from);

	/* an average goes down while everybody sleeps */
	if (!slept || k->writes != from->stirred->writes || k->pressure_percent > 0)
		read_pressure(k, from);
	if (!slept || k->moves != from->stirred->moves)
		read_procs(k, from);
	if (!slept || k->writes != from->stirred->writes)
		read_memory(k, from);
	k->cpu_ns = from->cpu_ns.value;
}

void kept_usage(struct kept *k, const struct kept_from *from, struct usage *ret)
{
	use_look(k, from);
	if (!from->stirred->all_seen || k->limits_writes != from->stirred->writes)
		read_limits(k, from);
	ret->procs = k->procs;
	ret->memory_bytes = k->memory_bytes;
	ret->pressure_percent = k->pressure_percent;
	ret->weight = k->weight;
	ret->quota = k->quota;
	ret->memory_max = k->memory_max;
}

struct counter kept_memory(struct kept *k, const struct kept_from *from)
{
	if (!has_slept(k, from) || k->writes != from->stirred->writes)
		use_look(k, from);
	return k->memory_bytes;
}

void kept_renew_use(struct kept *k, const struct kept_from *from)
{
	read_procs(k, from);
	read_memory(k, from);
	read_pressure(k, from);
	k->cpu_ns = from->cpu_ns.value;
}

void kept_renew_limits(struct kept *k, const struct kept_from *from)
{
	read_limits(k, from);
}
