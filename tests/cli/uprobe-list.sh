#!/bin/sh
# -l of user probes: patterns, demangled names, signatures by DWARF.
# spec: C-032 C-035 C-036 P-050 P-053
# needs: root host cmd:strip
. ./cli.inc
shapes=$(command -v shapes)

probe -l 'uprobe:shapes:by_*'; status 0; no_err
out '^uprobe:/.*/shapes:by_pair$'; out '/shapes:by_big$'; out '/shapes:by_tiny$'
[ "$(wc -l <"$out")" -eq 3 ] || wrong "three lines expected"
probe -l "*:$shapes:letter"; status 0; no_err; out "^uprobe:/.*/shapes:letter\$"
probe -l 'uprobe:shapes:ns::twice*'; status 0; no_err
out '^uprobe:/.*/shapes:cpp:"ns::twice\(int\)"$'; out '^uprobe:/.*/shapes:cpp:"ns::twice\(long\)"$'
probe -l 'uprobe:shapes:cpp:"ns::Box<int>::*"'; status 0; no_err; out '^uprobe:/.*/shapes:cpp:"ns::Box<int>::put\(int\*\)"$'
probe -l 'u:shapes:mix'; status 0; no_err; out '^uprobe:/.*:mix$'
probe -l 'uprobe:shapes:nothing_of_it'; status 0; no_err; no_out

probe -lv 'uprobe:shapes:spilled'; status 0; no_err
[ "$(sed -n 2,9p "$out")" = "    long int a
    long int b
    long int c
    long int d
    long int e
    struct pair p
    long int f
    long int g" ] || wrong "the parameters of spilled"
probe -lv 'uprobe:shapes:follow'; status 0; no_err
out '^    struct item \* i$'; out '^    const struct item \*const  \* list$|^    const struct item \* const  ?\* list$|^    .*item.*list$'
cd "$TMPDIR" || exit 1
cp "$shapes" . && strip -g shapes
probe -lv 'uprobe:./shapes:letter'; status 0; out '^uprobe:.*:letter$'
err 'No DWARF found for ".*/shapes", cannot show parameter info'
end
