/* Processes, what is mapped in them, and the names of what is there. */
#ifndef PROBE_RUNTIME_PROCESS_H
#define PROBE_RUNTIME_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* a mapping as it is told: by /proc/PID/maps or by the kernel's record */
struct mapped {
	uint64_t start, end, offset;
	uint32_t major, minor;
	uint64_t inode;
	const char *name; /* a path, "[vdso]", "//anon", "" */
};

struct object; /* what can be mapped: object.c */

struct mapping {
	uint64_t start, end, offset;
	struct object *object;
};

struct process {
	pid_t pid;
	uint32_t serial; /* differs after every exec and fork */
	uint32_t version; /* of its mappings */
	struct mapping *maps; /* by address */
	size_t nmaps, cap;
	struct jit *jit; /* /tmp/perf-PID.map, when first asked for */
	bool ended;
};

/* process.c; -errno is nobody's concern here: what cannot be read is not known */
struct processes;
struct processes *processes_new(void);
void processes_free(struct processes *p);
void processes_scan(struct processes *p); /* those that are there now */
struct process *process_get(struct processes *p, pid_t pid); /* read now if it is not known */
const struct mapping *process_at(const struct process *p, uint64_t address); /* NULL: none */
void process_map(struct processes *p, pid_t pid, const struct mapped *m);
void process_exec(struct processes *p, pid_t pid);
void process_fork(struct processes *p, pid_t pid, pid_t parent);
void process_exit(struct processes *p, pid_t pid); /* it is kept, until many have ended after it */
bool process_known(struct processes *p, pid_t pid);

typedef void (*mapped_fn)(const struct mapped *m, void *arg);
void process_maps(pid_t pid, mapped_fn each, void *arg); /* what it may execute, by address, as /proc has it now */

/* sideband.c: the same while they run; pid > 0: of it and its children alone, once it is known */
struct cpus;
struct sideband *sideband_open(struct processes *p, pid_t pid, const struct cpus *cpus);
int sideband_add(struct sideband *s, int cpu); /* 0 or -errno */
void sideband_close(struct sideband *s);
void sideband_read(struct sideband *s);

/* object.c: files that are mapped, each once */
struct objects;
struct objects *objects_new(void);
void objects_free(struct objects *o);
struct object *object_get(struct objects *o, pid_t pid, const struct mapped *m);
const char *object_name(const struct object *o);
int vdso_file(void); /* the kernel maps the same into everybody: ours, as a file; to be closed; -1: there is none */
bool object_anonymous(const struct object *o); /* no file: code that was made */
/* where in its source an offset of the file comes from: dwarf_frames() */
struct source_frame;
size_t object_frames(struct object *o, uint64_t offset, struct source_frame *to, size_t most);
/* the function at an offset of the file, demangled; NULL: not known; *start: its offset */
const char *object_symbol(struct object *o, uint64_t offset, bool demangled, uint64_t *start);

/* jit.c: names that a process writes of code it makes */
struct jit;
struct jit *jit_open(pid_t pid);
void jit_free(struct jit *j);
const char *jit_symbol(struct jit *j, uint64_t address, uint64_t *start); /* looks again if the file grew; NULL: none */

#endif
