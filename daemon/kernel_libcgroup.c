/* The real kernel: cgroups are found, made and removed through libcgroup. The only file that knows it. */
#include "kernel_files.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libcgroup.h>
#include <link.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

/* libcgroup's own logger writes to stdout, and is put in place by cgroup_init() unless another one is there. */
static void log_nothing(void *userdata, int level, const char *fmt, va_list ap)
{
}

static bool is_zero(const char *page, size_t bytes)
{
	return page[0] == 0 && memcmp(page, page + 1, bytes - 1) == 0;
}

/*
 * cgroup_init() clears a table of 100 mounts with 8 KiB for each, of which a machine has a dozen. Pages of it that hold nothing go
 * back: one that is not there reads as zeros, and is there again when it is written.
 */
static void table_shrink(void)
{
	const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	char *table = dlsym(RTLD_DEFAULT, "cg_mount_table"), *end, *page;
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if (!table || !dladdr1(table, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol)
		return;
	end = table + symbol->st_size;
	page = table + (-(uintptr_t)table & (page_bytes - 1));
	for (; page + page_bytes <= end; page += page_bytes)
		if (is_zero(page, page_bytes))
			madvise(page, page_bytes, MADV_DONTNEED);
}

static struct hierarchy *hierarchy_at(struct machine *m, const char *mount, int version)
{
	struct hierarchy *h;

	for (unsigned i = 0; i < m->n_hierarchies; i++)
		if (!strcmp(m->hierarchies[i].mount, mount))
			return &m->hierarchies[i];
	if (m->n_hierarchies == HIERARCHIES_MAX || strlen(mount) >= sizeof(h->mount))
		return NULL;
	h = &m->hierarchies[m->n_hierarchies++];
	*h = (struct hierarchy){ .version = version, .base_is_root = true };
	strcpy(h->mount, mount);
	return h;
}

static void mount_point_take(struct machine *m, const struct cgroup_mount_point *found)
{
	struct statfs fs;
	struct hierarchy *h;
	int version, c;

	if (statfs(found->path, &fs) < 0)
		return;
	version = fs.f_type == CGROUP2_SUPER_MAGIC ? 2 : 1;
	c = controller_find(found->name, version);
	h = c < 0 ? NULL : hierarchy_at(m, found->path, version);
	if (h)
		h->controllers |= 1U << c;
}

/* A v2 mount whose root has no controllers is not seen by libcgroup 2.0.2: such a one is of no use to us either. */
static int libcgroup_discover(struct kernel *k, struct machine *m, struct err *e)
{
	struct cgroup_mount_point found;
	void *handle = NULL;
	int r;

	m->n_hierarchies = 0;
	cgroup_set_logger(log_nothing, CGROUP_LOG_ERROR, NULL);
	r = cgroup_init();
	if (r == ECGROUPNOTMOUNTED)
		return 0;
	if (r)
		return fail(e, r == ECGOTHER && cgroup_get_last_errno() > 0 ? cgroup_get_last_errno() : EIO,
			    "libcgroup: cannot find the mounted controllers: %s", cgroup_strerror(r));
	/* It copies at most FILENAME_MAX - 1 bytes with strncpy(): the terminator is ours. */
	memset(&found, 0, sizeof(found));
	for (r = cgroup_get_controller_begin(&handle, &found); !r; r = cgroup_get_controller_next(&handle, &found))
		mount_point_take(m, &found);
	cgroup_get_controller_end(&handle);
	table_shrink();
	return r == ECGEOF ? 0 : fail(e, EIO, "libcgroup: cannot list the mounted controllers: %s", cgroup_strerror(r));
}

static const char *any_controller(const struct hierarchy *h)
{
	for (int c = 0; c < CONTROLLER__COUNT; c++) {
		const char *name = h->version == 2 ? controller_rows[c].v2 : controller_rows[c].v1;

		if (name && h->controllers & 1U << c)
			return name;
	}
	return NULL;
}

/* libcgroup's description of one cgroup with one controller of its hierarchy, which stands for the whole of it. */
static struct cgroup *description_new(const struct hierarchy *h, const char *path)
{
	const char *controller = any_controller(h);
	struct cgroup *cg = controller ? cgroup_new_cgroup(path + 1) : NULL;

	if (cg && !cgroup_add_controller(cg, controller))
		cgroup_free(&cg);
	return cg;
}

/*
 * On v2 libcgroup would enable the controller in every cgroup above, which fails (EBUSY) where processes are still
 * to be moved out and is the plan's to decide: there the directory is made by hand. Its mkdir swallows the errno,
 * too, and makes missing parents: what failed is tried once more by hand, for the exact answer.
 */
static int libcgroup_make(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e)
{
	char full[PATH_MAX];
	struct cgroup *cg;
	int r = kernel_files_path(h, path, NULL, full, e);

	if (r < 0)
		return r;
	cg = h->version == 1 && strlen(path) > 1 ? description_new(h, path) : NULL;
	r = cg ? cgroup_create_cgroup(cg, 1) : -1;
	cgroup_free(&cg);
	if (!r || !mkdir(full, 0755) || errno == EEXIST)
		return 0;
	return fail(e, errno, "%s: mkdir: %s", path, strerror(errno));
}

/* With EMPTY_ONLY no process is moved, but a cgroup that is in use answers 0 in 2.0.2: rmdir says what is true. */
static int libcgroup_remove(struct kernel *k, const struct hierarchy *h, const char *path, struct err *e)
{
	char full[PATH_MAX];
	struct cgroup *cg;
	int r = kernel_files_path(h, path, NULL, full, e);

	if (r < 0)
		return r;
	if (strlen(path) < 2)
		return fail(e, EBUSY, "/: the root cannot be removed");
	cg = description_new(h, path);
	if (cg)
		cgroup_delete_cgroup_ext(cg, CGFLAG_DELETE_EMPTY_ONLY);
	cgroup_free(&cg);
	if (!rmdir(full) || errno == ENOENT)
		return 0;
	return fail(e, errno, "%s: rmdir: %s", path, strerror(errno));
}

static void libcgroup_free(struct kernel *k)
{
	free(k);
}

struct kernel *kernel_libcgroup_new(struct err *e)
{
	struct kernel *k = must_alloc(sizeof(*k));

	*k = (struct kernel){
		.discover = libcgroup_discover,
		.make = libcgroup_make,
		.remove = libcgroup_remove,
		.read = kernel_files_read,
		.write = kernel_files_write,
		.children = kernel_files_children,
		.open_procs = kernel_files_open_procs,
		.open_file = kernel_files_open_file,
		.free = libcgroup_free,
	};
	return k;
}
