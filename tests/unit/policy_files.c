/* Which files of the folders count, and what is never taken. */
#include "policy_help.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include <cgq/bounds.h>

/* Three folders, named as their order; all below a folder of our own. */
struct world {
	char root[64];
	char *folders[3];
	struct file_set set;
	struct faults faults;
	struct err e;
	int r;
};

static int entry_remove(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return remove(path);
}

static int world_make(void **state)
{
	static const char *const names[] = { "usr", "run", "etc" };
	struct world *w = must_alloc(sizeof(*w));

	umask(022);

	strcpy(w->root, "/tmp/cgq-test-files.XXXXXX");
	assert_non_null(mkdtemp(w->root));
	for (unsigned i = 0; i < 3; i++) {
		w->folders[i] = must_printf("%s/%s", w->root, names[i]);
		assert_int_equal(mkdir(w->folders[i], 0755), 0);
	}
	*state = w;
	return 0;
}

static int world_remove(void **state)
{
	struct world *w = *state;

	nftw(w->root, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
	for (unsigned i = 0; i < 3; i++)
		free(w->folders[i]);
	file_set_done(&w->set);
	faults_done(&w->faults);
	free(w);
	return 0;
}

static char *path_of(const struct world *w, const char *name)
{
	return must_printf("%s/%s", w->root, name);
}

static void file_write(const struct world *w, const char *name, const char *text)
{
	auto_free char *path = path_of(w, name);
	auto_file FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
}

static void files_read(struct world *w, unsigned how)
{
	file_set_done(&w->set);
	faults_done(&w->faults);
	w->r = policy_files_read((const char *const *)w->folders, 3, how, &w->set, &w->faults, &w->e);
}

/* "NAME=TEXT " each; "NAME! " for a refused one, "NAME- " for a mask */
static void assert_set(struct world *w, const char *expected)
{
	char all[1000] = "", *end = all;

	for (size_t i = 0; i < w->set.n; i++) {
		const struct policy_file *f = &w->set.list[i];

		if (!f->text)
			end += sprintf(end, "%s! ", f->name);
		else if (f->masked)
			end += sprintf(end, "%s- ", f->name);
		else
			end += sprintf(end, "%s=%s ", f->name, f->text);
	}
	assert_string_equal(all, expected);
}

static void assert_fault(struct world *w, const char *text)
{
	assert_int_equal(w->faults.n, 1);
	assert_string_equal(w->faults.list[0].text, text);
	assert_int_equal(w->faults.list[0].at.line, 1);
}

static void files_are_sorted_by_name_over_all_folders_and_later_ones_win(void **state)
{
	struct world *w = *state;

	file_write(w, "usr/50-b.conf", "usr");
	file_write(w, "usr/10-a.conf", "usr");
	file_write(w, "run/50-b.conf", "run");
	file_write(w, "etc/30-c.conf", "etc");
	file_write(w, "etc/50-b.conf", "etc");
	files_read(w, READ_TRUSTED_ONLY);
	assert_int_equal(w->r, 0);
	assert_int_equal(w->faults.n, 0);
	assert_set(w, "10-a.conf=usr 30-c.conf=etc 50-b.conf=etc ");
	assert_string_equal(w->set.list[2].path + strlen(w->root), "/etc/50-b.conf");
}

static void an_empty_file_or_a_link_to_null_masks(void **state)
{
	struct world *w = *state;
	auto_free char *link = path_of(w, "etc/20-b.conf");

	file_write(w, "usr/10-a.conf", "usr");
	file_write(w, "usr/20-b.conf", "usr");
	file_write(w, "run/10-a.conf", "");
	assert_int_equal(symlink("/dev/null", link), 0);
	files_read(w, READ_TRUSTED_ONLY);
	assert_int_equal(w->faults.n, 0);
	assert_set(w, "10-a.conf- 20-b.conf- ");
}

static void debris_is_no_policy(void **state)
{
	static const char *const debris[] = {
		".50-x.conf", ".50-x.conf.swp", "50-x.conf~", "50-x.conf.swp", "50-x.conf.dpkg-new", "50-x.conf.rpmsave",
		"50-x.conf.1234.2026-11-22@10:00:00~", "50-x.conf20261122-123-abc", "50-x.CONF", "50-x.conf.bak",
		".conf", "conf", "README", "#50-x.conf#",
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(debris); i++) {
		auto_free char *name = must_printf("etc/%s", debris[i]);

		file_write(w, name, "x");
	}
	files_read(w, READ_TRUSTED_ONLY);
	assert_int_equal(w->r, 0);
	assert_int_equal(w->set.n, 0);
	assert_int_equal(w->faults.n, 0);
}

static void socket_make(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	auto_fd int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
}

/* A FIFO without a writer would hold up who opens it: this test would never end. */
static void what_is_not_a_file_is_refused_and_holds_nobody_up(void **state)
{
	static const char *const texts[] = {
		"is a FIFO, not a file; refused",   "is a folder, not a file; refused", "is a socket, not a file; refused",
		"is a device, not a file; refused", "is a link to nothing; refused",
	};
	struct world *w = *state;
	auto_free char *path = path_of(w, "etc/50-x.conf");

	file_write(w, "usr/50-x.conf", "not this one either");
	for (unsigned i = 0; i < ARRAY_SIZE(texts); i++) {
		switch (i) {
		case 0:
			assert_int_equal(mkfifo(path, 0644), 0);
			break;
		case 1:
			assert_int_equal(mkdir(path, 0755), 0);
			break;
		case 2:
			socket_make(path);
			break;
		case 3:
			assert_int_equal(symlink("/dev/zero", path), 0);
			break;
		case 4:
			assert_int_equal(symlink("nowhere", path), 0);
			break;
		}
		files_read(w, READ_TRUSTED_ONLY);
		assert_int_equal(w->r, 0);
		assert_set(w, "50-x.conf! ");
		assert_fault(w, texts[i]);
		assert_int_equal(remove(path), 0);
	}
}

static void only_roots_own_files_are_trusted(void **state)
{
	struct world *w = *state;
	auto_free char *path = path_of(w, "etc/50-x.conf");

	if (geteuid() != 0)
		skip();
	file_write(w, "etc/50-x.conf", "x");
	assert_int_equal(chown(path, 1000, 0), 0);
	files_read(w, READ_TRUSTED_ONLY);
	assert_set(w, "50-x.conf! ");
	assert_fault(w, "is owned by uid 1000, not by root; refused");
	assert_int_equal(chown(path, 0, 0), 0);
	assert_int_equal(chmod(path, 0664), 0);
	files_read(w, READ_TRUSTED_ONLY);
	assert_set(w, "50-x.conf! ");
	assert_fault(w, "is writable by others than root (mode 0664); refused");
	assert_int_equal(chmod(path, 0646), 0);
	files_read(w, READ_TRUSTED_ONLY);
	assert_set(w, "50-x.conf! ");
	files_read(w, 0); /* a checker does not care whose they are */
	assert_set(w, "50-x.conf=x ");
	assert_int_equal(w->faults.n, 0);
}

static void nothing_in_a_folder_of_others_is_trusted(void **state)
{
	struct world *w = *state;

	if (geteuid() != 0)
		skip();
	file_write(w, "etc/50-x.conf", "x");
	file_write(w, "usr/50-y.conf", "y");
	assert_int_equal(chmod(w->folders[2], 0777), 0);
	files_read(w, READ_TRUSTED_ONLY);
	assert_set(w, "50-x.conf! 50-y.conf=y ");
	assert_fault(w, "its folder is writable by others than root (mode 0777); refused");
}

static void what_a_later_folder_replaces_is_not_even_looked_at(void **state)
{
	struct world *w = *state;
	auto_free char *path = path_of(w, "usr/50-x.conf");

	file_write(w, "etc/50-x.conf", "x");
	assert_int_equal(mkfifo(path, 0644), 0);
	files_read(w, READ_TRUSTED_ONLY);
	assert_set(w, "50-x.conf=x ");
	assert_int_equal(w->faults.n, 0);
}

static void a_file_that_is_too_large_is_never_read_whole(void **state)
{
	struct world *w = *state;
	auto_free char *path = path_of(w, "etc/50-x.conf");
	auto_free char *big = must_alloc(POLICY_FILE_MAX_BYTES + 2);

	memset(big, '#', POLICY_FILE_MAX_BYTES);
	file_write(w, "etc/50-x.conf", big);
	files_read(w, READ_TRUSTED_ONLY);
	assert_int_equal(w->set.list[0].len, POLICY_FILE_MAX_BYTES);
	big[POLICY_FILE_MAX_BYTES] = '#';
	file_write(w, "etc/50-x.conf", big);
	files_read(w, READ_TRUSTED_ONLY);
	assert_fault(w, "has more than 1048576 bytes; refused");
	assert_int_equal(truncate(path, 1LL << 40), 0); /* a terabyte of zeros */
	files_read(w, READ_TRUSTED_ONLY);
	assert_set(w, "50-x.conf! ");
	assert_fault(w, "has more than 1048576 bytes; refused");
}

static void a_missing_folder_is_empty_and_an_unreadable_one_a_failure(void **state)
{
	struct world *w = *state;

	assert_int_equal(rmdir(w->folders[0]), 0);
	file_write(w, "etc/50-x.conf", "x");
	files_read(w, READ_TRUSTED_ONLY);
	assert_int_equal(w->r, 0);
	assert_set(w, "50-x.conf=x ");
	/* but not one that somebody named */
	files_read(w, READ_MUST_EXIST);
	assert_int_equal(w->r, -ENOENT);
	assert_int_equal(w->set.n, 0);
	file_write(w, "usr", "a file where a folder should be");
	files_read(w, READ_TRUSTED_ONLY);
	assert_int_equal(w->r, -ENOTDIR);
	assert_non_null(strstr(w->e.text, "/usr: Not a directory"));
	assert_int_equal(w->set.n, 0);
}

static void too_many_files_are_a_failure(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i <= POLICY_FILES_MAX; i++) {
		auto_free char *name = must_printf("%s/%04u.conf", i % 2 ? "etc" : "run", i);

		file_write(w, name, "");
	}
	files_read(w, READ_TRUSTED_ONLY);
	assert_int_equal(w->r, -E2BIG);
	assert_non_null(strstr(w->e.text, "more than 1000 policy files in all"));
}

