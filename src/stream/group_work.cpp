#include "stream/group_work.hpp"

#include <algorithm>
#include <utility>

#include "stream/byte_codec.hpp"

namespace sluice {

// ----------------------------------------------------------------------------------- items

const WorkItem* GroupWork::find(EntryId id) const {
    const auto found = items_.find(id);
    return found == items_.end() ? nullptr : &found->second;
}

WorkItem& GroupWork::at(EntryId id) {
    const auto found = items_.find(id);
    SLUICE_CHECK(found != items_.end(), "an entry in work has an item");
    return found->second;
}

void GroupWork::change(EntryId id, WorkItem& item, WorkState state) {
    if (item.state == WorkState::behind && state != WorkState::behind) {
        Line& line = lines_.at(item.line);
        line.heads.insert(line.behind.extract(id));
    }
    --counts_[static_cast<std::size_t>(item.state)];
    ++counts_[static_cast<std::size_t>(state)];
    item.state = state;
}

std::deque<EntryId>& GroupWork::ready_of(Priority priority) {
    if (priority == Priority::normal) return ready_;
    if (!special_ready_) special_ready_ = std::make_unique<SpecialQueues>();
    return (*special_ready_)[priority];
}

void GroupWork::make_ready(EntryId id, WorkItem& item) {
    change(id, item, WorkState::ready);
    ready_of(item.priority).push_back(id);
    released_.push_back(id);
}

WorkState GroupWork::enter(EntryId id, LineNumber line, Priority priority) {
    const auto [place, is_new] = items_.try_emplace(id);
    WorkItem& item = place->second;
    if (!is_new) return item.state;
    item.line = line;
    item.priority = priority;
    if (line != 0) {
        Line& its = lines_[line];
        if (!its.heads.empty()) item.state = WorkState::behind;
        (its.heads.empty() ? its.heads : its.behind).insert(id);
    }
    ++counts_[static_cast<std::size_t>(item.state)];
    if (item.state == WorkState::ready) ready_of(priority).push_back(id);
    return item.state;
}

void GroupWork::lease(EntryId id, Epoch epoch, std::uint32_t lease_ms, MonoTime now) {
    WorkItem& item = at(id);
    change(id, item, WorkState::leased);
    item.epoch = epoch;
    item.lease_ms = lease_ms;
    item.until = now + Duration::from_ms(lease_ms);
    last_epoch_ = std::max(last_epoch_, epoch);
    set_alarm(id, item);
}

void GroupWork::extend(EntryId id, std::uint32_t lease_ms, MonoTime now) {
    WorkItem& item = at(id);
    item.lease_ms = lease_ms;
    item.until = now + Duration::from_ms(lease_ms);
    set_alarm(id, item);
}

void GroupWork::park(EntryId id, MonoTime due, std::uint32_t failures, std::string_view history) {
    WorkItem& item = at(id);
    change(id, item, WorkState::parked);
    item.until = due;
    item.failures = failures;
    item.history = history;
    set_alarm(id, item);
}

void GroupWork::hand_back(EntryId id) {
    WorkItem& item = at(id);
    if (item.state == WorkState::ready || item.state == WorkState::behind) return;
    change(id, item, WorkState::ready);
    ready_of(item.priority).push_front(id);
    released_.push_back(id);
}

void GroupWork::take_over(EntryId id) {
    WorkItem& item = at(id);
    change(id, item, WorkState::leased);
    item.epoch = ++last_epoch_;
    item.until = no_end;
}

bool GroupWork::finish(EntryId id) {
    const auto place = items_.find(id);
    if (place == items_.end()) return false;
    const LineNumber line = place->second.line;
    --counts_[static_cast<std::size_t>(place->second.state)];
    items_.erase(place);
    if (line == 0) return true;
    const auto its = lines_.find(line);
    auto& [heads, behind] = its->second;
    if (heads.erase(id) == 0) behind.erase(id);
    if (!heads.empty()) return true;
    if (behind.empty()) {
        lines_.erase(its);
        return true;
    }
    const EntryId next = *behind.begin();
    make_ready(next, at(next));
    return true;
}

// ------------------------------------------------------------------------------------ time

void GroupWork::set_alarm(EntryId id, const WorkItem& item) {
    Alarms& alarms = item.state == WorkState::leased ? leases_ : parked_;
    alarms.push({item.until, id});
    // Extended leases and settled entries leave alarms behind: they are sorted out when they
    // outnumber the others.
    if (alarms.size() <= 64 + 2 * items_.size()) return;
    std::vector<Alarm> live;
    for (const auto& [other, its] : items_) {
        if (its.state == item.state && its.until != no_end) live.push_back({its.until, other});
    }
    alarms = Alarms({}, std::move(live));
}

// The earliest alarm that still means something.
std::optional<GroupWork::Alarm> GroupWork::next_alarm(WorkState state) {
    Alarms& alarms = state == WorkState::leased ? leases_ : parked_;
    while (!alarms.empty()) {
        const Alarm& alarm = alarms.top();
        const WorkItem* const item = find(alarm.id);
        if (item != nullptr && item->state == state && item->until == alarm.when) return alarm;
        alarms.pop();
    }
    return std::nullopt;
}

std::size_t GroupWork::wake(MonoTime now, std::size_t most) {
    if (withheld_.size() > withheld_swept_at_) {
        std::erase_if(withheld_, [now](const auto& its) { return its.second <= now; });
        withheld_swept_at_ = std::max(withheld_sweep_min, 2 * withheld_.size());
    }
    std::size_t count = 0;
    for (auto alarm = next_alarm(WorkState::parked); count < most && alarm && alarm->when <= now;
         alarm = next_alarm(WorkState::parked)) {
        make_ready(alarm->id, at(alarm->id));
        ++count;
    }
    return count;
}

std::optional<EntryId> GroupWork::next_ready(Priority priority) {
    if (priority != Priority::normal && !special_ready_) return std::nullopt;
    std::deque<EntryId>& ready = ready_of(priority);
    while (!ready.empty()) {
        const WorkItem* const item = find(ready.front());
        if (item != nullptr && item->state == WorkState::ready) return ready.front();
        ready.pop_front();
    }
    if (priority == Priority::normal) return std::nullopt;
    special_ready_->erase(priority);
    if (special_ready_->empty()) special_ready_.reset();
    return std::nullopt;
}

std::optional<EntryId> GroupWork::next_expired(MonoTime now) {
    const auto alarm = next_alarm(WorkState::leased);
    if (!alarm || alarm->when > now) return std::nullopt;
    return alarm->id;
}

std::optional<MonoTime> GroupWork::deadline() {
    const auto lease = next_alarm(WorkState::leased);
    const auto due = next_alarm(WorkState::parked);
    if (!lease && !due) return std::nullopt;
    return std::min(lease ? lease->when : no_end, due ? due->when : no_end);
}

void GroupWork::withhold(LineNumber line, MonoTime until) {
    const auto before = withheld_.find(line);
    if (before != withheld_.end() && has_line(line)) {
        // Who waits for just this time waits for the new one.
        for (const EntryId head : lines_.at(line).heads) {
            WorkItem& item = at(head);
            if (item.state != WorkState::parked || item.until != before->second) continue;
            item.until = until;
            set_alarm(head, item);
        }
    }
    withheld_[line] = until;
}

std::size_t GroupWork::count_withheld(MonoTime now) {
    std::erase_if(withheld_, [now](const auto& line) { return line.second <= now; });
    return withheld_.size();
}

std::optional<MonoTime> GroupWork::withheld_until(LineNumber line, MonoTime now) const {
    if (withheld_.empty()) return std::nullopt;
    const auto found = withheld_.find(line);
    if (found == withheld_.end() || found->second <= now) return std::nullopt;
    return found->second;
}

std::vector<EntryId> GroupWork::take_released() {
    return std::exchange(released_, {});
}

void GroupWork::resume(MonoTime now, Duration shift, Epoch epoch_floor) {
    leases_ = {};
    parked_ = {};
    last_epoch_ = std::max(last_epoch_, epoch_floor);
    for (auto& [id, item] : items_) {
        if (item.state == WorkState::leased && item.until != no_end) {
            item.until = now + Duration::from_ms(item.lease_ms);
            set_alarm(id, item);
        } else if (item.state == WorkState::parked) {
            item.until = item.until + shift;
            set_alarm(id, item);
        }
    }
    for (auto& [line, until] : withheld_)
        until = until + shift;
}

// -------------------------------------------------------------------------------- snapshot

void GroupWork::save(std::string& out) const {
    put_bytes(out, settings_);
    put_varint(out, last_epoch_);
    put_varint(out, withheld_.size());
    for (const auto& [line, until] : withheld_) {
        put_u64(out, line);
        put_varint(out, zigzag(static_cast<std::uint64_t>(until.microseconds)));
    }
    put_varint(out, items_.size());
    for (const auto& [id, item] : items_) {
        put_id(out, id);
        put_u8(out, static_cast<std::uint8_t>(item.state));
        put_varint(out, item.epoch);
        put_u64(out, item.line);
        put_varint(out, zigzag(static_cast<std::uint64_t>(item.until.microseconds)));
        put_varint(out, item.failures);
        put_varint(out, item.lease_ms);
        put_bytes(out, item.history);
    }
}

Result<GroupWork> GroupWork::load(std::string_view& bytes) {
    const Error damaged{Errc::corrupt, "load the work of a group: it is damaged"};
    StreamReader reader(bytes);
    GroupWork work;
    work.settings_ = reader.sized_bytes();
    work.last_epoch_ = reader.varint();
    const auto time = [&] {
        return MonoTime{static_cast<std::int64_t>(unzigzag(reader.varint()))};
    };
    for (std::uint64_t left = reader.varint(); left > 0 && !reader.failed(); --left) {
        const LineNumber line = reader.u64();
        work.withheld_[line] = time();
    }
    for (std::uint64_t left = reader.varint(); left > 0 && !reader.failed(); --left) {
        const EntryId id = reader.id();
        const std::uint8_t state = reader.u8();
        WorkItem item;
        item.epoch = reader.varint();
        item.line = reader.u64();
        item.until = time();
        item.failures = static_cast<std::uint32_t>(reader.varint());
        item.lease_ms = static_cast<std::uint32_t>(reader.varint());
        item.history = reader.sized_bytes();
        const bool is_next = work.items_.empty() || work.items_.rbegin()->first < id;
        item.state = static_cast<WorkState>(state);
        const bool is_lost = item.state == WorkState::behind && item.line == 0;
        if (reader.failed() || state > 3 || !is_next || is_lost) return damaged;
        ++work.counts_[state];
        if (item.line != 0) {
            Line& line = work.lines_[item.line];
            (item.state == WorkState::behind ? line.behind : line.heads).insert(id);
        }
        work.items_.emplace_hint(work.items_.end(), id, std::move(item));
    }
    const auto is_headless = [](const auto& line) { return line.second.heads.empty(); };
    if (reader.failed() || std::ranges::any_of(work.lines_, is_headless)) return damaged;
    work.sort_ready();
    bytes = reader.rest();
    return work;
}

// Those that were parked come in the order in which they became due.
void GroupWork::sort_ready() {
    std::vector<std::pair<MonoTime, EntryId>> ready;
    for (const auto& [id, item] : items_) {
        if (item.state == WorkState::ready) ready.emplace_back(item.until, id);
    }
    std::ranges::sort(ready);
    ready_.clear();
    special_ready_.reset();
    for (const auto& [until, id] : ready)
        ready_of(at(id).priority).push_back(id);
}

std::size_t GroupWork::memory_bytes() const {
    constexpr std::size_t node_overhead = 48;
    std::size_t bytes = sizeof(*this) + items_.size() * (sizeof(Items::value_type) + node_overhead);
    bytes += lines_.size() * (sizeof(decltype(lines_)::value_type) + node_overhead);
    bytes += items_.size() * (sizeof(EntryId) + node_overhead);  // their places in lines
    bytes += withheld_.size() * (sizeof(decltype(withheld_)::value_type) + node_overhead);
    if (special_ready_) {
        for (const auto& [priority, queue] : *special_ready_)
            bytes += sizeof(queue) + node_overhead + queue.size() * sizeof(EntryId);
    }
    bytes += ready_.size() * sizeof(EntryId) + (leases_.size() + parked_.size()) * sizeof(Alarm);
    for (const auto& [id, item] : items_)
        bytes += item.history.capacity();
    return bytes;
}

}  // namespace sluice
