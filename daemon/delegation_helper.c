/* The helper that sees trusted.delegate. */
#include "delegation_helper.h"

#include <errno.h>
#include <sys/types.h>
#include <unistd.h>

#include "delegation.h"
#include "fd_message.h"
#include "privilege.h"

int delegation_run(int fd)
{
	const bool sees = privilege_sees_trusted();
	struct delegation_question q;
	size_t n_folders;
	int folder;
	ssize_t n;

	while ((n = fd_message_recv(fd, &q, sizeof(q), &folder, 1, &n_folders, 0)) == sizeof(q)) {
		struct delegation_answer a = {.serial = q.serial, .error = sees ? EBADF : EPERM};
		int r;

		if (n_folders == 1) {
			a.error = sees ? 0 : EPERM;
			a.marked = delegation_is_marked(folder);
			close(folder);
		}
		r = fd_message_send(fd, &a, sizeof(a), NULL, 0, 0);
		if (r < 0)
			return r;
	}
	return n < 0 ? (int)n : 0;
}