static void a_hostile_name_cannot_act_on_a_terminal(void **state)
{
	struct world *w = *state;

	file_write(w, "etc/\x1b[31m\n.conf", "x");
	files_read(w, READ_TRUSTED_ONLY);
	assert_string_equal(w->set.list[0].path + strlen(w->root), "/etc/\\x1b[31m\\n.conf");
}

static void no_descriptor_is_left_behind(void **state)
{
	struct world *w = *state;
	auto_free char *fifo = path_of(w, "etc/50-x.conf");
	auto_fd int before = dup(0), after = -1;

	assert_int_equal(mkfifo(fifo, 0644), 0);
	file_write(w, "usr/50-y.conf", "y");
	files_read(w, READ_TRUSTED_ONLY);
	file_write(w, "run/60-x.conf", "x");
	files_read(w, READ_TRUSTED_ONLY);
	after = dup(0);
	assert_int_equal(after, before + 1);
}

static void one_file_is_read_under_another_name(void **state)
{
	struct world *w = *state;
	auto_free char *path = path_of(w, "source"), *none = path_of(w, "none");
	struct file_set set = { 0 };

	file_write(w, "source", "x");
	assert_int_equal(policy_file_read_one(path, "50-x.conf", NULL, &set, &w->faults, &w->e), 0);
	assert_string_equal(set.list[0].name, "50-x.conf");
	assert_string_equal(set.list[0].path, path);
	assert_string_equal(set.list[0].text, "x");
	assert_int_equal(policy_file_read_one(path, "50-x.conf", "shown", &set, &w->faults, &w->e), 0);
	assert_string_equal(set.list[0].path, "shown");
	assert_int_equal(policy_file_read_one(path, NULL, NULL, &set, &w->faults, &w->e), 0);
	assert_non_null(file_set_find(&set, "source"));
	assert_int_equal(policy_file_read_one(none, NULL, NULL, &set, &w->faults, &w->e), -ENOENT);
	assert_non_null(strstr(w->e.text, "/none: No such file or directory"));
	file_set_drop(&set, "source");
	file_set_drop(&set, "source");
	assert_null(file_set_find(&set, "source"));
	file_set_done(&set);
}

