/*
 * What `cgq run` and the starter say to each other about one program, past cgqd: over a pair of SOCK_SEQPACKET sockets of
 * which the client gave cgqd one end (START_TALK). Each message is one struct run_said; a descriptor comes with TERMINAL.
 */
#pragma once

#include <stdint.h>

enum run_said_kind {
	/* to the client */
	RUN_TERMINAL = 1, /* with the master of the program's own terminal */
	RUN_STARTED,	  /* value: its pid; its exec succeeded */
	RUN_FAILED,	  /* value: errno of the exec; nothing further comes */
	RUN_NO_FOLDER,	  /* value: why it cannot be in the client's folder; nothing further comes */
	RUN_EXITED,	  /* value: as of wait(): exit status or signal; nothing further comes */
	RUN_STOPPED,	  /* value: the signal */
	RUN_CONTINUED,
	/* to the starter */
	RUN_SIGNAL,	  /* value: to be sent to the program (SIGCONT and SIGTSTP to its process group); -value: it comes from a
			     terminal (^C), as to all of its process group */
};

struct run_said {
	int32_t kind;
	int32_t value;
};

/*
 * The memfd START_TEXT, sealed against writing: a struct run_text, then so many texts, each with its NUL: arguments (the
 * program is the first of them, looked for in PATH of the environment below where it has no slash), environment.
 */
#define RUN_TEXT_MAX_BYTES (2U << 20) /* more than exec takes at the usual stack limit */

struct run_text {
	uint32_t n_arguments; /* at least 1 */
	uint32_t n_environment;
	uint32_t bytes;	      /* of all texts together */
};
