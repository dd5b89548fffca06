/* Laws of what a mover says and keeps, on a kernel that refuses or takes everything. */
#include "mover_tree.h"

#include <fcntl.h>

/* Answers every opening with a refusal, or with a descriptor that takes everything. */
static int refusal;
static unsigned opened;

static int fake_open_procs(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e)
{
	opened++;
	return refusal ? -refusal : open("/dev/null", O_WRONLY | O_CLOEXEC);
}

static struct kernel fake = {.open_procs = fake_open_procs};
static const struct machine two = {
	.hierarchies = {
		{.version = 1, .controllers = CONTROLLER_BIT(CPU) | CONTROLLER_BIT(CPUACCT)},
		{.version = 2, .controllers = CONTROLLER_BIT(MEMORY)},
	},
	.n_hierarchies = 2,
};

static void every_refusal_of_the_kernel_is_explained(void **state)
{
	static const struct {
		int error;
		const char *v1, *v2;
	} rows[] = {
		{EINVAL, "realtime", "bound to its CPUs"},
		{ENOSPC, "the cpuset has no CPUs", "no CPUs that it may run on"},
		{EBUSY, "deadline", "controllers enabled for its children"},
		{EOPNOTSUPP, "threaded", "threaded"},
		{EAGAIN, "just now", "just now"},
		{EACCES, "not permitted", "not permitted"},
		{EROFS, "read-only", "read-only"},
		{ENODEV, "being removed", "being removed"},
		{EXDEV, "cross-device", "cross-device"},
	};
	struct mover *v = mover_new(&fake, &two);
	pid_t pid = real_child();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *both[HIERARCHIES_MAX] = {"/a", "/b"}, *second[HIERARCHIES_MAX] = {NULL, "/b\033"};
		struct err e = {0};

		refusal = rows[i].error;
		assert_int_equal(mover_place(v, FOUND(pid, start_of(pid)), both, &e), MOVED_REFUSED);
		assert_int_equal(e.code, rows[i].error);
		assert_non_null(strstr(e.text, ": cpu,cpuacct: /a: "));
		assert_non_null(strcasestr(e.text, rows[i].v1));
		assert_non_null(strstr(e.text, " (and 1 more"));
		assert_int_equal(mover_place(v, FOUND(pid, start_of(pid)), second, &e), MOVED_REFUSED);
		assert_non_null(strstr(e.text, ": unified: /b\\x1b: "));
		assert_non_null(strcasestr(e.text, rows[i].v2));
	}
	refusal = 0;
	real_child_end(pid);
	mover_free(v);
}

static unsigned descriptors(void)
{
	auto_dir DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(d))
		n++;
	return n;
}

static void descriptors_are_kept_and_bounded(void **state)
{
	struct mover *v = mover_new(&fake, &two);
	unsigned before = descriptors();
	pid_t pid = real_child();
	uint64_t start = start_of(pid);

	opened = 0;
	for (int i = 0; i < 3; i++) {
		const char *list[HIERARCHIES_MAX] = {"/a", "/b"};

		assert_int_equal(mover_place(v, FOUND(pid, start), list, NULL), MOVED_OK);
		assert_int_equal(opened, 2);
	}
	for (int i = 0; i < 1000; i++) {
		char path[32];
		const char *list[HIERARCHIES_MAX] = {path};

		snprintf(path, sizeof(path), "/%d", i);
		assert_int_equal(mover_place(v, FOUND(pid, start), list, NULL), MOVED_OK);
		assert_true(descriptors() <= before + 256);
	}
	mover_forget(v);
	assert_int_equal(descriptors(), before);
	real_child_end(pid);
	mover_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal_of_the_kernel_is_explained),
		cmocka_unit_test(descriptors_are_kept_and_bounded),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
