# Scripts that cannot be read: what and why, in one message, status 1.
# spec: C-003 C-010
. ./cli.inc

probe "$TMPDIR/nope.bt"; refused "failed to open file '.*nope.bt': No such file or directory"
mkdir "$TMPDIR/dir.bt"
probe "$TMPDIR/dir.bt"; refused 'dir\.bt.*: Is a directory'
probe -o "$TMPDIR/no/such/dir" -e 'BEGIN { exit(); }'
refused 'Failed to open output file.*: No such file or directory'
if [ "$(id -u)" != 0 ]; then
	echo 'BEGIN { exit(); }' >"$TMPDIR/secret.bt"
	chmod 0 "$TMPDIR/secret.bt"
	probe "$TMPDIR/secret.bt"; refused 'Permission denied'
fi
end
