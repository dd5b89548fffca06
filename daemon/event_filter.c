/* Tells the kernel which process events are wanted. */
#include "event_filter.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "bpf.h"
#include "bpf/event_filter_shared.h"
#include "bpf/exec_record.h"
#include "script_name.h"
#include "text.h"

/* The kernel's dev_t inside, unlike the one that stat(2) shows: include/linux/kdev_t.h. */
#define KERNEL_MINOR_BITS 20

struct event_filter {
	struct bpf *bpf;
	int states, shortage, watched, dismissed, forkers, names, files, ids, exec_sockets, exec_rings, execs; /* maps; owned by bpf */
	const struct exec_record *slots;	/* of execs, as the kernel writes them now */
	unsigned n_slots;
	struct filter_state state;		/* as it was told last */
	uint64_t rules_hash;			/* of what the maps hold */
	bool told;				/* the maps hold what the rules want */
};

static int maps_find(struct event_filter *f, struct err *e)
{
	const struct {
		const char *name;
		int *fd;
	} maps[] = {
		{"states", &f->states}, {"shortage", &f->shortage}, {"watched", &f->watched}, {"dismissed", &f->dismissed}, {"forkers", &f->forkers}, {"names", &f->names}, {"files", &f->files}, {"ids", &f->ids},
		{"exec_sockets", &f->exec_sockets}, {"exec_rings", &f->exec_rings}, {"execs", &f->execs},
	};

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		int fd = bpf_map(f->bpf, maps[i].name, e);

		if (fd < 0)
			return fd;
		*maps[i].fd = fd;
	}
	return 0;
}

static int state_tell(struct event_filter *f, struct err *e)
{
	const uint32_t first = 0;

	return bpf_put(f->states, &first, &f->state, e);
}

static int attach(struct event_filter *f, const char *name, int socket, struct err *e)
{
	int program = bpf_program(f->bpf, name, e);

	if (program < 0)
		return program;
	if (setsockopt(socket, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program)) < 0)
		return fail(e, errno, "the socket of process events: %s", strerror(errno));
	return 0;
}

/* One more than the highest number of those that we may run on: the others have no thread that asks. */
static unsigned cpus_usable(void)
{
	cpu_set_t set;
	unsigned n = 0;

	CPU_ZERO(&set);
	(void)sched_getaffinity(0, sizeof(set), &set);
	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			n = cpu + 1;
	return n ? n : 1;
}

static int slots_map(struct event_filter *f, struct err *e)
{
	f->slots = bpf_values(f->execs, f->n_slots * sizeof(f->slots[0]), e);
	return f->slots ? 0 : -1;
}

struct event_filter *event_filter_new(int socket, struct err *e)
{
	struct event_filter *f = must_alloc(sizeof(*f));

	f->n_slots = EXEC_SLOTS * cpus_usable();
	f->bpf = bpf_new(BPF_EVENT_FILTER, &(struct bpf_size){"execs", f->n_slots}, e);
	f->state = (struct filter_state){.everything = 1};
	if (f->bpf && maps_find(f, e) == 0 && slots_map(f, e) == 0 && state_tell(f, e) == 0 &&
	    attach(f, "event_filter", socket, e) == 0)
		return f;
	event_filter_free(f);
	return NULL;
}

void event_filter_free(struct event_filter *f)
{
	if (!f)
		return;
	bpf_values_done(f->slots, f->n_slots * sizeof(f->slots[0]));
	bpf_free(f->bpf);
	free(f);
}

int event_filter_execs(struct event_filter *f, int socket, unsigned cpu, struct err *e)
{
	const uint32_t key = cpu;
	socklen_t len = sizeof(uint64_t);
	uint64_t cookie = 0;
	int r;

	if (getsockopt(socket, SOL_SOCKET, SO_COOKIE, &cookie, &len) < 0)
		return fail(e, errno, "the socket of process events: %s", strerror(errno));
	r = bpf_put(f->exec_sockets, &key, &cookie, e);
	return r < 0 ? r : attach(f, "exec_filter", socket, e);
}

