# cmake -DPROGRAM=... -DEXPECTED=... -P RunExample.cmake: runs the example, compares what it prints with the README.
execute_process(COMMAND ${PROGRAM} RESULT_VARIABLE status OUTPUT_VARIABLE printed)
file(READ ${EXPECTED} expected)
if(NOT status EQUAL 0 OR NOT printed STREQUAL expected)
  message(FATAL_ERROR "exit code ${status}; the example printed\n${printed}and the README says\n${expected}")
endif()
