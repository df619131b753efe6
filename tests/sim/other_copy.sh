#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes one object, the other copy of pawl (copies.h), of a library's objects. Each name that they define
# is renamed to other_..., and their variables and constructors are in sections of their own.
#   sh tests/sim/other_copy.sh CC NM OBJCOPY TARGET OBJECT...
set -eu
cc=$1 nm=$2 objcopy=$3 target=$4
shift 4
"$cc" -r -nostdlib -o "$target.whole" "$@"
"$nm" -g -P --defined-only "$target.whole" >"$target.symbols"
sed 's/^\([^ ]*\) .*/\1 other_\1/' "$target.symbols" >"$target.names"
"$objcopy" --redefine-syms="$target.names" --rename-section .bss=other_bss \
    --rename-section .init_array=other_load "$target.whole" "$target"
