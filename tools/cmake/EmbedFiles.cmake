# cmake -DOUTPUT=x.cpp -DHEADER=h.hpp -DFUNCTION=name "-DFILES=a;b" -P EmbedFiles.cmake
# Writes a function that returns the files' names and texts as builtin_file values.
set(code "// Generated from files of the source tree.\n#include \"${HEADER}\"\n\nnamespace chatos::conformance {\n\n")
string(APPEND code "std::vector<builtin_file> ${FUNCTION}() {\n    return {\n")
foreach(path IN LISTS FILES)
  file(READ ${path} text)
  get_filename_component(name ${path} NAME)
  string(APPEND code "        {\"${PREFIX}${name}\", R\"embedded(${text})embedded\"},\n")
endforeach()
string(APPEND code "    };\n}\n\n}  // namespace chatos::conformance\n")
file(WRITE ${OUTPUT} "${code}")
