/*
 * Whoever measures how soon programs are placed: what the kernel's tracepoints say, not what a daemon says, nor the program
 * itself. Sleeps while it watches; what it saw it writes once its standard input ends, a line each: "NS exec PID COMM",
 * "NS placed PID HIERARCHY:CGROUP", "NS ended PID", and last "lost N".
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <observer.skel.h>

#include "bpf/observer_record.h"
#include "program.h"

static const char usage[] = "observer NAME CGROUP   of whom the name, and of cgroups whose path, begins so\n"
			    "  says \"ready\", and at the end of its input what it saw";

static void placed_say(FILE *to, const struct observed_record *r)
{
	fprintf(to, "%llu placed %u %u:%.*s\n", (unsigned long long)r->at_ns, r->pid, r->hierarchy, (int)sizeof(r->text), r->text);
}

static int record_say(void *to, void *data, size_t size)
{
	struct observed_record r;

	if (size < sizeof(r))
		return 0;
	memcpy(&r, data, sizeof(r));
	if (r.what == OBSERVED_PLACED)
		placed_say(to, &r);
	else if (r.what == OBSERVED_EXEC)
		fprintf(to, "%llu exec %u %.*s\n", (unsigned long long)r.at_ns, r.pid, (int)sizeof(r.text), r.text);
	else
		fprintf(to, "%llu ended %u\n", (unsigned long long)r.at_ns, r.pid);
	return 0;
}

/* A tracing program that is interrupted by another run of itself on its CPU is left out, and the kernel counts that. */
static uint64_t missed(const struct bpf_program *program)
{
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);

	bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size);
	return info.recursion_misses;
}

static uint64_t lost_count(const struct observer_bpf *o)
{
	return o->bss->lost + missed(o->progs.on_exec) + missed(o->progs.on_placed) + missed(o->progs.on_exit);
}

static struct observer_bpf *observer_begin(const char *name, const char *cgroup)
{
	struct observer_bpf *o = observer_bpf__open();

	if (!o)
		return NULL;
	snprintf((char *)o->rodata->name_begins, sizeof(o->rodata->name_begins), "%s", name);
	snprintf((char *)o->rodata->cgroup_begins, sizeof(o->rodata->cgroup_begins), "%s", cgroup);
	return observer_bpf__load(o) < 0 || observer_bpf__attach(o) < 0 ? NULL : o;
}

int main(int argc, char **argv)
{
	struct observer_bpf *o = argc == 3 ? observer_begin(argv[1], argv[2]) : NULL;
	struct ring_buffer *ring;

	if (argc != 3)
		program_misused(usage);
	if (!o)
		return 1;
	ring = ring_buffer__new(bpf_map__fd(o->maps.records), record_say, stdout, NULL);
	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	observer_bpf__detach(o);
	if (!ring || ring_buffer__consume(ring) < 0)
		return 1;
	printf("lost %llu\n", (unsigned long long)lost_count(o));
	ring_buffer__free(ring);
	observer_bpf__destroy(o);
	return 0;
}
