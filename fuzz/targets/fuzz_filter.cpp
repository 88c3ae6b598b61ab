// chatos-dump -Y: filters of any text.
#include "filter/filter_properties.hpp"
#include "targets/fuzz_target.hpp"

CHATOS_FUZZ_TARGET(fuzz_filter, chatos::fuzz::check_filter)
