# skboutput(): packets as they are, in a file that tcpdump reads; no more of them than was asked for, none of what comes before the offset.
# spec: F-038 P-024
# needs: root btf cmd:bash cmd:od
. ./cli.inc
cd "$TMPDIR" || exit 1
send="bash -c 'exec 3<>/dev/udp/127.0.0.1/9; printf %0900d 7 >&3; true'"

# the lengths of a file's packets, and of how many they are, one a line; time goes by
lengths() {
	od -An -v -tu4 -w4 "$1" >words
	od -An -v -tx1 "$1" | tr -d ' \n' >hex
	at=6 # words of the head
	n=$(wc -l <words)
	while [ $at -lt "$n" ]; do
		set -- $(sed -n "$((at + 3))p;$((at + 4))p" words)
		[ $(($1 % 4)) -eq 0 ] || { echo "$1/$2 and more"; return; }
		echo "$1/$2"
		at=$((at + 4 + $1 / 4))
	done
}
# 20 bytes of IP, 8 of UDP
probe -q -e 'rawtracepoint:netif_rx /pid == cpid && args.skb->len > 900/ {
	@r = skboutput("all.pcap", args.skb, args.skb->len, 0);
	skboutput("head.pcap", args.skb, 40, 0);
	skboutput("load.pcap", args.skb, 100000, 28);
	skboutput("all.pcap", args.skb, 20, 0); }' -c "$send"; status 0; no_err; out '^@r: 0$'
[ "$(lengths all.pcap | tr '\n' ' ')" = '928/928 20/928 ' ] || wrong "all: $(lengths all.pcap)"
[ "$(lengths head.pcap)" = 40/928 ] || wrong "head: $(lengths head.pcap)"
[ "$(lengths load.pcap)" = 900/900 ] || wrong "load: $(lengths load.pcap)"
head=4d3cb2a10200040000000000000000000000040065000000
case $(cat hex) in
"$head"????????????????84030000840300003030303030*) ;;
*) wrong "load: $(head -c 120 hex)" ;;
esac
lengths head.pcap >/dev/null
case $(cat hex) in
"$head"????????????????28000000a003000045??03a0????????????????7f0000017f000001????0009*) ;;
*) wrong "head: $(head -c 200 hex)" ;;
esac
if command -v tcpdump >/dev/null; then
	tcpdump -nr all.pcap >"$out" 2>&1; out 'IP 127\.0\.0\.1\.[0-9]+ > 127\.0\.0\.1\.9: UDP, length 900'
fi

probe -q -e 'rawtracepoint:netif_rx { skboutput("/nonexistent/x.pcap", args.skb, 1, 0); }'; status 1
err 'ERROR: Failed to open pcap file: "/nonexistent/x.pcap": No such file or directory'
probe -q --dry-run -e 'rawtracepoint:netif_rx { skboutput("dry.pcap", args.skb, 1, 0); }'; status 0
[ ! -e dry.pcap ] || wrong 'a file of a dry run'
probe -q -e 'BEGIN { skboutput("x", curtask, 1, 0); }'; refused "The skboutput function can only be used with .*'rawtracepoint'"
probe -q -e 'rawtracepoint:netif_rx { skboutput("x", curtask, 1, 0); }'; refused "skboutput\(\) only supports 'struct sk_buff \*' argument \('struct task_struct \*' provided\)"
probe -q -e 'rawtracepoint:netif_rx { skboutput("x", args.skb, 1, -1); }'; refused 'skboutput\(\) expects a non-negative offset'
probe -q -e 'rawtracepoint:netif_rx /pid == cpid/ { skboutput("/dev/full", args.skb, 900, 0); }' -c "$send"; status 1
err 'cannot write output: No space left on device'
end
