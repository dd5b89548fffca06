/* What the daemon may do, asked before it begins, so that it ends with the name of what is missing. */
#include "privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cgq/auto.h>

static const struct {
	unsigned bit;
	const char *name, *why;
} needed[] = {
	{CAP_NET_ADMIN, "CAP_NET_ADMIN", "process events"},
	{CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE", "writing cgroups"},
	{CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "the executables of other users' processes"},
};

static bool effective(uint64_t *ret)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	if (syscall(SYS_capget, &head, data) < 0)
		return false;
	*ret = data[0].effective | (uint64_t)data[1].effective << 32;
	return true;
}

int privilege_check(struct err *e)
{
	char missing[256] = "";
	uint64_t have = 0;
	size_t used = 0;

	if (!effective(&have))
		return fail(e, errno, "the capabilities of this process cannot be read: %m");
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		if (have & (UINT64_C(1) << needed[i].bit))
			continue;
		used += (size_t)snprintf(missing + used, sizeof(missing) - used, "%s%s (%s)", used ? ", " : "",
					 needed[i].name, needed[i].why);
	}
	if (used)
		return fail(e, EPERM, "missing privilege: %s; start cgqd as root", missing);
	return 0;
}

bool privilege_sees_trusted(void)
{
	uint64_t have = 0;

	return effective(&have) && have & UINT64_C(1) << CAP_SYS_ADMIN;
}
