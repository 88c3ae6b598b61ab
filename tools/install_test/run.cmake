# What the three steps share.

# run(WHAT COMMAND...): fails with everything that the command said, or leaves its standard output in `output`.
macro(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${what} failed (${status}): ${ARGN}\n${output}${errors}")
  endif()
endmacro()

# Runs the outside program and compares what it prints.
macro(check_outside_program program)
  run("the outside program" ${EMULATOR} ${program})
  set(expected "bob says hi\n12 bytes and back\n")
  if(NOT output STREQUAL expected)
    message(FATAL_ERROR "the outside program printed\n${output}and not\n${expected}")
  endif()
endmacro()

set(prefix ${FOLDER}/prefix)
