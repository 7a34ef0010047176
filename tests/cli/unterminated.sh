# What is never closed is named where it was opened.
# spec: L-002 L-017
. ./cli.inc

probe -e 'BEGIN { printf("abc); }'; status 1; no_out; sane; err '^stdin:1:16(-[0-9]+)?: ERROR: .*unterminated string'
probe -e 'BEGIN { exit(); } /* for ever'; status 1; no_out; sane; err '^stdin:1:19(-[0-9]+)?: ERROR: .*(unterminated|end of file).*'
probe -e 'BEGIN { exit();'; status 1; no_out; sane; err '^stdin:1:.*ERROR: .*(syntax|unterminated|expected|end of)'
probe -e 'BEGIN { print((1 + 2; }'; status 1; no_out; sane; err '^stdin:1:.*ERROR: '
probe -e 'BEGIN'; status 1; no_out; sane; err '^stdin:1:.*ERROR: '
probe -e 'BEGIN /1'; status 1; no_out; sane; err '^stdin:1:.*ERROR: '
probe -e 'kprobe:"abc { exit(); }'; status 1; no_out; sane; err '^stdin:1:.*ERROR: '
probe -e 'struct x { int a;'; status 1; no_out; sane; err 'ERROR: '
probe -e '#if 1
BEGIN { exit(); }'; status 1; no_out; sane; err 'ERROR: '

# one message for one mistake
for script in 'BEGIN { "' 'BEGIN { printf("%d' 'BEGIN { "\x' 'BEGIN { /*' 'BEGIN {{{' 'BEGIN { ((' 'BEGIN { @[' 'BEGIN /' 'kprobe:' 'struct a {' 'config = {' 'macro f(' 'fn f(' \
	'import "' '#if 1' '#include "'; do
	probe -e "$script"; refused 'ERROR: '
done
end