struct bpf_ring *event_filter_ring(struct event_filter *f, unsigned cpu, struct err *e)
{
	struct bpf_ring *r = bpf_ring_new(f->exec_rings, cpu, FILTER_RING_BYTES, e);

	if (!r)
		return NULL;
	f->state.has_rings++;
	if (state_tell(f, e) == 0)
		return r;
	event_filter_ring_free(f, r);
	return NULL;
}

void event_filter_ring_free(struct event_filter *f, struct bpf_ring *r)
{
	if (!r)
		return;
	bpf_ring_free(r);
	f->state.has_rings--;
	/* else it only looks for rings that are not there */
	(void)state_tell(f, NULL);
}

static bool is_whole(const struct exec_record *r, uint64_t at_ns)
{
	return __atomic_load_n(&r->begin_ns, __ATOMIC_ACQUIRE) == at_ns && __atomic_load_n(&r->end_ns, __ATOMIC_ACQUIRE) == at_ns;
}

/* Asked before and after, since a later program may write over it meanwhile. */
bool event_filter_exec(const struct event_filter *f, unsigned cpu, pid_t pid, uint64_t at_ns, struct exec_record *ret)
{
	const uint32_t slot = EXEC_SLOT(cpu, (uint32_t)pid);
	const struct exec_record *r = slot < f->n_slots ? &f->slots[slot] : NULL;

	if (!r || !is_whole(r, at_ns))
		return false;
	*ret = *r;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return is_whole(r, at_ns) && ret->task.pid == (uint32_t)pid;
}

void event_filter_begin(struct event_filter *f)
{
	const uint32_t first = 0, none = 0;

	f->state.everything = 1;
	f->state.round++;
	/* both are there, and take nothing new */
	if (state_tell(f, NULL) < 0 || bpf_put(f->shortage, &first, &none, NULL) < 0)
		abort();
}

static uint64_t hash_of(const struct event_wants *w)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < w->n_names; i++) {
		hash = text_hash(hash, w->names[i].text, strlen(w->names[i].text) + 1);
		hash = text_hash(hash, (const char *)&w->names[i].when, sizeof(w->names[i].when));
	}
	hash = text_hash(hash, (const char *)w->exes, w->n_exes * sizeof(w->exes[0]));
	hash = text_hash(hash, "", 1);
	hash = text_hash(hash, (const char *)w->users, w->n_users * sizeof(w->users[0]));
	hash = text_hash(hash, "", 1);
	return text_hash(hash, (const char *)w->user_groups, w->n_user_groups * sizeof(w->user_groups[0]));
}

static int name_tell(struct event_filter *f, const char *text, uint32_t bits, struct err *e)
{
	struct filter_name key = {""};
	uint32_t before = 0;

	/* Longer ones need no entry: who has one passes. */
	if (strlen(text) >= sizeof(key.text))
		return 0;
	memcpy(key.text, text, strlen(text));
	if (bpf_get(f->names, &key, &before))
		bits |= before;
	return bpf_put(f->names, &key, &bits, e);
}

struct telling {
	struct event_filter *f;
	struct err *e;
	int r;
};

static void interpreter_tell(void *ctx, const char *name, const char *code)
{
	struct telling *t = ctx;
	uint32_t bits = FILTER_INTERPRETER;

	bits |= strchr(code, 'c') ? FILTER_C_IS_CODE : 0U;
	bits |= strchr(code, 'e') ? FILTER_E_IS_CODE : 0U;
	if (t->r == 0)
		t->r = name_tell(t->f, name, bits, t->e);
}

static int names_tell(struct event_filter *f, const struct event_wants *w, struct err *e)
{
	struct telling t = {f, e, 0};

	bpf_drop_if(f->names, NULL, NULL);
	for (size_t i = 0; i < w->n_names && t.r == 0; i++)
		t.r = name_tell(f, w->names[i].text, w->names[i].when, e);
	if (w->n_names)
		script_interpreters(interpreter_tell, &t);
	return t.r;
}

