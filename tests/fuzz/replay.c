/* The main() of a fuzz target that is not fuzzing: gives it every file of the folders named, as its tests. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file_replay(const char *path)
{
	auto_file FILE *f = fopen(path, "r");
	auto_free uint8_t *data = NULL;
	struct stat st;

	if (!f || fstat(fileno(f), &st) < 0)
		return -1;
	data = must_alloc((size_t)st.st_size + 1);
	if (fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
		return -1;
	LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
	return 0;
}

/* How many files, or -1. */
static int folder_replay(const char *path)
{
	auto_dir DIR *dir = opendir(path);
	const struct dirent *entry;
	int n = 0;

	while (dir && (entry = readdir(dir))) {
		auto_free char *file = must_printf("%s/%s", path, entry->d_name);

		if (entry->d_name[0] == '.')
			continue;
		fprintf(stderr, "%s\n", file);
		if (file_replay(file) < 0)
			return -1;
		n++;
	}
	return dir ? n : -1;
}

int main(int argc, char **argv)
{
	int all = 0;

	for (int i = 1; i < argc; i++) {
		int n = folder_replay(argv[i]);

		if (n < 0) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
		all += n;
	}
	fprintf(stderr, "%d files replayed\n", all);
	return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
