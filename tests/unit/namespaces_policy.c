/* Namespaces and networks of groups, as the policy has them: what they mean, and what only shows with several
 * lines. */
#include "policy_help.h"

#include <arpa/inet.h>

#include "group_namespaces.h"
#include "namespaces_read.h"
#include "policy_check.h"

/* One value after "KEY = " in [g], and what is said of it. */
static const struct {
	const char *key, *value, *expected;
} hostile_values[] = {
        {"namespace", "nett", "'nett' is no namespace; did you mean 'net'?"},
        {"namespace", "user",
         "'user' is no namespace (net, pid, ipc, uts, mount, with blanks between several)"},
        {"namespace", "net,ipc",
         "'net,ipc' is no namespace (net, pid, ipc, uts, mount, with blanks between several)"},
        {"namespace", "net none",
         "'none' is no namespace (net, pid, ipc, uts, mount, with blanks between several)"},
        {"namespace", "NET",
         "'NET' is no namespace (net, pid, ipc, uts, mount, with blanks between several)"},
        {"namespace", "mnt", "'mnt' is no namespace; did you mean 'net'?"},
        {"namespace", "net pid net:new", "'net' stands there twice"},
        {"namespace", "pid:nwe", "'pid:nwe' is not understood; did you mean 'pid:new'?"},
        {"namespace", "pid:", "'pid:' is not understood (pid, pid:new or pid:path:/...)"},
        {"namespace", "pid:new:x", "'pid:new:x' is not understood; did you mean 'pid:new'?"},
        {"namespace", "net:/run/netns/x",
         "'net:/run/netns/x' is not understood (net, net:new or net:path:/...)"},
        {"namespace", "net:path:", "'net:path:' has no absolute path (like net:path:/run/netns/x)"},
        {"namespace", "net:path:run/x", "'net:path:run/x' has no absolute path (like net:path:/run/netns/x)"},
        {"namespace", "net\xff", "'net\\xff' is no namespace; did you mean 'net'?"},
        {"namespace", "pid mount:path:/x",
         "pid comes with mounts of its own, so that mount:path: cannot stand beside it"},
        {"net.mode", "vteh", "'vteh' is not understood; did you mean 'veth'?"},
        {"net.mode", "bridge", "'bridge' is neither veth nor none nor macvlan:INTERFACE"},
        {"net.mode", "macvlan", "'macvlan' lacks its interface (like macvlan:eth0)"},
        {"net.mode", "macvlan:", "'macvlan:' lacks its interface (like macvlan:eth0)"},
        {"net.mode", "macvlan:..", "'..' is no name of an interface"},
        {"net.mode", "macvlan:a/b", "'a/b' is no name of an interface"},
        {"net.mode", "macvlan:sixteen-bytes-00", "'sixteen-bytes-00' is no name of an interface"},
        {"net.address", "10.77.0.2", "'10.77.0.2' lacks the prefix of its network (like 10.77.0.2/24)"},
        {"net.address", "fd00::2", "'fd00::2' lacks the prefix of its network (like fd00::2/64)"},
        {"net.address", "10.77.0/24", "'10.77.0/24' is not an address (like 10.77.0.2/24 or fd00:77::2/64)"},
        {"net.address", "10.77.0.02/24",
         "'10.77.0.02/24' is not an address (like 10.77.0.2/24 or fd00:77::2/64)"},
        {"net.address", "/24", "'/24' is not an address (like 10.77.0.2/24 or fd00:77::2/64)"},
        {"net.address", "10.77.0.2/24,", "'' is not an address (like 10.77.0.2/24 or fd00:77::2/64)"},
        {"net.address", "10.77.0.2/24, 10.77.0.3/24",
         "' 10.77.0.3/24' is not an address (like 10.77.0.2/24 or fd00:77::2/64)"},
        {"net.address", "10.77.0.2/33", "'10.77.0.2/33' has no prefix from 1 to 32"},
        {"net.address", "10.77.0.2/0", "'10.77.0.2/0' has no prefix from 1 to 32"},
        {"net.address", "10.77.0.2/+8", "'10.77.0.2/+8' has no prefix from 1 to 32"},
        {"net.address", "10.77.0.2/24/8", "'10.77.0.2/24/8' has no prefix from 1 to 32"},
        {"net.address", "fd00::2/129", "'fd00::2/129' has no prefix from 1 to 128"},
        {"net.address", "10.77.0.0/24",
         "'10.77.0.0/24' is the network itself; a host of it has another address"},
        {"net.address", "fd00::/64", "'fd00::/64' is the network itself; a host of it has another address"},
        {"net.address", "10.77.0.255/24", "'10.77.0.255/24' is its network's address for all hosts"},
        {"net.address", "127.0.0.2/8", "'127.0.0.2/8' is an address of loopback, which every namespace has"},
        {"net.address", "::1/128", "'::1/128' is an address of loopback, which every namespace has"},
        {"net.address", "224.0.0.1/24", "'224.0.0.1/24' is an address for many hosts"},
        {"net.address", "ff02::1/64", "'ff02::1/64' is an address for many hosts"},
        {"net.address", "0.0.0.0/8", "'0.0.0.0/8' is no address of a host"},
        {"net.address", "::/1", "'::/1' is no address of a host"},
        {"net.address", "10.77.0.2/24,10.77.0.2/16", "'10.77.0.2/16' stands there twice"},
        {"net.address",
         "10.0.0.1/8,10.0.0.2/8,10.0.0.3/8,10.0.0.4/8,10.0.0.5/8,10.0.0.6/8,10.0.0.7/8,10.0.0.8/8,10.0.0.9/8",
         "'10.0.0.9/8' is one too many; at most 8"},
        {"net.gateway", "10.77.0.1/24",
         "'10.77.0.1/24' has a prefix; a gateway is one address alone (10.77.0.1)"},
        {"net.gateway", "10.77.0.1,10.77.0.2", "'10.77.0.2' is a second gateway for IPv4"},
        {"net.gateway", "10.77.0.1,fd00::1,fd00::2", "'fd00::2' is a second gateway for IPv6"},
        {"net.gateway", "gw.example", "'gw.example' is not an address (like 10.77.0.1 or fd00:77::1)"},
        {"net.out", "100mbit", "'100mbit' is not a rate (like 100Mbit or max)"},
        {"net.out", "100M", "'100M' is not a rate (like 100Mbit or max)"},
        {"net.out", "100", "'100' is not a rate (like 100Mbit or max)"},
        {"net.out", "Mbit", "'Mbit' is not a rate (like 100Mbit or max)"},
        {"net.out", "1 Mbit", "'1 Mbit' is not a rate (like 100Mbit or max)"},
        {"net.out", "50%", "'50%' is not a rate (like 100Mbit or max)"},
        {"net.in", "7.999kbit", "'7.999kbit' is out of range (8kbit to 1000Gbit, or max)"},
        {"net.in", "1000.001Gbit", "'1000.001Gbit' is out of range (8kbit to 1000Gbit, or max)"},
        {"net.in", "99999999999999999999Gbit",
         "'99999999999999999999Gbit' is out of range (8kbit to 1000Gbit, or max)"},
        {"net.in", "18446744073709551Gbit",
         "'18446744073709551Gbit' is out of range (8kbit to 1000Gbit, or max)"},
        {"net.in", "1Mbit..2Mbit", "'1Mbit..2Mbit' is a range; it takes one value"},
        {"net.masquerade", "nat", "'nat' is neither yes nor no"},
};

