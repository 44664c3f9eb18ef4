#!/bin/busybox sh
# Pid 1 of the guest kernel. It boots from this machine's own root file system, which it only reads: what the guest
# writes goes to memory. Runs what `boot.ts` left in the shared folder and switches off. A step that fails ends this
# process, which the kernel takes for a panic: `boot.ts` then shows the console.
#
# From the kernel's command line, as environment:
#   shared      folder shared with the runner, to be written: command in; ready, output, exit-code out
#   modules      folder with the kernel's modules
#   repository   folder that is seen even where a /tmp of the guest would hide it
set -e
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# First, and by this path: busybox starts itself from /proc, where otherwise the machine's own would be seen.
/bin/busybox mount -t proc proc /proc

if [ "$1" != in-overlay ]; then
  mount -t tmpfs -o size=90% tmpfs /mnt
  mkdir /mnt/upper /mnt/work /mnt/root
  insmod "$modules/kernel/fs/overlayfs/overlay.ko"
  mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
  cd /mnt/root
  pivot_root . mnt
  exec chroot . /bin/busybox sh "$0" in-overlay >/mnt/dev/console 2>&1
fi

mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec </dev/null >/dev/console 2>&1
umount -l /mnt
mkdir -p /dev/pts /dev/shm
mount -t devpts -o ptmxmode=0666 devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
ln -s /proc/self/fd /dev/fd
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/lock /run/repository
mount --bind "$repository" /run/repository
mount -t tmpfs -o mode=1777,size=90% tmpfs /tmp
mkdir -p "$repository" "$shared"
mount --bind /run/repository "$repository"
mount -t hostfs -o "$shared" none "$shared"
# The machines of test/pool/lab take what is mounted below this folder for the hierarchies.
mount -t tmpfs tmpfs /sys/fs/cgroup
mkdir /sys/fs/cgroup/unified
mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified

mkdir -p "/lib/modules/$(uname -r)"
mount --bind "$modules" "/lib/modules/$(uname -r)"
for module in loop fuse dm-mod dm-thin-pool dm-snapshot veth bridge; do /sbin/modprobe "$module"; done

# Without geo-replication: a fresh glusterd would run its Python twenty times, which takes most of a minute here.
rm -f /usr/lib/*/glusterfs/gsyncd
# Without udev: LVM makes its nodes itself.
cat >/etc/lvm/lvmlocal.conf <<END
activation { udev_sync = 0 udev_rules = 0 }
devices { obtain_device_list_from_udev = 0 }
END
ip link set lo up
hostname guest

echo >"$shared/ready"
code=0
/bin/bash "$shared/command" >"$shared/output" 2>&1 || code=$?
echo $code >"$shared/exit-code"
poweroff -f
