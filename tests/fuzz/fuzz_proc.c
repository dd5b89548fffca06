/* Any bytes for the parsers of /proc: the first byte chooses the file, the rest is its text. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/memory.h>

#include "classify.h"
#include "proc_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct machine hybrid = {
	.hierarchies = {
		{.version = 1, .controllers = CONTROLLER_BIT(CPU) | CONTROLLER_BIT(CPUACCT)},
		{.version = 1, .controllers = CONTROLLER_BIT(MEMORY)},
		{.version = 2, .controllers = CONTROLLER_BIT(PIDS)},
	},
	.n_hierarchies = 3,
};

static const char *const interpreters[] = {"bash", "python3", "perl", "node", "php", "lua", "tclsh", "x"};

static void args_judge(const struct proc_facts *f)
{
	assert(!f->args || strlen(f->args) <= PROC_ARGS_MAX_BYTES);
	assert(!f->argv0_name || (*f->argv0_name && !strchr(f->argv0_name, '/')));
	assert(!f->script_name || (*f->script_name && !strchr(f->script_name, '/')));
}

static void cgroup_judge(const struct proc_facts *f)
{
	for (size_t h = 0; h < ARRAY_SIZE(f->cgroups); h++) {
		assert(!f->cgroups[h] || f->cgroups[h][0] == '/');
		if (f->cgroups[h])
			manager_of_path(f->cgroups[h]);
	}
	assert(!f->unit || (*f->unit && !strchr(f->unit, '/')));
}

static void text_parse(unsigned choice, const char *text, size_t len, struct proc_facts *f)
{
	switch (choice % 6) {
	case 0:
		if (proc_parse_stat(text, len, f) == 0)
			assert(f->pid > 0 && f->ppid >= 0 && strlen(f->comm) < sizeof(f->comm));
		break;
	case 1:
		proc_parse_status(text, len, f);
		proc_parse_tgid(text, len, &f->pid);
		break;
	case 2:
		f->exe_name = must_strdup(interpreters[choice / 6 % ARRAY_SIZE(interpreters)]);
		proc_parse_args(text, len, f);
		args_judge(f);
		break;
	case 3:
		proc_parse_environ(text, len, f);
		break;
	case 4:
		proc_parse_cgroup(text, len, &hybrid, f);
		cgroup_judge(f);
		break;
	case 5:
		proc_parse_exe_link(text, len, f);
		assert(!f->exe_name || *f->exe_name);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct proc_facts f = {0};
	char *text;

	if (len == 0)
		return 0;
	/* a copy that ends where the bytes end, so that the sanitizer sees a look beyond */
	text = must_alloc(len);
	text = must_realloc(text, len > 1 ? len - 1 : 1);
	memcpy(text, data + 1, len - 1);
	text_parse(data[0], text, len - 1, &f);
	proc_facts_done(&f);
	free(text);
	return 0;
}
