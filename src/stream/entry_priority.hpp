// The priority of an entry, as its fields say it.
//
// Theory     The field `priority` tells it; of a name that stands twice the first counts. An entry
//            with a partition key is normal whatever it says, so that the order of its key wins.
// Promise    the same bytes have the same priority when they are published, copied and replayed: it
//            need not be recorded
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "event/priority.hpp"

namespace sluice {

// Names and values, told one after another.
class PriorityFields {
  public:
    // Most names are told apart by their length.
    void see(std::string_view name, std::string_view value) {
        if (name.size() == priority_name.size() && name == priority_name) {
            if (!word_) word_ = value;
        } else if (name.size() == key_name.size() && name == key_name) {
            if (!key_) key_ = value;
        }
    }
    Priority priority() const {
        const bool has_key = key_ && !key_->empty();
        if (!word_ || has_key) return Priority::normal;
        return parse_priority(*word_).value_or(Priority::normal);
    }

  private:
    static constexpr std::string_view priority_name = "priority";
    static constexpr std::string_view key_name = "partition_key";

    std::optional<std::string_view> word_;
    std::optional<std::string_view> key_;
};

// Of the bulk strings of an entry.
Priority priority_of(std::string_view bulk_bytes);
// Of names and values, in turn.
inline Priority priority_of(std::span<const std::string_view> fields) {
    PriorityFields seen;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
        seen.see(fields[i], fields[i + 1]);
    return seen.priority();
}

}  // namespace sluice
