# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# The job `packages` of test.sh, which sources this file: pawl is packed and installed as strangers
# get it, on this system and for Windows, and their projects are built with it outside the tree.
# test.sh has step and note, checks.sh the counting.
: "${root:?}" "${log=}"
. "$root/tools/debian.sh"

run_packages() {
    work=$root/build/packages
    version=$(sed -n 's/^project(pawl VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
    rm -rf "$work"
    mkdir -p "$work"
    away=$(mktemp -d) || { note="no folder to work in" && return; }
    begin_checks packages
    check "one version number stands everywhere" one_version
    check "the recipes are Python, the manifests JSON" recipes_parse
    check "tools/release.sh packs the source" release
    check "a release is of committed files only" release_of_a_clone
    check "a release is added to the published registry" second_release
    check_builds
    use_native
    install_everywhere
    consume_installed
    consume_source
    consume_system_packages
    use_windows
    install_everywhere
    if warm_wine 64 >>"$log" 2>&1; then
        consume_installed
        check "windows: the DLL has a version resource" has_version_resource
    else
        # shellcheck disable=SC2034 # test.sh prints it
        note="the Windows programs were not run: wine does not start"
    fi
    rm -rf "$away"
    end_checks
}

# --- Two systems ---------------------------------------------------------------------------------

use_native() {
    system=elf toolchain='' compile=cc compile_cpp=c++ exe='' library=libpawl.so
}

use_windows() {
    system=windows toolchain=$root/cmake/toolchains/mingw64.cmake exe=.exe
    compile=x86_64-w64-mingw32-gcc library=libpawl.dll
    compile_cpp='x86_64-w64-mingw32-g++ -static-libgcc -static-libstdc++'
}

# Run program $1, which may need the shared library below the prefix $2.
run_program() {
    if [ "$system" = windows ]; then
        step env "WINEPATH=Z:$(echo "$2/bin" | sed 's,/,\\,g')" timeout 60 wine "$1$exe"
    else
        step env "LD_LIBRARY_PATH=$2/lib:$2/lib/$(cc -print-multiarch)" timeout 60 "$1"
    fi
}

# Whether program $1 is linked with pawl as $2 says: static or shared.
is_linked() {
    linkage=static
    ! objdump -p "$1$exe" | grep -qE '(NEEDED +|DLL Name: )libpawl\.' || linkage=shared
    [ "$linkage" = "$2" ] || { echo "$1 is linked with the $linkage library" && return 1; }
}

# --- Packing -------------------------------------------------------------------------------------

one_version() {
    cat >"$work/versions" <<END_OF_VERSIONS
CMakeLists.txt $version
include/pawl/base.h $(awk '/^#define PAWL_VERSION_/ { v = v dot $3; dot = "." } END { print v }' \
        include/pawl/base.h)
CHANGELOG.md $(sed -n 's/^## \[.*\] *\([0-9.]*\).*/\1/p' CHANGELOG.md | head -n 1)
README.md $(sed -n 's/^Version \([0-9.]*[0-9]\).*/\1/p' README.md)
README.md $(sed -n 's/^find_package(pawl \([0-9.]*\) .*/\1/p' README.md).${version##*.}
meson.build $(sed -n "s/^project('pawl'.* version: '\([0-9.]*\)'.*/\1/p" meson.build)
packaging/meson/pawl.wrap $(sed -n 's/^directory = pawl-//p' packaging/meson/pawl.wrap)
packaging/meson/pawl.wrap $(sed -n 's,.*/v\([0-9.]*\)/pawl-\1\.tar\.gz$,\1,p' \
        packaging/meson/pawl.wrap)
packaging/conan/config.yml $(sed -n 's/^ *"\([0-9.]*\)":$/\1/p' packaging/conan/config.yml)
packaging/conan/all/conandata.yml $(sed -n 's/^ *"\([0-9.]*\)":$/\1/p' \
        packaging/conan/all/conandata.yml)
packaging/conan/all/conandata.yml $(sed -n 's,.*/v\([0-9.]*\)/pawl-\1\.tar\.gz"$,\1,p' \
        packaging/conan/all/conandata.yml)
packaging/vcpkg/versions/baseline.json $(sed -n 's/.*"baseline": "\(.*\)".*/\1/p' \
        packaging/vcpkg/versions/baseline.json)
END_OF_VERSIONS
    for file in packaging/vcpkg/*/pawl/vcpkg.json packaging/vcpkg/versions/p-/pawl.json; do
        echo "$file $(sed -n 's/.*"version-semver": "\(.*\)".*/\1/p' "$file")" >>"$work/versions"
    done
    cat "$work/versions"
    awk -v version="$version" '$2 != version { print "differs: " $0; bad = 1 } END { exit bad }' \
        "$work/versions" && [ -n "$version" ]
}

recipes_parse() {
    for file in conanfile.py packaging/conan/all/conanfile.py \
        packaging/conan/all/test_package/conanfile.py; do
        step python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$file" || return
    done
    for file in packaging/vcpkg/*/pawl/vcpkg.json packaging/vcpkg/versions/*.json \
        packaging/vcpkg/versions/*/*.json CMakePresets.json; do
        step python3 -m json.tool "$file" || return
    done
    # The port for the tree and the one for a release differ in where the source is from only.
    for port in overlay ports; do
        sed -n '/^vcpkg_cmake_configure/,$p' "packaging/vcpkg/$port/pawl/portfile.cmake" \
            >"$work/$port"
    done
    step cmp "$work/overlay" "$work/ports" &&
        step cmp packaging/vcpkg/overlay/pawl/vcpkg.json packaging/vcpkg/ports/pawl/vcpkg.json
}

# The archive, and the hashes in all that refers to it.
release() {
    step sh tools/release.sh --uncommitted somebody || return
    archive=$root/build/release/pawl-$version.tar.gz
    archive_hash=$(sha256sum "$archive" | cut -d' ' -f1)
    grep -q "^source_hash = $archive_hash\$" build/release/pawl.wrap &&
        grep -q "sha256: \"$archive_hash\"" build/release/conan/all/conandata.yml &&
        ! grep -rE '/OWNER/|\<0{40,}\>' build/release/pawl.wrap build/release/conan \
            build/release/vcpkg/ports build/release/vcpkg/versions
}

# A clone, in which others make releases: of what the tree has now.
clone_tree() {
    clone=$away/clone
    step git clone --quiet "$root" "$clone" &&
        git ls-files -z | xargs -0 cp --parents --target-directory="$clone" || return
    commit_clone "the tree"
}

commit_clone() {
    git -C "$clone" add --all &&
        git -C "$clone" -c user.name=x -c user.email=x@x -c commit.gpgsign=false \
            commit --quiet --allow-empty -m "$1"
}

# A release refuses a tree with a change or a stray file. Files that git ignores, such as those that
# Conan leaves beside the recipe, are in no part of the release.
release_of_a_clone() {
    clone_tree || return
    touch "$clone/stray.c"
    not step sh "$clone/tools/release.sh" somebody || return
    rm "$clone/stray.c"
    echo >>"$clone/src/lock.c"
    not step sh "$clone/tools/release.sh" somebody || return
    git -C "$clone" checkout --quiet src/lock.c
    tried=$clone/packaging/conan/all/test_package
    mkdir -p "$tried/build/gcc-12"
    touch "$tried/build/gcc-12/CMakeCache.txt" "$tried/CMakeUserPresets.json"
    step sh "$clone/tools/release.sh" somebody &&
        step diff -r --exclude=.git "$clone/build/release" "$root/build/release"
}

# The new registry still has the commits and the trees of the older versions.
second_release() {
    published=$away/published
    mv "$clone/build/release/vcpkg" "$published" || return
    not step sh "$clone/tools/release.sh" somebody "$published" || return # has the version
    next=$((${version%%.*} + 1)).2.3
    git -C "$clone" grep -lwF "$version" -- CMakeLists.txt packaging |
        (cd "$clone" && xargs sed -i "s/\<$(echo "$version" | sed 's/\./\\./g')\>/$next/") &&
        commit_clone "$next" &&
        step sh "$clone/tools/release.sh" somebody "$published" || return
    after=$clone/build/release/vcpkg
    entries=$after/versions/p-/pawl.json
    step git -C "$after" merge-base --is-ancestor "$(git -C "$published" rev-parse HEAD)" HEAD &&
        step python3 -m json.tool "$entries" &&
        step git -C "$after" diff --exit-code HEAD || return
    sed -n 's/.*"version-semver": "\(.*\)".*/\1/p' "$entries" >"$work/versions"
    printf '%s\n' "$next" "$version" | diff - "$work/versions" &&
        grep -qF "\"baseline\": \"$next\"" "$after/versions/baseline.json" || return
    for tree in $(sed -n 's/.*"git-tree": "\(.*\)".*/\1/p' "$entries"); do
        git -C "$after" archive "$tree" vcpkg.json | tar -xO | sed -n 's/.*semver": "\(.*\)".*/\1/p'
    done | diff "$work/versions" -
}

# --- Installing ----------------------------------------------------------------------------------

# Installed once, then moved to where the projects below find it: what is installed must not know
# where it was made.
install_everywhere() {
    made=$work/$system
    prefix=$away/$system
    mkdir -p "$made" "$prefix"
    [ "$system" = windows ] ||
        check "a debug library of another name is found by pkg-config, and uninstalled" postfixed
    for linkage in static shared; do
        check "$system, $linkage: installs Release and Debug as vcpkg does" run_port "$linkage"
        check "$system, $linkage: the files are those of packaging/files.txt" same_files "$linkage"
    done
    check "$system: static and shared are installed into one prefix" install_both
    check "$system: the exports are those of packaging/exports.txt" same_exports
    check "$system: what is installed moves" mv "$made/static" "$made/shared" "$made/both" "$prefix"
}

# The debug library has a name of its own, pawl.pc knows it, and the target uninstall leaves only what
# was there before.
postfixed() {
    set -- "$made/build-postfixed" "$made/postfixed"
    step cmake -S "$root" -B "$1" -G Ninja "-DCMAKE_TOOLCHAIN_FILE=$toolchain" \
        -DCMAKE_BUILD_TYPE=Debug -DPAWL_BUILD_TESTS=OFF -DPAWL_DEBUG_POSTFIX=-debug \
        "-DCMAKE_INSTALL_PREFIX=$2" -DCMAKE_INSTALL_LIBDIR=lib && step cmake --build "$1" || return
    mkdir -p "$2/lib/cmake/others" "$2/include"
    touch "$2/include/others.h"
    step cmake --install "$1" && [ -e "$2/lib/libpawl-debug.a" ] || return
    # shellcheck disable=SC2046,SC2086 # words
    step $compile tests/consumers/consumer.c -o "$made/postfixed-consumer$exe" \
        $(PKG_CONFIG_LIBDIR=$2/lib/pkgconfig pkg-config --static --cflags --libs pawl) || return
    step cmake --build "$1" --target uninstall &&
        (cd "$2" && find . ! -type d -o -path '*pawl*' -o -path '*others*') >"$work/found" || return
    printf '%s\n' ./lib/cmake/others ./include/others.h | sort >"$work/expected"
    sort "$work/found" | diff "$work/expected" - &&
        not step cmake --build "$1" --target uninstall # nothing is installed any more
}

# The release's port natively, taken out of the registry by its hash; the tree's own for Windows.
run_port() {
    port=$root/packaging/vcpkg/overlay/pawl
    if [ "$system" = elf ]; then
        port=$work/port
        mkdir -p "$port"
        tree=$(sed -n 's/.*"git-tree": "\(.*\)".*/\1/p' build/release/vcpkg/versions/p-/pawl.json)
        git -C build/release/vcpkg archive "$tree" | tar -x -C "$port" || return
    fi
    shared=OFF
    [ "$1" = static ] || shared=ON
    step cmake "-DPORT=$port" "-DPREFIX=$made/$1" "-DWORK=$made/build-$1" "-DSHARED=$shared" \
        "-DDOWNLOADS=$root/build/release" "-DTOOLCHAIN=$toolchain" \
        -P "$root/tests/consumers/vcpkg.cmake"
}

same_files() {
    awk -v name="$system-$1" '$1 == "all" || $1 == name { print $2 }' packaging/files.txt |
        while read -r file; do
            # shellcheck disable=SC2086 # the pattern in it is meant
            case $file in *\*) ls $file ;; *) echo "$file" ;; esac
        done | LC_ALL=C sort >"$work/expected"
    (cd "$made/$1" && find . ! -type d | sed 's,^\./,,' | LC_ALL=C sort) >"$work/found"
    step diff -u "$work/expected" "$work/found"
}

