/* The classic socket filter for process events. */
#include "event_classic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/cn_proc.h>
#include <linux/filter.h>

#include <cgq/auto.h>

/* A netlink header and a connector's, then struct proc_event: what, cpu, stamp, and four numbers of who did it to whom. */
#define WHAT_AT	  36
#define NUMBER_AT(i) (WHAT_AT + 16 + 4 * (i))

/* Steps from the end of the list below. */
enum { DROP = 1, PASS = 2, SAME_OF_FORK = 6, SAME = 10, STEPS = 20 };

/* How many steps lie between step i and one that is so many from the end. */
#define TO(i, from_end) (STEPS - (from_end) - (i) - 1)
/* A load takes its bytes for big-endian: constants are turned instead. */
#define IS(i, what, from_end) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(what), TO(i, from_end), 0)

int event_classic_attach(int socket, struct err *e)
{
	struct sock_filter steps[] = {
		/* what is too short is none of the kernel's, and is to be counted */
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, NUMBER_AT(4), 0, TO(1, PASS)),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, WHAT_AT),
		IS(3, PROC_EVENT_NONE, PASS),
		IS(4, PROC_EVENT_FORK, SAME_OF_FORK),
		IS(5, PROC_EVENT_EXEC, SAME),
		IS(6, PROC_EVENT_UID, SAME),
		IS(7, PROC_EVENT_GID, SAME),
		IS(8, PROC_EVENT_COMM, SAME),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_EXIT), TO(9, SAME), TO(9, DROP)),
		/* SAME: the thread that did it is the process's first one */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER_AT(0)),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER_AT(1)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, TO(13, PASS), TO(13, DROP)),
		/* SAME_OF_FORK: so is the one that was made */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER_AT(2)),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER_AT(3)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, TO(17, PASS), TO(17, DROP)),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX), /* PASS */
		BPF_STMT(BPF_RET | BPF_K, 0),	       /* DROP */
	};
	const struct sock_fprog program = {ARRAY_SIZE(steps), steps};

	_Static_assert(ARRAY_SIZE(steps) == STEPS, "jumps are counted from the end");
	if (setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0)
		return fail(e, errno, "the socket of process events: %s", strerror(errno));
	return 0;
}
