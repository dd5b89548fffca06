/* What the kernel refused, one entry for each knob of a cgroup. */
#include <cgq/plan.h>

#include <stdlib.h>
#include <string.h>

static struct refusal *refusal_of(const struct refusals *r, const char *path, enum knob knob)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i].knob == knob && !strcmp(r->list[i].path, path))
			return &r->list[i];
	return NULL;
}

const struct refusal *refusals_find(const struct refusals *r, const char *path, enum knob knob, const char *text)
{
	const struct refusal *one = r ? refusal_of(r, path, knob) : NULL;

	return one && !strcmp(one->text, text) ? one : NULL;
}

static void refusal_free(struct refusal *one)
{
	free(one->path);
	free(one->text);
	value_done(&one->left);
}

void refusals_drop(struct refusals *r, const char *path, enum knob knob)
{
	struct refusal *one = refusal_of(r, path, knob);

	if (!one)
		return;
	refusal_free(one);
	*one = r->list[--r->n];
}

void refusals_put(struct refusals *r, const char *path, enum knob knob, const char *text, const struct value *left,
		  int error)
{
	refusals_drop(r, path, knob);
	array_grow(r->list, r->n, r->cap);
	r->list[r->n] = (struct refusal){
		.path = must_strdup(path), .knob = knob, .text = must_strdup(text), .left = value_dup(left), .error = error
	};
	r->n++;
}

void refusals_clear(struct refusals *r)
{
	for (size_t i = 0; i < r->n; i++) {
		refusal_free(&r->list[i]);
	}
	free(r->list);
	*r = (struct refusals){ 0 };
}