# A plain `cmake --install`, twice.
install_both() {
    for linkage in static shared; do
        step cmake --install "$made/build-$linkage/release" --prefix "$made/both" || return
    done
    ! grep -rlF -e "$made" -e "$away" "$made/both" ||
        { echo "the files above know where they were made" && return 1; }
}

# The file is in the order of the C locale. PAWL_UPDATE_EXPORTS=1 writes it anew.
same_exports() {
    if [ "$system" = elf ]; then
        nm -D --defined-only "$made/shared/lib/$library" | sed -n 's/.* [TDR] \(.*\)@@.*/\1/p'
    else
        objdump -p "$made/shared/bin/$library" |
            sed -n '/^\[Ordinal\/Name Pointer\] Table/,$s/^\t\[ *[0-9]*\] \(.*\)$/\1/p'
    fi | LC_ALL=C sort >"$work/exports"
    if [ "$system${PAWL_UPDATE_EXPORTS-}" = elf1 ]; then
        { grep '^#' packaging/exports.txt && cat "$work/exports"; } >"$work/exports.txt"
        cp "$work/exports.txt" packaging/exports.txt
    fi
    grep -v '^#' packaging/exports.txt >"$work/expected"
    step diff -u "$work/expected" "$work/exports"
}

has_version_resource() {
    x86_64-w64-mingw32-windres -J coff -O rc "$prefix/shared/bin/$library" "$work/resource.rc" &&
        step grep "\"ProductVersion\", \"$version\"" "$work/resource.rc"
}

