/* Records become a policy: each file for itself, then all of them together. */
#include "policy_read.h"

#include <stdlib.h>

#include "policy_build.h"

struct policy *policy_read(const struct file_set *files, struct faults *faults)
{
	struct draft **drafts = must_alloc(files->n * sizeof(*drafts));
	struct policy *p;

	for (size_t i = 0; i < files->n; i++)
		drafts[i] = draft_read(&files->list[i], faults);
	p = policy_build(drafts, files->n, faults);
	for (size_t i = 0; i < files->n; i++)
		draft_free(drafts[i]);
	free(drafts);
	return p;
}
