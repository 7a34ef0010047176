# Tests and benchmarks in a script run when they are asked for.
# needs: bpf
# spec: P-074 O-075 O-076 J-013 C-019 C-029
. ./cli.inc

script='test:good { printf("not shown\n"); }
test:returns { printf("shown\n"); return 1; }
test:errs { errorf("bad"); }
test:exits { exit(3); }
test:last { assert(1 == 1, "is so"); }
bench:add { @n += 1; }
bench:skipped { return 1; }'
probe -e "$script" --test; status 1
out '^\[==========\] Running 5 tests\.$'; out '^\[ RUN      \] good$'; out '^\[       OK \] good \([0-9]+ (ns|us|ms|s)\)$'; not_out 'not shown'
out '^shown$'; out '^\[  FAILED  \] returns'; out '^\[  FAILED  \] errs'; out '^\[  FAILED  \] exits'; out '^\[       OK \] last'
out '^\[  PASSED  \] 2 tests\.$'; out '^\[  FAILED  \] 3 tests, listed below:$'; err 'ERROR: bad'; not_out '^@n'
probe -e 'test:good { } BEGIN { printf("first\n"); }' --test; status 0; no_err; out '^first$'; out '^\[  PASSED  \] 1 test\.$'; not_out FAILED

probe -e "$script" --bench; status 0; no_err
out '^Benchmark {32}Time\(ns\) {7}Iterations$'; out '^-+$'; out '^add {38}[0-9]+ +[0-9]+$'; not_out skipped

probe -e 'test:good { }'; status 255; err 'ERROR: No probes attached; use --test to run test probes.'
probe -e 'bench:good { }'; status 255; err 'use --bench to run bench probes'
probe -e 'test:good { } BEGIN { printf("hi\n"); }'; status 0; out '^hi$'; err 'Attached 1 probe$'
probe -e 'BEGIN { }' --test; status 1; err 'ERROR: the script has no test probes'
probe -e 'test:good { }' --test --bench; status 1; err 'USAGE: --bench conflicts with existing --mode'

probe -f json -e 'test:good { printf("a\"b"); }' --test; status 0
out '^\{"type": "test_result", "data": \{"good": \{"duration": [0-9]+, "passed": true, "output": "a\\"b"\}\}\}$'
probe -f json -e 'bench:add { @n += 1; }' --bench; status 0
out '^\{"type": "benchmark_result", "data": \{"add": \{"average": [0-9]+, "iters": [0-9]+\}\}\}$'
end
