#include "stream/retention.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "stream/byte_codec.hpp"

namespace sluice {

namespace {

constexpr std::uint64_t unprotected_bit = 1u << 7;

// The numbers that may be set, in the order of their bits.
constexpr std::array numbers = {
    &RetentionSettings::length_max,   &RetentionSettings::bytes_max,
    &RetentionSettings::age_ms_max,   &RetentionSettings::length_hard,
    &RetentionSettings::bytes_hard,   &RetentionSettings::warn_percent,
    &RetentionSettings::warn_pending,
};
static_assert(1u << numbers.size() == unprotected_bit);

std::uint64_t smaller_limit(std::uint64_t a, std::uint64_t b) {
    if (a == 0 || b == 0) return std::max(a, b);
    return std::min(a, b);
}

void put_time(std::string& out, MonoTime time) {
    put_varint(out, zigzag(static_cast<std::uint64_t>(time.microseconds)));
}

MonoTime take_time(StreamReader& reader) {
    return {static_cast<std::int64_t>(unzigzag(reader.varint()))};
}

}  // namespace

// -------------------------------------------------------------------------------- settings

std::uint64_t RetentionSettings::length_limit() const {
    return smaller_limit(length_max, length_hard);
}

std::uint64_t RetentionSettings::bytes_limit() const {
    return smaller_limit(bytes_max, bytes_hard);
}

// A bit for each number that is not the default, then those numbers.
void RetentionSettings::save(std::string& out) const {
    const RetentionSettings defaults;
    std::uint64_t bits = protects ? 0 : unprotected_bit;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (this->*numbers[i] != defaults.*numbers[i]) bits |= 1u << i;
    }
    put_varint(out, bits);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if ((bits & 1u << i) != 0) put_varint(out, this->*numbers[i]);
    }
}

std::optional<RetentionSettings> RetentionSettings::load(StreamReader& reader) {
    RetentionSettings settings;
    const std::uint64_t bits = reader.varint();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if ((bits & 1u << i) != 0) settings.*numbers[i] = reader.varint();
    }
    settings.protects = (bits & unprotected_bit) == 0;
    const bool is_sound = bits < 2 * unprotected_bit && settings.age_ms_max <= age_ms_most;
    if (reader.failed() || !is_sound) return std::nullopt;
    return settings;
}

// ---------------------------------------------------------------------------------- losses

std::string_view name_of(LossCause cause) {
    constexpr std::string_view names[] = {"retention", "xtrim", "xadd", "deleted"};
    return names[static_cast<std::size_t>(cause)];
}

void Loss::add(const Loss& later) {
    from = count == 0 ? later.from : std::min(from, later.from);
    through = std::max(through, later.through);
    count = later.count > UINT64_MAX - count ? UINT64_MAX : count + later.count;
    cause = later.cause;
}

// ------------------------------------------------------------------------------------- age

bool Retention::AgeMark::is_sound() const {
    constexpr std::int64_t most = std::int64_t{1} << 61;
    return seen.microseconds > -most && seen.microseconds < most;
}

Duration Retention::mark_interval() const {
    constexpr std::uint64_t marks_per_age = 256;
    constexpr std::uint64_t least_ms = 1000;
    const std::uint64_t ms = std::max(least_ms, settings.age_ms_max / marks_per_age);
    return Duration::from_ms(static_cast<std::int64_t>(ms));
}

bool Retention::wants_mark(EntryId last, MonoTime now) const {
    if (settings.age_ms_max == 0) return false;
    if (marks_.empty()) return last > EntryId{};
    return marks_.back().id < last && now - marks_.back().seen >= mark_interval();
}

void Retention::add_mark(const AgeMark& mark) {
    const bool is_newer =
        marks_.empty() || (marks_.back().id < mark.id && marks_.back().seen <= mark.seen);
    if (!is_newer) return;
    marks_.push_back(mark);
    // Of those that are too old only the last one says something. The time is that of the mark, so
    // that replay forgets the same ones.
    if (const auto old = expired_through(mark.seen)) {
        const auto kept = std::ranges::find(marks_, *old, &AgeMark::id);
        marks_.erase(marks_.begin(), kept);
    }
    if (marks_.size() <= marks_max) return;
    std::vector<AgeMark> fewer;
    for (std::size_t i = 1; i < marks_.size(); i += 2)
        fewer.push_back(marks_[i]);
    if (marks_.size() % 2 == 1) fewer.push_back(marks_.back());
    marks_ = std::move(fewer);
}

std::optional<EntryId> Retention::expired_through(MonoTime now) const {
    if (settings.age_ms_max == 0) return std::nullopt;
    const Duration age = Duration::from_ms(static_cast<std::int64_t>(settings.age_ms_max));
    const auto young =
        std::ranges::find_if(marks_, [&](const AgeMark& mark) { return now - mark.seen < age; });
    if (young == marks_.begin()) return std::nullopt;
    return std::prev(young)->id;
}

void Retention::shift_times(Duration shift) {
    for (AgeMark& mark : marks_)
        mark.seen = mark.seen + shift;
}

// -------------------------------------------------------------------------------- snapshot

void Retention::save(std::string& out) const {
    settings.save(out);
    trimmed.save(out);
    put_varint(out, lost);
    const Loss told = untold.value_or(Loss{});
    put_varint(out, told.count);
    if (untold) {
        put_u8(out, static_cast<std::uint8_t>(told.cause));
        put_id(out, told.from);
        put_id(out, told.through);
    }
    put_varint(out, marks_.size());
    for (const AgeMark& mark : marks_) {
        put_id(out, mark.id);
        put_time(out, mark.seen);
    }
}

std::optional<Retention> Retention::load(StreamReader& reader) {
    const auto settings = RetentionSettings::load(reader);
    if (!settings) return std::nullopt;
    Retention retention(*settings, {});
    if (!retention.trimmed.load(reader)) return std::nullopt;
    retention.lost = reader.varint();
    if (const std::uint64_t count = reader.varint(); count > 0) {
        const std::uint8_t cause = reader.u8();
        if (cause > static_cast<std::uint8_t>(LossCause::deleted)) return std::nullopt;
        const EntryId from = reader.id();
        retention.untold = Loss{from, reader.id(), count, static_cast<LossCause>(cause)};
    }
    const std::uint64_t marks = reader.varint();
    if (reader.failed() || marks > marks_max) return std::nullopt;
    for (std::uint64_t i = 0; i < marks; ++i) {
        const EntryId id = reader.id();
        const AgeMark mark{id, take_time(reader)};
        const bool is_next = retention.marks_.empty() || retention.marks_.back().id < id;
        if (reader.failed() || !is_next || !mark.is_sound()) return std::nullopt;
        retention.marks_.push_back(mark);
    }
    return retention;
}

std::size_t Retention::memory_bytes() const {
    return sizeof(*this) + trimmed.memory_bytes() + marks_.capacity() * sizeof(AgeMark);
}

}  // namespace sluice
