/*
 * The kernel's types, as far as our BPF programs look into them. Names and meaning are the kernel's; where a field stands,
 * and how wide it is, the loader takes from the running kernel's BTF (CO-RE), so what is not used is left out here.
 */
#pragma once

#include <linux/types.h>

#define KERNEL_TYPE __attribute__((preserve_access_index))

struct seq_file;

typedef struct {
	__u32 val;
} kuid_t, kgid_t;

struct cred {
	kuid_t euid;
	kgid_t egid;
} KERNEL_TYPE;

struct pid {
	unsigned int level; /* of its pid namespace: 0 is the initial one */
	__u64 ino;	    /* no other's before the next boot, and the inode of its pidfds; since 6.9 */
} KERNEL_TYPE;

struct list_head {
	struct list_head *next;
} KERNEL_TYPE;

struct kernfs_node {
	__u64 id; /* no other's in its hierarchy before the next boot; the inode that stat(2) shows where that has 64 bits */
} KERNEL_TYPE;

struct cgroup_root {
	int hierarchy_id; /* as in /proc/cgroups; 0 is that of v2 */
} KERNEL_TYPE;

struct cgroup {
	int level; /* 0 is the root */
	struct kernfs_node *kn;
	struct cgroup_root *root;
} KERNEL_TYPE;

/* A process has one of these, and that one cgroup of each hierarchy there is, by links. */
struct css_set {
	struct list_head cgrp_links;
} KERNEL_TYPE;

struct cgrp_cset_link {
	struct cgroup *cgrp;
	struct list_head cgrp_link;
} KERNEL_TYPE;

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live; /* threads that have not begun to end */
	int nr_threads;
} KERNEL_TYPE;

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
} KERNEL_TYPE;

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
} KERNEL_TYPE;

struct qstr {
	const unsigned char *name;
} KERNEL_TYPE;

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
} KERNEL_TYPE;

struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
} KERNEL_TYPE;

struct vfsmount {
	struct dentry *mnt_root;
} KERNEL_TYPE;

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
} KERNEL_TYPE;

struct file {
	struct path f_path;
} KERNEL_TYPE;

struct mm_struct {
	unsigned long arg_start, arg_end;
	struct file *exe_file;
} KERNEL_TYPE;

struct task_struct {
	unsigned int flags;
	int exit_state;
	int pid, tgid;
	__u64 start_boottime;
	struct task_struct *real_parent;
	struct pid *thread_pid;
	const struct cred *real_cred;
	char comm[16];
	struct signal_struct *signal;
	struct css_set *cgroups;
	struct mm_struct *mm;
} KERNEL_TYPE;

struct bpf_iter_meta {
	struct seq_file *seq;
} KERNEL_TYPE;

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} KERNEL_TYPE;
