/* Gives back what was read of one process. */
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/facts.h>

void proc_facts_forget_args(struct proc_facts *f)
{
	free(take_ptr(f->args));
	free(take_ptr(f->argv0_name));
	free(take_ptr(f->script_name));
	f->args_cut = false;
	f->known &= ~FACT_BIT(FACT_ARGS);
	f->failed &= ~FACT_BIT(FACT_ARGS);
}

void proc_facts_done(struct proc_facts *f)
{
	free(f->exe_name);
	proc_facts_forget_args(f);
	free(f->tag);
	for (size_t h = 0; h < ARRAY_SIZE(f->cgroups); h++)
		free(f->cgroups[h]);
	free(f->manager_cgroup);
	free(f->unit);
	for (size_t i = 0; i < ARRAY_SIZE(f->parent_names); i++)
		free(f->parent_names[i]);
	memset(f, 0, sizeof(*f));
}
