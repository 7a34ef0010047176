#!/bin/sh
# Versions of a library's symbols: the default by its plain name or with @@, old ones with @.
# spec: P-045
# needs: uprobe root x86_64 path:/lib/x86_64-linux-gnu/libc.so.6 host
. ./cli.inc
libc=/lib/x86_64-linux-gnu/libc.so.6
probe --dry-run -q --no-warnings -e "uprobe:$libc:memcpy { exit(); }"; status 0; no_err
probe --dry-run -q --no-warnings -e "uprobe:$libc:memcpy@@GLIBC_2.14 { exit(); }"; status 0; no_err
probe --dry-run -q --no-warnings -e "uprobe:$libc:memcpy@GLIBC_2.2.5 { exit(); }"; status 0; no_err
probe --dry-run -q --no-warnings -e "uprobe:$libc:memcpy@@GLIBC_2.2.5 { exit(); }"
refused 'Could not resolve symbol: .*memcpy@@GLIBC_2.2.5'
probe -l "uprobe:$libc:memcpy*"; status 0; out ':memcpy$'; out ':memcpy@GLIBC_2.2.5$'
probe --dry-run -q -e 'uprobe:shapes:hidden { }'; refused 'It is inlined wherever it is called'
probe --dry-run -q -e 'uprobe:shapes:leter { }'; refused 'Did you mean letter\?'
end
