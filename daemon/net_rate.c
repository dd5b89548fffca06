/* How fast a link sends: an HTB qdisc with one class, and a queue of bytes in it. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "net_parts.h"
#include "text_rate.h"

/*
 * Why HTB and not TBF: packets come as a burst of up to 64 KiB that the card, or here the other end of the pair, takes
 * apart (GSO). HTB lets it pass and then waits as long as it was too much. TBF needs a bucket of 64 KiB, half a second at
 * 1 Mbit, or takes it apart itself, where it counts other bytes.
 *
 * What counts are bytes of IP packets: a size table takes off the 14 bytes of Ethernet. Of a burst it counts the headers
 * once, so that TCP's own throughput is 99.9 % of the limit where bursts stay whole, and 96.5 % (IPv4) or 95.2 % (IPv6)
 * where they come as packets of 1,500 bytes.
 */
#define ETHERNET_BYTES 14

#define QDISC	TC_H_MAKE(0xc690U << 16, 0)
#define CLASS	TC_H_MAKE(0xc690U << 16, 1)
#define QUEUE	TC_H_MAKE(0xc691U << 16, 0)

#define TICK_NS 64 /* PSCHED_SHIFT, the unit of buffers */
#define NS_PER_S UINT64_C(1000000000)

/* The longest that a timer may be late, on a machine of few and busy CPUs, without a loss of rate. */
#define BURST_MS 8
/* The queue is as long as this takes at the rate, as tc's manual page has it, and two bursts of GSO. */
#define QUEUE_MS 50
#define QUEUE_LEAST_BYTES (128U << 10)

#define RATE_LEAST_BYTES 1000U /* 8 kbit: below that a burst of GSO, 64 KiB, is more than the debt of 60 s that HTB keeps */

struct rate {
	uint64_t bytes; /* a second; 0: no limit of ours */
	uint32_t burst_ticks, queue_bytes;
	bool counts_ip; /* as we count */
};

/* burst: two packets at least, so that one can wait for its turn while another goes. */
static struct rate rate_of(uint64_t bytes, unsigned mtu)
{
	uint64_t burst_ns = BURST_MS * UINT64_C(1000000) + 2 * (uint64_t)(mtu + ETHERNET_BYTES) * NS_PER_S / bytes;
	uint64_t queue = QUEUE_LEAST_BYTES + bytes / 1000 * QUEUE_MS;

	return (struct rate){.bytes = bytes,
			     .burst_ticks = (uint32_t)(burst_ns / TICK_NS),
			     .queue_bytes = queue > UINT32_MAX ? UINT32_MAX : (uint32_t)queue,
			     .counts_ip = true};
}

struct look {
	int index;
	bool has_qdisc, has_class, has_queue;
	struct rate rate;
};

static void class_read(struct nlattr *options, struct rate *ret)
{
	struct nlattr *at[TCA_HTB_MAX + 1];
	const struct tc_htb_opt *o;

	if (nla_parse_nested(at, TCA_HTB_MAX, options, NULL) < 0 || !at[TCA_HTB_PARMS] ||
	    nla_len(at[TCA_HTB_PARMS]) < (int)sizeof(*o))
		return;
	o = nla_data(at[TCA_HTB_PARMS]);
	ret->bytes = at[TCA_HTB_CEIL64] ? nla_get_u64(at[TCA_HTB_CEIL64]) : o->ceil.rate;
	ret->burst_ticks = o->cbuffer;
}

static void size_table_read(struct nlattr *table, struct rate *ret)
{
	struct nlattr *at[TCA_STAB_MAX + 1];
	const struct tc_sizespec *s;

	if (nla_parse_nested(at, TCA_STAB_MAX, table, NULL) < 0 || !at[TCA_STAB_BASE] ||
	    nla_len(at[TCA_STAB_BASE]) < (int)sizeof(*s))
		return;
	s = nla_data(at[TCA_STAB_BASE]);
	ret->counts_ip = s->overhead == -ETHERNET_BYTES && !s->tsize;
}

static void queue_read(struct nlattr *options, struct rate *ret)
{
	if (options && nla_len(options) >= (int)sizeof(struct tc_fifo_qopt))
		ret->queue_bytes = ((const struct tc_fifo_qopt *)nla_data(options))->limit;
}

