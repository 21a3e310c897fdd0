// Which keys are streams with groups or with retention: those that somebody must look after or
// wants to see, without looking at all keys each time.
//
// Theory     Commands note a stream when it gets its first group or its settings. What was there
//            before is found by walking over all keys once, some in each turn, after the start.
//            Who visits leaves out what is not such a stream any more.
// Threads    the server's
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string_view>

#include "server/resident.hpp"

namespace sluice {

class StreamRoll final : public Resident {
  public:
    void note(const Key& key) { numbers_.insert(key.number); }
    // False for a while after the start: some are not found yet.
    bool is_complete() const { return !next_slot_.has_value(); }
    std::size_t size() const { return numbers_.size(); }

    // Visits at most `count` streams, in the order of their numbers, from this one on. Answers
    // where to go on, or nothing when that was the last.
    std::optional<KeyNumber> visit(KeyNumber from, std::size_t count,
                                   const std::function<void(Key&)>& visit);

    void attach(Server& server) override;
    void on_change(TenantNumber, std::string_view, Key*) override {}
    MonoTime deadline() const override;
    void on_time() override;

  private:
    Server* server_ = nullptr;
    std::set<KeyNumber> numbers_;
    std::optional<std::size_t> next_slot_;  // of the walk
};

}  // namespace sluice
