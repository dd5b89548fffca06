/* The only file that knows libbpf. */
#include "bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <event_filter.skel.h>
#include <tasks.skel.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#define KEY_MAX_BYTES	64
#define VALUE_MAX_BYTES 16
/* A call of the kernel costs as much as some ten of these. No bucket of a map holds so many. */
#define PART_ENTRIES	512

struct part_kept {
	char *name;
	bool is_map;
	int fd;
};

/* What libbpf knows of an object that is loaded is some tens of KiB that nobody asks for again: it is closed. */
struct bpf {
	struct part_kept *parts;
	size_t n, cap;
	int iterator; /* a link, or -1 */
};

static const struct {
	const char *name;
	const void *(*bytes)(size_t *len);
} objects[] = {
#define BPF_ROW(symbol, name) [BPF_##symbol] = {#name, name##_bpf__elf_bytes},
	BPF_TABLE(BPF_ROW)
#undef BPF_ROW
};

/*
 * libbpf prints what it has to say, and answers a number. Its first warning in a call is the reason, those after it what
 * follows from that, or a log of the verifier, line by line.
 */
static _Thread_local char said[256];

__attribute__((format(printf, 2, 0))) static int said_take(enum libbpf_print_level level, const char *format, va_list ap)
{
	if (level == LIBBPF_WARN && !said[0])
		vsnprintf(said, sizeof(said), format, ap);
	return 0;
}

static void said_begin(void)
{
	libbpf_set_print(said_take);
	said[0] = '\0';
}

/* "tasks: needs CAP_BPF and CAP_PERFMON: Operation not permitted (load bpf program failed: Operation not permitted)" */
static int fail_said(struct err *e, int r, const char *what)
{
	static const char prefix[] = "libbpf: ";
	const char *text = strncmp(said, prefix, strlen(prefix)) == 0 ? said + strlen(prefix) : said;
	int len = (int)strcspn(text, "\n");

	if (len)
		fail(e, -r, "%s (%.*s)", strerror(-r), len, text);
	else
		fail(e, -r, "%s", strerror(-r));
	if (r == -EPERM)
		fail_prefix(e, "needs CAP_BPF and CAP_PERFMON");
	fail_prefix(e, "%s", what);
	return r;
}

static int size_set(const struct bpf_object *o, const struct bpf_size *size)
{
	return size ? bpf_map__set_max_entries(bpf_object__find_map_by_name(o, size->map), size->entries) : 0;
}

static int part_keep(struct bpf *b, const char *name, bool is_map, int fd)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (own < 0)
		return -errno;
	array_grow(b->parts, b->n, b->cap);
	b->parts[b->n++] = (struct part_kept){must_strdup(name), is_map, own};
	return 0;
}

static int parts_keep(struct bpf *b, const struct bpf_object *o)
{
	struct bpf_program *program;
	struct bpf_map *map;
	int r = 0;

	bpf_object__for_each_program(program, o)
		if (r == 0)
			r = part_keep(b, bpf_program__name(program), false, bpf_program__fd(program));
	bpf_object__for_each_map(map, o)
		if (r == 0)
			r = part_keep(b, bpf_map__name(map), true, bpf_map__fd(map));
	return r;
}

static int part_find(const struct bpf *b, const char *name, bool is_map)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->parts[i].is_map == is_map && !strcmp(b->parts[i].name, name))
			return b->parts[i].fd;
	return -1;
}

struct bpf *bpf_new(enum bpf_object_kind which, const struct bpf_size *size, struct err *e)
{
	struct bpf_object_open_opts options = {.sz = sizeof(options), .object_name = objects[which].name};
	struct bpf *b = must_alloc(sizeof(*b));
	size_t len;
	const void *bytes = objects[which].bytes(&len);
	struct bpf_object *object;
	int r = 0;

	b->iterator = -1;
	said_begin();
	object = bpf_object__open_mem(bytes, len, &options);
	if (!object)
		r = -errno;
	if (r == 0)
		r = size_set(object, size);
	if (r == 0)
		r = bpf_object__load(object);
	if (r == 0)
		r = parts_keep(b, object);
	if (r < 0) {
		fail_said(e, r, objects[which].name);
		bpf_free(b);
		b = NULL;
	}
	bpf_object__close(object);
	/* several megabytes of types, read and needed no more */
	malloc_trim(0);
	return b;
}

void bpf_free(struct bpf *b)
{
	if (!b)
		return;
	auto_close(&b->iterator);
	for (size_t i = 0; i < b->n; i++) {
		close(b->parts[i].fd);
		free(b->parts[i].name);
	}
	free(b->parts);
	free(b);
}

int bpf_program(const struct bpf *b, const char *name, struct err *e)
{
	int fd = part_find(b, name, false);

	return fd < 0 ? fail(e, ENOENT, "no program '%s' in it", name) : fd;
}

int bpf_map(const struct bpf *b, const char *name, struct err *e)
{
	int fd = part_find(b, name, true);

	return fd < 0 ? fail(e, ENOENT, "no map '%s' in it", name) : fd;
}

int bpf_put(int map, const void *key, const void *value, struct err *e)
{
	int r = bpf_map_update_elem(map, key, value, BPF_ANY);

	return r < 0 ? fail(e, -r, "an entry cannot be made: %s", strerror(-r)) : 0;
}

bool bpf_get(int map, const void *key, void *ret_value)
{
	return bpf_map_lookup_elem(map, key, ret_value) == 0;
}

