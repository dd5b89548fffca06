/* Programs that start on one CPU, from a socket or from a ring. */
#include "exec_source.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/memory.h>

#include "bpf.h"
#include "bpf/event_filter_shared.h"

#define READ_AT_ONCE 256

struct exec_source {
	struct event_filter *filter;
	struct events *events; /* one of the two */
	struct bpf_ring *ring;
	void (*each)(void *ctx, const struct proc_event_told *ev);
	void *ctx;
};

static int open_socket(struct exec_source *s, unsigned cpu, struct err *e)
{
	s->events = events_new_of_execs(e);
	if (s->events && !s->filter)
		return 0;
	return s->events ? event_filter_execs(s->filter, events_fd(s->events), cpu, e) : -1;
}

static int open_ring(struct exec_source *s, unsigned cpu, struct err *e)
{
	s->ring = event_filter_ring(s->filter, cpu, e);
	return s->ring ? 0 : -1;
}

struct exec_source *exec_source_new(enum exec_source_kind kind, struct event_filter *filter, unsigned cpu, struct err *e)
{
	struct exec_source *s = must_alloc(sizeof(*s));

	s->filter = filter;
	if ((kind == EXEC_RING ? open_ring : open_socket)(s, cpu, e) == 0)
		return s;
	exec_source_free(s);
	return NULL;
}

void exec_source_free(struct exec_source *s)
{
	if (!s)
		return;
	events_free(s->events);
	if (s->ring)
		event_filter_ring_free(s->filter, s->ring);
	free(s);
}

int exec_source_fd(const struct exec_source *s)
{
	return s->ring ? bpf_ring_fd(s->ring) : events_fd(s->events);
}

static void record_told(void *ctx, const void *record, size_t len)
{
	const struct exec_source *s = ctx;
	struct filter_exec one;

	if (len != sizeof(one))
		return;
	memcpy(&one, record, sizeof(one));
	s->each(s->ctx, &(struct proc_event_told){.kind = EVENT_EXEC, .pid = (pid_t)one.pid, .at_ns = one.at_ns});
}

static int read_ring(struct exec_source *s, void (*each)(void *ctx, const struct proc_event_told *ev), void *ctx)
{
	s->each = each;
	s->ctx = ctx;
	return bpf_ring_read(s->ring, READ_AT_ONCE, record_told, s);
}

static int read_socket(struct exec_source *s, void (*each)(void *ctx, const struct proc_event_told *ev), void *ctx)
{
	bool lost;
	int r = events_read(s->events, each, ctx, &lost, NULL);

	return r < 0 && !lost ? r : 0;
}

int exec_source_read(struct exec_source *s, void (*each)(void *ctx, const struct proc_event_told *ev), void *ctx)
{
	return (s->ring ? read_ring : read_socket)(s, each, ctx);
}