/* Qdiscs and classes have one form. */
static int part_read(struct nl_msg *m, void *ctx)
{
	struct nlmsghdr *head = nlmsg_hdr(m);
	struct look *l = ctx;
	struct nlattr *at[TCA_MAX + 1];
	const struct tcmsg *tc = nlmsg_data(head);
	const char *kind;

	if (!nlmsg_valid_hdr(head, sizeof(*tc)) || nlmsg_parse(head, sizeof(*tc), at, TCA_MAX, NULL) < 0 ||
	    tc->tcm_ifindex != l->index || !at[TCA_KIND])
		return NL_OK;
	kind = nla_get_string(at[TCA_KIND]);
	if (head->nlmsg_type == RTM_NEWTCLASS && tc->tcm_handle == CLASS && at[TCA_OPTIONS]) {
		l->has_class = true;
		class_read(at[TCA_OPTIONS], &l->rate);
	} else if (tc->tcm_handle == QDISC && tc->tcm_parent == TC_H_ROOT && !strcmp(kind, "htb")) {
		l->has_qdisc = true;
		if (at[TCA_STAB])
			size_table_read(at[TCA_STAB], &l->rate);
	} else if (tc->tcm_handle == QUEUE && tc->tcm_parent == CLASS && !strcmp(kind, "bfifo")) {
		l->has_queue = true;
		queue_read(at[TCA_OPTIONS], &l->rate);
	}
	return NL_OK;
}

static int dump(struct net_end *n, int type, struct look *l, struct err *e)
{
	struct tcmsg tc = {.tcm_family = AF_UNSPEC, .tcm_ifindex = l->index};
	int r;

	r = nl_send_simple(n->sock, type, NLM_F_DUMP, &tc, sizeof(tc));
	nl_socket_modify_cb(n->sock, NL_CB_VALID, NL_CB_CUSTOM, part_read, l);
	if (r >= 0)
		r = nl_recvmsgs_default(n->sock);
	nl_socket_modify_cb(n->sock, NL_CB_VALID, NL_CB_DEFAULT, NULL, NULL);
	return r < 0 ? net_end_failed(n, r, e, "qdiscs") : 0;
}

static int rate_see(struct net_end *n, int index, struct look *ret, struct err *e)
{
	int r;

	*ret = (struct look){.index = index};
	r = dump(n, RTM_GETQDISC, ret, e);
	if (r >= 0 && ret->has_qdisc)
		r = dump(n, RTM_GETTCLASS, ret, e);
	if (!ret->has_qdisc || !ret->has_class)
		ret->rate.bytes = 0;
	return r;
}

static struct nl_msg *part_begin(int type, int flags, int index, uint32_t parent, uint32_t handle, const char *kind)
{
	struct tcmsg tc = {.tcm_family = AF_UNSPEC, .tcm_ifindex = index, .tcm_parent = parent, .tcm_handle = handle};
	struct nl_msg *m = nlmsg_alloc_simple(type, flags);

	if (m && nlmsg_append(m, &tc, sizeof(tc), NLMSG_ALIGNTO) >= 0 && nla_put_string(m, TCA_KIND, kind) >= 0)
		return m;
	nlmsg_free(m); /* takes NULL */
	return NULL;
}

static int qdisc_put(struct net_end *n, int index)
{
	struct tc_htb_glob glob = {.version = 3, .rate2quantum = 10, .defcls = TC_H_MIN(CLASS)};
	struct tc_sizespec size = {.overhead = -ETHERNET_BYTES, .linklayer = TC_LINKLAYER_ETHERNET};
	struct nl_msg *m = part_begin(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, index, TC_H_ROOT, QDISC, "htb");
	struct nlattr *nest;

	if (!m)
		return -NLE_NOMEM;
	nest = nla_nest_start(m, TCA_STAB);
	nla_put(m, TCA_STAB_BASE, sizeof(size), &size);
	nla_nest_end(m, nest);
	nest = nla_nest_start(m, TCA_OPTIONS);
	nla_put(m, TCA_HTB_INIT, sizeof(glob), &glob);
	nla_nest_end(m, nest);
	return net_end_ask(n, m);
}

