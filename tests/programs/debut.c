/*
 * Its first instruction is its own: no loader and no C library before it. It says "PID NS", when that was by CLOCK_MONOTONIC,
 * appended to a file, and stays a while if it is asked to. Without a file it ends at once.
 *   debut [FILE [MILLISECONDS]]
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall debut\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n\tmov x0, sp\n\tbl debut\n");
#else
#error "debut has no first instruction for this machine"
#endif

_Noreturn void debut(const uintptr_t *stack);

/* No C library has begun, so nothing of it may be used that needs a thread's own data: no errno, no stdio, no rules/text.h. */
static size_t number_put(char *to, uint64_t n, char after)
{
	char digits[20];
	size_t len = 0;

	do
		digits[len++] = (char)('0' + n % 10);
	while (n /= 10);
	for (size_t i = 0; i < len; i++)
		to[i] = digits[len - 1 - i];
	to[len] = after;
	return len + 1;
}

static uint64_t number_get(const char *text)
{
	uint64_t n = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		n = n * 10 + (uint64_t)(*text - '0');
	return n;
}

static void say(const char *file, uint64_t at_ns)
{
	char text[48];
	size_t n = number_put(text, (uint64_t)syscall(SYS_getpid), ' ');
	long fd = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_APPEND | O_CREAT, 0644);

	n += number_put(text + n, at_ns, '\n');
	syscall(SYS_write, fd, text, n);
}

static void stay(uint64_t ms)
{
	struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

	syscall(SYS_nanosleep, &t, NULL);
}

void debut(const uintptr_t *stack)
{
	const uintptr_t argc = stack[0], *argv = stack + 1;
	struct timespec t;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	if (argc > 1)
		say((const char *)argv[1], (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec);
	if (argc > 2)
		stay(number_get((const char *)argv[2]));
	for (;;)
		syscall(SYS_exit_group, 0);
}
