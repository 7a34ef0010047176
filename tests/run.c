/*
 * Run tests and count them:
 *	run [-nuv] [-j JOBS] [-x FACTOR] [-s FILE] [-c FILE] [-f FILE] PROBE PATH...
 * A PATH is a script (.bt) with its expectations in comments, a shell test
 * (.sh), a unit test (any other program), or a directory of the first two.
 * README.md, beside this, tells what a test may say.
 *
 * Each test is run by a process of its own, which gathers what the test's
 * children leave behind and kills it, and prints its report at once.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/bpf.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define DEFAULT_TIMEOUT 20 /* seconds */
#define MAX_OUTPUT (4 << 20) /* more than that is thrown away and a failure */
#define MAX_SHOWN 40 /* lines of each side of a difference */

static struct {
	const char *probe;
	const char *tmp; /* directory that every test gets one in */
	bool verbose;
	bool none;
	bool twice;
	bool update; /* write the dumps kept beside the scripts anew */
	int jobs;
	int slow; /* factor of all timeouts */
} opt = {.jobs = 2, .slow = 1};

static void *check_alloc(void *p)
{
	if (!p) {
		perror("run");
		exit(2);
	}
	return p;
}

/* ---- text ---- */

struct text {
	char *data; /* NUL-terminated once something was added */
	size_t len;
};

static void text_add(struct text *t, const char *s, size_t n)
{
	t->data = check_alloc(realloc(t->data, t->len + n + 1));
	memcpy(t->data + t->len, s, n);
	t->len += n;
	t->data[t->len] = '\0';
}

__attribute__((format(printf, 2, 3))) static void text_printf(struct text *t, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		check_alloc(NULL);
	text_add(t, s, (size_t)n);
	free(s);
}

static bool read_file(const char *path, struct text *t)
{
	char chunk[65536];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	text_add(t, "", 0);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		text_add(t, chunk, (size_t)n);
	close(fd);
	return n == 0;
}

/* Cut s into its lines, in place; a last line needs no newline. */
struct lines {
	char **line;
	size_t count;
};

static void lines_add(struct lines *l, char *line)
{
	l->line = check_alloc(realloc(l->line, (l->count + 1) * sizeof(*l->line)));
	l->line[l->count++] = line;
}

static struct lines lines_of(const char *s)
{
	struct lines l = {0};
	char *copy = check_alloc(strdup(s));

	while (*copy) {
		char *end = strchr(copy, '\n');

		lines_add(&l, copy);
		if (!end)
			break;
		*end = '\0';
		copy = end + 1;
	}
	return l;
}

static void strip_blank_lines(struct lines *l)
{
	while (l->count && !*l->line[l->count - 1])
		l->count--;
	while (l->count && !**l->line) {
		l->line++;
		l->count--;
	}
}

static bool matches(const char *pattern, const char *line, struct text *why)
{
	regex_t re;
	int err = regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB);

	if (err) {
		char msg[200];

		regerror(err, &re, msg, sizeof(msg));
		text_printf(why, "bad pattern '%s': %s\n", pattern, msg);
		return false;
	}
	err = regexec(&re, line, 0, NULL, 0);
	regfree(&re);
	return !err;
}

/* ---- what the machine has ---- */

static bool readable(const char *path)
{
	char c;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	ssize_t n = read(fd, &c, 1);
	close(fd);
	return n == 1;
}

static bool has_pmu(const char *name)
{
	char path[200];

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", name);
	return readable(path);
}

static bool has_symbol(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512], symbol[256];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*s %*s %255s", symbol) == 1 && !strcmp(symbol, name);
	if (f)
		fclose(f);
	return found;
}

static bool has_command(const char *name)
{
	const char *path = getenv("PATH");
	char file[4096];

	while (path && *path) {
		size_t n = strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/%s", (int)n, path, name);
		if (!access(file, X_OK))
			return true;
		path += n + (path[n] == ':');
	}
	return false;
}

/* May we use bpf(2)?  A map of one entry is made to see. */
static bool has_bpf(void)
{
	union bpf_attr attr = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1};
	long fd = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));

	if (fd >= 0)
		close((int)fd);
	return fd >= 0 && geteuid() == 0;
}

/* systemd mounts it; where there is none we do. */
static bool has_tracefs(void)
{
	static const char events[] = "/sys/kernel/tracing/available_events";

	return readable(events) || (!mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL) && readable(events));
}