int bpf_put_all(int map, const void *keys, const void *values, size_t n, struct err *e)
{
	__u32 count = (__u32)n;
	int r = n ? bpf_map_update_batch(map, keys, values, &count, NULL) : 0;

	return r < 0 ? fail(e, -r, "entries cannot be made: %s", strerror(-r)) : 0;
}

const void *bpf_values(int map, size_t bytes, struct err *e)
{
	void *values = mmap(NULL, bytes, PROT_READ, MAP_SHARED, map, 0);

	if (values != MAP_FAILED)
		return values;
	fail(e, errno, "values cannot be mapped: %s", strerror(errno));
	return NULL;
}

void bpf_values_done(const void *values, size_t bytes)
{
	if (values)
		munmap((void *)(uintptr_t)values, bytes);
}

/* A part of a map, as the kernel copies it out. */
struct part {
	char keys[PART_ENTRIES * KEY_MAX_BYTES], values[PART_ENTRIES * VALUE_MAX_BYTES];
	__u32 n;
	__u32 at; /* where the next one begins, in the kernel's own words */
};

/* False: it was the last one. */
static bool part_read(int map, struct part *p, bool is_first)
{
	p->n = PART_ENTRIES;
	return bpf_map_lookup_batch(map, is_first ? NULL : &p->at, &p->at, p->keys, p->values, &p->n, NULL) == 0;
}

void bpf_drop_if(int map, bool (*which)(void *ctx, const void *key, const void *value), void *ctx)
{
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);
	auto_free struct part *p = must_alloc(sizeof(*p));
	bool more = bpf_obj_get_info_by_fd(map, &info, &size) == 0;

	for (bool is_first = true; more; is_first = false) {
		more = part_read(map, p, is_first);
		for (__u32 i = 0; i < p->n; i++) {
			const char *key = p->keys + (size_t)i * info.key_size;

			if (!which || which(ctx, key, p->values + (size_t)i * info.value_size))
				bpf_map_delete_elem(map, key);
		}
	}
}

struct bpf_ring {
	int rings, map;
	uint32_t key;
	struct ring_buffer *reader;
	void (*each)(void *ctx, const void *record, size_t len);
	void *ctx;
	unsigned left; /* so many more are taken */
};

static int record_take(void *ctx, void *record, size_t len)
{
	struct bpf_ring *r = ctx;

	r->each(r->ctx, record, len);
	return --r->left ? 0 : -EAGAIN; /* which ends the round; this one is taken */
}

/* Its reader is there before the first record is. */
static int ring_open(struct bpf_ring *r, uint32_t bytes, struct err *e)
{
	const uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
	int error;

	said_begin();
	r->map = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, bytes > page ? bytes : page, NULL);
	if (r->map < 0)
		return fail_said(e, r->map, "a ring");
	r->reader = ring_buffer__new(r->map, record_take, r, NULL);
	if (!r->reader)
		return fail_said(e, -errno, "a ring");
	error = bpf_map_update_elem(r->rings, &r->key, &r->map, BPF_ANY);
	return error < 0 ? fail_said(e, error, "a ring") : 0;
}

struct bpf_ring *bpf_ring_new(int rings, uint32_t key, uint32_t bytes, struct err *e)
{
	struct bpf_ring *r = must_alloc(sizeof(*r));

	*r = (struct bpf_ring){.rings = rings, .map = -1, .key = key};
	if (ring_open(r, bytes, e) == 0)
		return r;
	bpf_ring_free(r);
	return NULL;
}

void bpf_ring_free(struct bpf_ring *r)
{
	if (!r)
		return;
	bpf_map_delete_elem(r->rings, &r->key);
	ring_buffer__free(r->reader);
	if (r->map >= 0)
		close(r->map);
	free(r);
}

int bpf_ring_fd(const struct bpf_ring *r)
{
	return r->map;
}

int bpf_ring_read(struct bpf_ring *r, unsigned most, void (*each)(void *ctx, const void *record, size_t len), void *ctx)
{
	int n;

	r->each = each;
	r->ctx = ctx;
	r->left = most;
	n = ring_buffer__consume(r->reader);
	return n < 0 && n != -EAGAIN ? n : 0;
}

/* A link to that iterator; options NULL: to all of what it goes through. */
static int iterator_link(const struct bpf *b, const char *name, const struct bpf_link_create_opts *options, struct err *e)
{
	int program = bpf_program(b, name, e), fd;

	if (program < 0)
		return program;
	fd = bpf_link_create(program, 0, BPF_TRACE_ITER, options);
	return fd < 0 ? fail(e, -fd, "%s: %s", name, strerror(-fd)) : fd;
}

int bpf_iterator_start(struct bpf *b, const char *name, struct err *e)
{
	b->iterator = iterator_link(b, name, NULL, e);
	return b->iterator < 0 ? b->iterator : 0;
}

static int iterator_pass(int link, struct err *e)
{
	int fd = bpf_iter_create(link);

	return fd < 0 ? fail(e, -fd, "a pass of it: %s", strerror(-fd)) : fd;
}

int bpf_iterator_pass_of(const struct bpf *b, const char *name, pid_t pid, struct err *e)
{
	union bpf_iter_link_info which = {.task = {.tid = (__u32)pid}};
	struct bpf_link_create_opts options;
	auto_fd int link = -1;

	memset(&options, 0, sizeof(options)); /* libbpf refuses what is not zero behind the last member, too */
	options.sz = sizeof(options);
	options.iter_info = &which;
	options.iter_info_len = sizeof(which);
	link = iterator_link(b, name, &options, e);
	return link < 0 ? link : iterator_pass(link, e);
}

int bpf_iterator_pass(const struct bpf *b, struct err *e)
{
	return iterator_pass(b->iterator, e);
}
