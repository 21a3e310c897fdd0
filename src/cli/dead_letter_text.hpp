// A dead letter as a person reads it: the end, the attempts and what differed between them, the
// event; and as one JSON object for programs.
#pragma once

#include <string>

#include "cli/dead_letter_query.hpp"

namespace sluice {

// Lines, the last one with its newline.
std::string letter_text(const FoundLetter& found, const Terminal& terminal);
// {"id":...,"group":...,"reason":...,"attempts":[{...,"difference":{...}}],"fields":{...}}
std::string letter_json(const FoundLetter& found);

}  // namespace sluice
