/*
 * freeze SECONDS DIRECTORY...
 *
 * Freezes the mounted file systems of the directories, all at once, says "frozen" on stdout, and thaws them when its
 * stdin is written to or closed, at the latest SECONDS (1 to 5) after it began to freeze. It then says "unbroken" when
 * all of them were frozen from the first word to the second's cause, else "broken". One that cannot be frozen:
 * "failed ERRNO DIRECTORY" instead of "frozen", and all are thawed at once.
 *
 * With 0 SECONDS it thaws them; one that is not frozen is success.
 *
 * It is the watchdog of its freezes: whoever started it may die at any moment. So it takes no signal that can be
 * ignored, leads a session of its own, is the last that the kernel kills for memory, and touches no memory that is not
 * there already: what lies on disk might lie on a file system that stands still. A thread each: neither freezing one
 * file system, which waits for its writes, nor thawing it may keep the others frozen.
 *
 * Ends with 0, with 3 when it was broken or failed, with 2 for wrong usage.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1024, LONGEST = 5, STACK = 64 * 1024 };

struct target {
  const char *path;
  int file;
  int failed;  /* errno of what was tried first and did not work */
  int frozen;
  int broken;
  pthread_t thread;
};

static struct target targets[MOST];
static int count, seconds;
static int synced, tried, released;
static struct timespec deadline;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static int wake[2];

static void note(int *number) {
  pthread_mutex_lock(&mutex);
  ++*number;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
  if (write(wake[1], "", 1) < 0) return;
}

static int is_over(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec > deadline.tv_sec || (now.tv_sec == deadline.tv_sec && now.tv_nsec >= deadline.tv_nsec);
}

/* Most of what a freeze has to write is written before, while nobody waits for it. */
static void wait_for_all_synced(void) {
  pthread_mutex_lock(&mutex);
  if (++synced == count) {
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += seconds;
    pthread_cond_broadcast(&changed);
  }
  while (synced < count && !released) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
}

static void *hold(void *argument) {
  struct target *one = argument;
  syncfs(one->file);
  wait_for_all_synced();
  if (released)
    one->failed = ECANCELED;
  else if (ioctl(one->file, FIFREEZE, 0) < 0)
    one->failed = errno;
  else
    one->frozen = 1;
  note(&tried);
  if (!one->frozen) return NULL;
  pthread_mutex_lock(&mutex);
  while (!released && !is_over()) pthread_cond_timedwait(&changed, &mutex, &deadline);
  one->broken = !released || is_over();
  pthread_mutex_unlock(&mutex);
  /* Thawed by somebody else meanwhile: EINVAL. */
  if (ioctl(one->file, FITHAW, 0) < 0) one->broken = 1;
  return NULL;
}

/* Until `done`, or the starter says something or goes away, or the time is over. */
static int wait_until(int (*done)(void)) {
  while (!done()) {
    struct pollfd files[2] = {{.fd = 0, .events = POLLIN}, {.fd = wake[0], .events = POLLIN}};
    char drained[64];
    if (synced == count && is_over()) return 0;
    if (poll(files, 2, 50) <= 0) continue;
    if (files[0].revents != 0) return 0;
    if (files[1].revents != 0 && read(wake[0], drained, sizeof drained) < 0) return 0;
  }
  return 1;
}

static int all_tried(void) {
  pthread_mutex_lock(&mutex);
  int done = tried == count;
  pthread_mutex_unlock(&mutex);
  return done;
}

static int never(void) {
  return 0;
}

static void release(void) {
  pthread_mutex_lock(&mutex);
  released = 1;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
}

static void be_hard_to_kill(void) {
  for (int number = 1; number < NSIG; number++) signal(number, SIG_IGN);
  setsid();
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file >= 0) {
    if (write(file, "-1000", 5) < 0) errno = 0;
    close(file);
  }
  mlockall(MCL_CURRENT | MCL_FUTURE);
}

static int start(void) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK);
  pthread_condattr_t clock;
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  pthread_cond_init(&changed, &clock);
  if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0) return 0;
  for (int i = 0; i < count; i++)
    if (pthread_create(&targets[i].thread, &attributes, hold, &targets[i]) != 0) exit(2);
  return 1;
}

static int thaw_all(void) {
  int result = 0;
  for (int i = 0; i < count; i++) {
    if (ioctl(targets[i].file, FITHAW, 0) == 0 || errno == EINVAL) continue;
    printf("failed %d %s\n", errno, targets[i].path);
    result = 3;
  }
  return result;
}

static int say_failed(const struct target *one, int error) {
  printf("failed %d %s\n", error, one->path);
  return 3;
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 4096);
  char *end = NULL;
  seconds = argc < 3 ? -1 : (int)strtol(argv[1], &end, 10);
  count = argc - 2;
  if (seconds < 0 || seconds > LONGEST || *end != '\0' || count > MOST) {
    fprintf(stderr, "usage: freeze SECONDS DIRECTORY... (0 to %d, at most %d)\n", LONGEST, MOST);
    return 2;
  }
  for (int i = 0; i < count; i++) {
    targets[i].path = argv[i + 2];
    targets[i].file = open(argv[i + 2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (targets[i].file < 0) return say_failed(&targets[i], errno);
  }
  if (seconds == 0) return thaw_all();
  be_hard_to_kill();
  if (!start()) return 2;
  int result = 0;
  if (!wait_until(all_tried)) {
    release();
    result = say_failed(&targets[0], ETIME);
  }
  for (int i = 0; i < count && result == 0; i++)
    if (targets[i].failed != 0) result = say_failed(&targets[i], targets[i].failed);
  if (result == 0) {
    printf("frozen\n");
    wait_until(never);
  }
  /* At the deadline the threads thaw by themselves; a word that came earlier releases them now. */
  int late = is_over();
  release();
  for (int i = 0; i < count; i++) pthread_join(targets[i].thread, NULL);
  if (result != 0) return result;
  for (int i = 0; i < count; i++) late |= targets[i].broken;
  printf(late ? "broken\n" : "unbroken\n");
  return late ? 3 : 0;
}