static void stdin_is_read_to_its_end(void **state)
{
	struct world *w = *state;
	auto_fd int before = dup(0);
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "[a]\n", 4), 4);
	close(ends[1]);
	dup2(ends[0], 0);
	close(ends[0]);
	assert_int_equal(policy_file_read_one("-", "50-x.conf", NULL, &w->set, &w->faults, &w->e), 0);
	dup2(before, 0);
	assert_set(w, "50-x.conf=[a]\n ");
	assert_string_equal(w->set.list[0].path, "stdin");
}

/* What cannot be asked for its size beforehand, as what grows while it is read, ends at the bound. */
static void what_has_no_size_is_bounded_as_well(void **state)
{
	struct world *w = *state;
	auto_free char *path = path_of(w, "big");
	auto_fd int before = dup(0), big = -1;

	file_write(w, "big", "x");
	assert_int_equal(truncate(path, POLICY_FILE_MAX_BYTES + 1), 0);
	big = open(path, O_RDONLY | O_CLOEXEC);
	dup2(big, 0);
	assert_int_equal(policy_file_read_one("-", "50-x.conf", NULL, &w->set, &w->faults, &w->e), 0);
	dup2(before, 0);
	assert_set(w, "50-x.conf! ");
	assert_fault(w, "has more than 1048576 bytes; refused");
}

#define WORLD(test) cmocka_unit_test_setup_teardown(test, world_make, world_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(files_are_sorted_by_name_over_all_folders_and_later_ones_win),
		WORLD(an_empty_file_or_a_link_to_null_masks),
		WORLD(debris_is_no_policy),
		WORLD(what_is_not_a_file_is_refused_and_holds_nobody_up),
		WORLD(only_roots_own_files_are_trusted),
		WORLD(nothing_in_a_folder_of_others_is_trusted),
		WORLD(what_a_later_folder_replaces_is_not_even_looked_at),
		WORLD(a_file_that_is_too_large_is_never_read_whole),
		WORLD(a_missing_folder_is_empty_and_an_unreadable_one_a_failure),
		WORLD(too_many_files_are_a_failure),
		WORLD(a_hostile_name_cannot_act_on_a_terminal),
		WORLD(no_descriptor_is_left_behind),
		WORLD(one_file_is_read_under_another_name),
		WORLD(stdin_is_read_to_its_end),
		WORLD(what_has_no_size_is_bounded_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