static bool in_guest(void)
{
	return getenv("PROBE_GUEST") != NULL;
}

static bool has_machine(const char *name)
{
	struct utsname u;

	return !uname(&u) && !strcmp(u.machine, name);
}

enum feature { ABSENT, PRESENT, UNKNOWN };

static enum feature find_feature(const char *name)
{
	const char *arg = strchr(name, ':');

	if (!strncmp(name, "cmd:", 4))
		return has_command(arg + 1);
	if (!strncmp(name, "path:", 5))
		return !access(arg + 1, R_OK);
	if (!strncmp(name, "symbol:", 7))
		return has_symbol(arg + 1);
	if (!strcmp(name, "bpf"))
		return has_bpf();
	if (!strcmp(name, "kprobe") || !strcmp(name, "kretprobe"))
		return has_pmu("kprobe");
	if (!strcmp(name, "uprobe") || !strcmp(name, "uretprobe") || !strcmp(name, "usdt"))
		return has_pmu("uprobe");
	if (!strcmp(name, "hardware"))
		return has_pmu("cpu");
	if (!strcmp(name, "watchpoint"))
		return has_pmu("breakpoint");
	if (!strcmp(name, "fentry") || !strcmp(name, "fexit")) /* trampolines go where ftrace can */
		return readable("/sys/kernel/tracing/available_filter_functions");
	if (!strcmp(name, "fprobe") || !strcmp(name, "kprobe_multi"))
		return has_symbol("register_fprobe_ips");
	if (!strcmp(name, "kprobe_session"))
		return has_symbol("register_fprobe_ips") && has_symbol("bpf_session_is_return");
	if (!strcmp(name, "uprobe_multi"))
		return has_symbol("bpf_uprobe_multi_link_attach");
	if (!strcmp(name, "btf"))
		return readable("/sys/kernel/btf/vmlinux");
	if (!strcmp(name, "tracefs"))
		return has_tracefs();
	if (!strcmp(name, "x86_64"))
		return has_machine("x86_64");
	if (!strcmp(name, "arm64") || !strcmp(name, "aarch64"))
		return has_machine("aarch64");
	if (!strcmp(name, "root"))
		return geteuid() == 0;
	if (!strcmp(name, "guest"))
		return in_guest();
	if (!strcmp(name, "host"))
		return !in_guest();
	return UNKNOWN;
}

/* The same, each name looked up once. */
static enum feature feature(const char *name)
{
	static struct {
		char *name;
		enum feature has;
	} known[200];
	static size_t count;

	for (size_t i = 0; i < count; i++)
		if (!strcmp(known[i].name, name))
			return known[i].has;
	enum feature has = find_feature(name);
	if (count < ARRAY_SIZE(known)) {
		known[count].name = check_alloc(strdup(name));
		known[count++].has = has;
	}
	return has;
}

/* ---- tests and their directives ---- */

enum directive {
	D_spec,
	D_needs,
	D_options,
	D_args,
	D_env,
	D_child,
	D_setup,
	D_stdin,
	D_expect,
	D_match,
	D_not,
	D_error,
	D_warning,
	D_stderr,
	D_exit,
	D_timeout,
	D_serial,
	D_banner,
	DIRECTIVE_COUNT
};

static const char *const directive_names[] = {
	[D_spec] = "spec",       [D_needs] = "needs",   [D_options] = "options", [D_args] = "args",
	[D_env] = "env",         [D_child] = "child",   [D_setup] = "setup",     [D_stdin] = "stdin",
	[D_expect] = "expect",   [D_match] = "match",   [D_not] = "not",         [D_error] = "error",
	[D_warning] = "warning", [D_stderr] = "stderr", [D_exit] = "exit",       [D_timeout] = "timeout",
	[D_serial] = "serial",   [D_banner] = "banner",
};

enum kind { KIND_SCRIPT, KIND_SHELL, KIND_UNIT };

struct result {
	int passed, failed, skipped;
};

struct test {
	char *path;
	enum kind kind;
	struct lines said[DIRECTIVE_COUNT];
	struct text wrong; /* with the test itself */
	struct text lacks; /* what it needs and this machine has not */
	struct result *result; /* shared with the process that runs it */
	pid_t pid;
};

static struct test *tests;
static size_t ntests;

static bool has_suffix(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n > m && !strcmp(s + n - m, suffix);
}