static void a_value_that_is_not_understood_gets_one_clear_line(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(hostile_values); i++) {
		auto_free char *text =
		        must_printf("[g]\n%s = %s\n", hostile_values[i].key, hostile_values[i].value);
		auto_free char *expected =
		        must_printf("a.conf:2: %s: %s\n", hostile_values[i].key, hostile_values[i].expected);

		help_expect_faults(text, expected);
	}
}

static const struct {
	const char *text;
	enum namespace_mode modes[NAMESPACE__COUNT];
	const char *path; /* of net */
} spaces[] = {
        {"net", {NAMESPACE_GROUP}, NULL},
        {"mount uts", {[NAMESPACE_MOUNT] = NAMESPACE_GROUP, [NAMESPACE_UTS] = NAMESPACE_GROUP}, NULL},
        {"pid:new\tipc:group", {[NAMESPACE_PID] = NAMESPACE_NEW, [NAMESPACE_IPC] = NAMESPACE_GROUP}, NULL},
        {"net:path:/run/a:b/../c", {NAMESPACE_PATH}, "/run/a:b/../c"},
        {"none", {0}, NULL},
};

static void each_word_is_one_namespace(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(spaces); i++) {
		auto_free char *text = must_printf("[g]\nnamespace = %s\n[g/child]\n", spaces[i].text);
		struct policy *p = help_policy(text);
		const struct namespaces *n = &p->groups[0].namespaces;

		for (unsigned k = 0; k < NAMESPACE__COUNT; k++)
			assert_int_equal(n->modes[k], spaces[i].modes[k]);
		assert_int_equal(!n->paths[NAMESPACE_NET], !spaces[i].path);
		if (spaces[i].path)
			assert_string_equal(n->paths[NAMESPACE_NET], spaces[i].path);
		assert_false(namespaces_any(&p->groups[1].namespaces)); /* no child has it from above */
		policy_free(p);
	}
}

