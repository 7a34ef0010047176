# What import and the options for headers refuse, and where they look.
# spec: S-010 L-020 C-020
. ./cli.inc
cd "$TMPDIR" || exit 1
: >x.txt
echo 'BEGIN { }' >open.bt
chmod 666 open.bt
for what in none.bt:'Failed to import' x.txt:'Unknown kind of import' open.bt:'cowardly refusing to import'; do
	probe -e "import \"${what%%:*}\"; BEGIN { exit(); }"
	status 1; no_out; err "stdin:1:1-[0-9]*: ERROR: .*${what#*:}|${what#*:}.*${what%%:*}"
done
echo 'config = { max_strlen = 5 } BEGIN { }' >config.bt
probe -e 'import "config.bt"; BEGIN { exit(); }'; status 1; err 'cannot have a config block'
mkdir dir inc
printf '%s\n' 'BEGIN { print("one"); }' >dir/1.bt
echo 'struct by_dir { int a[3]; };' >dir/2.h
echo 'not read' >dir/readme
probe -q -e 'import "dir"; BEGIN { print(sizeof(struct by_dir)); exit(); }'; status 0; no_err; out '^one$'; out '^12$'
echo '#define FROM_INC 17' >inc/mine.h
probe -q -I inc -e '#include <mine.h>
BEGIN { print(FROM_INC); exit(); }'; status 0; no_err; out '^17$'
probe -q --include inc/mine.h -e 'BEGIN { print(FROM_INC); exit(); }'; status 0; no_err; out '^17$'
probe --include inc/none.h -e 'BEGIN { exit(); }'; status 1; err 'inc/none\.h'
end
