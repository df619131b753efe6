#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs a program on the Android device, or emulator, that adb has:
#   sh tools/adb.sh PROGRAM [ARGUMENT]...
# for CMake as CMAKE_CROSSCOMPILING_EMULATOR. What the program writes into a file that an argument
# names comes back into this folder.
set -eu
there=/data/local/tmp/pawl
program=$1
shift
adb shell "mkdir -p $there"
adb push "$program" "$there" >/dev/null
status=0
# BROKEN_CALL: the one variable that a test sets (broken.h).
adb shell "cd $there && ${BROKEN_CALL:+BROKEN_CALL=$BROKEN_CALL} ./${program##*/} $*" || status=$?
for name; do
    ! adb shell "test -f $there/$name" || adb pull "$there/$name" . >/dev/null
done
exit $status
