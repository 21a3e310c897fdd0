// Stream::apply(): what each operation of docs/formats/stream_effects.md does. Everything is read
// and checked before anything is changed, except in lists of ids, which are applied as they come.

#include "stream/byte_codec.hpp"
#include "stream/stream.hpp"
#include "stream/stream_effect.hpp"

namespace sluice {

namespace {

// One effect on its way into a stream. Each operation answers false for bytes that nobody wrote.
class Replay {
  public:
    Replay(Stream& stream, std::string_view body, MonoTime now)
        : stream_(stream), reader_(body), now_(now) {}

    bool run(StreamOp op);

  private:
    bool at_clean_end() const { return reader_.at_end() && !reader_.failed(); }
    bool read_group();
    bool read_consumer();
    GroupPosition read_position();

    bool trim();
    bool set_id();
    bool group_create();
    bool group_position();
    bool group_destroy();
    bool consumer_create();
    bool consumer_delete();
    bool deliver();
    bool claim();
    bool release();
    bool idempotency_record();
    bool idempotency_duplicate();
    bool idempotency_settings();
    bool work_settings();
    bool lease();
    bool hold();
    bool park();
    bool extend();
    bool hand_back();
    bool withhold();
    bool address();
    bool reach();
    bool retention();
    bool loss();
    bool holding();
    bool age_mark();
    MonoTime read_time() { return {static_cast<std::int64_t>(unzigzag(reader_.varint()))}; }
    template <class Visit>
    bool each_row(Visit&& visit) {
        Row predicted{};
        while (!reader_.at_end()) {
            const Row row = take_row(reader_, predicted);
            if (reader_.failed()) return false;
            visit(EntryId{row[0], row[1]}, row[2]);
            predicted = {row[0], row[1] + 1, row[2], 0};
        }
        return !reader_.failed();
    }
    template <class Visit>
    bool each_id(Visit&& visit) {
        return read_id_runs(reader_, RunKind::plain, [&](EntryId id, std::uint32_t) { visit(id); });
    }

