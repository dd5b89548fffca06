/* The executable of a process, as stat(2) and readlink(2) of /proc/PID/exe show it. */
#pragma once

#include "bpf/kernel_types.h"

#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/*
 * File systems whose stat(2) shows the inode's own number and the superblock's own device (generic_fillattr(), from 5.x to
 * 6.18). overlayfs, btrfs, bcachefs and some of the network show others: what is not listed is left to /proc.
 */
static inline bool stat_shows_inode(unsigned long magic)
{
	switch (magic) {
	case 0xef53:	 /* ext2, ext3, ext4 */
	case 0x58465342: /* xfs */
	case 0x01021994: /* tmpfs, memfd */
	case 0x858458f6: /* ramfs */
	case 0x73717368: /* squashfs */
	case 0xe0f5e1e2: /* erofs */
	case 0xf2f52010: /* f2fs */
		return true;
	default:
		return false;
	}
}

/* dev: 12 bits major, 20 bits minor. False: only /proc can tell. */
static inline bool exe_file_read(struct file *file, __u32 *dev, __u64 *ino)
{
	struct inode *inode = BPF_CORE_READ(file, f_path.dentry, d_inode);
	struct super_block *sb = BPF_CORE_READ(inode, i_sb);

	if (!stat_shows_inode(BPF_CORE_READ(sb, s_magic)))
		return false;
	*dev = BPF_CORE_READ(sb, s_dev);
	*ino = BPF_CORE_READ(inode, i_ino);
	return true;
}

/*
 * d_path() ends with the name of the last dentry, unless that is the root of its mount, which is named after the place it
 * is mounted on, or has no parent (a memfd), where its file system makes the text up. False: only /proc can tell, also of a
 * name that fills all the bytes, which may have been cut.
 */
static inline bool exe_name_read(struct file *file, char *name, __u32 bytes)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	struct vfsmount *mount = BPF_CORE_READ(file, f_path.mnt);
	long n;

	if (dentry == BPF_CORE_READ(mount, mnt_root) || dentry == BPF_CORE_READ(dentry, d_parent))
		return false;
	n = bpf_probe_read_kernel_str(name, bytes, BPF_CORE_READ(dentry, d_name.name));
	return n > 0 && n < (long)bytes;
}
