/*
 * BPF programs in the running kernel. Everything in this house works without them: a kernel without BTF, one that is locked
 * down, or a daemon without CAP_BPF is an ordinary answer, with its reason, and whoever asked goes the plain way.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cgq/err.h>

/* Each is daemon/bpf/NAME.bpf.c. */
#define BPF_TABLE(X) \
	X(TASKS, tasks)               \
	X(EVENT_FILTER, event_filter)

enum bpf_object_kind {
#define BPF_ENUM(symbol, name) BPF_##symbol,
	BPF_TABLE(BPF_ENUM)
#undef BPF_ENUM
	BPF__COUNT
};

struct bpf_size {
	const char *map;
	uint32_t entries;
};

/* One object, loaded: its programs and maps live until it is freed, or longer where something holds them. */
struct bpf;

/*
 * NULL and e: not to be had here, because. Reads the kernel's own types each time, which costs some ten milliseconds and
 * megabytes; both are given back. size: NULL, all maps are as large as the program says.
 */
struct bpf *bpf_new(enum bpf_object_kind which, const struct bpf_size *size, struct err *e);
void bpf_free(struct bpf *b);

/* Descriptors that b owns; -errno and e where the object has none of that name. */
int bpf_program(const struct bpf *b, const char *name, struct err *e);
int bpf_map(const struct bpf *b, const char *name, struct err *e);

/* Entries of such a map. Keys and values are as long as the program says. */
int bpf_put(int map, const void *key, const void *value, struct err *e);
/* n of them, back to back, in one call of the kernel. */
int bpf_put_all(int map, const void *keys, const void *values, size_t n, struct err *e);
bool bpf_get(int map, const void *key, void *ret_value);
/*
 * All values of an array that the program lets be mapped, to be read where they are: bytes long, of whole values, each a multiple
 * of 8 long. NULL and e: they cannot be had. Given back by bpf_values_done().
 */
const void *bpf_values(int map, size_t bytes, struct err *e);
void bpf_values_done(const void *values, size_t bytes);
/* Those that which() says; NULL: all. Keys have at most 64 bytes, values 16. */
void bpf_drop_if(int map, bool (*which)(void *ctx, const void *key, const void *value), void *ctx);

/*
 * A ring that programs write records to, and one reader takes them from: that entry of a map of rings, bytes long or a page.
 * It is gone from the map when it is freed.
 */
struct bpf_ring;

struct bpf_ring *bpf_ring_new(int rings, uint32_t key, uint32_t bytes, struct err *e);
void bpf_ring_free(struct bpf_ring *r);
int bpf_ring_fd(const struct bpf_ring *r); /* readable while records wait */
/* Calls each() for those that wait, but for no more than so many. 0 or -errno. */
int bpf_ring_read(struct bpf_ring *r, unsigned most, void (*each)(void *ctx, const void *record, size_t len), void *ctx);

/* Puts the one iterator program of that name in force, once. */
int bpf_iterator_start(struct bpf *b, const char *name, struct err *e);
/* A descriptor of the caller's, to read one pass of it from. */
int bpf_iterator_pass(const struct bpf *b, struct err *e);
/* The same of one process alone, where the kernel can (Linux 6.1); else of all. Needs no start. */
int bpf_iterator_pass_of(const struct bpf *b, const char *name, pid_t pid, struct err *e);
