# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# The part of the job `packages` that makes packages for Debian and uses them. packages.sh sources this.
: "${root:?}" "${work=}" "${away=}" "${version=}" "${project=}"

# What CPack 3.25 does in its own way, and no setting changes: its postinst and postrm call ldconfig,
# where Debian's tools write a trigger alone.
known_to_lintian='maintscript-calls-ldconfig'

consume_deb() {
    check "CPack makes libpawl and libpawl-dev for Debian" make_deb
    check "lintian says no more of them than what CPack cannot do otherwise" lintian_is_silent
    check "a newer libpawl of the same ABI serves programs that were built with this one" same_shlibs
    for linkage in shared static; do
        check "a project finds the $linkage library of the Debian packages" \
            find_package components $linkage Release "$away/deb/usr"
    done
    check "each public call has a page of the manual in libpawl-dev" same_pages
    check "man pawl says where to go on" overview_page
    check "libpawl-dev has the guide, and examples that build" deb_examples
    check "gdb finds pawl's script beside Debian's library" deb_gdb
    check "pkg-config says of the Debian packages' what it says of a system's" system_flags
}

# Built as docs/install.md says.
make_deb() {
    grep -qF 'cmake -S pawl -B pawl/build/debian -DPAWL_DEBIAN=ON' docs/install.md &&
        step cmake -S "$root" -B "$work/deb-build" -G Ninja -DPAWL_DEBIAN=ON &&
        step cmake --build "$work/deb-build" &&
        step cpack --config "$work/deb-build/CPackConfig.cmake" -G DEB -B "$work/deb" || return
    for deb in "$work"/deb/libpawl*.deb; do
        step dpkg-deb --info "$deb" && step dpkg-deb -x "$deb" "$away/deb" || return
    done
    depends=$(dpkg-deb -f "$work"/deb/libpawl-dev_*.deb Depends)
    name=$(dpkg-deb -f "$work"/deb/libpawl0*.deb Package)
    [ "$depends" = "$name (= $version)" ] && [ "$(dpkg-deb -f "$work"/deb/libpawl0*.deb Depends)" ]
}

lintian_is_silent() {
    lintian --allow-root "$work"/deb/libpawl*.deb >"$work/said" 2>&1
    [ $? -le 2 ] || { cat "$work/said" && return 1; } # 2: it has found something
    ! grep -v "^W: [^ ]* \($known_to_lintian\)\>" "$work/said"
}

same_shlibs() {
    dpkg-deb --ctrl-tarfile "$work"/deb/libpawl0*.deb | tar -xO ./shlibs | tee "$work/found"
    [ "$(cat "$work/found")" = "libpawl ${version%.*} $name (>= $version)" ]
}

# Of what is below /usr that is the library alone.
system_flags() {
    PKG_CONFIG_LIBDIR=$away/deb/usr/lib/$(cc -print-multiarch)/pkgconfig \
        pkg-config --cflags --libs pawl >"$work/flags" && cat "$work/flags" &&
        [ "$(tr -d ' ' <"$work/flags")" = -lpawl ]
}

# Under its own name, or under a name that refers to another page.
same_pages() {
    grep '^pawl_[a-z]*_' packaging/exports.txt | grep -v '^pawl__' >"$work/expected"
    pages=$work/man3
    rm -rf "$pages"
    cp -R "$away/deb/usr/share/man/man3" "$pages" && gzip -d "$pages"/*.gz || return
    [ -s "$work/expected" ] && while read -r call; do
        [ -s "$pages/$call.3" ] || { echo "no page $call" && return 1; }
        lead=$(sed -n 's,^\.so man3/\(.*\),\1,p' "$pages/$call.3")
        grep -q "^\.SS .*\<$call (" "$pages/${lead:-$call.3}" ||
            { echo "$call is not in its page" && return 1; }
    done <"$work/expected"
}

overview_page() {
    MANPATH=$away/deb/usr/share/man MANWIDTH=80 man pawl >"$work/said" && cat "$work/said" &&
        for header in include/pawl/[bl]*.h; do
            page=pawl_$(basename "$header" .h)_h
            grep -q "\<$page(3)" "$work/said" || { echo "$page is not in it" && return 1; }
        done
}

deb_examples() {
    documents=$away/deb/usr/share/doc/libpawl-dev
    step cmp docs/guide.md "$documents"/docs/guide.md && [ -s "$documents/copyright" ] || return
    multiarch=$(cc -print-multiarch)
    for example in shared_counter connection_pool; do
        step cc "$documents/examples/$example.c" -o "$away/$example" "-I$away/deb/usr/include" \
            "-L$away/deb/usr/lib/$multiarch" -lpawl -pthread &&
            run_program "$away/$example" "$away/deb/usr" || return
    done
}

# Where gdb looks for it, if the library is loaded from /usr/lib.
deb_gdb() {
    folder=usr/lib/$(cc -print-multiarch)
    real=$(readlink "$away/deb/$folder/libpawl.so.${version%.*}")
    script=$away/deb/usr/share/gdb/auto-load/$folder/$real-gdb.py
    sourced=$(sed -n "s,^gdb.execute('source \(.*\)')\$,\1,p" "$script")
    [ -s "$away/deb$sourced" ] && echo "$script sources $sourced"
}
