/* Who asked for a program to be started: what it has that the program must not have more of. */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <cgq/err.h>

struct caller {
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* malloc'ed */
	size_t n_groups;
	uint64_t bounding; /* what a program of its may have at most; of root: what it has now */
	bool no_new_privs; /* root's only */
	mode_t umask;
	int nice;
	int policy;	   /* SCHED_OTHER, SCHED_BATCH or SCHED_IDLE: a real-time one is not handed on */
	int io_priority;   /* as of ioprio_get(2); 0: by nice */
	int oom_score_adj;
	uint32_t loginuid; /* UINT32_MAX: nobody logged in; where the kernel has none, has_loginuid is false */
	bool has_loginuid;
	struct rlimit limits[RLIM_NLIMITS];
	cpu_set_t *cpus; /* malloc'ed; NULL: it is bound to none */
	size_t cpus_bytes;
};

/*
 * status: of /proc/PID, hostile bytes expected. -EPERM where all its ids are not uid and gid (whoever could exec a setuid
 * program meanwhile is somebody else now), or it is under seccomp, or has no_new_privs and is not root. -EBADMSG.
 */
int caller_parse(const char *status, uid_t uid, gid_t gid, struct caller *ret, struct err *e);
/* Of /proc/PID/limits. -EBADMSG. */
int caller_limits_parse(const char *text, struct rlimit limits[RLIM_NLIMITS], struct err *e);
/*
 * The process pid, which pidfd is the descriptor of and stays alive all the while. -EPERM where it has left the namespaces that we are
 * in, as far as a program of ours would bring it out of there, or a security module confines it in another way than us.
 */
int caller_read(pid_t pid, int pidfd, uid_t uid, gid_t gid, struct caller *ret, struct err *e);
/* Not with caller_read(): the CPUs that it is bound to. */
int caller_cpus_read(pid_t pid, struct caller *c, struct err *e);
/* Of a process, by its folder in /proc. */
int caller_loginuid_read(int proc, struct caller *c, struct err *e);
/* What was looked at by its pid until now was its own. */
int caller_is_there(int pidfd, struct err *e);
void caller_done(struct caller *c);
