/* Varlink's messages as bytes and as jansson values. */
#include <errno.h>
#include <string.h>

#include <cgq/memory.h>

#include "wire.h"

#define WIRE_INVALID_PARAMETER "org.varlink.service.InvalidParameter"

void bytes_append(struct bytes *b, const char *p, size_t len)
{
	if (b->cap - b->len < len) {
		b->cap = 2 * b->cap > b->len + len ? 2 * b->cap : b->len + len;
		b->p = must_realloc(b->p, b->cap);
	}
	if (len)
		memcpy(b->p + b->len, p, len);
	b->len += len;
}

void bytes_done(struct bytes *b)
{
	free(b->p);
	*b = (struct bytes){ 0 };
}

/* A missing or null flag is false. */
static const char *read_flag(const json_t *root, const char *key, bool *ret)
{
	const json_t *v = json_object_get(root, key);

	if (v && !json_is_boolean(v) && !json_is_null(v))
		return key;
	*ret = json_is_true(v);
	return NULL;
}

/* Answers the key that is wrong, or NULL. */
static const char *read_keys(struct wire_call *c)
{
	const json_t *method = json_object_get(c->root, "method");
	json_t *parameters = json_object_get(c->root, "parameters");
	bool upgrade = false;
	const char *bad;

	if ((bad = read_flag(c->root, "oneway", &c->oneway)) || (bad = read_flag(c->root, "more", &c->more)) ||
	    (bad = read_flag(c->root, "upgrade", &upgrade)))
		return bad;
	if (upgrade)
		return "upgrade";
	if (!json_is_string(method))
		return "method";
	c->method = json_string_value(method);
	if (parameters && !json_is_object(parameters) && !json_is_null(parameters))
		return "parameters";
	c->parameters = json_is_object(parameters) ? json_incref(parameters) : json_object();
	return NULL;
}

int wire_read_call(const char *buf, size_t len, struct wire_call *ret)
{
	json_t *root = json_loadb(buf, len, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(root)) {
		json_decref(root);
		return -EBADMSG;
	}
	*ret = (struct wire_call){ .root = root, .method = "" };
	ret->invalid = read_keys(ret);
	return 0;
}

void wire_call_done(struct wire_call *c)
{
	json_decref(c->parameters);
	json_decref(c->root);
	*c = (struct wire_call){ 0 };
}

static int append_json(const char *p, size_t len, void *out)
{
	bytes_append(out, p, len);
	return 0;
}

void wire_append_reply(struct bytes *out, const char *error, const json_t *parameters, bool continues)
{
	if (error) {
		bytes_append(out, "{\"error\":\"", 10);
		bytes_append(out, error, strlen(error));
		bytes_append(out, "\",\"parameters\":", 15);
	} else {
		bytes_append(out, "{\"parameters\":", 14);
	}
	/* 10 digits: percentages are rounded to hundredths, which 17 digits would show as 33.329999999999998. */
	if (!parameters || json_dump_callback(parameters, append_json, out, JSON_COMPACT | JSON_REAL_PRECISION(10)))
		bytes_append(out, "{}", 2);
	if (continues)
		bytes_append(out, ",\"continues\":true", 17);
	bytes_append(out, "}", 2);
}

void wire_append_invalid(struct bytes *out, const char *parameter)
{
	json_t *p = json_object();

	json_object_set_new(p, "parameter", json_string(parameter));
	wire_append_reply(out, WIRE_INVALID_PARAMETER, p, false);
	json_decref(p);
}
