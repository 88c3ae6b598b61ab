# flow.svg is what chatos-dump draws of flow.pcap.
execute_process(COMMAND ${DUMP} --ladder-svg ${DRAWN} ${FOLDER}/flow.pcap OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(READ ${DRAWN} drawn)
file(READ ${FOLDER}/flow.svg kept)
if(NOT drawn STREQUAL kept)
  message(FATAL_ERROR "flow.svg is not what chatos-dump draws now; look at it, then run: "
    "chatos-dump --ladder-svg tools/tour/flow.svg tools/tour/flow.pcap")
endif()
