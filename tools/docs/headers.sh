#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the headers that the documentation has a page for, in the order in which they are to be
# read; those that this list does not know behind the others.
set -eu
cd "$(dirname "$0")/../.."
first='base lock rlock semaphore condition event barrier rwlock once with await'
for name in $first; do
    echo "include/pawl/$name.h"
done
for header in include/pawl/*.h include/pawl/*.hpp; do
    name=${header##*/}
    case " $first pawl compiler " in
    *" ${name%.h} "*) ;;
    *) echo "$header" ;;
    esac
done
