/* sitters SOCKET: connects 40 times, says half a message on each, and waits for ever. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (argc != 2)
		return 2;
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", argv[1]);
	for (int n = 0; n < 40; n++) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) || send(fd, "{", 1, MSG_NOSIGNAL) < 0)
			continue;
	}
	for (;;)
		pause();
}