/* With a link layer named, the kernel needs no table of rates. */
static int class_put(struct net_end *n, int index, const struct rate *rate)
{
	uint32_t low = rate->bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)rate->bytes;
	struct tc_htb_opt o = {.rate = {.linklayer = TC_LINKLAYER_ETHERNET, .rate = low},
			       .ceil = {.linklayer = TC_LINKLAYER_ETHERNET, .rate = low},
			       .buffer = rate->burst_ticks,
			       .cbuffer = rate->burst_ticks,
			       .quantum = 60000}; /* for sharing between classes: there is one */
	struct nl_msg *m = part_begin(RTM_NEWTCLASS, NLM_F_CREATE | NLM_F_REPLACE, index, QDISC, CLASS, "htb");
	struct nlattr *nest;

	if (!m)
		return -NLE_NOMEM;
	nest = nla_nest_start(m, TCA_OPTIONS);
	nla_put(m, TCA_HTB_PARMS, sizeof(o), &o);
	if (rate->bytes > UINT32_MAX) {
		nla_put_u64(m, TCA_HTB_RATE64, rate->bytes);
		nla_put_u64(m, TCA_HTB_CEIL64, rate->bytes);
	}
	nla_nest_end(m, nest);
	return net_end_ask(n, m);
}

/* Of bytes: by packets, it would hold 1,000 bursts of 64 KiB. */
static int queue_put(struct net_end *n, int index, const struct rate *rate)
{
	struct tc_fifo_qopt o = {.limit = rate->queue_bytes};
	struct nl_msg *m = part_begin(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, index, CLASS, QUEUE, "bfifo");

	if (!m)
		return -NLE_NOMEM;
	nla_put(m, TCA_OPTIONS, sizeof(o), &o);
	return net_end_ask(n, m);
}

static int qdisc_delete(struct net_end *n, int index)
{
	struct nl_msg *m = part_begin(RTM_DELQDISC, 0, index, TC_H_ROOT, QDISC, "htb");

	return m ? net_end_ask(n, m) : -NLE_NOMEM;
}

static bool is_as_wanted(const struct look *l, const struct rate *want)
{
	return l->has_qdisc && l->has_class && l->has_queue && l->rate.bytes == want->bytes && l->rate.counts_ip &&
	       l->rate.burst_ticks == want->burst_ticks && l->rate.queue_bytes == want->queue_bytes;
}

/* What is there and right is changed, not replaced: packets in the queue, and who waits for them, notice nothing. */
static int rate_set(struct net_end *n, const struct look *l, const struct rate *want)
{
	int r = 0;

	if (!want->bytes)
		return qdisc_delete(n, l->index);
	if (!l->has_qdisc || !l->rate.counts_ip)
		r = qdisc_put(n, l->index);
	if (r >= 0)
		r = class_put(n, l->index, want);
	return r < 0 ? r : queue_put(n, l->index, want);
}

static char *rate_text(uint64_t bytes)
{
	return bytes ? text_rate_show(bytes * 8) : must_strdup("none");
}

static bool rate_due(struct net_work *w, const char *where, const char *name, uint64_t now, uint64_t wanted)
{
	auto_free char *is = rate_text(now), *shall = rate_text(wanted);

	if (now == wanted)
		return net_due(w, "%s: the limit of %s is set up in another way", where, name);
	return net_due(w, "%s: the limit of %s: %s, wanted: %s", where, name, is, shall);
}

static int rate_change(struct net_work *w, struct net_end *n, const char *name, struct look *l,
		       const struct rate *want, struct err *e)
{
	bool was_there = l->has_qdisc;
	int r;

	if (!rate_due(w, n->where, name, l->rate.bytes, want->bytes))
		return 0;
	r = rate_set(n, l, want);
	if (r < 0)
		net_end_failed(n, r, e, "the limit of %s", name);
	/* a qdisc without its class passes everything, and says that there is a limit */
	if (r < 0 && !was_there)
		qdisc_delete(n, l->index);
	return r < 0 ? r : rate_see(n, l->index, l, e);
}

int net_rate(struct net_work *w, struct net_end *n, const char *name, uint64_t bytes, uint64_t *ret, struct err *e)
{
	struct rate want = {0};
	struct net_link link = {0};
	struct look l;
	int r = net_link_see(n, name, &link, e);

	if (r <= 0)
		return r < 0 ? r : fail(e, ENODEV, "%s: %s is gone", n->where, name);
	if (bytes && bytes < RATE_LEAST_BYTES)
		return fail(e, EINVAL, "less than 8 kbit a second is no rate that packets can keep");
	if (bytes)
		want = rate_of(bytes, link.mtu);
	r = rate_see(n, link.index, &l, e);
	if (r >= 0 && (bytes ? !is_as_wanted(&l, &want) : l.has_qdisc))
		r = rate_change(w, n, name, &l, &want, e);
	*ret = l.rate.bytes;
	return r;
}
