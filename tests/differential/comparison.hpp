// Says whether two replies to the same command are the same, apart from time and from what is meant
// to differ. Every intended difference is a row of differences(), and nowhere else.
//
// Shape      both replies are brought into one form by the rows that apply to the command, then
//            compared as they print
// Source     docs/protocol/resp.md, "Differences": the same rows in words
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resp/reply.hpp"

namespace sluice::testing {

using Words = std::vector<std::string>;

struct Difference {
    std::string_view name;
    std::string_view reason;
    bool (*applies)(const Words& command);
    void (*normalise)(const Words& command, Reply& reply);
};

std::span<const Difference> differences();

// One connection's view: it knows which replies EXEC puts together.
class Comparison {
  public:
    // Empty when the replies agree; otherwise both, as far as they were brought into one form.
    std::string compare(const Words& command, Reply redis, Reply ours);

  private:
    std::vector<Words> queued_;
    bool is_queueing_ = false;
};

}  // namespace sluice::testing
