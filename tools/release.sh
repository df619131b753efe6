#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes what a release publishes, in build/release, from the files that git knows, as they are:
#
#   pawl-VERSION.tar.gz               the source, which all below refer to by its hash
#   pawl-VERSION-amalgamation.tar.gz  pawl.h, pawl.c and the licence
#   pawl.wrap                         for Meson's subprojects folder
#   conan/                            for Conan Center: recipes/pawl
#   vcpkg/                            a registry: a git repository, to be pushed as it is
#
# packaging/ has these with the word OWNER and hashes of zeros, which are filled in here.
set -eu
program=tools/release.sh
if [ $# != 1 ] || [ "$1" = --help ]; then
    echo "usage: sh $program OWNER      (who has the repository pawl on GitHub)"
    exit 2
fi
owner=$1
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
version=$(sed -n 's/^project(pawl VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
out=$root/build/release
name=pawl-$version
rm -rf "$out"
mkdir -p "$out/$name-amalgamation"

# The same files make the same archive, whoever packs them and when.
pack() { # ARCHIVE FOLDER, then tar's arguments
    archive=$1 prefix=$2
    shift 2
    tar --create --sort=name --mtime='2026-01-01 00:00Z' --owner=0 --group=0 --numeric-owner \
        --mode='u=rwX,go=rX' --transform="s,^,$prefix/," "$@" | gzip -n9 >"$archive"
}

git ls-files -z --cached --others --exclude-standard |
    pack "$out/$name.tar.gz" "$name" --null --files-from=-
cmake "-DOUT=$out/$name-amalgamation" -P tools/amalgamate.cmake
cp LICENSE "$out/$name-amalgamation"
pack "$out/$name-amalgamation.tar.gz" "$name-amalgamation" -C "$out/$name-amalgamation" \
    LICENSE pawl.c pawl.h
rm -r "$out/$name-amalgamation"

sha256=$(sha256sum "$out/$name.tar.gz" | cut -d' ' -f1)
sha512=$(sha512sum "$out/$name.tar.gz" | cut -d' ' -f1)
fill() { # FILE...
    sed -i -E "s,/OWNER/,/$owner/,g; s,\<0{64}\>,$sha256,; s,\<0{128}\>,$sha512," "$@"
}

cp packaging/meson/pawl.wrap "$out"
cp -R packaging/conan "$out/conan"
mkdir "$out/vcpkg"
cp -R packaging/vcpkg/ports packaging/vcpkg/versions "$out/vcpkg"
find "$out/conan" -name __pycache__ -prune -exec rm -r {} +
fill "$out/pawl.wrap" "$out/conan/all/conandata.yml" "$out/conan/all/conanfile.py" \
    "$out/vcpkg/ports/pawl/portfile.cmake" "$out/vcpkg/ports/pawl/vcpkg.json"

# vcpkg takes a port out of the registry by the hash of its folder, once that is committed.
registry() {
    git -C "$out/vcpkg" -c user.name=pawl -c user.email=pawl@example.org -c core.autocrlf=false \
        -c init.defaultBranch=main -c commit.gpgsign=false "$@"
}
registry init --quiet
registry add ports
registry commit --quiet -m "pawl: $version"
tree=$(registry rev-parse HEAD:ports/pawl)
sed -i -E "s,\<0{40}\>,$tree," "$out/vcpkg/versions/p-/pawl.json"
registry add versions
registry commit --quiet -m "pawl: the version's entry"
echo "build/release: $name.tar.gz ($sha256) and what refers to it"
