// An engine that mutates nothing: runs the target once over each file that it is given. For builds whose
// instrumentation does not go with libFuzzer's: source coverage, and MemorySanitizer, which libFuzzer's own code does
// not satisfy.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <sys/stat.h>

// The name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

/// False when the file cannot be read. The input lies in memory of its very size, for sanitizers to see where it ends.
bool run_file(const char* path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path, "rb"), std::fclose};
    struct stat status {};
    if (!file || ::fstat(::fileno(file.get()), &status) != 0 || !S_ISREG(status.st_mode)) {
        return false;
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    const std::unique_ptr<std::uint8_t[]> input{new std::uint8_t[size]};
    if (std::fread(input.get(), 1, size, file.get()) != size) {
        return false;
    }
    LLVMFuzzerTestOneInput(input.get(), size);
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "%s: wants the files to run\n", argv[0]);
        return 2;
    }
    for (int index = 1; index < argc; ++index) {
        if (!run_file(argv[index])) {
            std::fprintf(stderr, "%s: cannot read %s\n", argv[0], argv[index]);
            return 2;
        }
    }
    return 0;
}
