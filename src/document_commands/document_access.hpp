// How commands reach documents: by type, and through effects.
//
// Promise    fields of a hash whose time has come are removed, and recorded as removed, before a
//            command sees the hash
// Invariant  no key holds an empty hash or sorted set when a command ends: remove_if_empty()
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/effect.hpp"
#include "server/key_access.hpp"

namespace sluice {

// The key of this name, whatever its type, or null; its access time stays as it is.
Key* look(CommandContext& context, std::string_view name);

// As find_typed().
std::optional<Key*> find_string(CommandContext& context, std::string_view name);
std::optional<Key*> find_hash(CommandContext& context, std::string_view name);
std::optional<Key*> find_sorted_set(CommandContext& context, std::string_view name);

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
