# SPDX-License-Identifier: MIT
# Makes a C header of a text, in which @FILE name@ is replaced by that file beside it:
#   cmake -DTEXT=FILE -DHEADER=FILE -DNAME=identifier -P embed.cmake
file(READ ${TEXT} text)
get_filename_component(folder ${TEXT} DIRECTORY)
while(text MATCHES "@FILE ([^@]+)@")
  set(name "${CMAKE_MATCH_1}")
  file(READ ${folder}/${name} part)
  string(REPLACE "@FILE ${name}@" "${part}" text "${text}")
endwhile()
file(WRITE ${HEADER}.text "${text}")
file(READ ${HEADER}.text bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)"
  "\\1\n" bytes "${bytes}") # sixteen a line
file(WRITE ${HEADER} "static const char ${NAME}[] = {\n${bytes}0};\n")
