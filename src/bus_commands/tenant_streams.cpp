#include "bus_commands/tenant_streams.hpp"

#include "bus/stream_address.hpp"

namespace sluice {

namespace {

constexpr std::string_view prefix = "t:";
constexpr std::string_view dead_letters_suffix = ":dlq";
constexpr std::size_t slots_per_step = 1000;

}  // namespace

void TenantStreams::load(Engine& engine) {
    names_.clear();
    std::uint64_t cursor = 0;
    do {
        cursor = engine.scan(streams_keyspace, cursor, slots_per_step,
                             [this](Key& key) { note(key.name, true); });
    } while (cursor != 0);
}

void TenantStreams::note(std::string_view key_name, bool is_there) {
    if (!key_name.starts_with(prefix)) return;
    const auto address = StreamAddress::parse(key_name);
    if (!address) return;
    if (is_there) {
        names_[address->tenant()].emplace(key_name);
        return;
    }
    const auto tenant = names_.find(address->tenant());
    if (tenant == names_.end()) return;
    const auto name = tenant->second.find(key_name);
    if (name != tenant->second.end()) tenant->second.erase(name);
    if (tenant->second.empty()) names_.erase(tenant);
}

TenantUse TenantStreams::count(Engine& engine, std::string_view tenant) const {
    TenantUse use;
    // A copy: whoever looks at a key whose time has come makes it go, and us hear of it.
    for (const std::string& name : keys_of(tenant)) {
        Key* const key = engine.peek(streams_keyspace, name);
        const Stream* const stream = key == nullptr ? nullptr : key->stream();
        if (stream == nullptr) continue;
        if (!name.ends_with(dead_letters_suffix)) ++use.streams;
        use.events += stream->size();
        use.bytes += stream->index().record_bytes();
    }
    return use;
}

std::vector<std::string> TenantStreams::keys_of(std::string_view tenant) const {
    const auto found = names_.find(tenant);
    if (found == names_.end()) return {};
    return {found->second.begin(), found->second.end()};
}

}  // namespace sluice
