/* Times as people write them. */
#include "text.h"

#include <errno.h>
#include <string.h>

int text_seconds(const char *s, uint64_t *ret)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 } };
	size_t len = strlen(s);
	char number[24];
	uint64_t n;
	int r;

	if (len < 2 || len > sizeof(number))
		return -EINVAL;
	memcpy(number, s, len - 1);
	number[len - 1] = '\0';
	r = text_u64(number, &n);
	for (size_t i = 0; r == 0 && i < sizeof(units) / sizeof(units[0]); i++) {
		if (s[len - 1] != units[i].unit)
			continue;
		if (n > UINT64_MAX / units[i].seconds)
			return -ERANGE;
		*ret = n * units[i].seconds;
		return 0;
	}
	return r < 0 ? r : -EINVAL;
}
