/* One try to lower a memory limit without killing. */
#include "reclaim_lowering.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observe.h"
#include "plan_make.h"
#include "text.h"

#define RECLAIM_STEP_BYTES (64U << 20) /* some ten ms, so that an end or a new wish is noticed */

/* A try and who may end it. */
struct attempt {
	struct kernel *k;
	const struct lowering *l;
	bool (*is_over)(void *ctx);
	void *ctx;
};

void lowering_init(struct lowering *l, const struct machine *m, const struct action *a)
{
	char full[PATH_MAX];

	machine_path(m, a->hierarchy, a->path, full, sizeof(full));
	*l = (struct lowering){
		.full = must_strdup(full),
		.h = m->hierarchies[a->hierarchy],
		.page_bytes = m->page_bytes,
		.knob = a->knob,
		.file = a->file,
		.text = must_strdup(a->text),
		.only_below_bytes = a->only_below_bytes,
		.memsw = a->memsw,
		.only_reclaims = a->only_reclaims,
	};
	value_from_text(a->knob, l->h.version, a->text, l->page_bytes, NULL, &l->wanted);
}

void lowering_copy(const struct lowering *from, struct lowering *ret)
{
	*ret = *from;
	ret->full = must_strdup(from->full);
	ret->text = must_strdup(from->text);
}

void lowering_done(struct lowering *l)
{
	free(l->full);
	free(l->text);
}

int lowering_use(struct kernel *k, const struct lowering *l, uint64_t *ret)
{
	const char *v1 = l->memsw ? "memory.memsw.usage_in_bytes" : "memory.usage_in_bytes";
	char text[64];
	int r = k->read(k, &l->h, l->full, l->h.version == 2 ? "memory.current" : v1, text, sizeof(text), NULL);

	if (r < 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	return text_u64(text, ret);
}

static bool attempt_is_over(const struct attempt *a)
{
	return a->is_over && a->is_over(a->ctx);
}

static int limit_write(const struct attempt *a)
{
	if (attempt_is_over(a))
		return -ECANCELED;
	if (a->l->only_reclaims)
		return 0;
	return a->k->write(a->k, &a->l->h, a->l->full, a->l->file, a->l->text, NULL);
}

/*
 * v1 reclaims within the write and answers EBUSY where that is not enough, with the old limit still in force: the
 * target is written as it is, never a step towards it, which a growing process could die of. memsw below the memory
 * limit is EINVAL until that one has landed.
 */
static void try_v1(const struct attempt *a, struct lowered *ret)
{
	int error = -limit_write(a);

	ret->landed = !error;
	if (error != EBUSY && error != EINTR && !(error == EINVAL && a->l->memsw))
		ret->error = error;
}

/*
 * v2 kills when a limit is written below use, so that use is brought down first, by memory.reclaim (Linux 5.19).
 * EAGAIN says that less went than was asked; the rest is left to time.
 */
static void use_reclaim(const struct attempt *a, uint64_t use)
{
	uint64_t least = a->l->only_below_bytes;
	char step[32];

	while (use > least && !attempt_is_over(a)) {
		snprintf(step, sizeof(step), "%" PRIu64,
			 use - least < RECLAIM_STEP_BYTES ? use - least : RECLAIM_STEP_BYTES);
		if (a->k->write(a->k, &a->l->h, a->l->full, "memory.reclaim", step, NULL) < 0 ||
		    lowering_use(a->k, a->l, &use) < 0)
			return;
	}
}

static void try_v2(const struct attempt *a, struct lowered *ret)
{
	int error;

	use_reclaim(a, ret->use_bytes);
	/* looked at again directly before the write: EAGAIN may come although enough went, and use may have grown */
	error = lowering_use(a->k, a->l, &ret->use_bytes);
	if (!error && ret->use_bytes <= a->l->only_below_bytes) {
		error = limit_write(a);
		ret->landed = !error;
	}
	ret->error = -error;
}

void lowering_try(struct kernel *k, const struct lowering *l, bool (*is_over)(void *ctx), void *ctx,
		  struct lowered *ret)
{
	struct attempt a = { k, l, is_over, ctx };
	int error;

	*ret = (struct lowered){ 0 };
	error = lowering_use(k, l, &ret->use_bytes);
	if (error < 0) {
		ret->error = -error;
	} else if (!l->only_below_bytes) {
		ret->error = -limit_write(&a);
		ret->landed = !ret->error;
	} else if (l->h.version == 1) {
		try_v1(&a, ret);
	} else {
		try_v2(&a, ret);
	}
	if (!ret->error)
		lowering_use(k, l, &ret->use_bytes);
	observe_value(k, &l->h, l->full, l->knob, l->page_bytes, NULL, &ret->left);
}
