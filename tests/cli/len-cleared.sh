#!/bin/sh
# The same in the guest, whose kernel is the one that refused it.
# needs: guest
# spec: F-026
. ./cli.inc
probe -q -e 'BEGIN { @x[1] = 5; @x[2] = 6; print(len(@x)); print(@x); clear(@x); }'
status 0
no_err
out '^2$'
end
