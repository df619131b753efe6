# SPDX-License-Identifier: MIT
# Makes a C header of a text:  cmake -DTEXT=FILE -DHEADER=FILE -DNAME=identifier -P embed.cmake
file(READ ${TEXT} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)"
  "\\1\n" bytes "${bytes}") # sixteen a line
file(WRITE ${HEADER} "static const char ${NAME}[] = {\n${bytes}0};\n")