# --- Somebody's projects -------------------------------------------------------------------------

consume_installed() {
    for linkage in static shared; do
        check "$system, $linkage: find_package in C, Release" \
            find_package find_package "$linkage" Release "$prefix/$linkage"
        check "$system, $linkage: find_package in C, Debug, takes the debug library" \
            find_package find_package "$linkage" Debug "$prefix/$linkage"
        check "$system, $linkage: find_package in C++, as a component of one prefix" \
            find_package components "$linkage" Release "$prefix/both"
        check "$system, $linkage: pkg-config" by_pkg_config "$linkage"
        check "$system, $linkage: bare -I and -L, no macro" by_flags "$linkage" consumer.c
        check "$system, $linkage: bare -I and -L, no macro, in C++" by_flags "$linkage" consumer.cpp
    done
    check "$system: pkg-config's pawl-static is the static library, beside a shared one" static_beside
    check "$system: the version that is there is accepted" configures "$version" static
    check "$system: an older one of another ABI is refused" not configures 0.0 static
    check "$system: a newer one is refused" not configures 0.2 static
    check "a component that is not there is refused" not configures "$version" fast
    check "$system: both components at once are refused" \
        not configures "$version" "static;shared"
    [ "$system" = windows ] || check_components
    [ "$system" = windows ] || check_gdb
    check "$system: the amalgamation, two files and no option; pawl.hpp beside them" by_amalgamation
    [ "$system" = windows ] || check "pawl_uv.h beside the amalgamation" by_amalgamated_uv
    check "$system: the README's program and its five lines, after cmake --install" by_readme
    check_examples
}

