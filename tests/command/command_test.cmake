# SPDX-License-Identifier: MIT
# What pawl-lock prints, and its exit statuses, which are those of flock(1).
#   cmake -DLOCK=... -DCHILD=... -DEMULATOR=... -DINNER=... -DVERSION=... -DWORK=... -P command_test.cmake
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(checks 0)

# expect(STATUS OUT ERR ARGUMENT...): pawl-lock with these arguments ends with the status, and what it
# prints matches.
function(expect status out err)
  execute_process(COMMAND ${EMULATOR} ${LOCK} ${ARGN} WORKING_DIRECTORY ${WORK}
    RESULT_VARIABLE result OUTPUT_VARIABLE printed ERROR_VARIABLE said)
  string(REPLACE "\r" "" printed "${printed}")
  string(REPLACE "\r" "" said "${said}")
  # Of Wine's own, where the system has no FreeType for it.
  string(REGEX REPLACE "Wine cannot find the FreeType font library.*freetype\\.org\n+" "" said "${said}")
  if(NOT result STREQUAL status OR NOT printed MATCHES "${out}" OR NOT said MATCHES "${err}")
    message(FATAL_ERROR "pawl-lock ${ARGN}\nended with ${result}: ${printed}${said}")
  endif()
  math(EXPR checks "${checks} + 1")
  set(checks ${checks} PARENT_SCOPE)
endfunction()

set(child ${INNER} ${CHILD})
set(lock ${INNER} ${LOCK})

# The command's own status, and its arguments as they are.
expect(0 "^\\[a b\\]\\[c\"d\\]\\[e\\\\\\]\n$" "^$" one.lock ${child} 0 "a b" "c\"d" "e\\")
expect(7 "^\\[-n\\]\n$" "^$" -- one.lock ${child} 7 -n)
expect(3 "" "^$" --shared --wait 5s one.lock ${child} 3)
expect(69 "^$" "pawl-lock: no-such-command: " one.lock no-such-command)

# Held by the outer one while the inner one tries.
expect(1 "^$" "^$" one.lock ${lock} --no-wait one.lock ${child} 0)
expect(1 "^$" "^$" one.lock ${lock} -w 20ms one.lock ${child} 0)
expect(9 "^$" "^$" one.lock ${lock} -n -E 9 one.lock ${child} 0)
expect(1 "^$" "held by outer \\(pid [0-9]+ on [^ ]+\\) since [0-9:]+Z\n$"
  --label outer one.lock ${lock} --verbose -w 0.01 one.lock ${child} 0)
expect(1 "^$" "^$" --shared one.lock ${lock} -n one.lock ${child} 0)
expect(5 "^\n$" "^$" --shared one.lock ${lock} --shared -n one.lock ${child} 5)
expect(4 "^\n$" "^$" one.lock ${lock} -n other.lock ${child} 4)

# Who holds it.
expect(1 "^nobody\n$" "^$" --who one.lock)
expect(1 "^{\"held\": false}\n$" "^$" --who --json one.lock)
expect(1 "^nobody\n$" "^$" --who no-such-file.lock)
if(EXISTS ${WORK}/no-such-file.lock)
  message(FATAL_ERROR "--who created the file")
endif()
expect(0 "^outer \\(pid [0-9]+ on [^ ]+\\) since [0-9:]+Z\n$" "^$"
  --label outer one.lock ${lock} --who one.lock)
expect(0 "^{\"held\": true, \"pid\": [0-9]+, \"since\": [0-9]+, \"host\": \"[^\"]+\", \"label\": \"a \\\\\"b\"}\n$"
  "^$" --label "a \"b" one.lock ${lock} --who one.lock --json)

# A holder that crashed.
file(WRITE ${WORK}/one.lock "pawl pid=12345 since=1764583326 host=gone label=crashed\n")
expect(1 "^nobody\n$" "^$" --who one.lock)
expect(0 "" "the last holder did not release it" --verbose one.lock ${child} 0)
expect(0 "" "^$" --verbose one.lock ${child} 0)

# Bad usage.
expect(66 "^$" "pawl-lock: no/such/folder: [A-Za-z]" no/such/folder ${child} 0)
foreach(wrong "--no-such-option;one.lock;x" "one.lock" "--wait" "--wait;soon;one.lock;x" "--wait;-1;one.lock;x"
    "--wait;5y;one.lock;x" "-E;256;one.lock;x" "--who" "--who;one.lock;x")
  expect(64 "^$" "^pawl-lock: .*\nTry 'pawl-lock --help'" ${wrong})
endforeach()
expect(64 "^$" "Try")
expect(0 "^usage: pawl-lock " "^$" --help)
expect(0 "^pawl-lock ${VERSION}\n$" "^$" --version)
message(STATUS "${checks} checks")
