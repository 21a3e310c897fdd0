// Keys that are not served until a time: a tenant over its rate, a queue whose handler said
// Retry-After, a key whose event waits for its retry.
//
// Promise    what is withheld until t is not withheld at t and later; withholding again never
//            shortens; take_due() gives keys in the order of their times, then of their bytes
// Cost       O(log n)
// Limits     keys_max keys
// Errors     limit: one key too many; the key is not withheld
// Threads    one at a time
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

class WithheldKeys {
  public:
    explicit WithheldKeys(std::size_t keys_max) : keys_max_(keys_max) {}
    // Views lead from one table into the other.
    WithheldKeys(const WithheldKeys&) = delete;
    WithheldKeys& operator=(const WithheldKeys&) = delete;

    Result<void> withhold(std::string_view key, MonoTime until);
    // Serves the key again at once.
    void release(std::string_view key);

    bool is_withheld(std::string_view key, MonoTime now) const;
    std::optional<MonoTime> until(std::string_view key) const;

    // When the next key is due.
    std::optional<MonoTime> deadline() const;
    // A key that is due, no longer withheld; nothing when none is.
    std::optional<std::string> take_due(MonoTime now);

    std::size_t size() const { return until_.size(); }

  private:
    std::size_t keys_max_;
    std::map<std::string, MonoTime, std::less<>> until_;
    std::set<std::pair<MonoTime, std::string_view>> order_;  // the keys are those of until_
};

}  // namespace sluice
