/* Bytes of /proc/PID/stat, status, environ and exe become facts. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/bounds.h>

#include "proc_parse.h"
#include "span.h"

/* include/linux/sched.h; the same numbers from 2.6 to 6.18 */
#define PF_EXITING 0x00000004U
#define PF_KTHREAD 0x00200000U

/* Numbers of the fields of stat, as proc(5) counts them; the first one after comm is 3. */
enum { STAT_STATE = 3, STAT_PPID = 4, STAT_FLAGS = 9, STAT_THREADS = 20, STAT_START = 22, STAT__END };

struct stat_fields {
	struct span state;
	uint64_t pid, ppid, flags, threads, start;
};

static bool stat_fields_read(struct span before_comm, struct span after_comm, struct stat_fields *ret)
{
	struct span at[STAT__END];

	for (int field = STAT_STATE; field < STAT__END; field++)
		at[field] = span_word(&after_comm);
	ret->state = at[STAT_STATE];
	return span_u64(span_word(&before_comm), INT_MAX, &ret->pid) && before_comm.len <= 1 &&
	       ret->pid > 0 && ret->state.len == 1 &&
	       span_u64(at[STAT_PPID], INT_MAX, &ret->ppid) &&
	       span_u64(at[STAT_FLAGS], UINT_MAX, &ret->flags) &&
	       span_u64(at[STAT_THREADS], INT_MAX, &ret->threads) &&
	       span_u64(at[STAT_START], UINT64_MAX, &ret->start);
}

/*
 * "812 (apache2) S 1 812 …". comm is any 15 bytes, brackets and newlines among them, and nothing after it has a
 * bracket: the last one counts. The kernel shows up to 63 bytes for its own threads.
 */
int proc_parse_stat(const char *buf, size_t len, struct proc_facts *f)
{
	const char *open = len ? memchr(buf, '(', len) : NULL;
	const char *close = len ? memrchr(buf, ')', len) : NULL;
	struct stat_fields got;

	if (!open || !close || close < open)
		return -EBADMSG;
	struct span before = {buf, (size_t)(open - buf)};
	struct span comm = {open + 1, (size_t)(close - open - 1)};
	struct span after = {close + 1, len - (size_t)(close + 1 - buf)};

	if (!stat_fields_read(before, after, &got))
		return -EBADMSG;
	if (comm.len >= sizeof(f->comm))
		comm.len = sizeof(f->comm) - 1;
	memset(f->comm, 0, sizeof(f->comm));
	memcpy(f->comm, comm.s, comm.len);
	f->pid = (pid_t)got.pid;
	f->ppid = (pid_t)got.ppid;
	f->start_ticks = got.start;
	f->kernel_thread = got.flags & PF_KTHREAD;
	/*
	 * A main thread that ended before the others is shown as Z while the process lives on. One that is on its way out
	 * runs yet, but reads as in "/" of each v1 hierarchy already.
	 */
	f->exiting = ((*got.state.s == 'Z' || (got.flags & PF_EXITING)) && got.threads <= 1) || *got.state.s == 'X' ||
		     *got.state.s == 'x';
	return 0;
}

/* "0\t33\t33\t33": real, effective, saved, of the file system. */
static bool effective_read(struct span numbers, uint64_t *ret)
{
	span_word(&numbers);
	return span_u64(span_word(&numbers), UINT32_MAX, ret);
}

/* The lines are safe to cut: the kernel escapes newlines of comm in this file, unlike in stat. */
int proc_parse_status(const char *buf, size_t len, struct proc_facts *f)
{
	struct span rest = {buf, len};
	bool have_uid = false, have_gid = false, nested = false;
	uint64_t uid = 0, gid = 0;

	while (rest.len) {
		struct span line = span_cut(&rest, '\n');
		struct span key = span_cut(&line, ':');

		if (span_is(key, "Uid")) {
			have_uid = effective_read(line, &uid);
		} else if (span_is(key, "Gid")) {
			have_gid = effective_read(line, &gid);
		} else if (span_is(key, "NSpid")) {
			/* Counted from the namespace of this /proc on: a second number is of one below it. */
			span_word(&line);
			nested = span_word(&line).len > 0;
		}
	}
	if (!have_uid || !have_gid)
		return -EBADMSG;
	f->uid = (uid_t)uid;
	f->gid = (gid_t)gid;
	f->nested_pid_namespace = nested;
	return 0;
}

int proc_parse_tgid(const char *buf, size_t len, pid_t *ret)
{
	struct span rest = {buf, len};

	while (rest.len) {
		struct span line = span_cut(&rest, '\n');
		uint64_t tgid;

		if (!span_is(span_cut(&line, ':'), "Tgid"))
			continue;
		if (!span_u64(span_word(&line), INT_MAX, &tgid) || tgid == 0)
			return -EBADMSG;
		*ret = (pid_t)tgid;
		return 0;
	}
	return -EBADMSG;
}

/* The first one counts, as it does for getenv(). A last one that the bound may have cut does not. */
int proc_parse_environ(const char *buf, size_t len, struct proc_facts *f)
{
	static const char name[] = "CGQ_TAG=";
	const size_t name_len = sizeof(name) - 1;
	struct span rest = {buf, len};
	char *tag = NULL;

	while (rest.len && !tag) {
		struct span one = span_cut(&rest, '\0');
		bool cut = rest.len == 0 && len >= PROC_ENVIRON_MAX_BYTES && buf[len - 1] != '\0';

		if (one.len < name_len || memcmp(one.s, name, name_len) != 0)
			continue;
		if (cut)
			return -EBADMSG;
		tag = span_dup((struct span){one.s + name_len, one.len - name_len});
		break;
	}
	free(f->tag);
	f->tag = tag;
	return 0;
}

/* "/usr/sbin/mariadbd (deleted)": what runs was replaced on disk. */
void proc_parse_exe_link(const char *target, size_t len, struct proc_facts *f)
{
	static const char mark[] = " (deleted)";
	const size_t mark_len = sizeof(mark) - 1;

	if (len > mark_len && memcmp(target + len - mark_len, mark, mark_len) == 0)
		len -= mark_len;
	free(f->exe_name);
	f->exe_name = span_dup(span_base_name((struct span){target, len}));
}
