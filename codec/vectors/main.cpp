// codec_write_vectors FOLDER: writes the test vectors, a file per packet, into FOLDER. Run it on this folder after a
// change of vector_cases.cpp, and commit what it writes.
#include "vector_json.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <ios>

namespace {

void write_file(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file;
    file.exceptions(std::ios::failbit | std::ios::badbit);
    file.open(path, std::ios::binary);
    file << text;
    file.close();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("codec_write_vectors: wants one argument, the folder to write into\n", stderr);
        return 2;
    }
    try {
        for (const chatos::vectors::vector_file& file : chatos::vectors::make_vector_files()) {
            write_file(std::filesystem::path{argv[1]} / file.file_name, chatos::vectors::to_json(file));
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "codec_write_vectors: cannot write vectors into %s: %s\n", argv[1], error.what());
        return 3;
    }
    return 0;
}
