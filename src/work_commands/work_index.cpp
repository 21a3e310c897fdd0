#include "work_commands/work_index.hpp"

#include <algorithm>
#include <string>

namespace sluice {

namespace {

bool has_work(const Key& key) {
    return std::ranges::any_of(std::get<Stream>(key.value).groups(),
                               [](const auto& group) { return group->work() != nullptr; });
}

// Of the group that comes first; nothing when nobody's time will come.
std::optional<MonoTime> deadline_of(Key& key) {
    std::optional<MonoTime> first;
    for (const auto& group : key.stream()->groups()) {
        if (group->work() == nullptr) continue;
        const auto deadline = group->begin_work().deadline();
        if (deadline && *deadline != GroupWork::no_end) {
            first = std::min(first.value_or(*deadline), *deadline);
        }
    }
    return first;
}

}  // namespace

void WorkIndex::open(Engine& engine) {
    *this = {};
    for (std::size_t slot = 0; slot < engine.slot_count(); ++slot) {
        Key* const key = engine.at_slot(slot);
        if (key != nullptr && key->stream() != nullptr && has_work(*key)) add(*key);
    }
    settle();
}

WorkIndex::Attended* WorkIndex::find(const Key& key) const {
    return key.slot < by_slot_.size() ? by_slot_[key.slot] : nullptr;
}

void WorkIndex::add(Key& key) {
    key.attended = true;
    key.watched = true;
    if (find(key) == nullptr) {
        Attended& stream = streams_[{key.tenant, key.name}];
        stream.key = &key;
        stream.slot = key.slot;
        if (by_slot_.size() <= key.slot) by_slot_.resize(key.slot + 1);
        by_slot_[key.slot] = &stream;
    }
    note_change(key);
}

void WorkIndex::remove(TenantNumber tenant, std::string_view name) {
    const auto found = streams_.find(KeyNameView{tenant, name});
    if (found == streams_.end()) return;
    Attended& stream = found->second;
    set_deadline(stream, std::nullopt);
    if (stream.change != unchanged) changed_[stream.change] = nullptr;
    by_slot_[stream.slot] = nullptr;
    streams_.erase(found);
}

void WorkIndex::note_change(Key& key) {
    Attended* const stream = find(key);
    // It has another name now.
    if (stream == nullptr) return add(key);
    if (stream->change != unchanged) return;
    stream->change = changed_.size();
    changed_.push_back(stream);
}

void WorkIndex::set_deadline(Attended& stream, std::optional<MonoTime> deadline) {
    if (stream.deadline == deadline) return;
    if (stream.deadline) deadlines_.erase({*stream.deadline, &stream});
    if (deadline) deadlines_.emplace(*deadline, &stream);
    stream.deadline = deadline;
}

void WorkIndex::settle() {
    for (Attended* const stream : changed_) {
        if (stream == nullptr) continue;
        stream->change = unchanged;
        set_deadline(*stream, deadline_of(*stream->key));
    }
    changed_.clear();
}

std::optional<MonoTime> WorkIndex::deadline() const {
    if (deadlines_.empty()) return std::nullopt;
    return deadlines_.begin()->first;
}

Key* WorkIndex::next_due(MonoTime now) const {
    if (deadlines_.empty() || deadlines_.begin()->first > now) return nullptr;
    return deadlines_.begin()->second->key;
}

}  // namespace sluice
