// How commands reach documents: by name and type, and through effects.
//
// Promise    find_*() replies WRONGTYPE and answers nothing when the name holds another type; a
//            name without a key is null
//            fields of a hash whose time has come are removed, and recorded as removed, before a
//            command sees the hash
// Invariant  no key holds an empty hash or sorted set when a command ends: finish_changes()
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/effect.hpp"
#include "server/command.hpp"

namespace sluice {

// The key of this name, whatever its type, or null; its access time stays as it is.
Key* look(CommandContext& context, std::string_view name);

// Replies CORRUPT for a document that lost a change: its value may be one that nobody ever wrote.
// A stream's entries stand each for themselves, and stream_access.hpp looks after them.
bool refuses_damaged(CommandContext& context, const Key& key);

// A pointer may be null; the optional is empty when an error has been replied.
std::optional<Key*> find_typed(CommandContext& context, std::string_view name, ValueType type);
std::optional<Key*> find_string(CommandContext& context, std::string_view name);
std::optional<Key*> find_hash(CommandContext& context, std::string_view name);
std::optional<Key*> find_sorted_set(CommandContext& context, std::string_view name);

// `key`, or a new one of this name when it is null.
Key& key_or_new(CommandContext& context, Key* key, std::string_view name, ValueType type);

// Gives the name this string and this expiry, whatever it held before.
Key& overwrite_with_string(CommandContext& context, std::string_view name, std::string_view value,
                           std::optional<WallTime> expires_at = std::nullopt);

// The effects of one command on one document: written down completely, then applied and recorded.
// So views of the old value stay valid until commit().
class Changes {
  public:
    explicit Changes(EffectKind kind) : kind_(kind) {}

    // Where the next item goes.
    EffectBuilder& next();
    bool empty() const { return effects_.empty(); }
    void commit(CommandContext& context, Key& key);

  private:
    EffectKind kind_;
    std::vector<EffectBuilder> effects_;
};

// Removes the key when its hash or sorted set has become empty.
void remove_if_empty(CommandContext& context, Key& key);

// The name of the running command in lower case, as errors show it.
std::string command_name(const CommandContext& context);

}  // namespace sluice
