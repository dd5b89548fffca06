/*
 * Becomes a daemon in no time: its first act is to fork, and it is gone; so does its child, for each further argument; the last one
 * stays. Linked statically, so that this is the first it does.
 *   departs [ARGUMENT]...
 */
#include <unistd.h>

#define SECONDS 60

int main(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		pid_t child = fork();

		if (child != 0)
			_exit(child < 0);
	}
	alarm(SECONDS);
	for (;;)
		pause();
}
