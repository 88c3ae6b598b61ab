// chatos-dump on captures: frames of any bytes, taken apart.
#include "capture/link_properties.hpp"
#include "targets/fuzz_target.hpp"

CHATOS_FUZZ_TARGET(fuzz_link, chatos::fuzz::check_link)
