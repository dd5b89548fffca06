/*
 * A client whose files are of a file system (FUSE) that never says that one is flushed: whoever closes one waits for good, and nothing
 * ends it while this program lives. It asks cgqd to run something in a group with such files, COUNT times, as UID.
 *   mute FOLDER SOCKET GROUP COUNT UID    prints a line once all is asked for
 * FOLDER: where that file system is, in a mount namespace of this program's.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "program.h"

#define USAGE	 "mute FOLDER SOCKET GROUP COUNT UID"
#define FILES	 6
#define THE_FILE 2 /* nodeid; 1 is the folder */

static struct fuse_attr attributes(uint64_t node)
{
	return (struct fuse_attr){ .ino = node, .mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0666, .nlink = 1 };
}

static void reply(int fd, const struct fuse_in_header *in, int error, const void *data, size_t size)
{
	struct fuse_out_header out = { .len = (uint32_t)(sizeof(out) + size), .error = error, .unique = in->unique };
	char bytes[4096];

	memcpy(bytes, &out, sizeof(out));
	if (size)
		memcpy(bytes + sizeof(out), data, size);
	if (write(fd, bytes, out.len) < 0)
		_exit(1);
}

static void answer(int fd, const struct fuse_in_header *in)
{
	const struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096 };
	const struct fuse_entry_out entry = { .nodeid = THE_FILE, .attr_valid = 1000, .entry_valid = 1000, .attr = attributes(THE_FILE) };
	const struct fuse_attr_out attr = { .attr_valid = 1000, .attr = attributes(in->nodeid) };
	const struct fuse_open_out opened = { .fh = 1 };

	switch (in->opcode) {
	case FUSE_INIT: reply(fd, in, 0, &init, sizeof(init)); break;
	case FUSE_LOOKUP: reply(fd, in, 0, &entry, sizeof(entry)); break;
	case FUSE_GETATTR: reply(fd, in, 0, &attr, sizeof(attr)); break;
	case FUSE_OPEN: reply(fd, in, 0, &opened, sizeof(opened)); break;
	case FUSE_FLUSH: break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT: break; /* have no answer */
	case FUSE_RELEASE: reply(fd, in, 0, NULL, 0); break;
	default: reply(fd, in, -ENOSYS, NULL, 0); break;
	}
}

static void ask(const char *path, const char *call, int file)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(FILES * sizeof(int))];
	} control = { .header = { CMSG_LEN(FILES * sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	const int files[FILES] = { file, file, file, file, file, file };
	struct iovec bytes = { (char *)call, strlen(call) + 1 };
	struct msghdr m = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };

	strncpy(a.sun_path, path, sizeof(a.sun_path) - 1);
	memcpy(CMSG_DATA(&control.header), files, sizeof(files));
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || sendmsg(fd, &m, MSG_NOSIGNAL) < 0)
		exit(3);
	recv(fd, control.bytes, 1, 0); /* an answer has begun, or it hung up */
	close(fd);
}

static _Noreturn void client(const char *folder, const char *path, const char *group, uint64_t count, uid_t uid)
{
	auto_free char *name = must_printf("%s/file", folder);
	auto_free char *call = must_printf("{\"method\":\"io.cgq.Run\",\"parameters\":{\"group\":\"%s\"}}", group);
	int file = open(name, O_RDWR | O_CLOEXEC);

	if (file < 0 || setresuid(uid, uid, uid) < 0)
		_exit(4);
	die_with_parent(getppid()); /* setresuid() forgets it */
	for (uint64_t i = 0; i < count; i++)
		ask(path, call, file);
	puts("asked");
	fflush(stdout);
	pause();
	_exit(0);
}

int main(int argc, char **argv)
{
	auto_free char *how = NULL;
	char buf[FUSE_MIN_READ_BUFFER + 4096];
	struct fuse_in_header in;
	uint64_t count;
	int fd;

	if (argc != 6)
		program_misused(USAGE);
	count = option_u64(argv[4], USAGE);
	program_begins(PROGRAM_SECONDS);
	fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	how = must_printf("fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	if (fd < 0 || unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("mute", argv[1], "fuse", MS_NOSUID | MS_NODEV, how) < 0) {
		perror("mute");
		return 1;
	}
	if (fork() == 0) {
		close(fd);
		client(argv[1], argv[2], argv[3], count, (uid_t)option_u64(argv[5], USAGE));
	}
	while (read(fd, buf, sizeof(buf)) >= (ssize_t)sizeof(in)) {
		memcpy(&in, buf, sizeof(in));
		answer(fd, &in);
	}
	return 1;
}
