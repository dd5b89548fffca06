/* cgqd --check: policy and settings are read and judged, nothing else; needs no privilege. */
#include "check.h"

#include <unistd.h>

#include "kernel.h"
#include "log.h"
#include "observe.h"
#include "policy_choose.h"
#include "settings_file.h"

static void print(const struct faults *f)
{
	static const char *const words[] = {"", "warning: ", "hint: "};

	for (size_t i = 0; i < f->n; i++)
		printf("%s:%u: %s%s\n", f->list[i].at.file, f->list[i].at.line, words[f->list[i].severity],
		       f->list[i].text);
}

int check_folders(const struct options *o)
{
	struct file_set now = {0}, none = {0};
	struct faults faults = {0}, settings_faults = {0};
	struct settings settings;
	struct choice choice;
	struct machine m = {0};
	struct err e = {0};
	unsigned how = options_read_how(o);
	int code;

	if (settings_file_read(o->settings, how & READ_TRUSTED_ONLY, &settings, &settings_faults, &e) < 0 ||
	    observe_resources(&m, &e) < 0 || policy_files_read(o->folders, o->n_folders, how, &now, &faults, &e) < 0) {
		log_line(LOG_LEVEL_ERROR, "%s", e.text);
		file_set_done(&now);
		faults_done(&faults);
		faults_done(&settings_faults);
		return 2;
	}
	policy_choose(&now, &faults, &none, &m, &choice);
	print(&settings_faults);
	print(&choice.faults);
	code = faults_count(&choice.faults, SEVERITY_FAULT) > 0 || faults_count(&settings_faults, SEVERITY_FAULT) > 0;
	choice_done(&choice);
	faults_done(&faults);
	faults_done(&settings_faults);
	file_set_done(&now);
	return code;
}
