#include "stream/stream.hpp"

#include <algorithm>

#include "stream/byte_codec.hpp"
#include "stream/snapshot_sections.hpp"

namespace sluice {

namespace {

// Versions 1 to 3 are still read.
constexpr std::uint8_t snapshot_version = 4;
// Of the sections of the snapshot.
constexpr std::uint8_t retention_tag = 2;

auto place_of(const std::vector<std::unique_ptr<Group>>& groups, std::string_view name) {
    return std::ranges::lower_bound(
        groups, name, {}, [](const auto& group) -> std::string_view { return group->name(); });
}

}  // namespace

// --------------------------------------------------------------------------------- entries

void Stream::trim_through(EntryId id) {
    const auto end = index_.upper_bound(id);
    if (retention_) {
        for (auto at = index_.begin(); at != end; at = index_.next(at))
            note_trimmed(index_.at(at).id);
    } else if (end != index_.begin()) {
        trimmed_through_ = std::max(trimmed_through_, index_.at(index_.previous(end)).id);
        trimmed_ += index_.count_through(id);
    }
    index_.erase_through(id);
    addressed_.erase(addressed_.begin(), addressed_.upper_bound(id));
}

bool Stream::drop(EntryId id) {
    if (!take_out(id)) return false;
    note_trimmed(id);
    return true;
}

bool Stream::take_out(EntryId id) {
    if (!addressed_.empty()) addressed_.erase(id);
    return index_.erase(id).has_value();
}

void Stream::note_trimmed(EntryId id) {
    trimmed_through_ = std::max(trimmed_through_, id);
    ++trimmed_;
    if (retention_) retention_->trimmed.add(id);
}

void Stream::address(EntryId id, std::string_view group) {
    if (!contains(id)) return;
    const bool is_new = addressed_.insert_or_assign(id, std::string(group)).second;
    if (is_new) return;
    for (const auto& each : groups_)
        each->look_at_all_again();
}

bool Stream::erase(EntryId id) {
    if (!take_out(id)) return false;
    max_deleted_id_ = std::max(max_deleted_id_, id);
    return true;
}

void Stream::set_counters(EntryId last, std::uint64_t entries_added, EntryId max_deleted) {
    last_id_ = last;
    entries_added_ = entries_added;
    max_deleted_id_ = max_deleted;
}

// ---------------------------------------------------------------------------------- groups

Group* Stream::find_group(std::string_view name) const {
    const auto place = place_of(groups_, name);
    if (place == groups_.end() || (*place)->name() != name) return nullptr;
    return place->get();
}

Group& Stream::create_group(std::string_view name, EntryId last_delivered,
                            std::int64_t entries_read) {
    const auto place = place_of(groups_, name);
    auto group = std::make_unique<Group>(name, last_delivered, entries_read);
    return **groups_.insert(place, std::move(group));
}

void Stream::destroy_group(const Group& group) {
    groups_.erase(place_of(groups_, group.name()));
}

bool Stream::is_referenced(EntryId id) const {
    return std::ranges::any_of(groups_, [id](const auto& group) {
        return group->last_delivered() < id || group->pending().find(id) != nullptr;
    });
}

bool Stream::unreference(EntryId id) {
    bool was_pending = false;
    for (const auto& group : groups_) {
        was_pending |= group->acknowledge(id);
    }
    return was_pending;
}

// ------------------------------------------------------------------------------- retention

void Stream::set_retention(const RetentionSettings& settings) {
    if (retention_) {
        retention_->settings = settings;
    } else {
        retention_ = std::make_unique<Retention>(settings, TrimmedIds(trimmed_through_, trimmed_));
    }
}

void Stream::note_loss(const Loss& loss) {
    if (!retention_ || loss.count == 0) return;
    retention_->lost += loss.count;
    Loss untold = retention_->untold.value_or(Loss{});
    untold.add(loss);
    retention_->untold = untold;
}

TrimmedCount Stream::trimmed_above(EntryId id) const {
    if (retention_) return retention_->trimmed.above(id);
    return TrimmedIds(trimmed_through_, trimmed_).above(id);
}

std::size_t Stream::memory_bytes() const {
    std::size_t bytes = sizeof(*this) + index_.memory_bytes() + idempotency_.memory_bytes();
    bytes += groups_.capacity() * sizeof(groups_.front());
    if (retention_) bytes += retention_->memory_bytes();
    for (const auto& group : groups_) {
        bytes += group->memory_bytes();
    }
    return bytes;
}

// -------------------------------------------------------------------------------- snapshot

void Stream::save(std::string& out) const {
    put_u8(out, snapshot_version);
    put_id(out, last_id_);
    put_id(out, max_deleted_id_);
    put_varint(out, entries_added_);
    idempotency_.save(out);
    index_.save(out);
    put_varint(out, groups_.size());
    for (const auto& group : groups_) {
        group->save(out);
    }
    put_varint(out, addressed_.size());
    for (const auto& [id, group] : addressed_) {
        put_id(out, id);
        put_bytes(out, group);
    }
    save_sections(out);
}

void Stream::save_sections(std::string& out) const {
    std::string retention;
    if (trimmed_ > 0 || retention_) {
        put_varint(retention, trimmed_);
        put_id(retention, trimmed_through_);
        if (retention_) retention_->save(retention);
    }
    SectionWriter sections;
    sections.add(retention_tag, retention);
    sections.write(out);
}

bool Stream::load_section(std::uint8_t tag, std::string_view bytes) {
    if (tag != retention_tag) return false;
    StreamReader reader(bytes);
    trimmed_ = reader.varint();
    trimmed_through_ = reader.id();
    if (reader.failed() || (trimmed_ == 0) != (trimmed_through_ == EntryId{})) return false;
    if (reader.at_end()) return true;
    auto retention = Retention::load(reader);
    if (!retention || reader.failed() || !reader.at_end()) return false;
    retention_ = std::make_unique<Retention>(std::move(*retention));
    return true;
}

Result<Stream> Stream::load(std::string_view bytes, MonoTime now) {
    const Error damaged{Errc::corrupt, "load stream: it is damaged"};
    StreamReader reader(bytes);
    const std::uint8_t version = reader.u8();
    if (version < 1 || version > snapshot_version) {
        return Error{Errc::corrupt, "load stream: unknown version of its snapshot"};
    }
    Stream stream;
    stream.last_id_ = reader.id();
    stream.max_deleted_id_ = reader.id();
    stream.entries_added_ = reader.varint();
    if (reader.failed()) return damaged;
    std::string_view rest = reader.rest();
    SLUICE_TRY_ASSIGN(stream.idempotency_, IdempotencyTable::load(rest, now));
    SLUICE_TRY_ASSIGN(stream.index_, EntryIndex::load(rest, version));
    if (!stream.index_.empty() && stream.last_id_ < stream.index_.back().id) return damaged;
    StreamReader groups(rest);
    std::uint64_t count = groups.varint();
    if (groups.failed()) return damaged;
    rest = groups.rest();
    for (; count > 0; --count) {
        SLUICE_TRY_ASSIGN(Group group, Group::load(rest, version, now.ms()));
        if (!stream.groups_.empty() && stream.groups_.back()->name() >= group.name()) {
            return damaged;
        }
        stream.groups_.push_back(std::make_unique<Group>(std::move(group)));
    }
    StreamReader addressed(rest);
    for (count = version >= 3 ? addressed.varint() : 0; count > 0 && !addressed.failed(); --count) {
        const EntryId id = addressed.id();
        stream.address(id, addressed.sized_bytes());
    }
    const bool is_sound = version < 4 || take_sections(
                                             addressed,
                                             [&](std::uint8_t tag, std::string_view section) {
                                                 return stream.load_section(tag, section);
                                             });
    if (addressed.failed() || !is_sound || !addressed.at_end()) return damaged;
    return stream;
}

bool Stream::resume_work(MonoTime now, Duration shift, Epoch epoch_floor) {
    bool has_work = false;
    if (retention_) retention_->shift_times(shift);
    for (const auto& group : groups_) {
        has_work = group->resume_work(now, shift, epoch_floor) || has_work;
    }
    return has_work;
}

}  // namespace sluice
