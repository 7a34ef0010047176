# The time of any clock is the time of day.
# spec: F-009 R-023 B-006
# needs: bpf
. ./cli.inc
before=$(date +%s)
probe -q -e 'BEGIN { printf("%s\n%s\n%s\n%s\n", strftime("%s", nsecs), strftime("%s", nsecs(monotonic)), strftime("%s", nsecs(tai)), strftime("%s", nsecs(sw_tai))); exit(); }'
after=$(date +%s)
status 0
[ "$(grep -c . "$out")" -eq 4 ] || wrong 'not four times'
for t in $(cat "$out"); do [ "$t" -ge $((before - 1)) ] && [ "$t" -le $((after + 1)) ] || wrong "$t is not now"; done
probe -q -e 'BEGIN { printf("%s\n", strftime("%f", nsecs)); exit(); }'; out '^[0-9]{6}$'
end
