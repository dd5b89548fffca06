/* Users and groups by name; the only file that asks the name service. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "names.h"
#include "text.h"

/* A directory service may answer with a group of thousands of members. */
#define ENTRY_FIRST_BYTES 1024
#define ENTRY_MAX_BYTES	  (1U << 20)

/* 0, or -errno as the name service gave it; -ENOENT when it knows no such name. */
typedef int ask_fn(const char *name, char *buf, size_t size, uint32_t *ret);

static int user_ask(const char *name, char *buf, size_t size, uint32_t *ret)
{
	struct passwd entry, *found = NULL;
	int error = getpwnam_r(name, &entry, buf, size, &found);

	if (!found)
		return error ? -error : -ENOENT;
	*ret = entry.pw_uid;
	return 0;
}

static int user_group_ask(const char *name, char *buf, size_t size, uint32_t *ret)
{
	struct group entry, *found = NULL;
	int error = getgrnam_r(name, &entry, buf, size, &found);

	if (!found)
		return error ? -error : -ENOENT;
	*ret = entry.gr_gid;
	return 0;
}

static int ask(ask_fn *fn, const char *name, uint32_t *ret)
{
	auto_free char *buf = NULL;
	uint64_t number;
	int r = -ERANGE;

	/* the last number means "no id" to the kernel */
	if (text_u64(name, &number) == 0 && number < UINT32_MAX) {
		*ret = (uint32_t)number;
		return 0;
	}
	for (size_t size = ENTRY_FIRST_BYTES; r == -ERANGE && size <= ENTRY_MAX_BYTES; size *= 2) {
		buf = must_realloc(buf, size);
		r = fn(name, buf, size, ret);
	}
	return r;
}

int names_user(const char *name, uint32_t *ret)
{
	return ask(user_ask, name, ret);
}

int names_user_group(const char *name, uint32_t *ret)
{
	return ask(user_group_ask, name, ret);
}
