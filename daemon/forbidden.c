/* Where nobody may place processes: beyond our own scope, and in what is delegated to another manager. */
#include "forbidden.h"

#include <string.h>

const char forbidden_beyond[] = "outside the delegated scope that cgqd runs in";

static bool is_beyond_base(const struct machine *m, const struct proc_facts *f, unsigned h)
{
	const char *base = m->hierarchies[h].base;
	size_t n = strlen(base);

	if (n == 0 || !f->cgroups[h])
		return false;
	return strncmp(f->cgroups[h], base, n) != 0 || (f->cgroups[h][n] != '/' && f->cgroups[h][n] != '\0');
}

const char *forbidden_by(struct proc *proc, const struct machine *m, const struct proc_facts *f)
{
	for (unsigned h = 0; h < m->n_hierarchies; h++) {
		const char *why = NULL;

		if (is_beyond_base(m, f, h))
			return forbidden_beyond;
		if (f->cgroups[h])
			why = proc_delegation(proc, m->hierarchies[h].mount, f->cgroups[h]);
		if (why)
			return why;
	}
	return NULL;
}
