/* The socket's file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "listener.h"

#define TEMP_SUFFIX ".new"
#define BACKLOG	    128

static int address_make(const char *path, struct sockaddr_un *ret, struct err *e)
{
	if (strlen(path) + strlen(TEMP_SUFFIX) >= sizeof(ret->sun_path))
		return fail(e, ENAMETOOLONG, "%s: a socket's path has at most %zu bytes", path,
			    sizeof(ret->sun_path) - strlen(TEMP_SUFFIX) - 1);
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strcpy(ret->sun_path, path);
	return 0;
}

static int folder_make(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	auto_free char *folder = slash && slash != path ? must_strndup(path, (size_t)(slash - path)) : NULL;

	if (!folder)
		return 0;
	/* chmod: whatever the umask was, everybody must get through */
	if (mkdir(folder, 0755) ? errno == EEXIST : !chmod(folder, 0755))
		return 0;
	return fail(e, errno, "%s: the socket's folder: %s", folder, strerror(errno));
}

/* 0 when nothing there is in the way: no file, or a socket on which nobody listens. */
static int path_is_free(const struct sockaddr_un *a, struct err *e)
{
	auto_fd int fd = -1;
	struct stat st;

	if (lstat(a->sun_path, &st))
		return errno == ENOENT ? 0 : fail(e, errno, "%s: %s", a->sun_path, strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return fail(e, EEXIST, "%s: there is a file that is not a socket; left alone", a->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(e, errno, "socket: %s", strerror(errno));
	if (connect(fd, (const struct sockaddr *)a, sizeof(*a)) && errno == ECONNREFUSED)
		return 0;
	/* EAGAIN, too, is alive: its backlog is full */
	return fail(e, EADDRINUSE, "%s: another daemon listens there", a->sun_path);
}

/*
 * A file in place with its final mode before anyone can connect: bind() takes the mode of the
 * descriptor less the umask (net/unix/af_unix.c), and until listen() every connect() is refused.
 */
static int bind_and_listen(int fd, const struct sockaddr_un *temp, struct err *e)
{
	if (unlink(temp->sun_path) && errno != ENOENT)
		return fail(e, errno, "%s: %s", temp->sun_path, strerror(errno));
	if (fchmod(fd, 0600) || bind(fd, (const struct sockaddr *)temp, sizeof(*temp)))
		return fail(e, errno, "%s: %s", temp->sun_path, strerror(errno));
	if (chmod(temp->sun_path, 0666) || listen(fd, BACKLOG))
		return fail(e, errno, "%s: %s", temp->sun_path, strerror(errno));
	return 0;
}

static int put_in_place(const struct sockaddr_un *temp, const char *path, struct listener *ret, struct err *e)
{
	struct stat st;

	if (lstat(temp->sun_path, &st) || rename(temp->sun_path, path))
		return fail(e, errno, "%s: %s", path, strerror(errno));
	ret->dev = st.st_dev;
	ret->ino = st.st_ino;
	return 0;
}

int listener_open(const char *path, struct listener *ret, struct err *e)
{
	struct listener l = { .fd = -1 };
	struct sockaddr_un final, temp;
	auto_fd int fd = -1;
	int r = address_make(path, &final, e);

	if (r < 0 || (r = folder_make(path, e)) < 0 || (r = path_is_free(&final, e)) < 0)
		return r;
	temp = final;
	strcat(temp.sun_path, TEMP_SUFFIX);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(e, errno, "socket: %s", strerror(errno));
	r = bind_and_listen(fd, &temp, e);
	if (r == 0)
		r = put_in_place(&temp, path, &l, e);
	if (r < 0) {
		unlink(temp.sun_path);
		return r;
	}
	l.fd = take_fd(fd);
	l.path = must_strdup(path);
	*ret = l;
	return 0;
}

void listener_close(struct listener *l)
{
	struct stat st;

	if (l->path && !lstat(l->path, &st) && st.st_dev == l->dev && st.st_ino == l->ino)
		unlink(l->path);
	auto_close(&l->fd);
	free(l->path);
	*l = (struct listener){ .fd = -1 };
}
