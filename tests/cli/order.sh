# What programs on several CPUs issue comes in the order they issued it, whatever it is; exit() lets what came before be printed, and nothing after.
# spec: R-004 R-016 O-060 F-007
# needs: uprobe
. ./cli.inc
act='$n = arg0 % 4; if ($n == 0) { printf("%d\n", arg0); } else if ($n == 1) { print(arg0); } else if ($n == 2) { system("echo %d", arg0); }
	else { time("%n"); printf("%d\n", arg0); }'
for mode in none line full; do
	probe -q -B $mode --unsafe -e "uprobe:pingpong:turn { $act }" -c 'pingpong 40'; status 0; no_err
	[ "$(grep -v '^$' "$out" | tr '\n' ' ')" = "$(seq 0 39 | tr '\n' ' ')" ] || wrong "-B $mode: not in order"
done
probe -q -e 'uprobe:pingpong:turn { printf("%d %d\n", arg0, cpu); if (arg0 == 3000) { exit(); } @last = arg0; }' -c 'pingpong 10000'; status 0; no_err
awk '/^[0-9]/ { if ($1 != n) { print "after " n - 1 " comes " $1; exit 1 } n++ } END { exit n != 3001 }' "$out" || wrong 'not 0 to 3000'
if [ "$(nproc)" -gt 1 ]; then
	[ "$(awk '/^[0-9]/ { print $2 }' "$out" | sort -u | wc -l)" -eq 2 ] || wrong 'not of two CPUs'
fi
# from END, too, and what is issued there comes last
probe -q -e 'uprobe:pingpong:turn { print(arg0); if (arg0 == 9) { exit(); printf("no\n"); } } END { print("end"); exit(); }' -c 'pingpong 1000'; status 0
out_is "$(seq 0 9; echo end)"
end
