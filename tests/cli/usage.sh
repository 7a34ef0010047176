# No arguments, unknown options, and options that want something else: usage
# on stderr, status 1; help and version on stdout, status 0.
# spec: C-002 C-003 C-008 C-011 C-012 C-023
. ./cli.inc

probe; status 1; no_out; err 'usage'
probe --no-such-option; status 1; no_out; err 'usage|option'
probe -h; status 0; no_err; out 'usage'; out '-e'; out '--list|-l'
probe --help; status 0; no_err; out 'usage'
probe -V; status 0; no_err; out '^probe v?[0-9]+\.[0-9]+'
probe --version; status 0; no_err; out '^probe v?[0-9]+\.[0-9]+'
probe -v; status 1; no_out; err "USAGE: filename or -e 'program' required"
probe -e; status 1; no_out; err 'argument|usage'
probe -f yaml -e 'BEGIN { exit(); }'; status 1; no_out; err 'Invalid output format .yaml'
probe -B some -e 'BEGIN { exit(); }'; status 1; no_out; err "-B must be either 'line', 'full', or 'none'"
probe -d nonsense -e 'BEGIN { exit(); }'; status 1; no_out; err 'invalid option for -d: nonsense'
probe -c true -p 1 -e 'BEGIN { exit(); }'; status 1; no_out; err 'Cannot use both -c and -p'
end
