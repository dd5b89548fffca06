/* What it costs to judge one process by 10 to 10,000 rules: one after the other, and by the index. Of /proc nothing is read. */
#include "program.h"

#include <malloc.h>

#include <cgq/auto.h>

#include "classify.h"
#include "policy_files.h"
#include "policy_read.h"
#include "rule_index.h"

#define USAGE "judge"
#define PROCESSES 1000
#define ROUNDS 3

static const unsigned sizes[] = {10, 100, 1000, 10000};

/* One rule of each policy, # being its number. Every tenth process is the one of some rule. */
static const char *const shapes[] = {
	"name:app-#,helper-#",
	"user:0 name:app-#",
	"cgroup:/apps/#/*",
	"name:app-#-* !tag:blue",
	"args:*--app=#",
};

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void line_put(FILE *to, const char *shape, unsigned number)
{
	fprintf(to, "match.r%u = ", number);
	for (; *shape; shape++)
		if (*shape == '#')
			fprintf(to, "%u", number);
		else
			fputc(*shape, to);
	fputc('\n', to);
}

static struct policy *policy_of(const char *shape, unsigned rules)
{
	struct file_set files = {0};
	struct faults faults = {0};
	auto_free char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	struct policy *p;

	if (!to)
		abort();
	fprintf(to, "[apps]\n");
	for (unsigned i = 0; i < rules; i++)
		line_put(to, shape, i);
	fclose(to);
	file_set_put(&files, "50-apps.conf", "50-apps.conf", text, size, false);
	p = policy_read(&files, &faults);
	if (faults.n || p->n_rules != rules)
		program_misused("judge: its own policy has faults");
	faults_done(&faults);
	file_set_done(&files);
	return p;
}

/* Everything is known at once, so that matching alone is measured. */
static void facts_make(struct proc_facts *f, unsigned number, unsigned rules)
{
	unsigned app = number % 10 ? rules + number : number * 7 % rules;

	*f = (struct proc_facts){.pid = (pid_t)number + 2, .known = FACT_BIT(FACT__COUNT) - 1};
	snprintf(f->comm, sizeof(f->comm), "app-%u", app);
	f->exe_name = must_strdup("java");
	f->argv0_name = must_printf("app-%u-main", app);
	f->args = must_printf("/usr/lib/jvm/bin/java -Xmx2G -jar /srv/apps/service.jar --app=%u", app);
	f->manager_cgroup = must_printf("/apps/%u/main", app);
	f->cgroups[0] = must_strdup(f->manager_cgroup);
}

/* Nanoseconds a process, and how many had a rule. */
static double all_judge(const struct policy *p, const struct resolved *r, struct proc_facts *list, unsigned *ret_fit)
{
	static const struct standing nowhere = {.parent_group = GROUP_NONE, .current_group = GROUP_NONE};
	uint64_t begun = clock_ns();

	*ret_fit = 0;
	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned i = 0; i < PROCESSES; i++) {
			struct verdict v;

			classify(p, r, &list[i], NULL, &nowhere, NULL, &v);
			*ret_fit += v.kind == VERDICT_RULE;
		}
	return (double)(clock_ns() - begun) / ROUNDS / PROCESSES;
}

static void size_judge(const char *shape, unsigned rules)
{
	static struct resolved_id root = {true, 0};
	static struct proc_facts list[PROCESSES];
	struct policy *p = policy_of(shape, rules);
	struct resolved r = {.users = &root};
	unsigned fit, fit_indexed;
	uint64_t begun, built;
	size_t before;
	double linear, indexed;

	for (unsigned i = 0; i < PROCESSES; i++)
		facts_make(&list[i], i, rules);
	linear = all_judge(p, &r, list, &fit);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	begun = clock_ns();
	r.index = rule_index_new(p, &r);
	built = clock_ns() - begun;
	before = mallinfo2().uordblks + mallinfo2().hblkhd - before;
	indexed = all_judge(p, &r, list, &fit_indexed);
	printf("%-24s %6u rules: %9.0f ns one by one, %6.0f ns by index, 1/%.1f; made in %.2f ms, %zu KiB%s\n", shape, rules,
	       linear, indexed, linear / indexed, (double)built / 1e6, before >> 10, fit == fit_indexed ? "" : " AND WRONG");
	rule_index_free(r.index);
	for (unsigned i = 0; i < PROCESSES; i++)
		proc_facts_done(&list[i]);
	policy_free(p);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		program_misused(USAGE);
	program_begins(0);
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		for (size_t k = 0; k < ARRAY_SIZE(sizes); k++)
			size_judge(shapes[i], sizes[k]);
	return 0;
}
