#include "stream/group.hpp"

#include <algorithm>
#include <limits>

#include "stream/byte_codec.hpp"
#include "stream/snapshot_sections.hpp"

namespace sluice {

namespace {

// Of the sections of its snapshot.
constexpr std::uint8_t reach_tag = 1;
constexpr std::uint8_t group_retention_tag = 2;

}  // namespace

// ------------------------------------------------------------------------------- position

Reach Group::reach() const {
    Reach reach = reach_ ? *reach_ : Reach(last_delivered_);
    reach.of(Priority::normal) = last_delivered_;
    return reach;
}

void Group::set_reach(const Reach& reach) {
    last_delivered_ = reach.position();
    reach_ = reach.is_even() ? nullptr : std::make_unique<Reach>(reach);
}

// ------------------------------------------------------------------------------- consumers

std::vector<ConsumerNumber>::const_iterator Group::place_of(std::string_view name) const {
    return std::lower_bound(by_name_.begin(), by_name_.end(), name,
                            [this](ConsumerNumber number, std::string_view wanted) {
                                return consumers_[number].name < wanted;
                            });
}

std::optional<ConsumerNumber> Group::find_consumer(std::string_view name) const {
    const auto place = place_of(name);
    if (place == by_name_.end() || consumers_[*place].name != name) return std::nullopt;
    return *place;
}

ConsumerNumber Group::create_consumer(std::string_view name, std::int64_t now_ms) {
    const auto place = place_of(name);
    ConsumerNumber number = 0;
    if (free_numbers_.empty()) {
        number = static_cast<ConsumerNumber>(consumers_.size());
        consumers_.emplace_back();
    } else {
        number = free_numbers_.back();
        free_numbers_.pop_back();
    }
    by_name_.insert(place, number);
    consumers_[number] = Consumer{.name = std::string(name), .seen_ms = now_ms};
    return number;
}

std::uint64_t Group::delete_consumer(ConsumerNumber number) {
    const std::uint64_t pending = consumers_[number].pending;
    if (work_ && pending > 0) {
        std::vector<EntryId> leased;
        pending_.scan(EntryId::min(), {.consumer = number}, [&](const Pending& its) {
            if (work_->find(its.id) != nullptr) leased.push_back(its.id);
            return true;
        });
        for (const EntryId id : leased)
            hand_back(id);
    }
    if (pending > 0) pending_.erase_consumer(number);
    by_name_.erase(place_of(consumers_[number].name));
    consumers_[number] = Consumer{};
    free_numbers_.push_back(number);
    return pending;
}

// ------------------------------------------------------------------------- pending entries

void Group::count_out(const Pending& pending) {
    if (pending.consumer == no_consumer) {
        --released_;
    } else {
        --consumers_[pending.consumer].pending;
    }
}

void Group::put(const Pending& pending) {
    if (const auto before = pending_.put(pending)) count_out(*before);
    if (pending.consumer == no_consumer) {
        ++released_;
    } else {
        ++consumers_[pending.consumer].pending;
    }
}

void Group::redeliver(EntryId id, std::int64_t now_ms) {
    const Pending* const there = pending_.find(id);
    if (there == nullptr) return;
    put({id, now_ms, one_more_delivery(there->deliveries), there->consumer});
}

void Group::release(EntryId id, std::uint32_t deliveries) {
    const std::int64_t rank = std::numeric_limits<std::int64_t>::min() + release_order_++;
    put({id, rank, deliveries, no_consumer});
    if (work_ && work_->find(id) != nullptr) {
        work_->hand_back(id);
        work_->take_released();
    }
}

bool Group::acknowledge(EntryId id) {
    const auto before = pending_.erase(id);
    if (before) count_out(*before);
    if (work_ && work_->finish(id)) disown_released();
    return before.has_value();
}

// ------------------------------------------------------------------------------------ work

GroupWork& Group::begin_work() {
    if (!work_) work_ = std::make_unique<GroupWork>();
    return *work_;
}

WorkState Group::enter(EntryId id, LineNumber line, Priority priority) {
    if (const WorkItem* const item = begin_work().find(id)) return item->state;
    const WorkState state = work_->enter(id, line, priority);
    if (state == WorkState::behind) {
        const Pending* const before = pending_.find(id);
        put({id, not_yet, before == nullptr ? 0 : before->deliveries, no_consumer});
    }
    return state;
}

void Group::lease(EntryId id, ConsumerNumber consumer, Epoch epoch, std::uint32_t lease_ms,
                  MonoTime now) {
    const Pending* const before = pending_.find(id);
    const std::uint32_t deliveries = before == nullptr ? 1 : one_more_delivery(before->deliveries);
    put({id, now.ms(), deliveries, consumer});
    work_->lease(id, epoch, lease_ms, now);
}

void Group::park(EntryId id, MonoTime due, std::uint32_t failures, std::string_view history) {
    const Pending* const before = pending_.find(id);
    put({id, not_yet, before == nullptr ? 0 : before->deliveries, no_consumer});
    work_->park(id, due, failures, history);
}

void Group::hand_back(EntryId id) {
    const Pending* const before = pending_.find(id);
    const std::uint32_t deliveries = before == nullptr ? 0 : before->deliveries;
    release(id, deliveries == 0 || deliveries == delivery_count_max ? deliveries : deliveries - 1);
}

std::size_t Group::wake(MonoTime now, std::size_t most) {
    const std::size_t woken = work_ ? work_->wake(now, most) : 0;
    if (woken > 0) disown_released();
    return woken;
}

// What became ready may be claimed by anybody, in the order in which it did.
void Group::disown_released() {
    for (const EntryId id : work_->take_released()) {
        const Pending* const pending = pending_.find(id);
        const std::int64_t rank = std::numeric_limits<std::int64_t>::min() + release_order_++;
        put({id, rank, pending == nullptr ? 0 : pending->deliveries, no_consumer});
    }
}

std::size_t Group::memory_bytes() const {
    std::size_t bytes = sizeof(*this) + name_.capacity() + pending_.memory_bytes();
    bytes += (by_name_.capacity() + free_numbers_.capacity()) * sizeof(ConsumerNumber);
    bytes += consumers_.capacity() * sizeof(Consumer);
    for (const Consumer& consumer : consumers_) {
        bytes += consumer.name.capacity();
    }
    return bytes;
}

// -------------------------------------------------------------------------------- snapshot

void Group::save(std::string& out) const {
    put_bytes(out, name_);
    put_id(out, last_delivered_);
    put_varint(out, zigzag(static_cast<std::uint64_t>(entries_read_)));
    put_varint(out, consumers_.size());
    put_varint(out, free_numbers_.size());
    for (const ConsumerNumber number : free_numbers_) {
        put_varint(out, number);
    }
    for (const ConsumerNumber number : by_name_) {
        put_varint(out, number);
        put_bytes(out, consumers_[number].name);
        put_u8(out, consumers_[number].active_ms ? 1 : 0);
    }
    pending_.save(out);
    put_u8(out, work_ ? 1 : 0);
    if (work_) work_->save(out);
    save_sections(out);
}

void Group::save_sections(std::string& out) const {
    std::string reach;
    for (const Priority priority : special_priorities) {
        if (!reads_evenly()) put_id(reach, reach_->of(priority));
    }
    std::string retention;
    if (missed_ > 0 || !holds_entries_) {
        put_u8(retention, holds_entries_ ? 1 : 0);
        put_varint(retention, missed_);
    }
    SectionWriter sections;
    sections.add(reach_tag, reach);
    sections.add(group_retention_tag, retention);
    sections.write(out);
}

bool Group::load_section(std::uint8_t tag, std::string_view bytes) {
    StreamReader reader(bytes);
    if (tag == reach_tag) {
        Reach reach(last_delivered_);
        for (const Priority priority : special_priorities)
            reach.of(priority) = reader.id();
        set_reach(reach);
        return !reader.failed() && reader.at_end() && !reach.is_even();
    }
    if (tag != group_retention_tag) return false;
    const std::uint8_t holds = reader.u8();
    holds_entries_ = holds != 0;
    missed_ = reader.varint();
    return !reader.failed() && reader.at_end() && holds <= 1;
}

bool Group::load_consumers(std::string_view& bytes, std::int64_t now_ms) {
    StreamReader reader(bytes);
    const std::uint64_t count = reader.varint();
    const std::uint64_t free_count = reader.varint();
    // Each takes at least a byte of what follows, so a damaged count cannot ask for much memory.
    if (reader.failed() || count > reader.rest().size() || free_count > count) return false;
    std::vector<bool> is_taken(count, false);
    const auto take = [&](std::uint64_t number) {
        if (number >= count || is_taken[number]) return false;
        is_taken[number] = true;
        return true;
    };
    consumers_.resize(count);
    for (std::uint64_t i = 0; i < free_count; ++i) {
        const std::uint64_t number = reader.varint();
        if (!take(number)) return false;
        free_numbers_.push_back(static_cast<ConsumerNumber>(number));
    }
    for (std::uint64_t i = free_count; i < count; ++i) {
        const std::uint64_t number = reader.varint();
        const std::string_view name = reader.sized_bytes();
        const bool was_active = reader.u8() != 0;
        if (reader.failed() || !take(number)) return false;
        if (!by_name_.empty() && !(consumers_[by_name_.back()].name < name)) return false;
        by_name_.push_back(static_cast<ConsumerNumber>(number));
        consumers_[number].name = name;
        consumers_[number].seen_ms = now_ms;
        if (was_active) consumers_[number].active_ms = now_ms;
    }
    bytes = reader.rest();
    return !reader.failed();
}

// Takes over a list whose owners are not yet counted; false when one of them does not exist.
bool Group::adopt(PendingList list) {
    std::vector<bool> lives(consumers_.size(), false);
    for (const ConsumerNumber number : by_name_) {
        lives[number] = true;
    }
    bool is_sound = true;
    std::vector<std::pair<EntryId, std::uint32_t>> released;
    list.scan(EntryId::min(), {}, [&](const Pending& pending) {
        if (pending.consumer == no_consumer) {
            released.emplace_back(pending.id, pending.deliveries);
            return true;
        }
        is_sound = pending.consumer < lives.size() && lives[pending.consumer];
        if (is_sound) ++consumers_[pending.consumer].pending;
        return is_sound;
    });
    pending_ = std::move(list);
    released_ = released.size();
    for (const auto& [id, deliveries] : released) {
        release(id, deliveries);
    }
    return is_sound;
}

Result<Group> Group::load(std::string_view& bytes, std::uint8_t snapshot_version,
                          std::int64_t now_ms) {
    const Error damaged{Errc::corrupt, "load group: it is damaged"};
    StreamReader reader(bytes);
    const std::string_view name = reader.sized_bytes();
    const EntryId last_delivered = reader.id();
    const auto entries_read = static_cast<std::int64_t>(unzigzag(reader.varint()));
    if (reader.failed() || entries_read < entries_read_unknown) return damaged;
    Group group(name, last_delivered, entries_read);
    bytes = reader.rest();
    if (!group.load_consumers(bytes, now_ms)) return damaged;
    SLUICE_TRY_ASSIGN(PendingList pending, PendingList::load(bytes, snapshot_version, now_ms));
    if (!group.adopt(std::move(pending))) return damaged;
    if (snapshot_version >= 3 && !group.load_work(bytes)) return damaged;
    StreamReader sections(bytes);
    const bool is_sound =
        snapshot_version < 4 ||
        take_sections(
            sections, [&](std::uint8_t tag,
                          std::string_view section) { return group.load_section(tag, section); });
    if (!is_sound) return damaged;
    bytes = sections.rest();
    return group;
}

bool Group::load_work(std::string_view& bytes) {
    StreamReader reader(bytes);
    const std::uint8_t has_work = reader.u8();
    if (reader.failed() || has_work > 1) return false;
    bytes = reader.rest();
    if (has_work == 0) return true;
    auto work = GroupWork::load(bytes);
    if (!work) return false;
    bool is_sound = true;
    work->for_each([&](EntryId id, const WorkItem& item) {
        const Pending* const pending = pending_.find(id);
        const bool is_owned = pending != nullptr && pending->consumer != no_consumer;
        is_sound = is_sound && pending != nullptr && is_owned == (item.state == WorkState::leased);
        const bool waits = item.state == WorkState::parked || item.state == WorkState::behind;
        if (is_sound && waits) put({id, not_yet, pending->deliveries, no_consumer});
    });
    work_ = std::make_unique<GroupWork>(std::move(*work));
    return is_sound;
}

bool Group::resume_work(MonoTime now, Duration shift, Epoch epoch_floor) {
    if (work_) work_->resume(now, shift, epoch_floor);
    return work_ != nullptr;
}

}  // namespace sluice
