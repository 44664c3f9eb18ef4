/*
 * clean-brick BRICK SOURCE CLONE [NUMBER...]
 *
 * Makes a copy of a brick of the volume SOURCE fit to be a brick of the volume CLONE: removes what marks its root as
 * part of a volume, and gives the pending marks of replication, trusted.afr.<SOURCE>-client-N, the clone's name. They
 * say which bricks have missed a change; under their old name nobody would know them, and a stale copy would be
 * served as good. Gluster lists what carries them in .glusterfs/indices, by gfid. May be repeated.
 *
 * Fragments of disperse that the copy met in the middle of a write are made such that they can be healed (`settle`).
 * With CLONE the same as SOURCE, a brick that is put back to an earlier content, this and the list is all that is done.
 *
 * What a heal has taken from one directory and not yet put into another replication holds in a directory that bears the
 * source's id, so those who heal the clone do not look there; a directory in it would be in the way of the one that they
 * make (seen: a clone that never healed). Its names go. A file's content stays behind its handle, by which it is linked
 * to where it belongs; one that belongs nowhere any more keeps its space in the clone.
 *
 * The NUMBERs are those of bricks of a replicated set that begin empty: the root is marked as one that they have missed,
 * as Gluster does when it replaces a brick, so that they are healed from here. The root is always listed: where an empty
 * brick is to be healed nobody may find an empty list before that has begun, and disperse has no marks to tell it by.
 *
 * Ends with 0, or with 1 and a line on stderr; 2 for wrong usage.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { GFID = 36, GFID_BYTES = 16, NAMES = 65536, VALUE = 4096, PATH = 4096, OPEN_DIRECTORIES = 16 };
static const char *const ROOT_MARKS[] = {"trusted.glusterfs.volume-id", "trusted.gfid"};
static const char *const INDICES[] = {".glusterfs/indices/xattrop", ".glusterfs/indices/dirty"};
static const char PREFIX[] = "trusted.afr.";

static void fail(const char *what) {
  fprintf(stderr, "clean-brick: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int is_gfid(const char *name) {
  if (strlen(name) != GFID) return 0;
  for (int i = 0; i < GFID; i++) {
    int dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? name[i] != '-' : !isxdigit((unsigned char)name[i])) return 0;
  }
  return 1;
}

/* The name in the clone, when it is a mark of the source's. */
static int rename_mark(const char *name, const char *source, const char *clone, char *to, size_t size) {
  size_t skip = sizeof PREFIX - 1, length = strlen(source);
  if (strncmp(name, PREFIX, skip) != 0 || strncmp(name + skip, source, length) != 0) return 0;
  const char *rest = name + skip + length;
  if (strncmp(rest, "-client-", 8) != 0) return 0;
  return snprintf(to, size, "%s%s%s", PREFIX, clone, rest) < (int)size;
}

static void translate(const char *path, const char *source, const char *clone) {
  static char names[NAMES], value[VALUE];
  if (strcmp(source, clone) == 0) return;
  ssize_t length = llistxattr(path, names, sizeof names);
  if (length < 0) fail(path);
  for (char *name = names; name < names + length; name += strlen(name) + 1) {
    char to[256];
    if (!rename_mark(name, source, clone, to, sizeof to)) continue;
    ssize_t size = lgetxattr(path, name, value, sizeof value);
    if (size < 0 || lsetxattr(path, to, value, (size_t)size, 0) < 0 || lremovexattr(path, name) < 0) fail(path);
  }
}

static uint64_t big_endian(const unsigned char *bytes, int length) {
  uint64_t number = 0;
  for (int i = 0; i < length; i++) number = number << 8 | bytes[i];
  return number;
}

static void put_number(const char *path, const char *name, unsigned char *value, size_t size, uint64_t number) {
  for (int i = 7; i >= 0; i--, number >>= 8) value[i] = (unsigned char)number;
  if (lsetxattr(path, name, value, size, 0) < 0) fail(path);
}

/*
 * Disperse writes a fragment to each brick, and then counts the change (the first number of `version`) and the file's
 * `size`; in between the file is `dirty`. Of one that is met there, some bricks have the last write and some have not,
 * under the same count: Gluster would take all for good and read a mixture, or, since they are longer than their size
 * says, heal none. So the count becomes the time of the last write, which is the client's and therefore the same on all
 * bricks that have it: what differs is then known to, and the fragment gets the length that its size says. Only what
 * nobody was told to be written lies beyond.
 */
static void settle(const char *path) {
  static const size_t MTIME = 25;
  unsigned char dirty[16], version[16], config[8], size[8], times[57];
  if (lgetxattr(path, "trusted.ec.dirty", dirty, sizeof dirty) != sizeof dirty || big_endian(dirty, 8) == 0) return;
  if (lgetxattr(path, "trusted.ec.version", version, sizeof version) != sizeof version ||
      lgetxattr(path, "trusted.ec.config", config, sizeof config) != sizeof config ||
      lgetxattr(path, "trusted.ec.size", size, sizeof size) != sizeof size)
    return;
  struct stat found;
  if (lstat(path, &found) < 0) fail(path);
  uint64_t chunk = big_endian(config + 5, 3), stripe = chunk * (uint64_t)(config[3] - config[4]);
  if (!S_ISREG(found.st_mode) || config[3] <= config[4] || chunk == 0) return;
  uint64_t length = (big_endian(size, 8) + stripe - 1) / stripe * chunk, there = (uint64_t)found.st_size;
  if (there > length && truncate(path, (off_t)length) < 0) fail(path);
  /* It was being truncated. */
  if (there < length) put_number(path, "trusted.ec.size", size, sizeof size, there / chunk * stripe);
  if (lgetxattr(path, "trusted.glusterfs.mdata", times, sizeof times) != sizeof times) return;
  uint64_t written = big_endian(times + MTIME, 8) << 20 | big_endian(times + MTIME + 8, 8) >> 10;
  put_number(path, "trusted.ec.version", version, sizeof version, written);
}

