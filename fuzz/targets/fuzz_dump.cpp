// chatos-dump: any raw stream, read from fragments and files, printed in every form.
#include "dump/dump_properties.hpp"
#include "targets/fuzz_target.hpp"

CHATOS_FUZZ_TARGET(fuzz_dump, chatos::fuzz::check_dump)