# Copy project $1 out of the tree, as $2.
take_project() {
    project=$away/projects/$2
    mkdir -p "$project"
    cp tests/consumers/"$1"/* tests/consumers/consumer.c* "$project"
}

# Where the CMake package is below the prefix, or in the build folder, $1.
config_of() {
    for config in "$1/share/pawl" "$1/lib/cmake/pawl" "$1/lib/$(cc -print-multiarch)/cmake/pawl" "$1"; do
        [ ! -e "$config/pawlConfig.cmake" ] || break
    done
    echo "$config"
}

# PROJECT LINKAGE CONFIGURATION PREFIX
find_package() {
    take_project "$1" "$system-$1-$2-$3"
    config=$(config_of "$4")
    shared=OFF debug=false libraries=$4
    [ "$2" = static ] || shared=ON
    [ "$3" = Release ] || { debug=true && libraries=$4/debug; }
    step cmake -S "$project" -B "$project/build" -G Ninja "-DCMAKE_BUILD_TYPE=$3" \
        "-DCMAKE_TOOLCHAIN_FILE=$toolchain" "-Dpawl_DIR=$config" "-DBUILD_SHARED_LIBS=$shared" \
        "-DPAWL_COMPONENTS=$2" || return
    found=false
    ! grep -q debug/lib/libpawl "$project/build/build.ninja" || found=true
    [ "$found" = "$debug" ] || { echo "the wrong configuration's library" && return 1; }
    step cmake --build "$project/build" && is_linked "$project/build/consumer" "$2" &&
        run_program "$project/build/consumer" "$libraries"
}

# The compiler gets only what pkg-config prints.
by_pkg_config() {
    take_project find_package "$system-pkg-config-$1"
    set -- "$1" "$prefix/$1/lib/pkgconfig"
    static=''
    [ "$1" = shared ] || static=--static
    # shellcheck disable=SC2046,SC2086 # words
    step $compile "$project/consumer.c" -o "$project/consumer$exe" \
        $(PKG_CONFIG_LIBDIR=$2 pkg-config $static --cflags --libs "pawl = $version") || return
    is_linked "$project/consumer" "$1" && run_program "$project/consumer" "$prefix/$1"
}

static_beside() {
    take_project find_package "$system-pawl-static"
    # shellcheck disable=SC2046,SC2086 # words
    step $compile "$project/consumer.c" -o "$project/consumer$exe" \
        $(PKG_CONFIG_LIBDIR=$prefix/both/lib/pkgconfig:$prefix/both/lib/$(cc -print-multiarch)/pkgconfig \
            pkg-config --cflags --libs "pawl-static = $version") || return
    is_linked "$project/consumer" static && run_program "$project/consumer" ""
}

# LINKAGE FILE
by_flags() {
    take_project find_package "$system-flags-$1"
    compiler=$compile
    [ "$2" = consumer.c ] || compiler="$compile_cpp -std=c++17"
    # shellcheck disable=SC2086 # words
    step $compiler "$project/$2" -o "$project/consumer$exe" \
        "-I$prefix/$1/include" "-L$prefix/$1/lib" -lpawl || return
    is_linked "$project/consumer" "$1" && run_program "$project/consumer" "$prefix/$1"
}

# In C and in C++, whose file is the same program.
by_amalgamation() {
    take_project find_package "$system-amalgamation"
    tar -xzf "build/release/pawl-$version-amalgamation.tar.gz" --strip-components=1 -C "$project" ||
        return
    sed 's,<pawl/pawl.h>,"pawl.h",' tests/consumers/consumer.c >"$project/consumer.c"
    cp "$project/consumer.c" "$project/consumer.cpp"
    warnings='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror'
    # shellcheck disable=SC2086 # words
    step $compile -std=c11 $warnings "$project/consumer.c" "$project/pawl.c" \
        -o "$project/consumer$exe" && run_program "$project/consumer" "" &&
        step $compile -O2 -c "$project/pawl.c" -o "$project/pawl.o" &&
        step $compile_cpp $warnings "$project/consumer.cpp" "$project/pawl.o" \
            -o "$project/consumer_cpp$exe" && run_program "$project/consumer_cpp" "" || return
    sed 's,<pawl/pawl.hpp>,"pawl.hpp",' tests/consumers/consumer.cpp >"$project/consumer.cpp"
    # shellcheck disable=SC2086 # words
    for standard in c++17 c++20; do
        step $compile_cpp -std=$standard $warnings "$project/consumer.cpp" "$project/pawl.o" \
            -o "$project/consumer_hpp$exe" && run_program "$project/consumer_hpp" "" || return
    done
}

# libuv is a package of this system's.
by_amalgamated_uv() {
    project=$away/projects/elf-amalgamation
    cp tests/consumers/uv/loop.c "$project" &&
        step cc -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror \
            "$project/loop.c" "$project/pawl.c" -o "$project/loop" -luv &&
        step timeout 60 "$project/loop"
}

# first_block PAGE LANGUAGE: the page's first block of code in that language
first_block() {
    awk -v fence="\`\`\`$2" '
        /^```$/ { inside = 0 }
        inside { print }
        $0 == fence { inside = ++count == 1 }' "$1"
}

by_readme() {
    project=$away/projects/$system-readme
    mkdir -p "$project"
    first_block README.md c >"$project/program.c"
    first_block README.md cmake >"$project/CMakeLists.txt"
    [ "$(wc -l <"$project/CMakeLists.txt")" = 5 ] || { echo "not five lines" && return 1; }
    step cmake -S "$project" -B "$project/build" -G Ninja "-DCMAKE_TOOLCHAIN_FILE=$toolchain" \
        "-DCMAKE_PREFIX_PATH=$prefix/both" &&
        step cmake --build "$project/build" && run_program "$project/build/program" "$prefix/both"
}

# VERSION COMPONENTS
configures() {
    take_project components "$system-configures"
    rm -rf "$project/build"
    step cmake -S "$project" -B "$project/build" -G Ninja "-DCMAKE_TOOLCHAIN_FILE=$toolchain" \
        "-Dpawl_DIR=$prefix/both/lib/cmake/pawl" "-DPAWL_VERSION=$1" "-DPAWL_COMPONENTS=$2"
}

# The installed script, with Release libraries, one of them stripped as in a distribution.
check_gdb() {
    check "gdb's script shows who waits, with a static Release pawl" by_gdb static -O2
    check "gdb's script shows who waits, where the linker drops what is not used" \
        by_gdb static "-O2 -flto -ffunction-sections -fdata-sections -Wl,--gc-sections"
    strip --strip-unneeded "$prefix/shared/lib/$library"
    check "gdb's script shows who waits, with a stripped shared pawl" by_gdb shared -O0
}

# LINKAGE FLAGS
by_gdb() {
    project=$away/projects/gdb
    rm -rf "$project"
    mkdir -p "$project"
    cp tests/consumers/gdb/waits.c "$project"
    # shellcheck disable=SC2086 # words
    step cc -g $2 "$project/waits.c" -o "$project/waits" "-I$prefix/$1/include" \
        "-L$prefix/$1/lib" "-Wl,-rpath,$prefix/$1/lib" -lpawl -pthread &&
        is_linked "$project/waits" "$1" || return
    timeout 60 gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'set width 0' \
        -ex "source $prefix/$1/share/pawl/pawl_gdb.py" -ex 'break all_wait' -ex run \
        -ex 'print lock' -ex 'pawl locks' -ex continue "$project/waits" >"$work/said" 2>&1
    cat "$work/said"
    grep -q '= <pawl_lock locked waiters=1 at 0x' "$work/said" &&
        grep -q '^    thread 2, for: lock$' "$work/said" && grep -q '^1 waiting$' "$work/said" &&
        grep -q 'exited normally' "$work/said"
}

# Which library is found, or the reason why none is.
check_components() {
    static=$(config_of "$prefix/static") both=$(config_of "$prefix/both")
    check "an optional component that is not there is done without" \
        finds "$static" "OPTIONAL_COMPONENTS;shared" static ''
    check "an optional component chooses" \
        finds "$both" "OPTIONAL_COMPONENTS;static" static ''
    check "a required component goes before an optional one" \
        finds "$both" "COMPONENTS;static;OPTIONAL_COMPONENTS;shared" static ''
    check "a component that is not there is refused with the reason" \
        finds "$static" "COMPONENTS;shared" FALSE "no component shared in $static, which has static"
    check "both components are refused with the reason" \
        finds "$both" "COMPONENTS;static;shared" FALSE "one of the components static and shared"
    check "a required component is refused with the reason" \
        not finds "$static" "REQUIRED;COMPONENTS;shared" static ''
    check "and the reason is said" \
        grep -q "no component shared in" "$work/said"
    check "the build folder is a package" \
        find_package find_package static Release "$made/build-static/release"
}

# CONFIG_FOLDER FIND EXPECT REASON
finds() {
    project=$away/projects/$system-edges
    rm -rf "$project"
    mkdir -p "$project"
    cp tests/consumers/edges/CMakeLists.txt "$project"
    cmake -S "$project" -B "$project/build" -G Ninja "-DCMAKE_TOOLCHAIN_FILE=$toolchain" \
        "-Dpawl_DIR=$1" "-DFIND=$2" "-DEXPECT=$3" >"$work/said" 2>&1
    result=$?
    cat "$work/said"
    [ $result = 0 ] && tr -s '\n ' ' ' <"$work/said" | grep -qF "$4"
}

# With the source in their own build.
consume_source() {
    check "FetchContent, from the release's archive" by_fetch_content
    check "the README's program by add_subdirectory, as docs/install.md has it" by_readme_subdirectory
    for linkage in static shared; do
        check "add_subdirectory, $linkage: the project stays what it is" by_subdirectory "$linkage"
        check "Meson, by the release's wrap, $linkage" by_meson "$linkage"
        shared=False
        [ "$linkage" = static ] || shared=True
        check "Conan's recipe of the tree, $linkage: package and test package" \
            by_recipe "$root/conanfile.py" "shared=$shared"
        check "Conan Center's recipe of the release, $linkage: package and test package" \
            by_recipe "$root/build/release/conan/all/conanfile.py" "shared=$shared"
    done
    check "Conan's recipe, static, for riscv64, without fPIC: package and test package" \
        by_recipe "$root/conanfile.py" arch=riscv64 fPIC=False
}

by_fetch_content() {
    take_project fetch_content fetch_content
    step cmake -S "$project" -B "$project/build" -G Ninja "-DPAWL_ARCHIVE=$archive" \
        "-DPAWL_ARCHIVE_SHA256=$archive_hash" && step cmake --build "$project/build" &&
        is_linked "$project/build/consumer" static && step "$project/build/consumer"
}

# The project's own test is the only one, and its own program all that is installed.
by_subdirectory() {
    take_project add_subdirectory "add_subdirectory-$1"
    mkdir -p "$project/pawl"
    tar -xzf "$archive" --strip-components=1 -C "$project/pawl" || return
    shared=''
    [ "$1" = static ] || shared=-DBUILD_SHARED_LIBS=ON
    # shellcheck disable=SC2086 # a word or nothing
    step cmake -S "$project" -B "$project/build" -G Ninja $shared &&
        step cmake --build "$project/build" && is_linked "$project/build/consumer" "$1" &&
        step ctest --test-dir "$project/build" --no-tests=error &&
        step cmake --install "$project/build" --prefix "$project/installed" || return
    [ "$(cd "$project/build" && ctest -N | sed -n 's/^Total Tests: //p')" = 1 ] &&
        [ "$(cd "$project/installed" && find . -type f)" = ./bin/consumer ]
}

by_readme_subdirectory() {
    project=$away/projects/readme-subdirectory
    mkdir -p "$project/pawl"
    tar -xzf "$archive" --strip-components=1 -C "$project/pawl" || return
    first_block README.md c >"$project/program.c"
    {
        first_block README.md cmake | grep -v -e find_package -e target_link
        first_block docs/install.md cmake
    } >"$project/CMakeLists.txt"
    step cmake -S "$project" -B "$project/build" -G Ninja && step cmake --build "$project/build" &&
        step "$project/build/program"
}

by_meson() {
    take_project meson "meson-$1"
    mkdir -p "$project/subprojects/packagecache"
    cp build/release/pawl.wrap "$project/subprojects" &&
        cp "$archive" "$project/subprojects/packagecache" || return
    step meson setup "$project/build" "$project" "-Ddefault_library=$1" &&
        step meson compile -C "$project/build" && is_linked "$project/build/consumer" "$1" &&
        step "$project/build/consumer" || return
    [ "$1" = static ] || \
        same_symbols "$project/build/subprojects/pawl-$version" "$prefix/shared/lib"
}

# To a program, the shared libraries in two folders are the same: their SONAME and their symbols.
same_symbols() {
    symbols_of "$1" >"$work/found" && symbols_of "$2" >"$work/expected" &&
        step diff "$work/expected" "$work/found"
}

symbols_of() {
    objdump -p "$1/libpawl.so" | grep SONAME &&
        nm -D --defined-only "$1/libpawl.so" | sed 's/^[0-9a-f]* //' | LC_ALL=C sort
}

# RECIPE NAME=VALUE...
by_recipe() {
    recipe=$1
    shift
    step python3 "$root/tests/consumers/conan.py" "$recipe" \
        "$root/packaging/conan/all/test_package" "$root/build/release" "$work/conan" "$@"
}

consume_system_packages() {
    consume_deb
    check "CPack makes a zip" make_zip
    check "a project finds what the zip has" \
        find_package components static Release "$away/zip/pawl-$version-Linux"
}

make_zip() {
    step cpack --config "$work/elf/build-static/release/CPackConfig.cmake" -G ZIP -B "$work/zip" &&
        mkdir -p "$away/zip" &&
        (cd "$away/zip" && cmake -E tar xf "$work/zip/pawl-$version-Linux.zip")
}