static void add_test(const char *path, enum kind kind)
{
	tests = check_alloc(realloc(tests, (ntests + 1) * sizeof(*tests)));
	tests[ntests++] = (struct test){.path = check_alloc(strdup(path)), .kind = kind};
}

static int add_found(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type == FTW_F && has_suffix(path, ".bt"))
		add_test(path, KIND_SCRIPT);
	else if (type == FTW_F && has_suffix(path, ".sh"))
		add_test(path, KIND_SHELL);
	return 0;
}

static bool add_path(const char *path)
{
	struct stat st;

	if (stat(path, &st)) {
		fprintf(stderr, "run: %s: %s\n", path, strerror(errno));
		return false;
	}
	if (S_ISDIR(st.st_mode))
		nftw(path, add_found, 20, FTW_PHYS);
	else if (has_suffix(path, ".bt") || has_suffix(path, ".sh"))
		add_found(path, NULL, FTW_F, NULL);
	else
		add_test(path, KIND_UNIT);
	return true;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct test *)a)->path, ((const struct test *)b)->path);
}

/* A line "// word: rest" (or "# word: rest", or "// word" for those without a rest). */
static void read_directive(struct test *t, char *line, const char *comment)
{
	size_t n = strlen(comment);

	if (strncmp(line, comment, n) || line[n] != ' ' || !islower((unsigned char)line[n + 1]))
		return;
	char *word = line + n + 1, *rest = word;
	while (islower((unsigned char)*rest))
		rest++;
	bool bare = !*rest;
	if (*rest != ':' && !bare)
		return;
	size_t len = (size_t)(rest - word);
	rest += !bare;
	if (*rest && *rest != ' ')
		return; /* some::name */
	rest += *rest == ' ';
	for (int d = 0; d < DIRECTIVE_COUNT; d++) {
		if (strlen(directive_names[d]) != len || strncmp(directive_names[d], word, len))
			continue;
		if (!bare || d == D_serial || d == D_banner)
			lines_add(&t->said[d], rest);
		return;
	}
	if (!bare)
		text_printf(&t->wrong, "unknown directive '%.*s'\n", (int)len, word);
}

static void need(struct test *t, const char *name)
{
	enum feature has = feature(name);

	if (has == UNKNOWN)
		text_printf(&t->wrong, "unknown need '%s'\n", name);
	else if (has == ABSENT)
		text_printf(&t->lacks, " %s", name);
}

static void read_test(struct test *t)
{
	struct text source = {0};

	if (t->kind == KIND_UNIT)
		return;
	if (!read_file(t->path, &source)) {
		text_printf(&t->wrong, "%s\n", strerror(errno));
		return;
	}
	struct lines l = lines_of(source.data);
	for (size_t i = 0; i < l.count; i++)
		read_directive(t, l.line[i], t->kind == KIND_SCRIPT ? "//" : "#");
	if (t->said[D_expect].count && t->said[D_match].count)
		text_printf(&t->wrong, "has both 'expect' and 'match'\n");

	for (size_t i = 0; i < t->said[D_needs].count; i++) {
		char *save, *names = check_alloc(strdup(t->said[D_needs].line[i]));

		for (char *s = strtok_r(names, " ,\t", &save); s; s = strtok_r(NULL, " ,\t", &save))
			need(t, s);
	}
	/* what is to run must be able to; what is to be refused, or shell, judges for itself */
	if (t->kind == KIND_SCRIPT && !t->said[D_error].count && !t->lacks.len)
		need(t, "bpf");
}

static int number(const struct test *t, enum directive d, int otherwise)
{
	return t->said[d].count ? atoi(t->said[d].line[0]) : otherwise;
}

/* ---- running a program ---- */

struct outcome {
	struct text out, err;
	int status; /* exit status; 128 + N for signal N */
	bool timed_out;
	bool flooded; /* output was thrown away */
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Take what there is; false at the end. */
static bool drain(int fd, struct text *t, bool *flooded)
{
	char chunk[65536];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0)
			return false;
		if (t->len < MAX_OUTPUT)
			text_add(t, chunk, (size_t)n);
		else
			*flooded = true;
	}
}

/* Kill and reap all that is left of a test's processes; we are their subreaper. */
static void reap_all(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	for (int round = 0; round < 100; round++) {
		struct text t = {0};
		char *s, *end;

		if (!read_file(path, &t))
			return;
		for (s = t.data; strtol(s, &end, 10) > 0; s = end)
			kill((pid_t)strtol(s, NULL, 10), SIGKILL);
		free(t.data);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			return;
		usleep(10000);
	}
}