static int files_tell(struct event_filter *f, const struct event_wants *w, struct err *e)
{
	int r = 0;

	bpf_drop_if(f->files, NULL, NULL);
	for (size_t i = 0; i < w->n_exes && r == 0; i++) {
		const struct file_id *exe = &w->exes[i];
		struct filter_file key = {
			.ino = exe->ino,
			.dev = major(exe->dev) << KERNEL_MINOR_BITS | minor(exe->dev),
		};
		const uint32_t bits = WANT_AT_EXEC;

		r = bpf_put(f->files, &key, &bits, e);
	}
	return r;
}

static int ids_tell(struct event_filter *f, uint32_t kind, const struct wanted_id *list, size_t n, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct filter_id key = {kind, list[i].id};

		r = bpf_put(f->ids, &key, &list[i].when, e);
	}
	return r;
}

static int values_tell(struct event_filter *f, const struct event_wants *w, struct err *e)
{
	int r = names_tell(f, w, e);

	if (r == 0)
		r = files_tell(f, w, e);
	bpf_drop_if(f->ids, NULL, NULL);
	if (r == 0)
		r = ids_tell(f, FILTER_USER, w->users, w->n_users, e);
	if (r == 0)
		r = ids_tell(f, FILTER_GROUP, w->user_groups, w->n_user_groups, e);
	return r;
}

int event_filter_rules(struct event_filter *f, const struct event_wants *w, struct err *e)
{
	uint64_t hash = hash_of(w);
	int r;

	f->state.every_exec = w->every_exec;
	f->state.every_fork = w->every_fork;
	f->state.every_change_of_name = w->every_change_of_name;
	f->state.every_change_of_ids = w->every_change_of_ids;
	f->state.has_names = w->n_names > 0;
	f->state.has_files = w->n_exes > 0;
	f->state.has_ids = w->n_users + w->n_user_groups > 0;
	if (f->told && hash == f->rules_hash)
		return 0;
	r = values_tell(f, w, e);
	f->told = r == 0;
	f->rules_hash = hash;
	return r;
}

int event_filter_watch_all(struct event_filter *f, const pid_t *list, size_t n, struct err *e)
{
	auto_free struct filter_watched *each = must_alloc((n + 1) * sizeof(*each));
	int r;

	for (size_t i = 0; i < n; i++)
		each[i].round = f->state.round;
	r = bpf_put_all(f->watched, list, each, n, e);
	if (r < 0)
		f->told = false;
	return r;
}

void event_filter_watch(struct event_filter *f, pid_t pid)
{
	if (event_filter_watch_all(f, &pid, 1, NULL) < 0)
		event_filter_begin(f);
}

void event_filter_dismiss(struct event_filter *f, pid_t pid, uint64_t told_ns)
{
	const uint32_t key = (uint32_t)pid;

	/* else it is only told of for longer */
	(void)bpf_put(f->dismissed, &key, &told_ns, NULL);
}

pid_t event_filter_forker(struct event_filter *f, pid_t child)
{
	const uint32_t key = (uint32_t)child;
	uint32_t forker = 0;

	return bpf_get(f->forkers, &key, &forker) ? (pid_t)forker : 0;
}

static bool is_of_earlier_round(void *ctx, const void *key, const void *value)
{
	const struct event_filter *f = ctx;
	const struct filter_watched *one = value;

	return one->round != f->state.round;
}

static bool is_not_watched(void *ctx, const void *key, const void *value)
{
	const struct event_filter *f = ctx;
	struct filter_watched one;

	return !bpf_get(f->watched, key, &one);
}

void event_filter_end(struct event_filter *f, bool forget)
{
	if (!f->told)
		return;
	if (forget) {
		bpf_drop_if(f->watched, is_of_earlier_round, f);
		bpf_drop_if(f->dismissed, is_not_watched, f);
	}
	f->state.everything = 0;
	if (state_tell(f, NULL) < 0)
		abort();
}
