# PROBE_LIB(VAR, HEADER, LIBRARY, FUNCTION, OTHER-LIBS, DEBIAN-PACKAGE)
# Set VAR_LIBS, or note the package as missing.
AC_DEFUN([PROBE_LIB], [
	AC_CHECK_HEADER([$2],
		[AC_CHECK_LIB([$3], [$4], [$1_LIBS=-l$3], [missing="$missing $6"], [$5])],
		[missing="$missing $6"])
	AC_SUBST([$1_LIBS])
])

# PROBE_LLVM
# Find LLVM 15 to 19 with its BPF target and set LLVM_CPPFLAGS, LLVM_LDFLAGS,
# LLVM_LIBS: static archives unless --enable-shared-llvm.
AC_DEFUN([PROBE_LLVM], [
	AC_ARG_WITH([llvm],
		AS_HELP_STRING([--with-llvm=VERSION], [LLVM 15 to 19 (default: the newest found)]),
		[], [with_llvm=])
	AC_ARG_ENABLE([shared-llvm],
		AS_HELP_STRING([--enable-shared-llvm], [link the shared libLLVM: small, but slow to start]))
	AS_CASE([$with_llvm],
		[yes|''], [llvm_versions="19 18 17 16 15"],
		[1@<:@5-9@:>@], [llvm_versions=$with_llvm],
		[AC_MSG_ERROR([--with-llvm=$with_llvm: expected a version from 15 to 19])])

	AC_MSG_CHECKING([for LLVM])
	LLVM_CONFIG=
	for llvm_v in $llvm_versions; do
		for llvm_try in llvm-config-$llvm_v /usr/lib/llvm-$llvm_v/bin/llvm-config; do
			AS_IF([$llvm_try --includedir >/dev/null 2>&1 &&
			       test -f "`$llvm_try --includedir`/llvm-c/Transforms/PassBuilder.h"],
			      [LLVM_CONFIG=$llvm_try; LLVM_VERSION=$llvm_v; break 2])
		done
	done
	AC_MSG_RESULT([${LLVM_CONFIG:-no}])
	AC_SUBST([LLVM_CONFIG])
	AC_SUBST([LLVM_VERSION])
	LLVM_FULL_VERSION=`$LLVM_CONFIG --version 2>/dev/null`
	AC_SUBST([LLVM_FULL_VERSION])

	AS_IF([test -z "$LLVM_CONFIG"], [
		for llvm_v in $llvm_versions; do
			missing="$missing llvm-$llvm_v-dev"
			break
		done
	], [
		LLVM_CPPFLAGS="-isystem `$LLVM_CONFIG --includedir`"
		LLVM_LDFLAGS="-L`$LLVM_CONFIG --libdir`"
		AS_IF([test "x$enable_shared_llvm" = xyes], [
			llvm_linkage=shared
			LLVM_LIBS=`$LLVM_CONFIG --link-shared --libs`
		], [
			llvm_linkage=static
			LLVM_LIBS="`$LLVM_CONFIG --link-static --libs bpf passes`"
			# of what the archives were built with, only what they need for BPF is
			# wanted, so that libxml2, z3 and their like are not asked for
			LLVM_LIBS="$LLVM_LIBS -lstdc++ -lm"
			llvm_system=`$LLVM_CONFIG --link-static --system-libs`
			AS_CASE([" $llvm_system "], [*" -lz "*], [LLVM_LIBS="$LLVM_LIBS -lz"])
			AS_CASE([" $llvm_system "], [*" -lzstd "*|*/libzstd*], [LLVM_LIBS="$LLVM_LIBS -lzstd"
				AC_CHECK_LIB([zstd], [ZSTD_compress], [:], [missing="$missing libzstd-dev"])])
			AS_CASE([" $llvm_system "], [*" -ltinfo "*|*" -lncurses "*], [LLVM_LIBS="$LLVM_LIBS -ltinfo"])
			llvm_stdcxx=`$CC -print-file-name=libstdc++.a`
			AS_IF([test "$llvm_stdcxx" = libstdc++.a], [missing="$missing libstdc++-12-dev"])
		])
	])
	AC_SUBST([LLVM_CPPFLAGS])
	AC_SUBST([LLVM_LDFLAGS])
	AC_SUBST([LLVM_LIBS])
])
