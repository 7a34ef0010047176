#!/bin/sh
# Where a uprobe's binary is looked for: paths, PATH (wrapper scripts are no programs), libraries by name.
# spec: P-047 P-048
# needs: uprobe root
. ./cli.inc
calls=$(command -v calls)
mkdir "$TMPDIR/a" "$TMPDIR/b" "$TMPDIR/c"
printf '#!/bin/sh\nexec %s "$@"\n' "$calls" >"$TMPDIR/a/thing"
cp "$calls" "$TMPDIR/b/thing"
cp "$calls" "$TMPDIR/c/thing"
chmod +x "$TMPDIR/a/thing"
PATH=$TMPDIR/a:$TMPDIR/b:$PATH probe -l 'uprobe:thing:add'
status 0; no_err; out '/thing:add$'
PATH=$TMPDIR/b:$TMPDIR/c:$PATH probe --dry-run -q -e 'uprobe:thing:add { exit(); }'
status 0; err "WARNING: attaching to uprobe target file '.*/b/thing' but matched 2 binaries"
cd "$TMPDIR/b" || exit 1
probe -l 'uprobe:./thing:add'; status 0; no_err; out '/thing:add$'
probe --dry-run -q -e 'uprobe:./nothing:add { exit(); }'
refused "uprobe target file './nothing' does not exist or is not executable"
probe --dry-run -q -e 'uprobe:nothing_of_this_name:add { exit(); }'
refused "uprobe target file 'nothing_of_this_name' does not exist or is not executable"
# wildcards in the path: what is no program is left out
probe -q -e "uprobe:$TMPDIR/?/thi*:ad* { @[probe] = count(); }" -c "$TMPDIR/c/thing add 3"
status 0; no_err; out "^@\\[uprobe:$TMPDIR/c/thing:add\\]: 3\$"
probe -l "uprobe:$TMPDIR/[bc]/thing:add"
[ "$(wc -l <"$out")" -eq 2 ] || wrong "two lines expected"
end