static void a_network_is_taken_to_the_last_bit(void **state)
{
	struct policy *p = help_policy(
	        "[g]\nnamespace = net\nnet.mode = macvlan:eth0.5\nnet.address = fd00:77::2/64,10.77.0.2/24\n"
	        "net.gateway = fd00:77::1,10.77.0.1\nnet.masquerade = yes\nnet.out = 100Mbit\nnet.in = max\n");
	const struct net *net = p->groups[0].net;
	char text[INET6_ADDRSTRLEN];

	assert_int_equal(net->mode, NET_MACVLAN);
	assert_string_equal(net->interface, "eth0.5");
	assert_int_equal(net->n_addresses, 2);
	assert_int_equal(net->addresses[0].family, AF_INET6);
	assert_int_equal(net->addresses[0].prefix, 64);
	assert_string_equal(inet_ntop(AF_INET, &net->addresses[1].bytes, text, sizeof(text)), "10.77.0.2");
	assert_int_equal(net->n_gateways, 2);
	assert_string_equal(inet_ntop(AF_INET6, &net->gateways[0].bytes, text, sizeof(text)), "fd00:77::1");
	assert_int_equal(net->gateways[1].prefix, 32);
	assert_true(net->masquerade);
	assert_int_equal(net->out_bytes, 12500000);
	assert_int_equal(net->in_bytes, 0);
	policy_free(p);
}

struct row {
	const char *a, *b; /* texts of a.conf and b.conf */
	const char *expected;
};

