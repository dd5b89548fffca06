/* Enough of varlink's interface language to hold an answer against its description. */
#pragma once

#include <jansson.h>

#include <cgq/interface.h>

static inline const char *idl_skip(const char *p)
{
	for (;;) {
		p += strspn(p, " \n,");
		if (*p != '#')
			return p;
		p += strcspn(p, "\n");
	}
}

/* The end of the type at p: past its closing parenthesis, or past its word. */
static inline const char *idl_end(const char *p)
{
	unsigned depth = 0;

	while (*p == '?' || *p == '[')
		p += *p == '?' ? 1 : strcspn(p, "]") + 1;
	if (*p != '(')
		return p + strcspn(p, ",) \n");
	do {
		depth += *p == '(';
		depth -= *p == ')';
		p++;
	} while (depth);
	return p;
}

/* What follows "KEYWORD NAME": the first parenthesis. */
static inline const char *idl_find(const char *keyword, const char *name, size_t len)
{
	char start[96];
	const char *p;

	snprintf(start, sizeof(start), "\n%s %.*s", keyword, (int)len, name);
	p = strstr(CGQ_INTERFACE_TEXT, start);
	if (!p)
		red("no %s %.*s in the interface\n", keyword, (int)len, name);
	return strchr(p, '(');
}

static inline void idl_check(const char *type, const json_t *v, const char *where);

static inline void idl_check_fields(const char *p, const json_t *v, const char *where)
{
	size_t n = 0;

	if (!json_is_object(v))
		red("%s is no object\n", where);
	for (p = idl_skip(p + 1); *p != ')'; p = idl_skip(idl_end(p))) {
		char key[64], deeper[256];

		snprintf(key, sizeof(key), "%.*s", (int)strcspn(p, ":"), p);
		p = idl_skip(strchr(p, ':') + 1);
		snprintf(deeper, sizeof(deeper), "%s.%s", where, key);
		if (!json_object_get(v, key))
			red("%s is missing\n", deeper);
		idl_check(p, json_object_get(v, key), deeper);
		n++;
	}
	if (n != json_object_size(v))
		red("%s has keys that are not in the interface\n", where);
}

static inline void idl_check_all(const char *type, json_t *v, const char *where)
{
	const char *key;
	json_t *one;
	size_t i;

	if (type[1] == ']') {
		if (!json_is_array(v))
			red("%s is no array\n", where);
		json_array_foreach(v, i, one)
			idl_check(type + 2, one, where);
		return;
	}
	if (!json_is_object(v))
		red("%s is no dictionary\n", where);
	json_object_foreach(v, key, one)
		idl_check(type + strlen("[string]"), one, where);
}

static inline void idl_check(const char *type, const json_t *v, const char *where)
{
	static const struct {
		const char *name;
		json_type json[2];
	} plain[] = {
		{ "int", { JSON_INTEGER, JSON_INTEGER } },
		{ "float", { JSON_REAL, JSON_INTEGER } },
		{ "string", { JSON_STRING, JSON_STRING } },
		{ "bool", { JSON_TRUE, JSON_FALSE } },
	};
	size_t len = strcspn(type, ",) \n");

	if (*type == '?' && json_is_null(v))
		return;
	type += *type == '?';
	if (*type == '(') {
		idl_check_fields(type, v, where);
		return;
	}
	if (*type == '[') {
		idl_check_all(type, (json_t *)v, where);
		return;
	}
	len = strcspn(type, ",) \n");
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		if (strlen(plain[i].name) != len || strncmp(plain[i].name, type, len))
			continue;
		if (json_typeof(v) != plain[i].json[0] && json_typeof(v) != plain[i].json[1])
			red("%s is no %s\n", where, plain[i].name);
		return;
	}
	idl_check_fields(idl_find("type", type, len), v, where);
}

/* method: "List"; v: its answer. */
static inline void idl_check_answer(const char *method, const json_t *v)
{
	const char *parameters = idl_find("method", method, strlen(method));

	idl_check_fields(strchr(idl_end(parameters), '('), v, method);
}
