/*
 * remount PID MOUNT_ID DEVICE SOURCE dead|live [stack]
 *
 * Replaces one mount of a Gluster client inside the mount namespace of process PID: the mount with the id MOUNT_ID
 * of the file system DEVICE ("major:minor") gives way to the same directory of the file system that is mounted at
 * SOURCE in the caller's namespace. What is to be replaced, and what it has to look like afterwards (directory, ro,
 * nosuid, ...), is read from the kernel's own line of that mount, and checked again once it is held open.
 * `dead` refuses a mount that still answers; `live` demands that the new directory is the very same one.
 * `stack` acts as on Linux < 6.5, which cannot mount beneath another mount.
 *
 * Prints one word and ends with its code: replaced 0, stacked 0 (the new mount lies on the old one, which stays),
 * changed 10 (no such mount there, or no such process), alive 11, gone 12 (the directory is no more, or not a plain
 * path below SOURCE: pods choose the names in a volume), nested 13 (other mounts lie inside and cannot be carried
 * over), covered 14 (Linux < 6.5: the old directory can carry no mount), failed 1 (step and reason on stderr), usage 2.
 *
 * A program of its own, since setns(2) into a mount namespace is refused to a process with threads such as Node.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef FS_TYPE
#define FS_TYPE "fuse.glusterfs"
#endif
#define MAX_NESTED 32

/* The same numbers on all architectures; spelt out, since the headers of older systems lack some of them. */
enum { SYS_OPEN_TREE = 428, SYS_MOVE_MOUNT = 429, SYS_OPENAT2 = 437, SYS_MOUNT_SETATTR = 442 };
enum { TREE_CLONE = 1, FROM_FD = 0x4, TO_FD = 0x40, BENEATH = 0x200 };
enum { NO_XDEV = 0x1, NO_MAGICLINKS = 0x2, NO_SYMLINKS = 0x4, ONLY_BENEATH = 0x8, IN_ROOT = 0x10 };
struct open_how_1 { uint64_t flags, mode, resolve; };
struct mount_attr_1 { uint64_t set, clear, propagation, user_namespace; };

/* A line of mountinfo (proc_pid_mountinfo(5)), its escapes decoded. */
struct mount { int id, parent; char *device, *root, *target, *options, *type; };

static void end(const char *word, int code) {
  puts(word);
  exit(code);
}

static void fail(const char *step) {
  fprintf(stderr, "%s: %s\n", step, strerror(errno));
  exit(1);
}

static int open_beneath(int directory, const char *path, uint64_t resolve) {
  struct open_how_1 how = {O_PATH | O_NOFOLLOW | O_CLOEXEC, 0, resolve | NO_SYMLINKS | NO_MAGICLINKS};
  return syscall(SYS_OPENAT2, directory, path, &how, sizeof how);
}

static int clone_tree(int from, unsigned flags) {
  return syscall(SYS_OPEN_TREE, from, "", TREE_CLONE | O_CLOEXEC | AT_EMPTY_PATH | flags);
}

static int move_mount_fd(int tree, int onto, unsigned flags) {
  return syscall(SYS_MOVE_MOUNT, tree, "", onto, "", FROM_FD | TO_FD | flags);
}

/* The whole of a file of /proc; for ever, this is a short-lived program. */
static char *read_whole(int file, const char *what) {
  size_t used = 0, size = 1 << 16;
  char *text = malloc(size);
  if (lseek(file, 0, SEEK_SET) < 0) fail(what);
  for (;;) {
    if (text == NULL) fail(what);
    ssize_t got = read(file, text + used, size - used - 1);
    if (got < 0) fail(what);
    if (got == 0) break;
    used += got;
    if (size - used < 2) text = realloc(text, size *= 2);
  }
  text[used] = '\0';
  return text;
}

/* Blank, tab, newline and backslash are written as three octal digits. */
static char *decode(char *text) {
  char *to = text;
  if (text == NULL) return NULL;
  for (char *from = text; *from != '\0'; to++)
    if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] && from[3]) {
      *to = ((from[1] - '0') << 6) | ((from[2] - '0') << 3) | (from[3] - '0');
      from += 4;
    } else
      *to = *from++;
  *to = '\0';
  return text;
}

/* So the kernel marks a name that it has forgotten: after a client's death, each name that somebody asks for. */
static char *without_mark(char *path) {
  char *mark = path == NULL ? NULL : strstr(path, "//deleted");
  if (mark != NULL) mark[mark == path] = '\0';
  return path;
}

static int parse(char *line, struct mount *found) {
  char *id = strsep(&line, " "), *parent = strsep(&line, " ");
  found->device = strsep(&line, " ");
  found->root = without_mark(decode(strsep(&line, " ")));
  found->target = decode(strsep(&line, " "));
  found->options = strsep(&line, " ");
  char *field = strsep(&line, " ");
  while (field != NULL && strcmp(field, "-") != 0) field = strsep(&line, " ");
  found->type = strsep(&line, " ");
  if (found->type == NULL) return 0;
  found->id = atoi(id);
  found->parent = atoi(parent);
  return 1;
}

