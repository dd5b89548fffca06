/* The texts of a group's keys net.… → its network. */
#include "net_read.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

static int __attribute__((format(printf, 3, 4))) net_fail(char *why, size_t size, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, size, fmt, args);
	va_end(args);
	return -EINVAL;
}

unsigned net_family_bytes(int family)
{
	return family == AF_INET ? 4 : 16;
}

static unsigned family_bits(int family)
{
	return net_family_bytes(family) * 8;
}

static bool bit_of(const struct net_address *a, unsigned i)
{
	return a->bytes.s6_addr[i / 8] >> (7 - i % 8) & 1;
}

bool net_address_within(const struct net_address *a, const struct net_address *network)
{
	if (a->family != network->family)
		return false;
	for (unsigned i = 0; i < network->prefix; i++)
		if (bit_of(a, i) != bit_of(network, i))
			return false;
	return true;
}

bool net_address_equal(const struct net_address *a, const struct net_address *b)
{
	return a->family == b->family && !memcmp(&a->bytes, &b->bytes, net_family_bytes(a->family));
}

bool net_address_listed(const struct net_address *a, const struct net_address *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (net_address_equal(&list[i], a) && list[i].prefix == a->prefix)
			return true;
	return false;
}

/* All bits after the first n. */
static bool rest_is(const struct net_address *a, unsigned n, bool set)
{
	for (unsigned i = n; i < family_bits(a->family); i++)
		if (bit_of(a, i) != set)
			return false;
	return true;
}

/* What no single host can have. */
static const char *use_of(const struct net_address *a)
{
	const uint8_t *b = a->bytes.s6_addr;

	if (a->family == AF_INET && b[0] == 127)
		return "is an address of loopback, which every namespace has";
	if (a->family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&a->bytes))
		return "is an address of loopback, which every namespace has";
	if (a->family == AF_INET ? b[0] >> 4 == 14 : b[0] == 0xff)
		return "is an address for many hosts";
	if (a->family == AF_INET ? !b[0] || b[0] >> 4 == 15 : rest_is(a, 0, false))
		return "is no address of a host";
	return NULL;
}

static int host_read(const char *text, struct net_address *ret)
{
	struct net_address a = {.family = strchr(text, ':') ? AF_INET6 : AF_INET};

	if (inet_pton(a.family, text, &a.bytes) != 1)
		return -EINVAL;
	a.prefix = family_bits(a.family);
	*ret = a;
	return 0;
}

/* "/24", the slash being given. The first and the last of an IPv4 network are nobody's, of two or fewer they
 * are hosts. */
static int prefix_read(const char *text, const char *slash, struct net_address *a, char *why, size_t size)
{
	unsigned bits = family_bits(a->family);
	uint64_t n;

	if (text_u64(slash + 1, &n) < 0 || !n || n > bits)
		return net_fail(why, size, "'%s' has no prefix from 1 to %u", TEXT_ESCAPED(text), bits);
	a->prefix = (unsigned)n;
	if (bits - n >= 2 && rest_is(a, a->prefix, false))
		return net_fail(why, size, "'%s' is the network itself; a host of it has another address",
		                TEXT_ESCAPED(text));
	if (a->family == AF_INET && bits - n >= 2 && rest_is(a, a->prefix, true))
		return net_fail(why, size, "'%s' is its network's address for all hosts", TEXT_ESCAPED(text));
	return 0;
}

