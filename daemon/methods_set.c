/* The parameters of Set and Clear become a request. */
#include "methods_set.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include <cgq/memory.h>

/* Keys are lower-cased as those of a file are. */
static char *lowered(const char *key)
{
	char *ret = must_strdup(key);

	for (char *s = ret; *s; s++)
		*s = (char)tolower((unsigned char)*s);
	return ret;
}

static int one_read(json_t *one, bool has_values, struct set_text *ret, size_t i)
{
	const char *key = json_string_value(has_values ? json_object_get(one, "key") : one);
	const char *value = json_string_value(json_object_get(one, "value"));

	if (!key || (has_values && (!value || json_object_size(one) != 2)))
		return -EINVAL;
	ret->keys[i] = ret->lowered[i] = lowered(key);
	ret->values[i] = value;
	ret->request.n++;
	return 0;
}

int set_text_read(json_t *parameters, uid_t uid, struct set_text *ret)
{
	json_t *settings = json_object_get(parameters, "settings");
	json_t *list = settings ? settings : json_object_get(parameters, "keys");
	size_t n = json_array_size(list);
	int r = settings && n == 0 ? -EINVAL : 0;

	*ret = (struct set_text){
		.keys = must_alloc((n + 1) * sizeof(*ret->keys)),
		.values = must_alloc((n + 1) * sizeof(*ret->values)),
		.lowered = must_alloc((n + 1) * sizeof(*ret->lowered)),
		.users = users_load(),
	};
	for (size_t i = 0; r == 0 && i < n; i++)
		r = one_read(json_array_get(list, i), settings != NULL, ret, i);
	ret->request.who = users_name(ret->users, uid);
	ret->request.group = json_string_value(json_object_get(parameters, "group"));
	ret->request.keys = ret->keys;
	ret->request.values = settings ? ret->values : NULL;
	ret->request.save = json_is_true(json_object_get(parameters, "save"));
	return r;
}

void set_text_done(struct set_text *t)
{
	for (size_t i = 0; i < t->request.n; i++)
		free(t->lowered[i]);
	free(t->lowered);
	free(t->keys);
	free(t->values);
	users_free(t->users);
	*t = (struct set_text){ 0 };
}
