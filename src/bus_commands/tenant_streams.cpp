#include "bus_commands/tenant_streams.hpp"

#include "bus/stream_address.hpp"

namespace sluice {

namespace {

constexpr std::string_view prefix = "t:";
constexpr std::string_view dead_letters_suffix = ":dlq";
constexpr std::size_t slots_per_step = 1000;

void change(TenantUse& sum, const TenantUse& before, const TenantUse& now) {
    sum.streams += now.streams - before.streams;
    sum.events += now.events - before.events;
    sum.bytes += now.bytes - before.bytes;
}

}  // namespace

void TenantStreams::load(Engine& engine) {
    accounts_.clear();
    by_slot_.clear();
    changed_.clear();
    std::uint64_t cursor = 0;
    do {
        cursor =
            engine.scan(streams_keyspace, cursor, slots_per_step, [this](Key& key) { note(key); });
    } while (cursor != 0);
}

void TenantStreams::add(Key& key) {
    const auto address = StreamAddress::parse(key.name);
    if (!address) return;
    Account& account = accounts_[address->tenant()];
    Counted& counted = account.keys[key.name];
    counted.account = &account;
    counted.key = &key;
    counted.slot = key.slot;
    counted.holds_dead_letters = key.name.ends_with(dead_letters_suffix);
    if (by_slot_.size() <= key.slot) by_slot_.resize(key.slot + 1);
    by_slot_[key.slot] = &counted;
}

void TenantStreams::note(Key& key) {
    if (!key.name.starts_with(prefix)) return;
    const auto find = [&] { return key.slot < by_slot_.size() ? by_slot_[key.slot] : nullptr; };
    if (find() == nullptr) add(key);
    Counted* const counted = find();
    if (counted == nullptr) return;
    key.watched = true;
    if (counted->change != not_changed) return;
    counted->change = changed_.size();
    changed_.push_back(counted);
}

void TenantStreams::remove(std::string_view key_name) {
    if (!key_name.starts_with(prefix)) return;
    const auto address = StreamAddress::parse(key_name);
    if (!address) return;
    const auto account = accounts_.find(address->tenant());
    if (account == accounts_.end()) return;
    const auto found = account->second.keys.find(key_name);
    if (found == account->second.keys.end()) return;
    const Counted& counted = found->second;
    change(account->second.use, counted.use, {});
    if (counted.change != not_changed) changed_[counted.change] = nullptr;
    by_slot_[counted.slot] = nullptr;
    account->second.keys.erase(found);
    if (account->second.keys.empty()) accounts_.erase(account);
}

void TenantStreams::settle() {
    for (Counted* const counted : changed_) {
        if (counted == nullptr) continue;
        counted->change = not_changed;
        TenantUse now;
        if (const Stream* const stream = counted->key->stream()) {
            now.streams = counted->holds_dead_letters ? 0 : 1;
            now.events = stream->size();
            now.bytes = stream->index().record_bytes();
        }
        change(counted->account->use, counted->use, now);
        counted->use = now;
    }
    changed_.clear();
}

TenantUse TenantStreams::use(std::string_view tenant) {
    settle();
    const auto account = accounts_.find(tenant);
    return account == accounts_.end() ? TenantUse{} : account->second.use;
}

std::vector<std::string> TenantStreams::keys_of(std::string_view tenant) const {
    const auto account = accounts_.find(tenant);
    if (account == accounts_.end()) return {};
    std::vector<std::string> names;
    for (const auto& [name, counted] : account->second.keys)
        names.push_back(name);
    return names;
}

}  // namespace sluice
