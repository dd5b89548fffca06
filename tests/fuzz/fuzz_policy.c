/* Any bytes as a policy file: read, checked, linted, chosen, and as the daemon's settings. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/bounds.h>

#include "glob.h"
#include "policy_check.h"
#include "policy_choose.h"
#include "policy_read.h"
#include "settings_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct machine machine = {
	.cpus = 4,
	.cpu_list = "0-3",
	.node_list = "0",
	.memory_bytes = 8ULL << 30,
	.page_bytes = 4096,
};

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* One line each that no terminal acts on. */
static void faults_hold(const struct faults *f)
{
	for (size_t i = 0; i < f->n; i++) {
		must(f->list[i].at.file && f->list[i].at.line);
		must(*f->list[i].text);
		for (const char *s = f->list[i].text; *s; s++)
			must((unsigned char)*s >= ' ' && *s != 0x7f);
	}
}

static void groups_hold(const struct policy *p)
{
	for (unsigned i = 0; i < p->n_groups; i++) {
		const struct group *g = &p->groups[i];

		must(policy_group(p, g->path) == i);
		must(g->parent == GROUP_NONE || g->parent < i);
		must(strlen(g->path) <= GROUP_PATH_MAX_BYTES && strlen(g->name) <= GROUP_PART_MAX_BYTES);
		must(*g->path != '/' && *g->path != '.' && !strstr(g->path, "/."));
		for (unsigned k = 0; k < KEY__COUNT; k++)
			must(!group_setting(g, k)->at.file == (group_setting(g, k)->max.kind == AMOUNT_UNSET));
	}
}

static void rules_hold(const struct policy *p)
{
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct rule *r = &p->rules[i];

		must(r->group < p->n_groups && r->n_terms && r->n_terms <= RULE_TERMS_MAX);
		for (size_t j = 0; j < r->n_terms; j++) {
			must(r->terms[j].n_values && *r->terms[j].values[0].text);
			glob_match(r->terms[j].values[0].text, "aaaaaaaaab[]-!^\\*");
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct file_set now = { 0 }, good = { 0 };
	struct settings settings = settings_default;
	struct faults faults = { 0 }, settings_faults = { 0 };
	struct choice choice;
	const char *text = (const char *)data;
	size_t half = size / 2;

	file_set_put(&now, "50-a.conf", "50-a.conf", text, size, !size);
	file_set_put(&now, "60-b.conf", "60-b.conf", text + half, size - half, false);
	file_set_put(&good, "60-b.conf", "60-b.conf", text, half, false);
	policy_choose(&now, &faults, &good, &machine, &choice);
	faults_sort(&choice.faults);
	faults_hold(&choice.faults);
	groups_hold(choice.policy);
	rules_hold(choice.policy);
	choice_done(&choice);
	settings_read("cgqd.conf", text, size, &settings, &settings_faults);
	faults_hold(&settings_faults);
	faults_done(&settings_faults);
	faults_done(&faults);
	file_set_done(&now);
	file_set_done(&good);
	return 0;
}
