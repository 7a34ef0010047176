# The short form of the soak: keys come and go, no count is lost, memory stays as it is.
# spec: R-006 M-007
# needs: tracefs host
# timeout: 40
. ./cli.inc
not_sanitized 'sanitizers keep what is freed'
ran=soak
said=$(../soak/run 5 "$PROBE" "$WORKLOADS" 2>&1) || wrong "$said"
end