    Stream& stream_;
    StreamReader reader_;
    MonoTime now_;
    Group* group_ = nullptr;
    ConsumerNumber consumer_ = no_consumer;
};

bool Replay::read_group() {
    group_ = stream_.find_group(reader_.sized_bytes());
    return group_ != nullptr && !reader_.failed();
}

bool Replay::read_consumer() {
    if (!read_group()) return false;
    const auto number = group_->find_consumer(reader_.sized_bytes());
    if (number) consumer_ = *number;
    return number.has_value() && !reader_.failed();
}

GroupPosition Replay::read_position() {
    const EntryId last = reader_.id();
    const auto read = static_cast<std::int64_t>(unzigzag(reader_.varint()));
    if (read < Group::entries_read_unknown) return reader_.fail<GroupPosition>();
    return {last, read};
}

bool Replay::trim() {
    const EntryId through = reader_.id();
    if (!at_clean_end()) return false;
    stream_.trim_through(through);
    return true;
}

bool Replay::set_id() {
    const EntryId last = reader_.id();
    const std::uint64_t added = reader_.varint();
    const EntryId max_deleted = reader_.id();
    const bool is_below = !stream_.index().empty() && last < stream_.index().back().id;
    if (!at_clean_end() || is_below) return false;
    stream_.set_counters(last, added, max_deleted);
    return true;
}

bool Replay::group_create() {
    const std::string_view name = reader_.sized_bytes();
    const GroupPosition position = read_position();
    if (!at_clean_end() || stream_.find_group(name) != nullptr) return false;
    stream_.create_group(name, position.last_delivered, position.entries_read);
    return true;
}

bool Replay::group_position() {
    if (!read_group()) return false;
    const GroupPosition position = read_position();
    if (!at_clean_end()) return false;
    group_->set_position(position.last_delivered, position.entries_read);
    return true;
}

bool Replay::group_destroy() {
    if (!read_group() || !at_clean_end()) return false;
    stream_.destroy_group(*group_);
    return true;
}

bool Replay::consumer_create() {
    if (!read_group()) return false;
    const std::string_view name = reader_.sized_bytes();
    if (!at_clean_end() || group_->find_consumer(name)) return false;
    group_->create_consumer(name, now_.ms());
    return true;
}

bool Replay::consumer_delete() {
    if (!read_consumer() || !at_clean_end()) return false;
    group_->delete_consumer(consumer_);
    return true;
}

bool Replay::deliver() {
    if (!read_consumer()) return false;
    const GroupPosition position = read_position();
    if (reader_.failed()) return false;
    group_->set_position(position.last_delivered, position.entries_read);
    group_->set_active(consumer_, now_.ms());
    return each_id([&](EntryId id) { group_->deliver(id, consumer_, now_.ms()); });
}

bool Replay::claim() {
    if (!read_consumer()) return false;
    group_->set_active(consumer_, now_.ms());
    return read_id_runs(reader_, RunKind::counted, [&](EntryId id, std::uint32_t deliveries) {
        group_->claim({id, now_.ms(), deliveries, consumer_});
    });
}

bool Replay::release() {
    if (!read_group()) return false;
    return read_id_runs(reader_, RunKind::counted, [&](EntryId id, std::uint32_t deliveries) {
        group_->release(id, deliveries);
    });
}

bool Replay::idempotency_record() {
    const std::string_view producer = reader_.sized_bytes();
    const std::string_view key = reader_.sized_bytes();
    const EntryId id = reader_.id();
    if (!at_clean_end()) return false;
    stream_.idempotency().record(producer, key, id, now_);
    return true;
}

bool Replay::idempotency_duplicate() {
    if (!at_clean_end()) return false;
    stream_.idempotency().count_duplicate();
    return true;
}

bool Replay::idempotency_settings() {
    IdempotencySettings settings;
    settings.seconds = reader_.varint();
    settings.per_producer = reader_.varint();
    if (!at_clean_end() || !settings.is_valid()) return false;
    stream_.idempotency().set(settings);
    return true;
}

bool Replay::work_settings() {
    if (!read_group()) return false;
    const std::string_view settings = reader_.sized_bytes();
    if (!at_clean_end()) return false;
    group_->begin_work().set_settings(settings);
    return true;
}

bool Replay::lease() {
    if (!read_consumer()) return false;
    const GroupPosition position = read_position();
    Epoch epoch = reader_.varint();
    const auto lease_ms = static_cast<std::uint32_t>(reader_.varint());
    if (reader_.failed()) return false;
    group_->set_position(position.last_delivered, position.entries_read);
    group_->set_active(consumer_, now_.ms());
    return each_row([&](EntryId id, LineNumber line) {
        group_->enter(id, line, stream_.priority_of(id));
        group_->lease(id, consumer_, epoch++, lease_ms, now_);
    });
}

bool Replay::hold() {
    if (!read_group()) return false;
    const GroupPosition position = read_position();
    if (reader_.failed()) return false;
    group_->set_position(position.last_delivered, position.entries_read);
    return each_row([&](EntryId id, LineNumber line) {
        const WorkState state = group_->enter(id, line, stream_.priority_of(id));
        if (state != WorkState::ready) return;
        // The next effect parks it; until then it is nobody's.
        const Pending* const before = group_->pending().find(id);
        const bool is_nobodys = before != nullptr && before->consumer == no_consumer;
        if (!is_nobodys) group_->release(id, before == nullptr ? 0 : before->deliveries);
    });
}

bool Replay::park() {
    if (!read_group()) return false;
    const EntryId id = reader_.id();
    const MonoTime due = read_time();
    const std::uint64_t failures = reader_.varint();
    const std::string_view history = reader_.sized_bytes();
    const bool is_known = group_->work() != nullptr && group_->work()->find(id) != nullptr;
    if (!at_clean_end() || !is_known) return false;
    group_->park(id, due, static_cast<std::uint32_t>(failures), history);
    return true;
}

bool Replay::extend() {
    if (!read_group()) return false;
    const EntryId id = reader_.id();
    const std::uint64_t lease_ms = reader_.varint();
    const WorkItem* const item = group_->work() != nullptr ? group_->work()->find(id) : nullptr;
    const bool is_leased = item != nullptr && item->state == WorkState::leased;
    if (!at_clean_end() || !is_leased || lease_ms > UINT32_MAX) return false;
    group_->begin_work().extend(id, static_cast<std::uint32_t>(lease_ms), now_);
    return true;
}

bool Replay::hand_back() {
    return read_group() && each_id([&](EntryId id) { group_->hand_back(id); });
}

bool Replay::withhold() {
    if (!read_group()) return false;
    const LineNumber line = reader_.u64();
    const MonoTime until = read_time();
    if (!at_clean_end()) return false;
    group_->begin_work().withhold(line, until);
    return true;
}

bool Replay::address() {
    const EntryId id = reader_.id();
    const std::string_view group = reader_.sized_bytes();
    if (!at_clean_end()) return false;
    stream_.address(id, group);
    return true;
}

bool Replay::reach() {
    if (!read_group()) return false;
    Reach reach(group_->last_delivered());
    for (const Priority priority : special_priorities)
        reach.of(priority) = reader_.id();
    if (!at_clean_end()) return false;
    group_->set_reach(reach);
    return true;
}

bool Replay::retention() {
    if (reader_.at_end()) {
        stream_.unset_retention();
        return true;
    }
    const auto settings = RetentionSettings::load(reader_);
    if (!settings || !at_clean_end()) return false;
    stream_.set_retention(*settings);
    return true;
}

bool Replay::loss() {
    if (reader_.at_end()) {
        if (stream_.retention() != nullptr) stream_.retention()->untold.reset();
        return true;
    }
    const std::uint8_t cause = reader_.u8();
    const EntryId from = reader_.id();
    const EntryId through = reader_.id();
    const Loss loss{from, through, reader_.varint(), static_cast<LossCause>(cause)};
    const bool is_known = cause <= static_cast<std::uint8_t>(LossCause::deleted);
    if (reader_.failed() || !is_known || reader_.at_end()) return false;
    std::vector<std::pair<Group*, std::uint64_t>> missed;
    while (!reader_.at_end()) {
        if (!read_group()) return false;
        missed.emplace_back(group_, reader_.varint());
    }
    if (reader_.failed()) return false;
    for (const auto& [group, count] : missed)
        group->add_missed(count);
    stream_.note_loss(loss);
    return true;
}

bool Replay::holding() {
    if (!read_group()) return false;
    const std::uint8_t holds = reader_.u8();
    if (!at_clean_end() || holds > 1) return false;
    group_->set_holds_entries(holds != 0);
    return true;
}

bool Replay::age_mark() {
    const EntryId id = reader_.id();
    const Retention::AgeMark mark{id, read_time()};
    if (!at_clean_end() || !mark.is_sound()) return false;
    if (stream_.retention() != nullptr) stream_.retention()->add_mark(mark);
    return true;
}

bool Replay::run(StreamOp op) {
    switch (op) {
        case StreamOp::trim:
            return trim();
        case StreamOp::erase:
            return each_id([&](EntryId id) { stream_.erase(id); });
        case StreamOp::drop:
            return each_id([&](EntryId id) { stream_.drop(id); });
        case StreamOp::set_id:
            return set_id();
        case StreamOp::group_create:
            return group_create();
        case StreamOp::group_destroy:
            return group_destroy();
        case StreamOp::group_position:
            return group_position();
        case StreamOp::consumer_create:
            return consumer_create();
        case StreamOp::consumer_delete:
            return consumer_delete();
        case StreamOp::deliver:
            return deliver();
        case StreamOp::claim:
            return claim();
        case StreamOp::redeliver:
            return read_group() && each_id([&](EntryId id) { group_->redeliver(id, now_.ms()); });
        case StreamOp::acknowledge:
            return read_group() && each_id([&](EntryId id) { group_->acknowledge(id); });
        case StreamOp::release:
            return release();
        case StreamOp::unreference:
            return each_id([&](EntryId id) { stream_.unreference(id); });
        case StreamOp::idempotency_record:
            return idempotency_record();
        case StreamOp::idempotency_duplicate:
            return idempotency_duplicate();
        case StreamOp::idempotency_settings:
            return idempotency_settings();
        case StreamOp::work_settings:
            return work_settings();
        case StreamOp::lease:
            return lease();
        case StreamOp::hold:
            return hold();
        case StreamOp::park:
            return park();
        case StreamOp::extend:
            return extend();
        case StreamOp::hand_back:
            return hand_back();
        case StreamOp::withhold:
            return withhold();
        case StreamOp::address:
            return address();
        case StreamOp::reach:
            return reach();
        case StreamOp::retention:
            return retention();
        case StreamOp::loss:
            return loss();
        case StreamOp::holding:
            return holding();
        case StreamOp::age_mark:
            return age_mark();
    }
    return false;
}

}  // namespace

Result<void> Stream::apply(std::string_view effect, MonoTime now) {
    const auto op = effect.empty() ? 0 : static_cast<std::uint8_t>(effect.front());
    Replay replay(*this, effect.empty() ? effect : effect.substr(1), now);
    if (replay.run(static_cast<StreamOp>(op))) return {};
    return Error{Errc::corrupt, "apply stream effect: operation " + std::to_string(op) + " of " +
                                    std::to_string(effect.size()) + " bytes makes no sense"};
}

}  // namespace sluice
