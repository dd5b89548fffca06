/* Arguments and environment: bytes of anybody's, taken apart with their lengths checked. */
#include "starter_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>
#include <cgq/run.h>

/* So many NULs as texts are promised, the last at the very end. */
static bool are_texts(const char *texts, const struct run_text *head)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < head->bytes; i++)
		n += texts[i] == '\0';
	return n == (uint64_t)head->n_arguments + head->n_environment && texts[head->bytes - 1] == '\0';
}

static char **list_make(char **at, uint32_t n)
{
	char **list = must_alloc(((size_t)n + 1) * sizeof(*list));

	for (uint32_t i = 0; i < n; i++) {
		list[i] = *at;
		*at += strlen(*at) + 1;
	}
	return list;
}

int program_text_parse(const void *bytes, size_t size, struct program_text *ret, struct err *e)
{
	struct run_text head;
	char *at;

	if (size < sizeof(head))
		return fail(e, EBADMSG, "what to run is not said");
	memcpy(&head, bytes, sizeof(head));
	if (head.bytes > RUN_TEXT_MAX_BYTES)
		return fail(e, E2BIG, "arguments and environment are more than %u bytes", RUN_TEXT_MAX_BYTES);
	if (head.n_arguments == 0 || head.bytes == 0 || size != sizeof(head) + head.bytes ||
	    !are_texts((const char *)bytes + sizeof(head), &head))
		return fail(e, EBADMSG, "what to run is not said as it should be");
	at = ret->bytes = must_alloc(head.bytes);
	memcpy(ret->bytes, (const char *)bytes + sizeof(head), head.bytes);
	ret->arguments = list_make(&at, head.n_arguments);
	ret->environment = list_make(&at, head.n_environment);
	return 0;
}

int program_text_read(int fd, struct program_text *ret, struct err *e)
{
	auto_free char *bytes = NULL;
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);

	if (seals < 0 || !(seals & F_SEAL_WRITE) || fstat(fd, &st) < 0)
		return fail(e, EPERM, "what to run is not in a sealed file");
	if (st.st_size > (off_t)(RUN_TEXT_MAX_BYTES + sizeof(struct run_text)))
		return fail(e, E2BIG, "arguments and environment are more than %u bytes", RUN_TEXT_MAX_BYTES);
	bytes = must_alloc((size_t)st.st_size + 1);
	if (pread(fd, bytes, (size_t)st.st_size, 0) != st.st_size)
		return fail(e, EIO, "what to run cannot be read");
	return program_text_parse(bytes, (size_t)st.st_size, ret, e);
}

void program_text_done(struct program_text *t)
{
	free(t->bytes);
	free(t->arguments);
	free(t->environment);
}
