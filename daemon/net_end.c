/* A socket in a network namespace, and what the kernel says through it. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include <cgq/auto.h>

#include "net_parts.h"
#include "text.h"

int net_within(int netns, int (*deed)(void *ctx, struct err *e), void *ctx, struct err *e)
{
	auto_fd int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	int r;

	if (home < 0)
		return fail(e, errno, "this process's own network namespace: %s", strerror(errno));
	if (setns(netns, CLONE_NEWNET) < 0)
		return fail(e, errno, "cannot enter the network namespace: %s", strerror(errno));
	r = deed(ctx, e);
	if (setns(home, CLONE_NEWNET) < 0)
		abort(); /* whatever it did next would be done to the group's network instead of the machine's */
	return r;
}

/* The kernel's words follow the error where it has some (NETLINK_EXT_ACK). */
static void said_read(struct net_end *n, const struct nlmsgerr *answer)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)((const char *)answer - NLMSG_HDRLEN);
	int fixed = (int)NLMSG_HDRLEN + (int)sizeof(*answer);
	struct nlattr *said;

	if (!(head->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(head->nlmsg_flags & NLM_F_CAPPED))
		fixed += (int)answer->msg.nlmsg_len - (int)NLMSG_HDRLEN;
	if (fixed >= (int)head->nlmsg_len)
		return;
	said = nla_find((struct nlattr *)((char *)(uintptr_t)head + NLMSG_ALIGN(fixed)),
			(int)head->nlmsg_len - NLMSG_ALIGN(fixed), NLMSGERR_ATTR_MSG);
	if (said)
		text_escape(nla_data(said), strnlen(nla_data(said), (size_t)nla_len(said)), n->said, sizeof(n->said));
}

static int refused(struct sockaddr_nl *from, struct nlmsgerr *answer, void *ctx)
{
	struct net_end *n = ctx;

	n->code = -answer->error;
	n->said[0] = '\0';
	said_read(n, answer);
	return NL_STOP;
}

static int end_connect(void *ctx, struct err *e)
{
	struct net_end *n = ctx;
	int r = nl_connect(n->sock, NETLINK_ROUTE);

	return r < 0 ? net_end_failed(n, r, e, "a netlink socket") : 0;
}

int net_end_open(struct net_end *n, const char *where, int netns, struct err *e)
{
	int r, on = 1;

	*n = (struct net_end){.where = where, .sock = nl_socket_alloc()};
	if (!n->sock)
		return fail(e, ENOMEM, "no memory for a netlink socket");
	nl_socket_modify_err_cb(n->sock, NL_CB_CUSTOM, refused, n);
	r = netns < 0 ? end_connect(n, e) : net_within(netns, end_connect, n, e);
	if (r < 0)
		return r;
	/* of old kernels only the errno is known */
	(void)setsockopt(nl_socket_get_fd(n->sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(nl_socket_get_fd(n->sock), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return 0;
}

void net_end_close(struct net_end *n)
{
	nl_socket_free(n->sock); /* takes NULL */
	n->sock = NULL;
}

int net_end_ask(struct net_end *n, struct nl_msg *m)
{
	n->code = 0;
	return nl_send_sync(n->sock, m);
}

/* Those that matter where libnl keeps the errno for itself. */
static int errno_of(int nle)
{
	switch (-nle) {
	case NLE_NOMEM:
		return ENOMEM;
	case NLE_EXIST:
		return EEXIST;
	case NLE_PERM:
		return EPERM;
	case NLE_NODEV:
	case NLE_OBJ_NOTFOUND:
		return ENODEV;
	case NLE_OPNOTSUPP:
		return EOPNOTSUPP;
	}
	return EIO;
}

int net_end_failed(struct net_end *n, int nle, struct err *e, const char *fmt, ...)
{
	const char *why = n->said[0] ? n->said : n->code ? strerror(n->code) : nl_geterror(nle);
	int code = n->code ? n->code : errno_of(nle);
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	fail(e, code, "%s: %s: %s", n->where, what, why);
	n->code = 0;
	n->said[0] = '\0';
	return -code;
}
