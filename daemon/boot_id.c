/* Which boot this is. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "boot_id.h"

void boot_id_read(char ret[BOOT_ID_SIZE])
{
	auto_fd int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, ret, BOOT_ID_SIZE - 1);

	ret[n > 0 ? n : 0] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
}
