// Standard output, and whether what was printed has arrived.
//
// Promise    after flush_output() said yes, whoever reads has what was printed: nothing is
//            acknowledged before
// Errors     io: it could not be written (a full disk); closed: nobody reads any more
#pragma once

#include "event/result.hpp"

namespace sluice {

Result<void> flush_output();

// A reader that goes away (`| head`) ends us as it ends other tools, without a word.
void end_with_reader();

}  // namespace sluice
