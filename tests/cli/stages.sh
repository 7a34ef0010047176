# -d prints the stages of the pipeline and does not trace.
# spec: C-023
. ./cli.inc

for stage in ast types codegen codegen-opt image; do
	probe -d $stage -e 'BEGIN { printf("never run %d\n", pid); exit(5); }'
	status 0; no_err; out .; not_out '^never run [0-9]+$'
done
probe -d ast,types -e 'BEGIN { exit(); }'; status 0; no_err; out .
probe -d ast -e 'BEGIN { prinf( }'; status 1; sane; err 'ERROR'
end
