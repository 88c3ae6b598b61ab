// chatos-dump on captures: files of any bytes, read in any pieces.
#include "capture/capture_properties.hpp"
#include "targets/fuzz_target.hpp"

CHATOS_FUZZ_TARGET(fuzz_capture, chatos::fuzz::check_capture)