/* All mounts of a mountinfo file; the list ends with the id 0. */
static struct mount *read_mounts(int mountinfo) {
  size_t count = 0, size = 0;
  struct mount *mounts = NULL;
  char *text = read_whole(mountinfo, "read mountinfo");
  for (char *line = strsep(&text, "\n"); line != NULL; line = strsep(&text, "\n")) {
    if (count + 2 > size) mounts = realloc(mounts, (size = size * 2 + 64) * sizeof *mounts);
    if (mounts == NULL) fail("read mountinfo");
    if (parse(line, &mounts[count])) count++;
  }
  if (mounts != NULL) mounts[count].id = 0;
  return mounts;
}

static struct mount *find(struct mount *mounts, int id) {
  for (; mounts->id != 0; mounts++)
    if (mounts->id == id) return mounts;
  return NULL;
}

/* The id of the mount that a descriptor holds; by /proc, which asks no file system. */
static int mount_id_of(int descriptor, int fdinfo) {
  char name[16];
  snprintf(name, sizeof name, "%d", descriptor);
  int file = openat(fdinfo, name, O_RDONLY | O_CLOEXEC);
  if (file < 0) fail("open fdinfo");
  char *line = strstr(read_whole(file, "read fdinfo"), "mnt_id:");
  close(file);
  return line == NULL ? 0 : atoi(line + 7);
}

static int has(const char *options, const char *word) {
  size_t length = strlen(word);
  for (const char *at = options; at != NULL; at = strchr(at, ',')) {
    at += *at == ',';
    if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0')) return 1;
  }
  return 0;
}

/* Gives the detached tree the flags of the mount that it replaces, neither more nor fewer. */
static void set_flags(int tree, const char *options) {
  static const struct { const char *word; uint64_t bit; } FLAGS[] = {
      {"ro", 0x1}, {"nosuid", 0x2}, {"nodev", 0x4}, {"noexec", 0x8}, {"nodiratime", 0x80}, {"nosymfollow", 0x200000}};
  enum { ATIME = 0x70, NOATIME = 0x10, STRICTATIME = 0x20 };
  uint64_t set = has(options, "noatime") ? NOATIME : has(options, "relatime") ? 0 : STRICTATIME, all = ATIME;
  for (size_t i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++) {
    all |= FLAGS[i].bit;
    if (has(options, FLAGS[i].word)) set |= FLAGS[i].bit;
  }
  struct mount_attr_1 attributes = {set, all, MS_PRIVATE, 0};
  if (syscall(SYS_MOUNT_SETATTR, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) < 0) fail("mount_setattr");
}

/* Compares what the kernel knows of both without asking a client. Gluster's inode numbers are those of the volume. */
static int is_same(int new, int old, int is_live) {
  struct statx is, was;
  const unsigned flags = AT_EMPTY_PATH | AT_STATX_DONT_SYNC, wanted = STATX_TYPE | STATX_INO;
  if (statx(new, "", flags, wanted, &is) < 0) fail("look at the new mount");
  if (statx(old, "", flags, wanted, &was) < 0) return !is_live;
  return (is.stx_mode & S_IFMT) == (was.stx_mode & S_IFMT) && (!is_live || is.stx_ino == was.stx_ino);
}

/* Opens the directory or file `root` of the file system mounted at `source`, and nothing but that. */
static int open_source(const char *source, const struct mount *old, struct mount *own, int fdinfo) {
  int top = open(source, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (top < 0) fail("open the source");
  struct mount *mount = find(own, mount_id_of(top, fdinfo));
  struct statfs usage;
  errno = ENODEV;
  if (mount == NULL || strcmp(mount->target, source) != 0 || strcmp(mount->root, "/") != 0 ||
      strcmp(mount->type, FS_TYPE) != 0 || strcmp(mount->device, old->device) == 0)
    fail("the source is no mount of a new client");
  if (fstatfs(top, &usage) < 0) fail("the source does not answer");
  if (strcmp(old->root, "/") == 0) return top;
  int below = open_beneath(top, old->root + 1, ONLY_BENEATH | NO_XDEV);
  if (below >= 0) return below;
  if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EXDEV) end("gone", 12);
  fail("look up the directory in the source");
  return -1;
}

/* The mounts inside the old one: a clone of each, and the place in the new tree where it belongs. */
struct nested { int clone[MAX_NESTED], place[MAX_NESTED], count; };

static void clone_nested(struct nested *nested, struct mount *mounts, struct mount *old, int held, int tree, int fdinfo) {
  size_t length = strlen(old->target);
  for (struct mount *one = mounts; one->id != 0; one++) {
    if (one->parent != old->id) continue;
    if (nested->count == MAX_NESTED || strncmp(one->target, old->target, length) != 0 || one->target[length] != '/')
      end("nested", 13);
    const char *path = one->target + length + 1;
    int at = open_beneath(held, path, ONLY_BENEATH);
    if (at < 0 || mount_id_of(at, fdinfo) != one->id) end("nested", 13);
    nested->clone[nested->count] = clone_tree(at, AT_RECURSIVE);
    nested->place[nested->count] = open_beneath(tree, path, ONLY_BENEATH | NO_XDEV);
    if (nested->clone[nested->count] < 0 || nested->place[nested->count] < 0) end("nested", 13);
    nested->count++;
  }
}