static const struct row laws[] = {
        {"[g]\nnet.address = 10.77.0.2/24\nnet.gateway = 10.77.1.1\n", NULL,
         "a.conf:3: net.gateway: '10.77.1.1' is in no network of net.address ('10.77.0.2/24')\n"},
        {"[g]\nnet.gateway = 10.77.1.1\nnet.address = 10.77.0.2/24\n", NULL,
         "a.conf:3: net.address: with '10.77.0.2/24' the gateway '10.77.1.1' is in no network of net.address\n"},
        {"[g]\nnet.gateway = 10.77.0.1\nnet.address = 10.77.0.2/24\n", "[g]\nnet.address = 10.77.0.2/32\n",
         "b.conf:2: net.address: with '10.77.0.2/32' the gateway '10.77.0.1' is in no network of net.address\n"},
        {"[g]\nnet.address = 10.77.0.1/24\nnet.gateway = 10.77.0.1\n", NULL,
         "a.conf:3: net.gateway: '10.77.0.1' is the group's own net.address ('10.77.0.1/24')\n"},
        {"[g]\nnet.address = 10.77.0.2/24\nnet.gateway = fd00::1\n", NULL,
         "a.conf:3: net.gateway: 'fd00::1' is in no network of net.address ('10.77.0.2/24')\n"},
        {"[g]\nnet.address = fd00:77::2/64\nnet.gateway = fe80::1\n", NULL, ""}, /* on the link itself */
        {"[g]\nnet.address = 10.77.0.2/24\nnet.gateway = 10.77.1.1\n", "[g]\nnet.gateway = none\n", ""},
        {"[g]\nnet.gateway = 10.77.1.1\n", NULL, ""}, /* that is warned of */
        {"[z]\nnet.address = 10.77.0.2/24\n", "[a]\nnet.address = 10.77.0.3/24,10.77.0.2/16\n",
         "b.conf:2: net.address: '10.77.0.2' is that of [z] already\n"},
        {"[z]\nnet.address = ::ffff:10.0.0.1/96\n", "[a]\nnet.address = 10.0.0.1/8\n", ""},
        {"[z]\nnet.address = fd00::2/64\n[a]\nnet.address = fd00:0::2/64\n", NULL,
         "a.conf:4: net.address: 'fd00::2' is that of [z] already\n"}, /* however it is written */
        {"[z]\nnet.address = 10.77.0.2/24\n[a]\nnet.address = 10.77.0.2/24\n", "[z]\nnet.address = none\n",
         ""},
};

static void a_network_that_cannot_be_is_charged_to_the_line_that_makes_it_so(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(laws); i++) {
		auto_free char *told = help_told(laws[i].a, laws[i].b, policy_check);

		assert_string_equal(told, laws[i].expected);
	}
}

static const struct row doubts[] = {
        {"[g]\nmatch = name:x\nnet.address = 10.0.0.1/8\n", NULL,
         "a.conf:3: warning: net.address: does nothing without 'net' in namespace\n"},
        {"[g]\nmatch = name:x\nnamespace = net\nnet.out = 1Mbit\n", NULL,
         "a.conf:4: warning: net.out: does nothing without a net.address\n"},
        {"[g]\nmatch = name:x\nnamespace = net\nnet.mode = macvlan:eth0\nnet.out = 1Mbit\n", NULL, ""},
        {"[g]\nmatch = name:x\nnamespace = net\nnet.mode = none\nnet.out = 1Mbit\n", NULL,
         "a.conf:5: warning: net.out: does nothing: net.mode = none leaves loopback alone\n"},
        {"[g]\nmatch = name:x\nnamespace = net:path:/x\nnet.mode = veth\n", NULL,
         "a.conf:4: warning: net.mode: does nothing: a namespace of a path keeps the network that it has\n"},
        {"[g]\nmatch = name:x\nnamespace = net:new\nnet.address = 10.0.0.1/8\n", NULL,
         "a.conf:4: warning: net.address: with net:new each start has a network, and only one at a time can have "
         "'10.0.0.1/8'\n"},
        {"[g]\nmatch = name:x\nnet.masquerade = no\nnet.out = max\nnet.address = none\n", NULL,
         ""},                                            /* asks for nothing */
        {"[g]\nnamespace = net\ntasks = 5\n", NULL, ""}, /* what needs no match: programs are started in it */
};

static void what_comes_to_nothing_is_warned_of(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(doubts); i++) {
		auto_free char *told = help_told(doubts[i].a, doubts[i].b, policy_lint);

		assert_string_equal(told, doubts[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_value_that_is_not_understood_gets_one_clear_line),
	        cmocka_unit_test(each_word_is_one_namespace),
	        cmocka_unit_test(a_network_is_taken_to_the_last_bit),
	        cmocka_unit_test(a_network_that_cannot_be_is_charged_to_the_line_that_makes_it_so),
	        cmocka_unit_test(what_comes_to_nothing_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
