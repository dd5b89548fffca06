/* The list of what is wrong with the policy files. */
#include <cgq/policy.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/bounds.h>

/* One file that is named, and how much was said of it. */
struct faults_file {
	struct faults_file *next;
	const char *name; /* NULL: nowhere */
	unsigned order;	  /* from 0, as first named */
	size_t counts[SEVERITY_HINT + 1];
	char *more[SEVERITY_HINT + 1]; /* text of the entry that only counts */
};

#define MORE_TEXT_BYTES 80

void faults_done(struct faults *f)
{
	free(f->list);
	arena_done(&f->arena);
	*f = (struct faults){ 0 };
}

static bool name_equal(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static struct faults_file *file_of(struct faults *f, const char *name)
{
	struct faults_file **end = &f->files, *file;
	unsigned order = 0;

	if (f->n && name_equal(f->list[f->n - 1].at.file, name))
		name = f->list[f->n - 1].at.file; /* most often the same again: found by its pointer */
	for (; *end; end = &(*end)->next, order++)
		if (name_equal((*end)->name, name))
			return *end;
	file = arena_alloc(&f->arena, sizeof(*file));
	file->name = name ? arena_strdup(&f->arena, name) : NULL;
	file->order = order;
	*end = file;
	return file;
}

static const char *const severity_words[] = {
	[SEVERITY_FAULT] = "faults",
	[SEVERITY_WARNING] = "warnings",
	[SEVERITY_HINT] = "hints",
};

static struct fault *fault_append(struct faults *f, enum severity severity, struct place at)
{
	array_grow(f->list, f->n, f->cap);
	f->list[f->n] = (struct fault){ at, severity, NULL };
	return &f->list[f->n++];
}

void faults_name(struct faults *f, const char *file)
{
	file_of(f, file);
}

/* Beyond the bound, one entry says how many more there are. */
static void fault_count(struct faults *f, struct faults_file *file, enum severity severity, struct place at, size_t n)
{
	size_t over;

	if (file->counts[severity] < POLICY_FAULTS_MAX)
		file->counts[severity] = POLICY_FAULTS_MAX;
	file->counts[severity] += n;
	over = file->counts[severity] - POLICY_FAULTS_MAX;
	if (!file->more[severity]) {
		file->more[severity] = arena_alloc(&f->arena, MORE_TEXT_BYTES);
		fault_append(f, severity, at)->text = file->more[severity];
	}
	snprintf(file->more[severity], MORE_TEXT_BYTES, "and %zu more %s from here on", over,
		 severity_words[severity]);
}

void fault_add(struct faults *f, enum severity severity, struct place at, const char *fmt, ...)
{
	struct faults_file *file = file_of(f, at.file);
	struct fault *added;
	va_list args;
	char text[2048];

	at.file = file->name;
	if (file->counts[severity] >= POLICY_FAULTS_MAX) {
		fault_count(f, file, severity, at, 1);
		return;
	}
	file->counts[severity]++;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	for (char *s = text; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
	added = fault_append(f, severity, at);
	added->text = arena_strdup(&f->arena, text);
}

/* How many an entry stands for that only counts; else 0. */
static size_t more_count(const struct faults *f, const struct fault *one)
{
	for (const struct faults_file *file = f->files; file; file = file->next)
		if (file->more[one->severity] == one->text)
			return file->counts[one->severity] - POLICY_FAULTS_MAX;
	return 0;
}

void fault_copy(struct faults *to, const struct faults *from, size_t i)
{
	const struct fault *one = &from->list[i];
	struct place at = one->at;
	size_t more = more_count(from, one);
	struct faults_file *file;

	if (!more) {
		fault_add(to, one->severity, at, "%s", one->text);
		return;
	}
	file = file_of(to, at.file);
	at.file = file->name;
	fault_count(to, file, one->severity, at, more);
}

size_t faults_count(const struct faults *f, enum severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->list[i].severity == severity;
	return n;
}

/* A fault and where it belongs. */
struct sortable {
	struct fault fault;
	unsigned file;
	size_t index;
};

static int sortable_compare(const void *pa, const void *pb)
{
	const struct sortable *a = pa, *b = pb;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->fault.at.line != b->fault.at.line)
		return a->fault.at.line < b->fault.at.line ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

static bool is_told(const struct faults *f, const struct fault *new)
{
	for (size_t i = f->n; i-- > 0;) {
		const struct fault *old = &f->list[i];

		if (old->at.file != new->at.file || old->at.line != new->at.line)
			return false;
		if (old->severity == new->severity && !strcmp(old->text, new->text))
			return true;
	}
	return false;
}

void faults_sort(struct faults *f)
{
	struct sortable *sorted = must_alloc(f->n * sizeof(*sorted));
	size_t n = f->n;

	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct sortable){ f->list[i], file_of(f, f->list[i].at.file)->order, i };
	qsort(sorted, n, sizeof(*sorted), sortable_compare);
	f->n = 0;
	for (size_t i = 0; i < n; i++)
		if (!is_told(f, &sorted[i].fault))
			f->list[f->n++] = sorted[i].fault;
	free(sorted);
}
