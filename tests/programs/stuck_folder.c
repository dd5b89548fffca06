/*
 * Runs a command in a folder of a file system that hangs: nobody else gets an answer who enters that folder, or asks it whether it
 * is a terminal. It ends with the command: stuck_folder FOLDER COMMAND…
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "program.h"

static void answer(int fuse, const struct fuse_in_header *in, int error, const void *data, size_t len)
{
	struct {
		struct fuse_out_header head;
		char data[256];
	} out = { .head = { .len = (uint32_t)(sizeof(out.head) + len), .error = error, .unique = in->unique } };

	memcpy(out.data, data, len);
	if (write(fuse, &out, out.head.len) < 0)
		_exit(1);
}

/* entered: somebody has; that is the command. */
static void request_hear(int fuse, const struct fuse_in_header *in, bool *entered)
{
	const struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION, .max_write = 4096 };
	const struct fuse_attr_out attr = { .attr = { .ino = FUSE_ROOT_ID, .mode = S_IFDIR | 0755, .nlink = 2 } };
	const struct fuse_open_out opened = { 0 };

	switch (in->opcode) {
	case FUSE_INIT: answer(fuse, in, 0, &init, sizeof(init)); break;
	case FUSE_GETATTR: answer(fuse, in, 0, &attr, sizeof(attr)); break;
	case FUSE_OPENDIR: answer(fuse, in, 0, &opened, sizeof(opened)); break;
	case FUSE_RELEASEDIR: answer(fuse, in, 0, "", 0); break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
	case FUSE_IOCTL: break;
	case FUSE_ACCESS:
		if (!*entered)
			answer(fuse, in, 0, "", 0);
		*entered = true;
		break;
	default: answer(fuse, in, -ENOSYS, "", 0);
	}
}

static _Noreturn void serve(int fuse, pid_t parent)
{
	static union {
		struct fuse_in_header head;
		char bytes[FUSE_MIN_READ_BUFFER * 2];
	} in;
	bool entered = false;

	die_with_parent(parent);
	while (read(fuse, &in, sizeof(in)) >= (ssize_t)sizeof(in.head))
		request_hear(fuse, &in.head, &entered);
	_exit(0);
}

int main(int argc, char **argv)
{
	int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	pid_t parent = getpid();
	char how[64];

	if (argc < 3)
		program_misused("stuck_folder FOLDER COMMAND…");
	snprintf(how, sizeof(how), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fuse);
	if (fuse < 0 || mount("stuck", argv[1], "fuse", MS_NOSUID | MS_NODEV, how) < 0) {
		perror(argv[1]);
		return 1;
	}
	if (fork() == 0)
		serve(fuse, parent);
	close(fuse);
	if (chdir(argv[1]) < 0)
		return 1;
	execvp(argv[2], argv + 2);
	return 127;
}
