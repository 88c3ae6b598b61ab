// stream_decoder: any fragments give the events of the whole stream.
#include "properties/stream_properties.hpp"
#include "targets/fuzz_target.hpp"

CHATOS_FUZZ_TARGET(fuzz_stream, chatos::fuzz::check_stream)
