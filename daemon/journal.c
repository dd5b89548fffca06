/*
 * The only file that knows the journal's protocol: one datagram an entry, see
 * https://systemd.io/JOURNAL_NATIVE_PROTOCOL. sd_journal_sendv() speaks it too, but waits where the journal is stuck.
 */
#include "journal.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "text.h"

/* A message and the strings of an entry, CHRONICLE_TEXT_MAX together, and the names of the fields. */
#define ENTRY_MAX_BYTES (4 * CHRONICLE_TEXT_MAX + 1024)

struct journal {
	int fd;
	struct sockaddr_un address;
};

struct entry {
	char bytes[ENTRY_MAX_BYTES];
	size_t len;
	bool full;
};

/* Is it what the service manager connected? A child with another stderr inherits the variable all the same. */
static bool is_stream(const char *stream, int fd)
{
	const char *colon = stream ? strchr(stream, ':') : NULL;
	auto_free char *device = colon ? must_strndup(stream, (size_t)(colon - stream)) : NULL;
	uint64_t dev, ino;
	struct stat st;

	return device && text_u64(device, &dev) == 0 && text_u64(colon + 1, &ino) == 0 && fstat(fd, &st) == 0 &&
	       st.st_dev == dev && st.st_ino == ino;
}

struct journal *journal_new(const char *stream, int fd, const char *path)
{
	struct journal *j;
	int sock;

	if (!is_stream(stream, fd) || strlen(path) >= sizeof(j->address.sun_path))
		return NULL;
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sock < 0)
		return NULL;
	j = must_alloc(sizeof(*j));
	j->fd = sock;
	j->address.sun_family = AF_UNIX;
	memcpy(j->address.sun_path, path, strlen(path) + 1);
	return j;
}

void journal_free(struct journal *j)
{
	if (!j)
		return;
	close(j->fd);
	free(j);
}

static void put_bytes(struct entry *e, const void *bytes, size_t len)
{
	if (len > sizeof(e->bytes) - e->len) {
		e->full = true;
		return;
	}
	memcpy(e->bytes + e->len, bytes, len);
	e->len += len;
}

/* A value with a newline would begin another field: it comes with its length. */
static void put_field(struct entry *e, const char *name, const char *value)
{
	size_t len = value ? strlen(value) : 0;
	uint64_t le = htole64(len);

	if (!value)
		return;
	put_bytes(e, name, strlen(name));
	if (strchr(value, '\n')) {
		put_bytes(e, "\n", 1);
		put_bytes(e, &le, sizeof(le));
	} else {
		put_bytes(e, "=", 1);
	}
	put_bytes(e, value, len);
	put_bytes(e, "\n", 1);
}

static void put_number(struct entry *e, const char *name, long long number)
{
	auto_free char *text = must_printf("%lld", number);

	put_field(e, name, text);
}

static void put_happening(struct entry *e, const struct happening *h)
{
	const struct {
		const char *name, *value;
	} fields[] = {
		{"CGQ_KIND", happening_words[h->kind]}, {"CGQ_GROUP", h->group}, {"CGQ_NAME", h->name},
		{"CGQ_FILE", h->at.file},		{"CGQ_WHO", h->who},	 {"CGQ_WHAT", h->what},
		{"CGQ_WAS", h->was},			{"CGQ_NOW", h->now},	 {"CGQ_TEXT", h->text},
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		put_field(e, fields[i].name, fields[i].value);
	if (h->pid > 0)
		put_number(e, "CGQ_PID", h->pid);
	if (h->at.file)
		put_number(e, "CGQ_LINE", h->at.line);
}

bool journal_send(struct journal *j, int priority, const char *message, const struct happening *h)
{
	struct entry e;
	ssize_t n;

	if (!j)
		return false;
	e.len = 0;
	e.full = false;
	put_number(&e, "PRIORITY", priority);
	put_field(&e, "SYSLOG_IDENTIFIER", "cgqd");
	put_field(&e, "MESSAGE", message);
	put_happening(&e, h);
	if (e.full)
		return false;
	n = sendto(j->fd, e.bytes, e.len, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&j->address, sizeof(j->address));
	return n >= 0 || errno == EAGAIN || errno == ENOBUFS;
}
