/* Who decided something, and when, as people read it. */
#include <stdio.h>
#include <time.h>

#include "decision.h"
#include "users.h"

void decision_text(uid_t uid, uint64_t at_usec, char *buf, size_t size)
{
	struct users *users = users_load();
	time_t at = (time_t)(at_usec / 1000000U);
	char when[32];
	struct tm tm;

	strftime(when, sizeof(when), "%F %T", localtime_r(&at, &tm));
	snprintf(buf, size, "%s at %s", users_name(users, uid), when);
	users_free(users);
}

void decision_time(uint64_t at_usec, char *buf, size_t size)
{
	time_t at = (time_t)(at_usec / 1000000U);
	struct tm tm;

	strftime(buf, size, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
}
