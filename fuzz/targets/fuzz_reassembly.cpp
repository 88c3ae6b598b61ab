// chatos-dump on captures: any stream, and anything a network does to it.
#include "capture/reassembly_properties.hpp"
#include "targets/fuzz_target.hpp"

CHATOS_FUZZ_TARGET(fuzz_reassembly, chatos::fuzz::check_reassembly)
