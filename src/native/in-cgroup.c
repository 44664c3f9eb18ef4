/*
 * in-cgroup NAMESPACE GROUP... -- PROGRAM [ARGUMENT...]
 *
 * Moves itself into each of the cgroup directories, then becomes PROGRAM: that lives there from its first instruction,
 * and so does all that it starts. NAMESPACE is a file such as /proc/1/ns/cgroup, entered first: from within the
 * namespace of a pod, cgroup v2 refuses moves to groups outside it (nsdelegate, see cgroups(7)).
 *
 * Ends with 125 and a line on stderr when it could not; the program has not been started then. Usage is 2.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what) {
  fprintf(stderr, "in-cgroup: %s: %s\n", what, strerror(errno));
  exit(125);
}

static void enter_namespace(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  /* Linux < 4.6 has no such namespaces, and nothing to leave. */
  if (file < 0 && errno == ENOENT) return;
  struct stat there, here;
  /* A service without containers is in it already, and may be forbidden the call (RestrictNamespaces=). */
  int is_ours = file >= 0 && fstat(file, &there) == 0 && stat("/proc/self/ns/cgroup", &here) == 0 &&
                there.st_dev == here.st_dev && there.st_ino == here.st_ino;
  if (file < 0 || (!is_ours && setns(file, CLONE_NEWCGROUP) < 0)) fail(path);
  close(file);
}

static void join(const char *group) {
  int directory = open(group, O_PATH | O_DIRECTORY | O_CLOEXEC);
  int file = directory < 0 ? -1 : openat(directory, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  /* 0 is the writer itself. */
  if (file < 0 || write(file, "0", 1) != 1) fail(group);
  close(file);
  close(directory);
}

int main(int count, char **args) {
  int at = 2;
  while (at < count && strcmp(args[at], "--") != 0) at++;
  if (at < 3 || at + 1 >= count) {
    fprintf(stderr, "usage: in-cgroup NAMESPACE GROUP... -- PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  enter_namespace(args[1]);
  for (int i = 2; i < at; i++) join(args[i]);
  execvp(args[at + 1], args + at + 1);
  fail(args[at + 1]);
}
