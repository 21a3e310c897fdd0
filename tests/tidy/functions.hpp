// Finds the functions of a file that clang-format has laid out.
//
// Invariant  a definition's closing brace stands alone in the column where its head begins
// Limits     lambdas count as part of the function around them; one-line bodies are not listed
#pragma once

#include <string>
#include <vector>

#include "tidy/tree.hpp"

namespace sluice::tidy {

struct Function {
    std::string name;
    std::size_t line = 0;  // of the head, from 1
    std::size_t lines = 0;
    std::size_t parameters = 0;
    std::size_t nesting = 0;  // ifs and loops inside each other

    bool is_test() const { return name.starts_with("TEST"); }
};

std::vector<Function> functions_of(const std::vector<std::string>& code);

}  // namespace sluice::tidy
