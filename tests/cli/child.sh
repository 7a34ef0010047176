# -c runs a command once all is attached and ends with it.
# needs: bpf tracefs
# spec: C-008 C-029
. ./cli.inc

probe -q -c 'opens 5' -e 'tracepoint:syscalls:sys_enter_openat /comm == "opens" && pid == cpid/ { @n = count(); }'
status 0; no_err; out '^@n: 5$'
probe -q -c /no/such/program -e 'BEGIN { } interval:s:10 { }'; status 1; sane; err 'no/such/program'
probe -q -c 'no-such-program' -e 'BEGIN { } interval:s:10 { }'; status 1; sane; err 'no-such-program'

# how it ended is our exit status, where nothing of ours is: an error, exit(), a signal
probe -q -c "sh -c 'exit 3'" -e 'interval:s:10 { }'; status 3; no_err
probe -q -c "sh -c 'kill -KILL \$\$'" -e 'interval:s:10 { }'; status 137; no_err
probe -q -c "sh -c 'exit 3'" -e 'interval:s:10 { } END { exit(5); }'; status 5; no_err
probe -q -c "sh -c 'exit 3'" -e 'tracepoint:sched:sched_process_exit /pid == cpid/ { exit(); }'; status 0; no_err
probe -q -c 'sleep 9' -e 'interval:ms:1 { exit(); }'; status 0; no_err
probe -q -c "sh -c 'exit 3'" -e 'uprobe:/nonexistent:f { }'; status 1; sane
probe -q -c "sh -c 'exit 3'" -e 'interval:s:10 { @[1] = 1; @[2] = 2; } END { @[1] = 1; @[2] = 2; }' --strict; status 3; no_err
probe -q -c "sh -c 'exit 3'" -e 'config = { max_map_keys = 1 } interval:s:10 { } END { @[1] = 1; @[2] = 2; }' --strict; status 1; sane
probe -v -c "sh -c 'exit 3'" -e 'interval:s:10 { }'; status 3; err 'child exited with status 3'
probe -v -c "sh -c 'kill -KILL \$\$'" -e 'interval:s:10 { }'; status 137; err 'child was ended by signal 9'
# it hears signals, and is told that nobody reads, as if we were not there; what goes on after the trace is ended and waited for
probe -q -c "sh -c 'kill -TERM \$\$'" -e 'interval:s:10 { }'; status 143; no_err
probe -q -c "sh -c 'kill -HUP \$\$'" -e 'interval:s:10 { }'; status 129; no_err
probe -q -c "bash -c 'yes | head -n 1 >/dev/null; exit \${PIPESTATUS[0]}'" -e 'interval:s:10 { }'; status 141; no_err
probe -q -e 'interval:ms:1 { printf("%d\n", cpid); exit(); }' -c 'sleep 1000'; status 0; no_err
! kill -0 "$(head -n 1 "$out")" 2>/dev/null || wrong 'it goes on'
# one that is stopped is ended as well; one that heeds nothing is left, and nobody waits for it
probe -q -e 'tracepoint:signal:signal_generate /pid == cpid && args.sig == 19/ { exit(); }' -c "sh -c 'kill -STOP \$\$; exec sleep 1000'"; status 0; no_err
probe -q -e 'tracepoint:syscalls:sys_enter_getppid /comm == "getppids"/ { printf("%d\n", cpid); exit(); }' -c "sh -c 'trap \"\" TERM; getppids 1; exec sleep 1000'"
status 0; err '^WARNING: the program of -c, process [0-9]+, does not end by SIGTERM: it is left running$'
kill -KILL "$(head -n 1 "$out")" || wrong 'it is not left running'
echo text >"$TMPDIR/text"
probe -q -e 'interval:s:10 { }' -c "$TMPDIR/text"; status 1; sane; err "^ERROR: cannot run '.*/text' of -c: Permission denied$"
probe -q -e 'interval:s:10 { }' -c "$TMPDIR"; status 1; sane; err "^ERROR: cannot run '.*' of -c: Permission denied$"
# what it leaves behind keeps nobody
probe -q -e 'interval:s:100 { }' -c "sh -c 'sleep 3 >/dev/null 2>&1 </dev/null & exit 4'"; status 4; no_err
printf '#!/no/such/interpreter\n' >"$TMPDIR/lost"
chmod 755 "$TMPDIR/lost"
probe -q -c "$TMPDIR/lost" -e 'interval:s:10 { }'; status 127; err "ERROR: cannot run '.*lost' of -c: No such file"
end
