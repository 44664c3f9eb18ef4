/*
 * brick-file look BRICK PATH
 * brick-file clone BRICK FROM TO
 * brick-file digest BRICK PATH BLOCK FIRST COUNT KEY KEY
 *
 * What Gluster cannot do with a file of a volume, done to the file of one brick. Paths are relative to the brick and are
 * never followed through a symbolic link or out of it: nodes write in these directories.
 *
 * look: the file's id in Gluster, its size, and "blames" when the brick says of another that it missed a change of it.
 * clone: TO, which is there, becomes a reflink of FROM; says how large it is. For those that write to FROM on this
 * brick it happens between two of their writes. TO is synced then: a brick that lost it again without a word would have
 * zeros for a good copy, and nobody would blame it, because Gluster knows of no change.
 * digest: for each of COUNT blocks of BLOCK bytes from the FIRST that is not all zeros its number and two sums. They are
 * the values of the polynomials that the block's words make, at the KEYs, modulo 2^61 - 1: two different blocks of 256
 * KiB have the same for one of 2^90 keys, whoever wrote them.
 *
 * Ends with 0, or with 1 and a line on stderr; 2 for wrong usage.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

typedef unsigned long long number;
enum { LARGEST = 1024 * 1024, NAMES = 64 * 1024, GFID = 16 };
static const number PRIME = (1ULL << 61) - 1;

static int fail(const char *what) {
  fprintf(stderr, "brick-file: %s: %s\n", what, strerror(errno));
  return 1;
}

static int open_below(int brick, const char *path, int flags) {
  struct open_how how = {.flags = (number)(flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK),
                         .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV};
  int file = (int)syscall(SYS_openat2, brick, path, &how, sizeof how);
  struct stat status;
  if (file < 0 || fstat(file, &status) < 0) return -1;
  if (S_ISREG(status.st_mode)) return file;
  errno = EINVAL;
  return -1;
}

/* A count of changes that another brick missed: trusted.afr.<volume>-client-<number>, not all zeros. */
static int blames(int file) {
  static char names[NAMES];
  ssize_t length = flistxattr(file, names, sizeof names);
  if (length < 0) return -1;
  for (const char *name = names; name < names + length; name += strlen(name) + 1) {
    unsigned char counts[64] = {0};
    if (strncmp(name, "trusted.afr.", 12) != 0 || strcmp(name, "trusted.afr.dirty") == 0) continue;
    ssize_t size = fgetxattr(file, name, counts, sizeof counts);
    if (size < 0) return -1;
    for (ssize_t i = 0; i < size; i++)
      if (counts[i] != 0) return 1;
  }
  return 0;
}

static int look(int brick, const char *path) {
  int file = open_below(brick, path, O_RDONLY);
  unsigned char gfid[GFID];
  struct stat status;
  if (file < 0 || fstat(file, &status) < 0) return fail(path);
  if (fgetxattr(file, "trusted.gfid", gfid, sizeof gfid) != sizeof gfid) return fail(path);
  int blamed = blames(file);
  if (blamed < 0) return fail(path);
  for (int i = 0; i < GFID; i++) printf("%02x", gfid[i]);
  printf(" %lld %s\n", (long long)status.st_size, blamed ? "blames" : "clean");
  return 0;
}

static int clone_file(int brick, const char *from, const char *to) {
  int source = open_below(brick, from, O_RDONLY);
  if (source < 0) return fail(from);
  int target = open_below(brick, to, O_WRONLY);
  struct stat status;
  if (target < 0) return fail(to);
  if (ftruncate(target, 0) < 0 || ioctl(target, FICLONE, source) < 0) return fail(to);
  if (fsync(target) < 0 || fstat(target, &status) < 0) return fail(to);
  printf("%lld\n", (long long)status.st_size);
  return 0;
}

static number reduce(unsigned __int128 value) {
  number folded = (number)(value & PRIME) + (number)(value >> 61);
  return folded >= PRIME ? folded - PRIME : folded;
}

static void sum(const unsigned char *block, size_t length, const number keys[2], number sums[2]) {
  sums[0] = sums[1] = 1;
  for (size_t i = 0; i < length; i += sizeof(unsigned)) {
    unsigned word = 0;
    memcpy(&word, block + i, length - i < sizeof word ? length - i : sizeof word);
    for (int k = 0; k < 2; k++) sums[k] = reduce((unsigned __int128)sums[k] * keys[k] + word);
  }
}

/* Less than the length only at the file's end. */
static ssize_t read_all(int file, unsigned char *into, size_t length, off_t from) {
  size_t done = 0;
  while (done < length) {
    ssize_t got = pread(file, into + done, length - done, from + (off_t)done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    done += (size_t)got;
  }
  return (ssize_t)done;
}

static int digest(int brick, const char *path, char **numbers) {
  static unsigned char block[LARGEST], zeros[LARGEST];
  number size = strtoull(numbers[0], NULL, 10), at = strtoull(numbers[1], NULL, 10);
  number end = at + strtoull(numbers[2], NULL, 10);
  number keys[2] = {strtoull(numbers[3], NULL, 10) % PRIME, strtoull(numbers[4], NULL, 10) % PRIME};
  if (size == 0 || size > LARGEST) return 2;
  int file = open_below(brick, path, O_RDONLY);
  if (file < 0) return fail(path);
  while (at < end) {
    off_t data = lseek(file, (off_t)(at * size), SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;
    if (data < 0) return fail(path);
    at = (number)data / size;
    if (at >= end) break;
    ssize_t length = read_all(file, block, size, (off_t)(at * size));
    if (length < 0) return fail(path);
    if (memcmp(block, zeros, (size_t)length) != 0) {
      number sums[2];
      sum(block, (size_t)length, keys, sums);
      printf("%llu %015llx%015llx\n", at, sums[0], sums[1]);
    }
    posix_fadvise(file, (off_t)(at * size), length, POSIX_FADV_DONTNEED);
    at++;
  }
  return 0;
}

static int act(int argc, char **argv, int brick) {
  if (argc == 4 && strcmp(argv[1], "look") == 0) return look(brick, argv[3]);
  if (argc == 5 && strcmp(argv[1], "clone") == 0) return clone_file(brick, argv[3], argv[4]);
  if (argc == 9 && strcmp(argv[1], "digest") == 0) return digest(brick, argv[3], argv + 4);
  return 2;
}

int main(int argc, char **argv) {
  int brick = argc < 4 ? -1 : open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (argc >= 4 && brick < 0) return fail(argv[2]);
  int result = argc < 4 ? 2 : act(argc, argv, brick);
  if (result == 2)
    fprintf(stderr, "usage: brick-file look BRICK PATH | clone BRICK FROM TO | digest BRICK PATH BLOCK FIRST COUNT KEY KEY\n");
  return fflush(stdout) == 0 ? result : 1;
}
