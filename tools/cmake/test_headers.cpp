// The target that owns the precompiled headers of the tests; CMake wants it to have a source.
