// A request to a store as a conversation with a server: bytes to send, replies to await, and what
// to make of them.
//
// Shape      step := commands, pipelined, one reply each. Most exchanges have one step; one that
//            must look before it writes has a `follow_up`, which makes the next step of the
//            replies.
// Threads    made on the caller's thread, encoded there; ends on the store's
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "event/entry_id.hpp"
#include "event/time.hpp"
#include "resp/reply.hpp"
#include "store/answer.hpp"

namespace sluice {

// What it means when the answer to a step got lost.
enum class Effects : std::uint8_t {
    none,        // nothing happened, whatever happened: may be sent again, fails otherwise
    repeatable,  // sending it again gives the same as sending it once
    once,        // nobody knows: indeterminate
};

struct ExchangeStep {
    std::string bytes = {};
    std::size_t replies = 0;
    Effects effects = Effects::once;
};

struct Exchange {
    using Replies = std::vector<Reply>;

    ExchangeStep step = {};
    // Makes the step after these replies; one without commands: it is over.
    std::move_only_function<ExchangeStep(const Replies&)> follow_up = {};
    // The connection was lost between two steps: the first one comes again.
    std::move_only_function<void()> start_over = {};
    // Of the last step.
    std::move_only_function<void(Answer<Replies>)> done = {};
    Duration wait = {};           // how long the server may let it wait
    bool needs_own_lane = false;  // the connection can do nothing else meanwhile
    // Why a step without commands cannot be asked.
    std::string objection = "it asks for nothing";
};

// Writes one command, word by word: CommandText("XLEN").word(stream).add_to(step).
class CommandText {
  public:
    explicit CommandText(std::string_view name) { word(name); }

    CommandText& word(std::string_view bytes);
    CommandText& number(std::int64_t value) { return word(std::to_string(value)); }
    CommandText& number(std::uint64_t value) { return word(std::to_string(value)); }
    CommandText& id(EntryId id) { return word(id.text()); }
    void add_to(ExchangeStep& step) const;

  private:
    std::string words_;
    std::size_t count_ = 0;
};

}  // namespace sluice
