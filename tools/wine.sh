# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Wine, which runs the programs for Windows. setup.sh sources this file:
#
#   warm_wine, stop_wine   so that a program between them starts at once
#   get_wine32             the Wine that runs 32-bit programs, into build/deps/wine32
: "${root:?}" "${setup_log=}"

# Wine gets a folder of its own, and no display: the user's own settings are not touched. The first
# call makes that folder, in some ten seconds. The server outlives each program by a minute, as
# starting it anew costs seconds. DLLOVERRIDES: no questions about Mono and Gecko.
#
# warm_wine BITS    (32 or 64)
warm_wine() {
    wine=wine folder=$root/build/wine
    if [ "$1" = 32 ]; then
        wine=$root/build/deps/wine32/wine folder=$root/build/wine32
    fi
    export WINEPREFIX="$folder" WINEDEBUG=-all WINEDLLOVERRIDES='mscoree=;mshtml='
    unset DISPLAY
    mkdir -p "$folder"
    "${wine}server" -p60
    # One at a time: two jobs may need it, and the folder is made once.
    flock -o "$folder.lock" timeout 120 "$wine" wineboot --init &&
        timeout 60 "$wine" cmd /c exit
}

stop_wine() {
    [ ! -d "$root/build/wine" ] || WINEPREFIX="$root/build/wine" wineserver -k 2>/dev/null
    [ ! -d "$root/build/wine32" ] ||
        WINEPREFIX="$root/build/wine32" "$root/build/deps/wine32/wineserver" -k 2>/dev/null
}

# Its packages are for another architecture, i386. They are unpacked into a folder of the tree, so the
# machine's own packages stay as they are. Only what a program without windows needs is unpacked.
get_wine32() {
    into=$root/build/deps/wine32
    scratch=$(mktemp -d) || return
    {
        apt_apart deb -o APT::Architecture=i386 -o APT::Architectures::=i386 \
            -o Dir::State::status=/dev/null download \
            wine32 libwine libunwind8 liblzma5 libgcc-s1 libz-mingw-w64 &&
            unpack_wine32
    } >>"$setup_log" 2>&1
    rm -rf "$scratch"
    [ -x "$into/wine" ]
}

# WINEPATH: Debian's Wine looks for its zlib1.dll in /usr.
unpack_wine32() {
    rm -rf "$into"
    mkdir -p "$into"
    for archive in "$scratch"/*.deb; do
        dpkg -x "$archive" "$into" || return
    done
    zlib=$(echo "$into/usr/i686-w64-mingw32/lib" | sed 's,/,\\,g')
    for name in wine wineserver; do
        program=$into/usr/lib/wine/$name
        [ $name = wine ] || program=${program}32
        cat >"$into/$name" <<END_OF_SCRIPT
#!/bin/sh
export LD_LIBRARY_PATH='$into/usr/lib/i386-linux-gnu:$into/lib/i386-linux-gnu'
export WINESERVER='$into/usr/lib/wine/wineserver32' WINEARCH=win32 WINEPATH='Z:$zlib'
exec '$program' "\$@"
END_OF_SCRIPT
    done
    chmod +x "$into/wineserver" "$into/wine"
}
