# Strings in memory that is not resident: a uprobe has every one of them faulted in and reads it; where it cannot, and in
# a tracepoint, the value is <fault>, never the empty string, and is counted where it stands.
# spec: F-016 R-010
# needs: uprobe host
. ./cli.inc
need cold
cold=$WORKLOADS/cold
n=12
for kind in literal mapping across pageout warm; do
	[ $kind = literal ] && text=/tmp/cold-literal || text=/tmp/cold-mapping
	probe -q -e "uprobe:$cold:text /arg0/ { @s[str(arg0)] = count(); @b[buf(arg0, 9)] = count(); @n[*(uint16 *)arg0] = count(); }" -c "$cold $kind text $n"
	status 0; no_err
	out "^@s\[$text\]: $n\$"
	out "^@b\[/tmp/cold\]: $n\$"
	out "^@n\[29743\]: $n\$"
done
# memory that is not there
probe -q -e "uprobe:$cold:text { @s[str(arg0), str(arg0) == \"\", str(arg0) != \"x\", strlen(str(arg0))] = count(); @b[buf(arg0, 9)] = count(); @n[*(uint16 *)arg0] = count(); }" \
	-c "$cold absent text $n"
status 0
out "^@s\[<fault>, false, true, 0\]: $n\$"
out "^@b\[<fault>\]: $n\$"
out "^@n\[0\]: $n\$"
err "^stdin:1:[0-9-]*: WARNING: str\(arg0\): $n reads of memory that is not there: <fault> instead"
err "^stdin:1:[0-9-]*: WARNING: \*\(uint16 \*\)arg0: $n reads of memory that is not there: zero instead"
[ "$(grep -c WARNING "$err")" -eq 6 ] || wrong 'not a line for each place'
# a program that may not sleep: a tracepoint
cold_opens() {
	probe -q "$@" -e 'tracepoint:syscalls:sys_enter_openat /comm == "cold"/ { @[str(args.filename)] = count(); }' -c "$cold $kind open $n"
}
for kind in mapping across pageout; do
	cold_opens; status 0
	out "^@\[<fault>\]: $n\$"
	not_out '^@\[\]'
	err "str\(args.filename\): $n reads of memory that is not there"
	cold_opens --strict; status 1
done
kind=warm; cold_opens --strict; status 0; no_err
# JSON: null, and why
probe -q -f json -e "uprobe:$cold:text { print(str(arg0)); print(buf(arg0, 3)); print((1, str(arg0))); printf(\"%s\", str(arg0)); @[str(arg0)] = str(arg0); }" -c "$cold absent text"
out '^\{"type": "value", "data": null, "reason": "fault"\}$'
out '^\{"type": "value", "data": \[1,null\], "reason": "fault"\}$'
out '^\{"type": "printf", "data": "<fault>", "reason": "fault"\}$'
out '^\{"type": "map", "data": \{"@": \{"<fault>": null\}\}, "reason": "fault"\}$'
out '^\{"type": "loss", "kind": "fault_text", "count": 1, "what": "str\(arg0\)", "filename": "stdin", "line": 1, "col": [0-9]+\}$'
../json/validate ../../man/probe-output.schema.json <"$out" || wrong 'not as the schema says'
# NULL is no fault: there is nothing to be read
probe -q -e 'BEGIN { print((str((uint64)0), *(uint64 *)0)); exit(); }'; status 0; no_err; out '^\(, 0\)$'
# and what is copied stays what it is
probe -q -e "uprobe:$cold:text { \$s = str(arg0); @a = \$s; \$t = str(@a); print((\$t, str_concat(\$t, \"x\"), \$t == \$s)); }" -c "$cold absent text"
out '^\(<fault>, <fault>, true\)$'
end
