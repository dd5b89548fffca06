/*
 * Asks for networks of groups, as the starter does: net_ask apply|look|cycle:N KEY=VALUE… ; net_ask forget LINK. The
 * outside is the network namespace it is started in. by=starter: through that process, as cgqd does. Says what changed, what the kernel has, and what is not in force.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-event.h>

#include "helper.h"
#include "net_apply.h"
#include "starter.h"
#include "text.h"

static const char usage[] = "net_ask apply|look|cycle:N link= group= inside=FILE mode=veth|none|macvlan:IF address= gateway= "
			    "out= in= masquerade=yes by=starter\n       net_ask forget LINK";

struct asked {
	struct net net;
	struct starter_net q;
	const char *inside;
	bool by_starter;
};

static void misused(void)
{
	fprintf(stderr, "usage: %s\n", usage);
	exit(2);
}

static uint64_t number(const char *text)
{
	uint64_t n = 0;

	if (text_u64(text, &n) < 0)
		misused();
	return n;
}

/* "10.77.0.2/24" */
static struct net_address address_of(char *text)
{
	char *slash = strchr(text, '/');
	struct net_address a = {.family = strchr(text, ':') ? AF_INET6 : AF_INET};

	a.prefix = a.family == AF_INET ? 32 : 128;
	if (slash) {
		*slash = '\0';
		a.prefix = (unsigned)number(slash + 1);
	}
	if (inet_pton(a.family, text, &a.bytes) != 1)
		misused();
	return a;
}

static unsigned addresses_of(char *list, struct net_address *ret, unsigned max)
{
	unsigned n = 0;
	char *rest;

	for (char *at = strtok_r(list, ",", &rest); at && n < max; at = strtok_r(NULL, ",", &rest))
		ret[n++] = address_of(at);
	return n;
}

static void mode_of(char *text, struct net *net)
{
	if (!strcmp(text, "veth")) {
		net->mode = NET_VETH;
	} else if (!strcmp(text, "none")) {
		net->mode = NET_NONE;
	} else if (!strncmp(text, "macvlan:", 8)) {
		net->mode = NET_MACVLAN;
		net->interface = text + 8;
	} else {
		misused();
	}
}

static void key_of(const char *key, char *value, struct asked *a)
{
	if (!strcmp(key, "link"))
		a->q.link = value;
	else if (!strcmp(key, "group"))
		a->q.group = value;
	else if (!strcmp(key, "inside"))
		a->inside = value;
	else if (!strcmp(key, "mode"))
		mode_of(value, &a->net);
	else if (!strcmp(key, "address"))
		a->net.n_addresses = addresses_of(value, a->net.addresses, NET_ADDRESSES_MAX);
	else if (!strcmp(key, "gateway"))
		a->net.n_gateways = addresses_of(value, a->net.gateways, 2);
	else if (!strcmp(key, "out"))
		a->net.out_bytes = number(value);
	else if (!strcmp(key, "in"))
		a->net.in_bytes = number(value);
	else if (!strcmp(key, "by"))
		a->by_starter = !strcmp(value, "starter");
	else if (!strcmp(key, "masquerade"))
		a->net.masquerade = !strcmp(value, "yes");
	else
		misused();
}

static void result_print(const struct net_result *r)
{
	static const char *const names[] = {
#define X(id, name) [NET_PART_##id] = name,
		NET_PART_TABLE(X)
#undef X
	};

	printf("changes=%u\n", r->changes);
	if (r->changes)
		printf("first=%s\n", r->first);
	printf("out=%llu\nin=%llu\n", (unsigned long long)r->out_bytes, (unsigned long long)r->in_bytes);
	for (enum net_part p = 0; p < NET_PART__COUNT; p++)
		if (r->why_not[p][0])
			printf("not in force: %s: %s\n", names[p], r->why_not[p]);
}

static int told(int r, const struct err *e)
{
	if (r < 0)
		fprintf(stderr, "%s: %s\n", strerrorname_np(-r), e->text);
	return r < 0;
}

static unsigned descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	if (!d)
		exit(2);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static int cycle(const struct asked *a, int inside, uint64_t times)
{
	struct net_result result;
	unsigned before = 0;
	struct err e;

	for (uint64_t i = 0; i < times; i++) {
		if (told(net_apply(&a->q, inside, &result, &e), &e) || told(net_forget(a->q.link, &e), &e))
			return 1;
		if (i == 0) /* libraries keep what they open once */
			before = descriptors();
	}
	printf("descriptors=%d\n", (int)descriptors() - (int)before);
	return 0;
}

struct answer {
	bool came;
	int error;
	struct net_result result;
	struct err e;
};

static void on_net(void *ctx, int error, const struct net_result *result, const struct err *e)
{
	struct answer *a = ctx;

	a->came = true;
	a->error = error;
	if (result)
		a->result = *result;
	else
		a->e = *e;
}

static int ask_starter(const struct asked *a, bool look)
{
	struct starter_net q = a->q;
	struct helpers helpers = {.beside = "/none/cgqd.sock"}; /* systemd's would be in another network */
	struct answer answer = {0};
	struct starter *s;
	sd_event *event;

	q.path = a->inside;
	if (sd_event_new(&event) < 0)
		abort();
	s = starter_new(event, &helpers);
	if (starter_net(s, &q, look, on_net, &answer, &answer.e) < 0)
		return told(-answer.e.code, &answer.e);
	while (!answer.came && sd_event_run(event, UINT64_MAX) >= 0)
		;
	starter_free(s);
	sd_event_unref(event);
	if (!told(answer.error, &answer.e))
		result_print(&answer.result);
	return answer.error < 0;
}

static int ask(const char *deed, const struct asked *a)
{
	int inside = open(a->inside, O_RDONLY | O_CLOEXEC), r;
	struct net_result result = {0};
	struct err e;

	if (inside < 0) {
		perror(a->inside);
		return 2;
	}
	if (a->by_starter)
		return ask_starter(a, !strcmp(deed, "look"));
	if (!strncmp(deed, "cycle:", 6))
		return cycle(a, inside, number(deed + 6));
	r = !strcmp(deed, "look") ? net_look(&a->q, inside, &result, &e) : net_apply(&a->q, inside, &result, &e);
	if (!told(r, &e))
		result_print(&result);
	return r < 0;
}

int main(int argc, char **argv)
{
	struct asked a = {.q = {.group = "web", .link = "cgq00000001"}, .inside = "/proc/self/ns/net"};
	struct err e;

	if (argc < 2)
		misused();
	if (!strcmp(argv[1], "--helper") && argc == 3)
		return helper_main(argv[2]); /* the starter is this program once more, as it is cgqd once more */
	if (!strcmp(argv[1], "forget"))
		return told(net_forget(argc > 2 ? argv[2] : a.q.link, &e), &e);
	for (char **arg = argv + 2; *arg; arg++) {
		char *equals = strchr(*arg, '=');

		if (!equals)
			misused();
		*equals = '\0';
		key_of(*arg, equals + 1, &a);
	}
	a.q.net = &a.net;
	return ask(argv[1], &a);
}
