/* What a person may do to a process or a group, beyond reload and reset; and what came of it. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

enum deed_kind { DEED_PIN, DEED_UNPIN, DEED_FREEZE, DEED_THAW, DEED_KILL };

struct deed {
	enum deed_kind kind;
	uid_t uid;	   /* who does it */
	pid_t pid;	   /* PIN, UNPIN */
	const char *group; /* all but UNPIN */
	bool children;	   /* PIN: its descendants too */
	int signal;	   /* KILL */
};

/* Which of its objects does not exist. Another failure may have the same errno: a file of the kernel's that is missing. */
enum deed_missing { DEED_MISSES_NOTHING, DEED_MISSES_GROUP, DEED_MISSES_PROCESS };

struct deed_done {
	enum deed_missing missing; /* where it failed */
	char note[320];	   /* what the person should know all the same; "": nothing */
	size_t signalled;  /* KILL: processes */
	size_t left;	   /* KILL by SIGKILL: still there when the time was up */
};
