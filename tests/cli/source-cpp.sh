# C++: inlined functions are demangled as others are; a call that never returns is of its function, not of the next.
# spec: O-041 O-045 V-002
# needs: uprobe cmd:g++
. ./cli.inc
cd "$TMPDIR" || exit 1
cat >t.cc <<'CC'
namespace geo {
struct Point { int x; __attribute__((always_inline)) int twice(int n) const; };
extern "C" __attribute__((noipa)) int leaf(int n) { volatile int k = n; return k; }
inline int Point::twice(int n) const { return leaf(n + x) + 1; }
template <class T> __attribute__((noipa)) T outer(T n) { Point p{(int)n}; return p.twice(n) * 2; }
}
extern "C" __attribute__((noipa, noreturn)) void leave(int n) { __builtin_exit(geo::outer(n) & 0); }
extern "C" __attribute__((noipa, noreturn)) void last(int n) { leave(n); }
extern "C" __attribute__((noipa)) void after(void) { __asm__ volatile(""); }
int main(int c, char **) { if (c > 9) after(); last(c); }
CC
g++ -O2 -g -fno-omit-frame-pointer -fno-optimize-sibling-calls -fno-reorder-functions -o t t.cc || exit 1
probe -q -e 'uprobe:./t:leaf { print(ustack); print(ustack(perf)); }' -c ./t; status 0; no_err
out '^        \[inlined\] geo::Point::twice\(int\) const@.*t\.cc:4$'
out '^        int geo::outer<int>\(int\)\+[0-9]+@.*t\.cc:5$'
out '^        leave\+[0-9]+@.*t\.cc:7$'
out '^        last\+[0-9]+@.*t\.cc:8$'
out '^        main\+[0-9]+@.*t\.cc:10$'
out "^$(printf '\t')[0-9a-f]+ geo::Point::twice\(int\) const \(inlined\)$"
not_out 'after'
probe -q -e 'config = { cpp_demangle = false } uprobe:./t:leaf { print(ustack); }' -c ./t; status 0
out '^        \[inlined\] _ZNK3geo5Point5twiceEi@'
end
