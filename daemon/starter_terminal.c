/* Makes the terminal of a program, where it will be seen. */
#include "starter_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cgq/auto.h>

/*
 * Of anything but a device the answer to an ioctl may be up to a file system of the client's own, which hangs us. What is known of its
 * inode without asking that one is enough: there, devices are made by root only.
 */
bool terminal_is(int fd)
{
	struct statx st;

	return statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0, &st) == 0 && S_ISCHR(st.stx_mode) && isatty(fd);
}

static void resemble(int slave, int like)
{
	struct termios settings;
	struct winsize size;

	if (!terminal_is(like))
		return;
	if (tcgetattr(like, &settings) == 0)
		tcsetattr(slave, TCSANOW, &settings);
	if (ioctl(like, TIOCGWINSZ, &size) == 0)
		ioctl(slave, TIOCSWINSZ, &size);
}

int terminal_make(int like, uid_t uid, int *ret_master, int *ret_slave, struct err *e)
{
	const int flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
	auto_fd int master = open("/dev/ptmx", flags), slave = -1;
	int locked = 0;

	if (master < 0 || ioctl(master, TIOCSPTLCK, &locked) < 0)
		return fail(e, errno, "a terminal: /dev/ptmx: %s", strerror(errno));
	slave = ioctl(master, TIOCGPTPEER, flags); /* by its name it could be one of another instance */
	if (slave < 0 || fchown(slave, uid, (gid_t)-1) < 0 || ioctl(slave, TIOCSCTTY, 0) < 0)
		return fail(e, errno, "a terminal: %s", strerror(errno));
	resemble(slave, like);
	*ret_master = take_fd(master);
	*ret_slave = take_fd(slave);
	return 0;
}