static int stdin_of(const struct lines *l)
{
	if (!l->count)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	int fd = memfd_create("stdin", MFD_CLOEXEC);
	for (size_t i = 0; i < l->count; i++)
		dprintf(fd, "%s\n", l->line[i]);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Run argv in a process group of its own, for at most so many seconds. */
static struct outcome run(char *const argv[], const struct lines *input, int seconds)
{
	struct outcome o = {0};
	int out[2], err[2], in = stdin_of(input);

	text_add(&o.out, "", 0);
	text_add(&o.err, "", 0);
	if (in < 0 || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) {
		perror("run");
		exit(2);
	}
	pid_t pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in, 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		execvp(argv[0], argv);
		dprintf(2, "run: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	setpgid(pid, pid);
	close(in);
	close(out[1]);
	close(err[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);

	struct pollfd fds[] = {
		{.fd = pidfd_open(pid, 0), .events = POLLIN},
		{.fd = out[0], .events = POLLIN},
		{.fd = err[0], .events = POLLIN},
	};
	int pidfd = fds[0].fd;
	double deadline = now() + (double)seconds * opt.slow;
	bool ended = false;
	while (!ended) {
		double left = deadline - now();

		if (left <= 0) {
			o.timed_out = true;
			kill(-pid, SIGKILL);
			break;
		}
		if (poll(fds, ARRAY_SIZE(fds), (int)(left * 1000) + 1) < 0 && errno != EINTR)
			break;
		ended = fds[0].revents;
		/* a closed pipe is polled no more: -1 - fd */
		if (fds[1].revents && !drain(out[0], &o.out, &o.flooded))
			fds[1].fd = -1 - out[0];
		if (fds[2].revents && !drain(err[0], &o.err, &o.flooded))
			fds[2].fd = -1 - err[0];
	}
	int status = 0;
	waitpid(pid, &status, 0);
	kill(-pid, SIGKILL);
	drain(out[0], &o.out, &o.flooded);
	drain(err[0], &o.err, &o.flooded);
	close(out[0]);
	close(err[0]);
	close(pidfd);
	reap_all();
	o.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return o;
}

/* ---- judging ---- */

static void show(struct text *why, char sign, const struct lines *l, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < from + MAX_SHOWN; i++)
		text_printf(why, "  %c %s\n", sign, l->line[i]);
	if (to > from + MAX_SHOWN)
		text_printf(why, "  %c ... %zu lines more\n", sign, to - from - MAX_SHOWN);
}

static void show_text(struct text *why, const char *what, const char *s)
{
	struct lines l = lines_of(s);

	strip_blank_lines(&l);
	if (l.count)
		text_printf(why, "%s was:\n", what);
	show(why, '|', &l, 0, l.count);
}

/* Say where two texts differ: the lines between their common ends. */
static void compare(struct text *why, const char *what, const struct lines *want, const struct lines *got)
{
	size_t head = 0, tail = 0, least = want->count < got->count ? want->count : got->count;

	while (head < least && !strcmp(want->line[head], got->line[head]))
		head++;
	if (head == want->count && head == got->count)
		return;
	while (tail < least - head && !strcmp(want->line[want->count - 1 - tail], got->line[got->count - 1 - tail]))
		tail++;
	text_printf(why, "%s differs from line %zu on (- expected, + got):\n", what, head + 1);
	show(why, '-', want, head, want->count - tail);
	show(why, '+', got, head, got->count - tail);
}

/*
 * The message of a line "FILE:L:C1-C2: ERROR: text", "FILE:L1-L2: ..." or
 * "ERROR: text", NULL if it is none; the place is what stands between.
 */
static const char *message(char *line, const char *severity, int *row, int *column)
{
	char *at = strstr(line, severity);
	regex_t re;
	regmatch_t m[6];
	const char *found = NULL;
	char pattern[200];

	*row = *column = 0;
	if (!at)
		return NULL;
	snprintf(pattern, sizeof(pattern), "^([^ :]+:([0-9]+)(-[0-9]+)?(:([0-9]+)(-[0-9]+)?)?: )?%s: ", severity);
	if (regcomp(&re, pattern, REG_EXTENDED))
		return NULL;
	if (!regexec(&re, line, ARRAY_SIZE(m), m, 0)) {
		found = line + m[0].rm_eo;
		if (m[2].rm_so >= 0)
			*row = atoi(line + m[2].rm_so);
		if (m[5].rm_so >= 0)
			*column = atoi(line + m[5].rm_so);
	}
	regfree(&re);
	return found && strncmp(found, "expanded from", 13) ? found : NULL;
}

static bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/* Is the message at this place the one that a directive tells of? */
static bool is_message(const char *want, const char *text, int row, int column)
{
	int r, c, n = 0;

	if (sscanf(want, "%d:%d: %n", &r, &c, &n) == 2 && n)
		return row == r && column == c && starts_with(text, want + n);
	if (sscanf(want, "%d: %n", &r, &n) == 1 && n)
		return row == r && starts_with(text, want + n);
	return starts_with(text, want);
}

static void judge_messages(const struct test *t, const struct lines *err, enum directive d, const char *severity,
			   struct text *why)
{
	const struct lines *want = &t->said[d];
	bool *used = check_alloc(calloc(err->count + 1, sizeof(*used)));
	int row, column;

	for (size_t i = 0; i < want->count; i++) {
		bool found = false;

		for (size_t k = 0; k < err->count && !found; k++) {
			const char *text = message(err->line[k], severity, &row, &column);

			if (text && !used[k] && is_message(want->line[i], text, row, column))
				found = used[k] = true;
		}
		if (!found)
			text_printf(why, "missing %s: %s\n", directive_names[d], want->line[i]);
	}
	if (!want->count && t->said[D_stderr].count)
		return;
	for (size_t k = 0; k < err->count; k++)
		if (message(err->line[k], severity, &row, &column) && !used[k])
			text_printf(why, "unexpected: %s\n", err->line[k]);
}

static void judge_patterns(const struct test *t, const struct lines *out, const struct lines *err, struct text *why)
{
	const struct lines *l = &t->said[D_match];
	size_t at = 0;

	for (size_t i = 0; i < l->count; i++) {
		size_t k = at;

		while (k < out->count && !matches(l->line[i], out->line[k], why))
			k++;
		if (k == out->count)
			text_printf(why, "no line matches, in order: %s\n", l->line[i]);
		else
			at = k + 1;
	}
	l = &t->said[D_not];
	for (size_t i = 0; i < l->count; i++) {
		for (size_t k = 0; k < out->count; k++)
			if (matches(l->line[i], out->line[k], why))
				text_printf(why, "matches what must not: %s\n", out->line[k]);
		for (size_t k = 0; k < err->count; k++)
			if (matches(l->line[i], err->line[k], why))
				text_printf(why, "matches what must not: %s\n", err->line[k]);
	}
	l = &t->said[D_stderr];
	for (size_t i = 0; i < l->count; i++) {
		size_t k = 0;

		while (k < err->count && !matches(l->line[i], err->line[k], why))
			k++;
		if (k == err->count)
			text_printf(why, "no line of stderr matches: %s\n", l->line[i]);
	}
}

static void judge_ending(const struct outcome *o, int want, int seconds, struct text *why)
{
	if (o->timed_out)
		text_printf(why, "timeout: killed after %d s\n", seconds * opt.slow);
	else if (o->status != want)
		text_printf(why, "exit status %d, expected %d%s%s\n", o->status, want,
			    o->status > 128 && o->status < 160 ? ": " : "",
			    o->status > 128 && o->status < 160 ? strsignal(o->status - 128) : "");
	if (o->flooded)
		text_printf(why, "too much output: over %d bytes\n", MAX_OUTPUT);
}

static void judge(const struct test *t, const struct outcome *o, int seconds, struct text *why)
{
	struct lines out = lines_of(o->out.data), err = lines_of(o->err.data);
	bool says_stderr = t->said[D_error].count || t->said[D_warning].count || t->said[D_stderr].count;

	judge_ending(o, number(t, D_exit, t->said[D_error].count ? 1 : 0), seconds, why);
	if (t->said[D_expect].count) {
		struct lines want = t->said[D_expect], got = out;

		strip_blank_lines(&want);
		strip_blank_lines(&got);
		compare(why, "stdout", &want, &got);
	}
	judge_patterns(t, &out, &err, why);
	judge_messages(t, &err, D_error, "ERROR", why);
	judge_messages(t, &err, D_warning, "WARNING", why);
	if (!says_stderr && o->err.len && !why->len)
		text_printf(why, "stderr is not empty\n");
	if (why->len) {
		show_text(why, "stderr", o->err.data);
		if (!t->said[D_expect].count)
			show_text(why, "stdout", o->out.data);
	}
}

/* ---- the kinds of tests ---- */

static const struct lines nothing;

static void setup(const struct test *t, struct text *why)
{
	for (size_t i = 0; i < t->said[D_setup].count; i++) {
		char *argv[] = {"sh", "-c", t->said[D_setup].line[i], NULL};
		struct outcome o = run(argv, &nothing, DEFAULT_TIMEOUT);

		if (o.status || o.timed_out) {
			text_printf(why, "setup failed: %s\n", t->said[D_setup].line[i]);
			show_text(why, "stderr", o.err.data);
		}
	}
	for (size_t i = 0; i < t->said[D_env].count; i++)
		putenv(t->said[D_env].line[i]);
}

/* The shell takes the words of options and args apart: $0 probe, $1 script, $2 child. */
static struct outcome run_script(const struct test *t, const char *name, const char *stage, int seconds)
{
	struct text command = {0};
	const struct lines *child = &t->said[D_child];

	text_printf(&command, "set -f; exec \"$0\"%s%s%s", t->said[D_banner].count ? "" : " -q", stage ? " -d " : "",
		    stage ? stage : "");
	for (size_t i = 0; i < t->said[D_options].count; i++)
		text_printf(&command, " %s", t->said[D_options].line[i]);
	if (child->count)
		text_printf(&command, " -c \"$2\"");
	text_printf(&command, " \"$1\"");
	for (size_t i = 0; i < t->said[D_args].count; i++)
		text_printf(&command, " %s", t->said[D_args].line[i]);

	char *argv[] = {"sh", "-c", command.data, (char *)opt.probe, (char *)name, child->count ? child->line[0] : NULL,
			NULL};
	return run(argv, &t->said[D_stdin], seconds);
}

/* name.ast, name.types and name.image, where they exist, are what -d prints. */
static void judge_dump(const struct test *t, const char *name, const char *stage, int seconds, struct text *why)
{
	struct text want = {0}, file = {0};

	text_printf(&file, "%.*s.%s", (int)(strlen(name) - 3), name, stage);
	if (!read_file(file.data, &want))
		return;
	struct outcome o = run_script(t, name, stage, seconds);
	if (opt.update && !o.status && strcmp(want.data, o.out.data)) {
		FILE *f = fopen(file.data, "we");

		if (f && fputs(o.out.data, f) >= 0 && !fclose(f))
			return;
	}
	size_t before = why->len;
	struct lines want_lines = lines_of(want.data), got_lines = lines_of(o.out.data);
	judge_ending(&o, 0, seconds, why);
	compare(why, file.data, &want_lines, &got_lines);
	if (why->len > before)
		show_text(why, "stderr", o.err.data);
}

static void test_script(const struct test *t, const char *name, struct text *why)
{
	static const char *const stages[] = {"ast", "types", "image"};
	int seconds = number(t, D_timeout, DEFAULT_TIMEOUT);

	setup(t, why);
	if (why->len)
		return;
	struct outcome o = run_script(t, name, NULL, seconds);
	judge(t, &o, seconds, why);
	for (size_t i = 0; i < ARRAY_SIZE(stages); i++)
		judge_dump(t, name, stages[i], seconds, why);
}

static bool test_shell(const struct test *t, const char *name, struct text *why)
{
	char *argv[] = {"sh", (char *)name, NULL};
	int seconds = number(t, D_timeout, DEFAULT_TIMEOUT);
	struct outcome o = run(argv, &t->said[D_stdin], seconds);

	if (!o.timed_out && o.status == 77)
		return false;
	judge_ending(&o, 0, seconds, why);
	if (why->len) {
		show_text(why, "stdout", o.out.data);
		show_text(why, "stderr", o.err.data);
	}
	return true;
}

/* A unit test prints "ok" and "not ok" lines, and "1..N" when it is through. */
static void test_unit(const struct test *t, const char *name, struct result *r, struct text *why)
{
	char *argv[] = {(char *)name, NULL};
	struct outcome o = run(argv, &nothing, DEFAULT_TIMEOUT);
	struct lines l = lines_of(o.out.data);
	bool through = false;
	int n;

	(void)t;
	for (size_t i = 0; i < l.count; i++) {
		bool bad = starts_with(l.line[i], "not ok ");

		if (starts_with(l.line[i], "ok "))
			r->passed++;
		if (bad)
			r->failed++;
		if (bad || starts_with(l.line[i], "#"))
			text_printf(why, "  %s\n", l.line[i]);
		if (sscanf(l.line[i], "1..%d", &n) == 1)
			through = n == r->passed + r->failed;
	}
	if (!through || o.timed_out || o.status != (r->failed > 0)) {
		r->failed++;
		if (!through)
			text_printf(why, "ended before it was through\n");
		judge_ending(&o, r->failed > 1, DEFAULT_TIMEOUT, why);
		show_text(why, "stderr", o.err.data);
	}
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* In a process of its own: run one test, print its report, leave its result. */
static void run_test(const struct test *t, size_t index)
{
	struct text dir = {0}, cache = {0}, why = {0}, report = {0};
	struct result r = {0};
	char *name = check_alloc(strdup(t->path)), *slash = strrchr(name, '/');
	bool counted = false;

	text_printf(&dir, "%s/%zu", opt.tmp, index);
	text_printf(&cache, "%s/cache", dir.data);
	mkdir(dir.data, 0700);
	setenv("TMPDIR", dir.data, 1);
	setenv("XDG_CACHE_HOME", cache.data, 1); /* no test runs from another's cache */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (slash) {
		*slash = '\0';
		if (t->kind != KIND_UNIT && chdir(name))
			text_printf(&why, "%s: %s\n", name, strerror(errno));
		name = t->kind == KIND_UNIT ? t->path : slash + 1;
	}

	if (t->wrong.len) {
		text_add(&why, t->wrong.data, t->wrong.len);
	} else if (t->kind == KIND_SCRIPT) {
		test_script(t, name, &why);
		if (opt.twice && !why.len) { /* what was compiled is in the cache now */
			test_script(t, name, &why);
			if (why.len)
				text_printf(&why, "this was the second run, from the cache\n");
		}
	} else if (t->kind == KIND_SHELL) {
		r.skipped = !test_shell(t, name, &why);
	} else {
		test_unit(t, name, &r, &why);
		counted = true;
	}
	if (!counted && !r.skipped)
		*(why.len ? &r.failed : &r.passed) = 1;
	*t->result = r;

	if (r.failed) {
		text_printf(&report, "FAIL %s\n", t->path);
		struct lines l = lines_of(why.data ? why.data : "");
		for (size_t i = 0; i < l.count; i++)
			text_printf(&report, "    %s\n", l.line[i]);
	} else if (opt.verbose) {
		text_printf(&report, "%s %s\n", r.skipped ? "skip" : "ok  ", t->path);
	}
	if (report.len && write(STDOUT_FILENO, report.data, report.len) < 0)
		perror("run");
	nftw(dir.data, remove_one, 20, FTW_PHYS | FTW_DEPTH);
}

/* ---- all of them ---- */

static size_t running;

static void start(struct test *t)
{
	fflush(stdout);
	*t->result = (struct result){.failed = 1}; /* if it dies */
	t->pid = fork();
	if (t->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run_test(t, (size_t)(t - tests));
		_exit(0);
	}
	running++;
}

static void wait_below(size_t n)
{
	while (running >= n) {
		int status;
		pid_t pid = wait(&status);

		if (pid < 0)
			break;
		for (size_t i = 0; i < ntests; i++)
			if (tests[i].pid == pid) {
				if (status)
					printf("FAIL %s\n    its runner died\n", tests[i].path);
				tests[i].pid = 0;
				running--;
			}
	}
}

static void run_all(FILE *skipped)
{
	for (int serial = 0; serial < 2; serial++) {
		for (size_t i = 0; i < ntests; i++) {
			struct test *t = &tests[i];

			if ((t->said[D_serial].count > 0) != serial)
				continue;
			if (t->lacks.len && !t->wrong.len) {
				t->result->skipped = 1;
				if (opt.verbose)
					printf("skip %s: needs%s\n", t->path, t->lacks.data);
				continue;
			}
			if (opt.none && !t->wrong.len)
				continue;
			start(t);
			wait_below(serial ? 1 : (size_t)opt.jobs);
		}
		wait_below(1);
	}
	for (size_t i = 0; skipped && i < ntests; i++)
		if (tests[i].result->skipped)
			fprintf(skipped, "%s\n", tests[i].path);
}

static void set_environment(void)
{
	const char *workloads = getenv("WORKLOADS"), *path = getenv("PATH");
	struct text t = {0};

	if (workloads)
		text_printf(&t, "%s:", workloads);
	text_printf(&t, "%s", path ? path : "/usr/bin:/bin");
	setenv("PATH", t.data, 1);
	setenv("PROBE", opt.probe, 1);
	setenv("RUN", check_alloc(realpath("/proc/self/exe", NULL)), 1); /* for the runner's own test */
	setenv("LC_ALL", "C", 1);
	setenv("TZ", "UTC", 1);
	for (char **e = environ; *e;)
		if (starts_with(*e, "BPFTRACE_"))
			unsetenv(check_alloc(strndup(*e, strcspn(*e, "="))));
		else
			e++;
}

static FILE *open_output(const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f) {
		fprintf(stderr, "run: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	return f;
}

int main(int argc, char **argv)
{
	FILE *skipped = NULL, *counts = NULL;
	const char *list = NULL;
	bool ok = true;
	int c;

	while ((c = getopt(argc, argv, "2nuvj:x:s:c:f:")) != -1)
		switch (c) {
		case '2': /* scripts run twice: the second time from the cache */
			opt.twice = true;
			break;
		case 'n': /* run nothing, but say what is wrong with the tests themselves */
			opt.none = true;
			break;
		case 'v': /* passed and skipped tests too */
			opt.verbose = true;
			break;
		case 'u': /* update the dumps */
			opt.update = true;
			break;
		case 'j':
			opt.jobs = atoi(optarg) > 0 ? atoi(optarg) : 1;
			break;
		case 'x': /* timeouts are so many times longer */
			opt.slow = atoi(optarg) > 0 ? atoi(optarg) : 1;
			break;
		case 's': /* write the paths of skipped tests */
			skipped = open_output(optarg);
			break;
		case 'c': /* write "passed failed skipped" */
			counts = open_output(optarg);
			break;
		case 'f': /* read paths of tests */
			list = optarg;
			break;
		default:
			optind = argc;
		}
	if (optind >= argc || (argc - optind < 2 && !list)) {
		fprintf(stderr, "usage: run [-2nuv] [-j JOBS] [-x FACTOR] [-s SKIPPED] "
				"[-c COUNTS] [-f LIST] PROBE PATH...\n");
		return 2;
	}
	opt.probe = strchr(argv[optind], '/') ? realpath(argv[optind], NULL) : argv[optind];
	if (!opt.probe) {
		fprintf(stderr, "run: %s: %s\n", argv[optind], strerror(errno));
		return 2;
	}
	for (int i = optind + 1; i < argc; i++)
		ok &= add_path(argv[i]);
	if (list) {
		struct text t = {0};

		ok &= read_file(list, &t);
		struct lines l = lines_of(t.data ? t.data : "");
		for (size_t i = 0; i < l.count; i++)
			ok &= add_path(l.line[i]);
	}

	char tmp[4096];
	const char *base = getenv("TMPDIR");
	snprintf(tmp, sizeof(tmp), "%s/probe-tests.XXXXXX", base ? base : "/tmp");
	opt.tmp = mkdtemp(tmp);
	if (!opt.tmp) {
		perror("run: temporary directory");
		return 2;
	}
	set_environment();
	if (ntests)
		qsort(tests, ntests, sizeof(*tests), by_path);
	struct result *results =
		mmap(NULL, (ntests + 1) * sizeof(*results), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		check_alloc(NULL);
	for (size_t i = 0; i < ntests; i++) {
		tests[i].result = &results[i];
		read_test(&tests[i]);
	}
	run_all(skipped);
	rmdir(opt.tmp);

	struct result sum = {0};
	for (size_t i = 0; i < ntests; i++) {
		sum.passed += results[i].passed;
		sum.failed += results[i].failed;
		sum.skipped += results[i].skipped;
	}
	sum.failed += !ok;
	if (counts)
		fprintf(counts, "%d %d %d\n", sum.passed, sum.failed, sum.skipped);
	else
		printf("%d passed, %d failed, %d skipped\n", sum.passed, sum.failed, sum.skipped);
	return sum.failed ? 1 : 0;
}