/* "10.77.0.2/24"; of a gateway without the prefix. */
static int address_read(char *text, bool gateway, struct net_address *ret, char *why, size_t size)
{
	static const char *const forms[] = {"10.77.0.2/24 or fd00:77::2/64", "10.77.0.1 or fd00:77::1"};
	char host[256], *slash = strchr(text, '/');
	const char *use;

	snprintf(host, sizeof(host), "%.*s", slash ? (int)(slash - text) : (int)strlen(text), text);
	if (host_read(host, ret) < 0)
		return net_fail(why, size, "'%s' is not an address (like %s)", TEXT_ESCAPED(text),
		                forms[gateway]);
	if (gateway && slash)
		return net_fail(why, size, "'%s' has a prefix; a gateway is one address alone (%s)",
		                TEXT_ESCAPED(text), host);
	if (!gateway && !slash)
		return net_fail(why, size, "'%s' lacks the prefix of its network (like %s/%u)", text, text,
		                ret->family == AF_INET ? 24 : 64);
	use = use_of(ret);
	if (use)
		return net_fail(why, size, "'%s' %s", TEXT_ESCAPED(text), use);
	return slash ? prefix_read(text, slash, ret, why, size) : 0;
}

/* A second one of a family is a second gateway. */
static int gateway_add(const char *text, const struct net_address *a, struct net *ret, char *why, size_t size)
{
	if (ret->n_gateways && (ret->n_gateways == 2 || ret->gateways[0].family == a->family))
		return net_fail(why, size, "'%s' is a second gateway for %s", text,
		                a->family == AF_INET ? "IPv4" : "IPv6");
	ret->gateways[ret->n_gateways++] = *a;
	return 0;
}

static int address_add(const char *text, const struct net_address *a, struct net *ret, char *why, size_t size)
{
	for (unsigned i = 0; i < ret->n_addresses; i++)
		if (net_address_equal(&ret->addresses[i], a))
			return net_fail(why, size, "'%s' stands there twice", text);
	if (ret->n_addresses == NET_ADDRESSES_MAX)
		return net_fail(why, size, "'%s' is one too many; at most %u", text, NET_ADDRESSES_MAX);
	ret->addresses[ret->n_addresses++] = *a;
	return 0;
}

static int addresses_read(const char *text, bool gateways, struct arena *arena, struct net *ret, char *why,
                          size_t size)
{
	char *rest = arena_strdup(arena, text);
	int r = 0;

	if (!strcmp(text, "none"))
		return 0;
	for (char *one; !r && (one = strsep(&rest, ","));) {
		struct net_address a = { 0 };

		r = address_read(one, gateways, &a, why, size);
		if (!r)
			r = gateways ? gateway_add(one, &a, ret, why, size)
			             : address_add(one, &a, ret, why, size);
	}
	return r;
}

/* What the kernel takes for one, and people can mean. */
static bool is_interface(const char *s)
{
	size_t len = strlen(s);

	return len && len < IFNAMSIZ && strcmp(s, ".") && strcmp(s, "..") && !s[strcspn(s, "/: \t")];
}

static int mode_read(const char *text, struct arena *arena, struct net *ret, char *why, size_t size)
{
	static const char *const words[] = {"veth", "none", "macvlan:"};
	const char *interface = !strncmp(text, "macvlan:", 8) ? text + 8 : NULL;
	const char *meant = text_suggest(text, words, 3);

	if (!strcmp(text, "veth") || !strcmp(text, "none")) {
		ret->mode = *text == 'v' ? NET_VETH : NET_NONE;
		return 0;
	}
	if (!strcmp(text, "macvlan") || (interface && !*interface))
		return net_fail(why, size, "'%s' lacks its interface (like macvlan:eth0)", text);
	if (interface && !is_interface(interface))
		return net_fail(why, size, "'%s' is no name of an interface", TEXT_ESCAPED(interface));
	if (!interface && meant)
		return net_fail(why, size, "'%s' is not understood; did you mean '%s'?", TEXT_ESCAPED(text),
		                meant);
	if (!interface)
		return net_fail(why, size, "'%s' is neither veth nor none nor macvlan:INTERFACE",
		                TEXT_ESCAPED(text));
	ret->mode = NET_MACVLAN;
	ret->interface = arena_strdup(arena, interface);
	return 0;
}

int net_read(enum key key, const char *text, struct arena *arena, struct net *ret, char *why, size_t size)
{
	if (key == KEY_NET_MODE)
		return mode_read(text, arena, ret, why, size);
	return addresses_read(text, key == KEY_NET_GATEWAY, arena, ret, why, size);
}
