# Unknown names of every kind: the place, the name, status 1, nothing attached.
# spec: P-002 X-038 E-001
. ./cli.inc

probe -e 'kprob:do_nanosleep { exit(); }'; refused '^stdin:1:1-[0-9]+: ERROR: .*Invalid probe type.*kprob|^stdin:1:1-[0-9]+: ERROR: .*probe type.*kprob'
probe -e 'BEGIN { prinf("x"); }'; refused "^stdin:1:9(-[0-9]+)?: ERROR: .*unknown function.*prinf"
err "printf"
probe -e 'BEGIN { print(pidd); }'; refused "^stdin:1:15(-[0-9]+)?: ERROR: .*unknown.*pidd"
probe -e 'BEGIN { print($x); }'; refused '^stdin:1:15(-[0-9]+)?: ERROR: .*\$x'
probe -e 'BEGIN { $x = (struct no_such_struct *)0; print($x->y); }'; status 1; no_out; sane; err 'ERROR: .*no_such_struct'
probe -e 'BEGIN { @x = 1; print(@y); }'; status 1; no_out; sane; err 'ERROR: .*@y'
probe -e 'interval:fortnight:1 { exit(); }'; refused '^stdin:1:.*fortnight'
probe -e 'interval:s { exit(); }'; refused 'ERROR: '
probe -e 'kprobe { exit(); }'; refused 'ERROR: .*kprobe'
end
