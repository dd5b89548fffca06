/* A policy out of one text, for tests of what is made of it. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "policy_read.h"

/* last: cmocka's macro fail() hides ours */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* The text must be faultless. policy_free(). */
static inline struct policy *policy_of(const char *text)
{
	struct file_set files = { 0 };
	struct faults faults = { 0 };
	struct policy *p;

	file_set_put(&files, "50-test.conf", "/etc/cgq/conf.d/50-test.conf", text, strlen(text), false);
	p = policy_read(&files, &faults);
	for (size_t i = 0; i < faults.n; i++)
		fprintf(stderr, "%u: %s\n", faults.list[i].at.line, faults.list[i].text);
	assert_int_equal(faults.n, 0);
	faults_done(&faults);
	file_set_done(&files);
	return p;
}
