/* Lines of /proc/PID/net/tcp, tcp6, udp and udp6: "  0: 0100007F:1F90 00000000:0000 0A … uid timeout inode …". */
#include "socket_parse.h"

#include <string.h>

#include "text.h"

#define STATE_ESTABLISHED 0x01 /* TCP_ESTABLISHED; of udp: connected */
#define STATE_LISTEN      0x0a
#define STATE_CLOSE       0x07 /* of udp: bound, and nothing else */

/* Index of fields, by blanks. */
enum { SLOT, LOCAL, PEER, STATE, QUEUES, TIMER, RETRIES, UID, TIMEOUT, INODE, FIELDS };

static bool fields_split(char *line, char *fields[FIELDS])
{
	unsigned n = 0;

	while (n < FIELDS && (fields[n] = strsep(&line, " \t\n")))
		n += *fields[n] != '\0';
	return n == FIELDS;
}

/* The kernel prints each 32 bits as a number of its own byte order. */
static bool address_parse(const char *s, bool six, struct in6_addr *ret, uint16_t *ret_port)
{
	size_t words = six ? 4 : 1;
	uint64_t n;

	if (strlen(s) != words * 8 + 5 || s[words * 8] != ':')
		return false;
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < words; i++) {
		uint32_t word;

		if (!text_hex(s + i * 8, 8, &n))
			return false;
		word = (uint32_t)n;
		memcpy(&ret->s6_addr[i * 4], &word, 4);
	}
	if (!text_hex(s + words * 8 + 1, 4, &n))
		return false;
	*ret_port = (uint16_t)n;
	return true;
}

bool socket_parse(const char *line, bool six, bool udp, struct socket_seen *ret)
{
	char copy[512], *fields[FIELDS];
	struct socket_seen s = { 0 };
	uint64_t state;

	if (strlen(line) >= sizeof(copy))
		return false;
	strcpy(copy, line);
	if (!fields_split(copy, fields) || !address_parse(fields[LOCAL], six, &s.local, &s.local_port) ||
	    !address_parse(fields[PEER], six, &s.peer, &s.peer_port) || strlen(fields[STATE]) != 2 ||
	    !text_hex(fields[STATE], 2, &state) || text_u64(fields[INODE], &s.inode) < 0)
		return false;
	s.listens = udp ? state == STATE_CLOSE : state == STATE_LISTEN;
	s.connected = state == STATE_ESTABLISHED;
	*ret = s;
	return true;
}
