/* What tests of the policy language share: files made of texts, and faults as they are printed. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#undef fail /* cgq/err.h has one of its own */

#include <cgq/auto.h>
#include <cgq/machine.h>
#include <cgq/policy.h>

#include "policy_files.h"
#include "policy_read.h"

/* 4 CPUs, 8 GiB, one node */
static inline struct machine help_machine(void)
{
	return (struct machine){
		.cpus = 4,
		.cpu_list = "0-3",
		.node_list = "0",
		.memory_bytes = 8ULL << 30,
		.swap_bytes = 2ULL << 30,
		.page_bytes = 4096,
		.system_share = 0.05,
	};
}

/* The path is the name. */
static inline void help_put(struct file_set *s, const char *name, const char *text)
{
	file_set_put(s, name, name, text, strlen(text), !*text);
}

/* "50-web.conf:3: text\n" each, in the order of the list; owned by the caller. With marks for what is no fault. */
static inline char *help_faults(const struct faults *f)
{
	static const char *const marks[] = {
		[SEVERITY_FAULT] = "",
		[SEVERITY_WARNING] = "warning: ",
		[SEVERITY_HINT] = "hint: ",
	};
	char *all = must_strdup("");

	for (size_t i = 0; i < f->n; i++) {
		const struct fault *one = &f->list[i];
		char *more = must_printf("%s%s:%u: %s%s\n", all, one->at.file, one->at.line, marks[one->severity],
					 one->text);

		free(all);
		all = more;
	}
	return all;
}

/* The policy of one file; fails the test when it has faults. */
static inline struct policy *help_policy(const char *text)
{
	struct file_set files = { 0 };
	struct faults faults = { 0 };
	struct policy *p;
	auto_free char *told = NULL;

	help_put(&files, "a.conf", text);
	p = policy_read(&files, &faults);
	told = help_faults(&faults);
	assert_string_equal(told, "");
	faults_done(&faults);
	file_set_done(&files);
	return p;
}

/* Exactly these faults, and no policy of it. */
static inline void help_expect_faults(const char *text, const char *expected)
{
	struct file_set files = { 0 };
	struct faults faults = { 0 };
	struct policy *p;
	auto_free char *told = NULL;

	help_put(&files, "a.conf", text);
	p = policy_read(&files, &faults);
	faults_sort(&faults);
	told = help_faults(&faults);
	assert_string_equal(told, expected);
	assert_int_equal(p->n_groups, 0);
	policy_free(p);
	faults_done(&faults);
	file_set_done(&files);
}

/* What a law says of files in reading order; b NULL: there is but one. */
static inline char *help_told(const char *a, const char *b,
			      void (*law)(const struct policy *, const struct machine *, struct faults *))
{
	struct machine m = help_machine();
	struct file_set files = { 0 };
	struct faults faults = { 0 };
	struct policy *p;
	char *told;

	help_put(&files, "a.conf", a);
	if (b)
		help_put(&files, "b.conf", b);
	p = policy_read(&files, &faults);
	assert_int_equal(faults.n, 0);
	law(p, &m, &faults);
	faults_sort(&faults);
	told = help_faults(&faults);
	policy_free(p);
	faults_done(&faults);
	file_set_done(&files);
	return told;
}
