/* Gives back what was read of one process. */
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/facts.h>

void proc_facts_done(struct proc_facts *f)
{
	free(f->exe_name);
	free(f->args);
	free(f->argv0_name);
	free(f->script_name);
	free(f->tag);
	for (size_t h = 0; h < ARRAY_SIZE(f->cgroups); h++)
		free(f->cgroups[h]);
	free(f->manager_cgroup);
	free(f->unit);
	for (size_t i = 0; i < ARRAY_SIZE(f->parent_names); i++)
		free(f->parent_names[i]);
	memset(f, 0, sizeof(*f));
}
