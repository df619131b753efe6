#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes what a release publishes, in build/release, from the files that are committed:
#
#   pawl-VERSION.tar.gz               the source, which all below refer to by its hash
#   pawl-VERSION-amalgamation.tar.gz  pawl.h, pawl.c, pawl.hpp, pawl_uv.h and the licence
#   pawl.wrap                         for Meson's subprojects folder
#   conan/                            for Conan Center: recipes/pawl
#   vcpkg/                            a registry: a git repository, to be pushed as it is
#
# packaging/ has these with the word OWNER and hashes of zeros, which are filled in here.
set -eu
program=tools/release.sh

usage() {
    cat <<'END_OF_USAGE'
usage: sh tools/release.sh [--uncommitted] OWNER [REGISTRY]

  OWNER          who has the repository pawl on GitHub
  REGISTRY       the published vcpkg registry, a URL or a clone: the release is added to its history,
                 as projects refer to its older commits. Left out only for the first release
  --uncommitted  pack the tracked files as they are now, for a test: otherwise a change that is not
                 committed, or a file that git neither tracks nor ignores, is refused
END_OF_USAGE
}

refuse() {
    echo "$program: $*" >&2
    exit 1
}

uncommitted=false
[ "${1-}" != --uncommitted ] || { uncommitted=true && shift; }
case $#,${1-} in
1,-* | 2,-* | 0,* | [3-9]*) usage && exit 2 ;;
esac
owner=$1 registry=${2-}
root=$(cd "$(dirname "$0")/.." && pwd)
[ -z "$registry" ] || [ ! -d "$registry" ] || registry=$(cd "$registry" && pwd)
cd "$root"
if [ $uncommitted = false ]; then
    changes=$(git status --porcelain)
    [ -z "$changes" ] || refuse "the tree has changes that are not committed:
$changes"
fi
version=$(sed -n 's/^project(pawl VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
out=$root/build/release
name=pawl-$version
case $registry in
"$out"/*) refuse "$registry is what the last run left, which this one removes" ;;
esac
rm -rf "$out"
mkdir -p "$out/$name-amalgamation"

# The same files make the same archive, on any machine and at any time.
pack() { # ARCHIVE FOLDER, then tar's arguments
    archive=$1 prefix=$2
    shift 2
    tar --create --file="$archive.tar" --sort=name --mtime='2026-01-01 00:00Z' --owner=0 --group=0 \
        --numeric-owner --mode='u=rwX,go=rX' --transform="s,^,$prefix/," "$@"
    gzip -n9 <"$archive.tar" >"$archive"
    rm "$archive.tar"
}

git ls-files -z >"$out/files"
pack "$out/$name.tar.gz" "$name" --null --files-from="$out/files"
rm "$out/files"
cmake "-DOUT=$out/$name-amalgamation" -P tools/amalgamate.cmake
cp LICENSE "$out/$name-amalgamation"
pack "$out/$name-amalgamation.tar.gz" "$name-amalgamation" -C "$out/$name-amalgamation" \
    LICENSE pawl.c pawl.h pawl.hpp pawl_uv.h
rm -r "$out/$name-amalgamation"

sha256=$(sha256sum "$out/$name.tar.gz" | cut -d' ' -f1)
sha512=$(sha512sum "$out/$name.tar.gz" | cut -d' ' -f1)
fill() { # FILE...
    sed -i -E "s,/OWNER/,/$owner/,g; s,\<0{64}\>,$sha256,; s,\<0{128}\>,$sha512," "$@"
}

# The tracked files of a folder: a recipe that was tried leaves others beside them.
copy_tracked() { # FOLDER TARGET
    mkdir -p "$2"
    (cd "$1" && git ls-files -z | xargs -0 tar --create) | tar --extract --directory="$2"
}

cp packaging/meson/pawl.wrap "$out"
copy_tracked packaging/conan "$out/conan"
fill "$out/pawl.wrap" "$out/conan/all/conandata.yml" "$out/conan/all/conanfile.py"

# vcpkg finds a port in the registry by the hash of the port's folder, and a project names a commit of
# the registry as its baseline. A release therefore adds commits and entries, and changes none.
registry() {
    git -C "$out/vcpkg" -c user.name=pawl -c user.email=pawl@example.org -c core.autocrlf=false \
        -c init.defaultBranch=main -c commit.gpgsign=false "$@"
}
entries=$out/vcpkg/versions/p-/pawl.json
if [ -n "$registry" ]; then
    git clone --quiet "$registry" "$out/vcpkg"
    [ -e "$entries" ] || refuse "$registry is no registry of pawl's"
    ! grep -qF "\"version-semver\": \"$version\"" "$entries" || refuse "$registry has $version already"
    mv "$entries" "$out/published.json"
    rm -r "$out/vcpkg/ports/pawl"
else
    mkdir "$out/vcpkg"
    registry init --quiet
fi
copy_tracked packaging/vcpkg/ports "$out/vcpkg/ports"
fill "$out/vcpkg/ports/pawl/portfile.cmake" "$out/vcpkg/ports/pawl/vcpkg.json"
registry add ports
registry commit --quiet -m "pawl: $version"
tree=$(registry rev-parse HEAD:ports/pawl)
copy_tracked packaging/vcpkg/versions "$out/vcpkg/versions"
sed -i -E "s,\<0{40}\>,$tree," "$entries"
if [ -n "$registry" ]; then # the published entries behind the new one
    mv "$entries" "$out/new.json"
    {
        sed '/^    }$/,$d' "$out/new.json" && echo '    },'
        sed '1,/"versions": \[/d' "$out/published.json"
    } >"$entries"
    rm "$out/new.json" "$out/published.json"
fi
registry add versions
registry commit --quiet -m "pawl: the entry of $version"
echo "build/release: $name.tar.gz ($sha256) and what refers to it"