/* Unmounts exactly the mount that is held open, by its link in /proc: a path might lead elsewhere by now. */
static void detach(int held, int descriptors) {
  char name[16];
  snprintf(name, sizeof name, "%d", held);
  if (fchdir(descriptors) < 0 || umount2(name, MNT_DETACH) < 0) fail("unmount the old mount");
}

/* True when an earlier run was killed after it had put the new mount beneath the old one. */
static int is_beneath(struct mount *mounts, const struct mount *old, const char *device) {
  const struct mount *parent = find(mounts, old->parent);
  return parent != NULL && strcmp(parent->device, device) == 0 && strcmp(parent->target, old->target) == 0;
}

static void replace(int tree, int held, const struct nested *nested, int may_go_beneath) {
  int moved = -1;
  errno = EINVAL;
  if (may_go_beneath) moved = move_mount_fd(tree, held, BENEATH);
  if (moved < 0 && errno != EINVAL) fail("move_mount");
  if (moved < 0) {
    if (nested->count > 0) end("nested", 13);
    if (move_mount_fd(tree, held, 0) == 0) end("stacked", 0);
    if (errno == ENOENT) end("covered", 14);
    fail("move_mount");
  }
  for (int i = 0; i < nested->count; i++)
    if (move_mount_fd(nested->clone[i], nested->place[i], 0) < 0) fail("carry over a mount inside");
}

static int open_of(const char *pid, const char *name, int flags) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
  int file = open(path, flags | O_CLOEXEC);
  if (file >= 0) return file;
  /* EINVAL: mountinfo of a zombie. */
  if (errno == ENOENT || errno == ESRCH || errno == EINVAL) end("changed", 10);
  fail(path);
  return -1;
}

static int is_number(const char *text) {
  return *text != '\0' && strlen(text) < 10 && strspn(text, "0123456789") == strlen(text);
}

static int is_expected(const struct mount *found, const char *device) {
  return found != NULL && strcmp(found->device, device) == 0 && strcmp(found->type, FS_TYPE) == 0;
}

int main(int count, char **args) {
  int is_live = count > 5 && strcmp(args[5], "live") == 0, may_go_beneath = count == 6;
  if (count < 6 || count > 7 || (count == 7 && strcmp(args[6], "stack") != 0) || !is_number(args[1]) ||
      !is_number(args[2]) || args[4][0] != '/' || (!is_live && strcmp(args[5], "dead") != 0)) {
    fprintf(stderr, "usage: remount PID MOUNT_ID MAJOR:MINOR SOURCE dead|live [stack]\n");
    return 2;
  }
  const char *pid = args[1], *device = args[3], *source = args[4];
  int id = atoi(args[2]);
  /* All of /proc that is needed later is opened here: a container may have another /proc, or none. */
  int namespace = open_of(pid, "ns/mnt", O_RDONLY), mountinfo = open_of(pid, "mountinfo", O_RDONLY);
  int root = open_of(pid, "root", O_PATH | O_DIRECTORY), descriptors = open_of("self", "fd", O_RDONLY | O_DIRECTORY);
  int fdinfo = open_of("self", "fdinfo", O_RDONLY | O_DIRECTORY);
  struct mount *own = read_mounts(open_of("self", "mountinfo", O_RDONLY));
  struct mount *old = find(read_mounts(mountinfo), id);
  if (!is_expected(old, device)) end("changed", 10);
  const char *expected_root = old->root;
  int from = open_source(source, old, own, fdinfo), tree = clone_tree(from, 0);
  if (tree < 0) fail("open_tree");

  if (setns(namespace, CLONE_NEWNS) < 0) fail("setns");
  int held = open_beneath(root, old->target, IN_ROOT);
  if (held < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) end("changed", 10);
  if (held < 0) fail("open the old mount");
  if (mount_id_of(held, fdinfo) != id) end("changed", 10);
  /* Held, it cannot go and its id cannot be given to another: what is read now is what will be replaced. */
  struct mount *mounts = read_mounts(mountinfo);
  old = find(mounts, id);
  if (!is_expected(old, device) || strcmp(old->root, expected_root) != 0) end("changed", 10);
  struct statfs usage;
  if (!is_live && fstatfs(held, &usage) == 0) end("alive", 11);
  if (!is_live && errno != ENOTCONN && errno != ECONNABORTED) fail("ask the old mount");
  if (!is_same(from, held, is_live)) end("gone", 12);

  if (!is_beneath(mounts, old, find(own, mount_id_of(from, fdinfo))->device)) {
    struct nested nested = {.count = 0};
    set_flags(tree, old->options);
    clone_nested(&nested, mounts, old, held, tree, fdinfo);
    replace(tree, held, &nested, may_go_beneath);
  }
  detach(held, descriptors);
  end("replaced", 0);
}