/* A directory's handle is a link to its name in its parent's handle: its attributes are those behind the link. */
static void translate_gfid(const char *gfid, const char *source, const char *clone) {
  char handle[PATH], resolved[PATH + 2];
  snprintf(handle, sizeof handle, ".glusterfs/%.2s/%.2s/%s", gfid, gfid + 2, gfid);
  struct stat found;
  if (lstat(handle, &found) < 0) {
    /* It was removed, and its entry in the index not yet. */
    if (errno == ENOENT) return;
    fail(handle);
  }
  if (!S_ISLNK(found.st_mode)) {
    settle(handle);
    return translate(handle, source, clone);
  }
  if (stat(handle, &found) == 0 && S_ISDIR(found.st_mode)) {
    snprintf(resolved, sizeof resolved, "%s/.", handle);
    return translate(resolved, source, clone);
  }
  translate(handle, source, clone);
}

static void translate_index(const char *index, const char *source, const char *clone) {
  DIR *directory = opendir(index);
  if (directory == NULL) {
    if (errno == ENOENT) return;
    fail(index);
  }
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
    if (is_gfid(entry->d_name)) translate_gfid(entry->d_name, source, clone);
  closedir(directory);
}

static const char ROOT_GFID[] = "00000000-0000-0000-0000-000000000001";

/* The index holds links to one file of its own. Without replication or disperse there is none. */
static void list_root(void) {
  static const char base[] = ".glusterfs/indices/xattrop/xattrop-00000000-0000-0000-0000-0000c105e000";
  char entry[PATH];
  snprintf(entry, sizeof entry, "%s/%s", INDICES[0], ROOT_GFID);
  int file = open(base, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0 && errno == ENOENT) return;
  if (file < 0 || (link(base, entry) < 0 && errno != EEXIST)) fail(entry);
  close(file);
}

static const char HELD[] = ".glusterfs-anonymous-inode-";

/* A directory's handle names its parent's: left there, no directory of this gfid could be made anywhere else. */
static void drop_handle(const char *path) {
  unsigned char g[GFID_BYTES];
  char handle[PATH];
  if (lgetxattr(path, ROOT_MARKS[1], g, sizeof g) != sizeof g) return;
  snprintf(handle, sizeof handle,
           ".glusterfs/%02x/%02x/%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", g[0], g[1], g[0],
           g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]);
  if (unlink(handle) < 0 && errno != ENOENT) fail(handle);
}

static int remove_name(const char *path, const struct stat *found, int type, struct FTW *at) {
  (void)found, (void)at;
  if (type == FTW_DP) drop_handle(path);
  if ((type == FTW_DP ? rmdir(path) : unlink(path)) < 0) fail(path);
  return 0;
}

static void remove_all_held(void) {
  DIR *root = opendir(".");
  if (root == NULL) fail("the brick");
  for (struct dirent *entry; (entry = readdir(root)) != NULL;)
    if (strncmp(entry->d_name, HELD, sizeof HELD - 1) == 0 &&
        nftw(entry->d_name, remove_name, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS) < 0)
      fail(entry->d_name);
  closedir(root);
}

static void blame(const char *clone, const char *number) {
  /*
   * Data, metadata, entries: big-endian counts of what was missed. A directory's data stands for all of its entries:
   * without it a granular heal goes through those only that are listed as missed one by one, and none is.
   */
  static const unsigned char missed[12] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
  char name[256];
  if (snprintf(name, sizeof name, "%s%s-client-%s", PREFIX, clone, number) >= (int)sizeof name) exit(2);
  if (lsetxattr(".", name, missed, sizeof missed, 0) < 0) fail(name);
}

int main(int count, char **args) {
  if (count < 4 || *args[2] == '\0' || *args[3] == '\0') {
    fprintf(stderr, "usage: clean-brick BRICK SOURCE CLONE [NUMBER...]\n");
    return 2;
  }
  /* Nothing of the path is followed out of the brick. */
  if (chdir(args[1]) < 0) fail(args[1]);
  for (size_t i = 0; i < sizeof INDICES / sizeof *INDICES; i++) translate_index(INDICES[i], args[2], args[3]);
  int is_restored = strcmp(args[2], args[3]) == 0;
  for (size_t i = 0; i < sizeof ROOT_MARKS / sizeof *ROOT_MARKS && !is_restored; i++)
    if (lremovexattr(".", ROOT_MARKS[i]) < 0 && errno != ENODATA) fail(args[1]);
  if (!is_restored) remove_all_held();
  for (int i = 4; i < count; i++) blame(args[3], args[i]);
  list_root();
  int root = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0 || syncfs(root) < 0) fail(args[1]);
  return 0;
}
