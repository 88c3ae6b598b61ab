# cmake -DCOMPILER=... -DFLAGS_FILE=... -DSOURCE=... -P compile_case.cmake
# The file must compile as it is, and must not with CHATOS_MISUSE, for the reason that its second line gives as a
# regular expression. Both, or the test shows nothing: a file that never compiles would prove any refusal.
file(STRINGS ${SOURCE} opening LIMIT_COUNT 2)
if(NOT opening MATCHES "// Refused: ([^;]+)")
  message(FATAL_ERROR "${SOURCE}: the second line does not say why it is refused (// Refused: REGEX)")
endif()
set(reason "${CMAKE_MATCH_1}")
file(STRINGS ${FLAGS_FILE} flags)
set(ENV{LC_ALL} C)

execute_process(COMMAND ${COMPILER} ${flags} -fsyntax-only ${SOURCE} RESULT_VARIABLE status ERROR_VARIABLE said)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "right use does not compile:\n${said}")
endif()
execute_process(COMMAND ${COMPILER} ${flags} -DCHATOS_MISUSE -fsyntax-only ${SOURCE} RESULT_VARIABLE status
                ERROR_VARIABLE said)
if(status EQUAL 0)
  message(FATAL_ERROR "misuse compiles")
endif()
if(NOT said MATCHES "error: [^\n]*(${reason})")
  message(FATAL_ERROR "misuse is refused, but not for the expected reason (${reason}):\n${said}")
endif()
