/* A time of an answer, which is in UTC, as clocks here show it. */
#include "time_here.h"

#include <time.h>

#include <cgq/memory.h>

char *time_here(const char *text, bool zone)
{
	struct tm tm = {0};
	char here[64];
	size_t len;
	time_t at;

	if (!strptime(text, "%Y-%m-%dT%H:%M:%S", &tm))
		return must_strdup(text);
	at = timegm(&tm);
	if (!localtime_r(&at, &tm))
		return must_strdup(text);
	len = zone ? strftime(here, sizeof(here), "%F %T %Z", &tm) : strftime(here, sizeof(here), "%F %T", &tm);
	return must_strdup(len ? here : text);
}
