/* The only file that knows libbpf. */
#include "bpf.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <event_filter.skel.h>
#include <tasks.skel.h>

#include <cgq/memory.h>

#define KEY_MAX_BYTES	64
#define VALUE_MAX_BYTES 16

struct bpf {
	struct bpf_object *object;
	struct bpf_link *iterator;
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

struct bpf *bpf_new(enum bpf_object_kind which, struct err *e)
{
	struct bpf_object_open_opts options = {.sz = sizeof(options), .object_name = objects[which].name};
	struct bpf *b = must_alloc(sizeof(*b));
	size_t len;
	const void *bytes = objects[which].bytes(&len);
	int r = 0;

	said_begin();
	b->object = bpf_object__open_mem(bytes, len, &options);
	if (!b->object)
		r = -errno;
	if (r == 0)
		r = bpf_object__load(b->object);
	if (r < 0) {
		fail_said(e, r, objects[which].name);
		bpf_free(b);
		b = NULL;
	}
	/* several megabytes of types, read and needed no more */
	malloc_trim(0);
	return b;
}

void bpf_free(struct bpf *b)
{
	if (!b)
		return;
	bpf_link__destroy(b->iterator);
	bpf_object__close(b->object);
	free(b);
}

int bpf_program(const struct bpf *b, const char *name, struct err *e)
{
	const struct bpf_program *program = bpf_object__find_program_by_name(b->object, name);

	return program ? bpf_program__fd(program) : fail(e, ENOENT, "no program '%s' in it", name);
}

int bpf_map(const struct bpf *b, const char *name, struct err *e)
{
	int fd = bpf_object__find_map_fd_by_name(b->object, name);

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

/* The next key is asked for before one goes: after a key that is not there, the kernel begins anew. */
void bpf_drop_if(int map, bool (*which)(void *ctx, const void *key, const void *value), void *ctx)
{
	_Alignas(8) char key[KEY_MAX_BYTES], next[KEY_MAX_BYTES], value[VALUE_MAX_BYTES];
	bool more = bpf_map_get_next_key(map, NULL, next) == 0;

	while (more) {
		memcpy(key, next, sizeof(key));
		more = bpf_map_get_next_key(map, key, next) == 0;
		if (bpf_map_lookup_elem(map, key, value) == 0 && (!which || which(ctx, key, value)))
			bpf_map_delete_elem(map, key);
	}
}

int bpf_iterator_start(struct bpf *b, const char *name, struct err *e)
{
	const struct bpf_program *program = bpf_object__find_program_by_name(b->object, name);

	if (!program)
		return fail(e, ENOENT, "no program '%s' in it", name);
	said_begin();
	b->iterator = bpf_program__attach_iter(program, NULL);
	return b->iterator ? 0 : fail_said(e, -errno, name);
}

int bpf_iterator_pass(const struct bpf *b, struct err *e)
{
	int fd = bpf_iter_create(bpf_link__fd(b->iterator));

	return fd < 0 ? fail(e, -fd, "a pass of it: %s", strerror(-fd)) : fd;
}
