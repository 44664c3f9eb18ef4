/*
 * For user-mode Linux 6.1 on processors with a large extended state (AMX): it hands the kernel a buffer that is too
 * short for NT_X86_XSTATE and dies when that is refused. Preloaded, this reads the whole state, puts the part that
 * it was handed over its beginning, and writes the whole.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef long ptrace_function(int request, pid_t pid, void *address, void *data);

static __thread char whole[64 * 1024] __attribute__((aligned(64)));

long ptrace(enum __ptrace_request request, ...)
{
	static ptrace_function *next;
	if (next == NULL)
		next = (ptrace_function *)dlsym(RTLD_NEXT, "ptrace");

	va_list arguments;
	va_start(arguments, request);
	pid_t pid = va_arg(arguments, pid_t);
	void *address = va_arg(arguments, void *);
	void *data = va_arg(arguments, void *);
	va_end(arguments);

	if (request == PTRACE_SETREGSET && address == (void *)NT_X86_XSTATE) {
		const struct iovec *given = data;
		struct iovec state = { whole, sizeof whole };
		if (next(PTRACE_GETREGSET, pid, address, &state) == 0 && state.iov_len > given->iov_len) {
			memcpy(whole, given->iov_base, given->iov_len);
			return next(request, pid, address, &state);
		}
	}
	return next(request, pid, address, data);
}
