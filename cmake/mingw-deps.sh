#!/bin/sh
# mingw-deps.sh FOLDER - libuv, cJSON and cmocka for Windows, into FOLDER/include and FOLDER/lib; once.
#
# The sources are the distribution's own, from wherever this machine gets its packages: the list of sources is derived
# from the machine's into an apt folder of ours. Needs no root and changes nothing under /etc.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
sources=$folder/sources
stamp=$folder/complete
# A change of this script or of the compiler makes them anew.
want=$(cat "$0" "$here/mingw-w64-x86_64.cmake" | cksum)

# Two configurations at once wait for each other.
exec 9>"$folder/lock"
if command -v flock >/dev/null; then
	flock 9
fi
if [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then
	exit 0
fi
rm -f "$stamp"

fail() {
	printf 'mingw-deps.sh: %s\n' "$*" >&2
	exit 1
}

# Runs quietly; what it printed is shown only when it fails.
quietly() {
	"$@" >"$folder/log" 2>&1 </dev/null || {
		tail -n 60 "$folder/log" >&2
		fail "failed: $*"
	}
}

# Both forms of a list of sources, as deb-src.
derive_sources() {
	mkdir -p "$sources/parts" "$sources/lists/partial" "$sources/cache/archives/partial"
	rm -f "$sources"/parts/*
	for file in /etc/apt/sources.list.d/*.sources; do
		[ -f "$file" ] || continue
		sed -e '/^#/d' -e 's/^Types:.*/Types: deb-src/' "$file" >"$sources/parts/${file##*/}"
	done
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -f "$file" ] || continue
		sed -n 's/^[[:space:]]*deb[[:space:]]/deb-src /p' "$file" >"$sources/parts/${file##*/}.list"
	done
	for file in "$sources"/parts/*.list.list; do
		[ ! -f "$file" ] || mv "$file" "${file%.list}"
	done
}

apt() {
	apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$sources/parts" \
		-o Dir::State::Lists="$sources/lists" -o Dir::Cache="$sources/cache" -o Acquire::Languages=none \
		-o APT::Sandbox::User= -o Debug::NoLocking=1 "$@"
}

fetch() {
	command -v apt-get >/dev/null || fail "apt-get is needed, as the sources are the distribution's own"
	command -v dpkg-source >/dev/null || fail "dpkg-source is needed to unpack the sources (package dpkg-dev)"
	derive_sources
	quietly apt update
	cd "$sources"
	rm -rf libuv1-* cjson-* cmocka-*
	quietly apt source --only-source libuv1 cjson cmocka
	cd "$here"
}

# build NAME TARGET ARCHIVE CMAKE-ARGUMENTS...: one static library.
build() {
	name=$1 target=$2 archive=$3
	shift 3
	quietly cmake -S "$(echo "$sources/$name"-*/)" -B "$folder/build/$name" -G Ninja -Wno-dev \
		-DCMAKE_TOOLCHAIN_FILE="$here/mingw-w64-x86_64.cmake" -DCMAKE_BUILD_TYPE=Release \
		-DCMAKE_POLICY_VERSION_MINIMUM=3.5 "$@"
	quietly cmake --build "$folder/build/$name" --target "$target"
	cp "$folder/build/$name/$archive" "$folder/lib/"
}

rm -rf "$folder/build" "$folder/include" "$folder/lib"
mkdir -p "$folder/include/uv" "$folder/include/cjson" "$folder/lib"
[ -n "$(echo "$sources"/cmocka-*/CMakeLists.txt | grep -v '\*')" ] || fetch
build libuv1 uv_a libuv_a.a -DBUILD_TESTING=OFF
# Its own warnings are errors to it, and a static library has nothing to export.
build cjson cjson libcjson.a -DBUILD_SHARED_LIBS=OFF -DENABLE_CJSON_TEST=OFF -DENABLE_CUSTOM_COMPILER_FLAGS=OFF \
	-DENABLE_PUBLIC_SYMBOLS=OFF -DENABLE_HIDDEN_SYMBOLS=ON
build cmocka cmocka-static src/libcmocka-static.a -DWITH_STATIC_LIB=ON -DWITH_EXAMPLES=OFF
cp "$sources"/libuv1-*/include/uv.h "$folder/include/"
cp "$sources"/libuv1-*/include/uv/*.h "$folder/include/uv/"
cp "$sources"/cjson-*/cJSON.h "$folder/include/cjson/"
cp "$sources"/cmocka-*/include/cmocka.h "$folder/include/"
rm -rf "$folder/build" "$folder/log"
printf '%s\n' "$want" >"$stamp"
