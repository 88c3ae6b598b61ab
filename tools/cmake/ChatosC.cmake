# C, which only tests and examples are written in. Included where the folders that use it have their parent, because
# that is how far a language reaches.

# The C compiler that belongs to the C++ compiler, so that both know the same sanitizers.
if(NOT CMAKE_C_COMPILER)
  string(REGEX REPLACE "clang\\+\\+([^/]*)$" "clang\\1" c_compiler "${CMAKE_CXX_COMPILER}")
  string(REGEX REPLACE "g\\+\\+([^/]*)$" "gcc\\1" c_compiler "${c_compiler}")
  string(REGEX REPLACE "c\\+\\+([^/]*)$" "cc\\1" c_compiler "${c_compiler}")
  set(CMAKE_C_COMPILER ${c_compiler} CACHE FILEPATH "C compiler, for the tests of the C interface")
endif()
enable_language(C)

# chatos_c_program(NAME SOURCE LIBRARY): build/bin/NAME, from C11 with all warnings.
function(chatos_c_program name source library)
  add_executable(${name} ${source})
  set_target_properties(${name} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
  target_compile_options(${name} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
  if(CHATOS_SANITIZE)
    target_compile_options(${name} PRIVATE -fsanitize=${CHATOS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
    target_link_options(${name} PRIVATE -fsanitize=${CHATOS_SANITIZE})
    # Clang links the part of UBSan that C++ needs only where it links C++.
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  endif()
  target_link_libraries(${name} PRIVATE ${library})
endfunction()
