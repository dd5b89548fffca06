/*
 * Masquerading: one table of nftables per group, for what its addresses send through other links than its own. The only
 * file that knows libnftables, which is loaded when the first group needs it: cgqd runs where it is missing.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <nftables/libnftables.h>

#include <cgq/auto.h>

#include "net_parts.h"
#include "text.h"

#define LIBRARY "libnftables.so.1"

#define CALL_TABLE(X)                                                                                                \
	X(nft_ctx_new)                                                                                               \
	X(nft_ctx_free)                                                                                              \
	X(nft_ctx_output_set_flags)                                                                                  \
	X(nft_ctx_buffer_output)                                                                                     \
	X(nft_ctx_get_output_buffer)                                                                                 \
	X(nft_ctx_buffer_error)                                                                                      \
	X(nft_ctx_get_error_buffer)                                                                                  \
	X(nft_run_cmd_from_buffer)

struct nft {
#define X(call) __typeof__(&call) call;
	CALL_TABLE(X)
#undef X
	struct nft_ctx *ctx;
};

static void nft_close(struct nft *n)
{
	if (n->ctx)
		n->nft_ctx_free(n->ctx);
}

static int nft_open(struct nft *n, struct err *e)
{
	/* stays once it is there: loading takes longer than all that it does for us */
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	*n = (struct nft){0};
	if (!library)
		return fail(e, EOPNOTSUPP, LIBRARY " is not installed, or cannot be loaded");
#define X(call)                                                                                                      \
	n->call = (__typeof__(n->call))dlsym(library, #call);                                                        \
	if (!n->call)                                                                                                \
		return fail(e, EOPNOTSUPP, LIBRARY " has no " #call "()");
	CALL_TABLE(X)
#undef X
	n->ctx = n->nft_ctx_new(NFT_CTX_DEFAULT);
	if (!n->ctx || n->nft_ctx_buffer_output(n->ctx) || n->nft_ctx_buffer_error(n->ctx))
		return fail(e, ENOMEM, "no memory for nftables");
	/* as the text that is compared has it */
	n->nft_ctx_output_set_flags(n->ctx, NFT_CTX_OUTPUT_STATELESS | NFT_CTX_OUTPUT_NUMERIC_PRIO);
	return 0;
}

static int nft_do(struct nft *n, const char *text, struct err *e)
{
	const char *said;

	if (!n->nft_run_cmd_from_buffer(n->ctx, text))
		return 0;
	said = n->nft_ctx_get_error_buffer(n->ctx);
	return fail(e, EIO, "nftables: %.*s", (int)strcspn(said, "\n"), said);
}

/* Asked by hand: most groups have no such table, and then the library need not be loaded. */
static bool table_is_there(const char *name)
{
	struct nfgenmsg family = {.nfgen_family = NFPROTO_INET};
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_msg *m = nlmsg_alloc_simple(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE, NLM_F_ACK);
	bool ret = false;

	if (sock && m && nl_connect(sock, NETLINK_NETFILTER) >= 0 &&
	    nlmsg_append(m, &family, sizeof(family), NLMSG_ALIGNTO) >= 0 &&
	    nla_put_string(m, NFTA_TABLE_NAME, name) >= 0 && nl_send_auto(sock, m) >= 0)
		ret = nl_recvmsgs_default(sock) >= 0;
	nlmsg_free(m);
	nl_socket_free(sock);
	return ret;
}

struct text {
	char at[4096];
	size_t len;
};

static void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void text_add(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	t->len += (size_t)vsnprintf(t->at + t->len, sizeof(t->at) - t->len, fmt, ap);
	va_end(ap);
}

/* Exactly as nft lists it, since that is how a difference is known. Eight rules of less than 150 bytes fit. */
static void table_text(const struct starter_net *q, struct text *ret)
{
	const struct net *net = q->net;

	*ret = (struct text){0};
	text_add(ret, "table inet %s {\n\tchain postrouting {\n"
		      "\t\ttype nat hook postrouting priority 100; policy accept;\n", q->link);
	for (unsigned i = 0; i < net->n_addresses; i++) {
		char address[INET6_ADDRSTRLEN] = "";

		inet_ntop(net->addresses[i].family, &net->addresses[i].bytes, address, sizeof(address));
		text_add(ret, "\t\t%s saddr %s oifname != \"%s\" masquerade\n",
			 net->addresses[i].family == AF_INET ? "ip" : "ip6", address, q->link);
	}
	text_add(ret, "\t}\n}\n");
}

static int table_is(struct nft *n, const char *link, const char *want, struct err *e)
{
	char ask[64];
	int r;

	snprintf(ask, sizeof(ask), "list table inet %s", link);
	r = nft_do(n, ask, e);
	return r < 0 ? r : !strcmp(n->nft_ctx_get_output_buffer(n->ctx), want);
}

/* In one transaction: there is no moment without it. Connections keep the address they have been given. */
static int table_put(struct nft *n, const char *link, const char *want, struct err *e)
{
	char text[sizeof(struct text) + 128];

	snprintf(text, sizeof(text), "add table inet %s\ndelete table inet %s\n%s", link, link, want);
	return nft_do(n, text, e);
}

static int table_converge(struct net_work *w, struct nft *n, bool is_there, struct err *e)
{
	struct text want;
	int r = 0;

	table_text(w->q, &want);
	if (is_there)
		r = table_is(n, w->q->link, want.at, e);
	if (r != 0) /* as wanted, or unknown */
		return r < 0 ? r : 0;
	if (!net_due(w, "outside: nftables' table inet %s is %s", w->q->link, is_there ? "another" : "missing"))
		return 0;
	return table_put(n, w->q->link, want.at, e);
}

static bool is_wanted(const struct net *net)
{
	return net->masquerade && net->mode == NET_VETH && net->n_addresses;
}

static int table_delete(const char *link, struct err *e)
{
	struct nft n;
	char text[64];
	int r = nft_open(&n, e);

	snprintf(text, sizeof(text), "delete table inet %s", link);
	if (r >= 0 && n.ctx)
		r = nft_do(&n, text, e);
	nft_close(&n);
	return r;
}

int net_masquerade(struct net_work *w, struct err *e)
{
	bool is_there = table_is_there(w->q->link);
	struct nft n;
	int r;

	if (!is_wanted(w->q->net))
		return is_there && net_due(w, "outside: nftables' table inet %s is not wanted", w->q->link)
			       ? table_delete(w->q->link, e)
			       : 0;
	r = nft_open(&n, e);
	if (r >= 0 && n.ctx)
		r = table_converge(w, &n, is_there, e);
	nft_close(&n);
	return r;
}

int net_masquerade_forget(const char *link, struct err *e)
{
	return table_is_there(link) ? table_delete(link, e) : 0;
}
