/* Lines of /proc/PID/net/tcp, tcp6, udp and udp6. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct socket_seen {
	bool listens;	  /* or, of udp, is bound without a peer */
	bool connected;	  /* established, with a peer */
	struct in6_addr local, peer; /* IPv4: the first 4 bytes; in network order */
	uint16_t local_port, peer_port;
	uint64_t inode;
};

/* False: a heading, or not such a line. six: of tcp6 or udp6. udp: what is a listener there has no peer. */
bool socket_parse(const char *line, bool six, bool udp, struct socket_seen *ret);
