// What the store must do, said again in the simplest way: maps, no disk, no cache, no encodings.
//
// Theory     The simulation runs every command here and in the real server and compares the
//            replies; after a crash the recovered store must equal the fold of a prefix of the
//            commands, which is the model after that prefix.
// Shape      replies and dumps are in the notation of resp/reply.hpp; of an error only its first
//            word is told ("-WRONGTYPE"), because wordings have tests of their own
// Not here   idle times, lag: they depend on when things happened, not on what happened
// Source     Redis's documentation of each command
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "event/entry_id.hpp"

namespace sluice::testing {

using Arguments = std::vector<std::string>;

struct ModelGroup {
    struct Pending {
        std::string consumer;
        std::uint64_t deliveries = 0;
    };
    EntryId last_delivered;
    std::map<EntryId, Pending> pending;
    std::set<std::string> consumers;
};

struct ModelStream {
    std::map<EntryId, Arguments> entries;
    EntryId last_id;
    EntryId max_deleted_id;
    std::uint64_t entries_added = 0;
    std::map<std::string, ModelGroup> groups;
};

struct ModelKey {
    using Hash = std::map<std::string, std::string>;
    using SortedSet = std::map<std::string, std::int64_t>;

    std::variant<std::string, Hash, SortedSet, ModelStream> value;
    std::optional<std::int64_t> expires_ms;
};

// What a command did to the model.
struct Outcome {
    std::string reply;
    bool changed = false;
    // The change may be lost although the reply was seen: a delivery, which is then made again.
    bool may_be_lost = false;
};

class Model {
  public:
    Outcome execute(const Arguments& arguments, std::int64_t wall_ms);
    // The keys that a command names.
    static std::vector<std::string> keys_of(const Arguments& arguments);

    // Removes what has expired by then; answers the names.
    std::vector<std::string> expire(std::int64_t wall_ms);
    void remove(const std::string& name) { keys_.erase(name); }
    const std::map<std::string, ModelKey>& keys() const { return keys_; }
    const ModelStream* find_stream(const std::string& name) const;

    // One line per key and per part of it, the same as dump.hpp writes of the real store.
    std::string dump() const;
    static std::string dump_of(const std::string& name, const ModelKey& key);

  private:
    Outcome execute_generic(const Arguments& arguments, std::int64_t wall_ms);

    std::map<std::string, ModelKey> keys_;
};

// The two families that act on one key. They answer nothing for commands that are not theirs.
std::optional<Outcome> execute_document(std::map<std::string, ModelKey>& keys,
                                        const Arguments& arguments, std::int64_t wall_ms);
std::optional<Outcome> execute_stream(std::map<std::string, ModelKey>& keys,
                                      const Arguments& arguments, std::int64_t wall_ms);

// Pieces of replies.
namespace notation {
std::string bulk(std::string_view text);
std::string integer(std::int64_t number);
std::string list(const std::vector<std::string>& items);
// The same as bulk() for short texts; of long ones the beginning, the size and a fingerprint.
std::string brief(std::string_view text);
}  // namespace notation

}  // namespace sluice::testing
