/* The kernel's totals of what one cgroup ran into. */
#include "hits_read.h"

#include "sample_parse.h"

/* The text of a file, read when it is another than the last one. */
struct page {
	enum counter_file file;
	int len; /* or -errno */
	char text[1024];
};

static struct counter total_in(const struct page *p, const char *key)
{
	if (p->len < 0)
		return (struct counter){0};
	return *key ? sample_keyed(p->text, key) : sample_number(p->text);
}

static void page_read(struct counter_source *s, struct counter_files *f, const char *path, struct page *p)
{
	p->len = -1;
	/* Where there is no such file, it is not asked for again until cgroups change. */
	if (p->file == COUNTER_TASKS_EVENTS)
		p->len = counter_read(s, f, path, COUNTER_TASKS_EVENTS_LOCAL, p->text, sizeof(p->text));
	if (p->len < 0)
		p->len = counter_read(s, f, path, p->file, p->text, sizeof(p->text));
}

void hits_read(struct counter_source *s, struct counter_files *f, const char *path, struct counter ret[HIT__COUNT])
{
	struct page page = {.file = COUNTER__COUNT};

	for (unsigned i = 0; i < HIT__COUNT; i++) {
		enum counter_file file = hit_rows[i].v2.file;
		const char *key = hit_rows[i].v2.key;

		if (file != COUNTER__COUNT && counter_version(s, file) == 1) {
			file = hit_rows[i].v1.file;
			key = hit_rows[i].v1.key;
		}
		if (file == COUNTER__COUNT)
			continue;
		if (page.file != file) {
			page.file = file;
			page_read(s, f, path, &page);
		}
		ret[i] = total_in(&page, key);
	}
}
