#include "document/sorted_set.hpp"

#include <algorithm>
#include <cmath>

#include "document/byte_coding.hpp"
#include "document/effect.hpp"
#include "document/member_table.hpp"

namespace sluice {

namespace {

// The first byte of a snapshot.
constexpr std::uint8_t size_small = 0;
constexpr std::uint8_t size_large = 1;

Error corrupt_snapshot() {
    return Error{Errc::corrupt, "sorted set snapshot does not parse"};
}

struct Item {
    std::string_view member;
    double score;
};

std::optional<Item> read_item(DocumentReader& reader) {
    const auto member = reader.sized();
    const auto score = reader.real();
    if (!member || !score || std::isnan(*score)) return std::nullopt;
    return Item{*member, *score};
}

bool is_set_effect(std::string_view items) {
    DocumentReader reader(items);
    while (!reader.done()) {
        if (!read_item(reader)) return false;
    }
    return true;
}

bool is_remove_effect(std::string_view items) {
    DocumentReader reader(items);
    while (!reader.done()) {
        if (!reader.sized()) return false;
    }
    return true;
}

// Members before the lower end, or not behind the upper end, of a range.
bool is_before(std::string_view member, const LexBound& min) {
    switch (min.kind) {
        case LexBound::Kind::lowest:
            return false;
        case LexBound::Kind::highest:
            return true;
        case LexBound::Kind::inclusive:
            return member < min.bytes;
        case LexBound::Kind::exclusive:
            return member <= min.bytes;
    }
    return false;
}

bool is_within(std::string_view member, const LexBound& max) {
    switch (max.kind) {
        case LexBound::Kind::lowest:
            return false;
        case LexBound::Kind::highest:
            return true;
        case LexBound::Kind::inclusive:
            return member <= max.bytes;
        case LexBound::Kind::exclusive:
            return member < max.bytes;
    }
    return false;
}

RankRange between(std::size_t first, std::size_t end) {
    return {first, end > first ? end - first : 0};
}

}  // namespace

bool operator<(const ScoredMember& a, const ScoredMember& b) {
    return a.score < b.score || (a.score == b.score && a.member < b.member);
}

SortedSet::SortedSet() : members_(std::make_unique<MemberTable>()) {}
SortedSet::~SortedSet() = default;
SortedSet::SortedSet(SortedSet&&) noexcept = default;
SortedSet& SortedSet::operator=(SortedSet&&) noexcept = default;

std::size_t SortedSet::size() const {
    return members_->cells.size();
}

std::size_t SortedSet::memory_bytes() const {
    return sizeof(MemberTable) + members_->payload_bytes + members_->cells.memory_bytes() +
           members_->order.memory_bytes();
}

std::optional<double> SortedSet::score(std::string_view member) const {
    const auto slot = members_->cells.find(member);
    if (!slot) return std::nullopt;
    return members_->cells[*slot].score;
}

std::optional<std::size_t> SortedSet::rank(std::string_view member) const {
    const auto slot = members_->cells.find(member);
    if (!slot) return std::nullopt;
    return members_->position_of(members_->scored(*slot));
}

ScoredMember SortedSet::at(std::size_t rank) const {
    return members_->scored(members_->order[rank]);
}

RankRange SortedSet::range(const ScoreRange& scores) const {
    const auto is_below = [&](Slot slot) {
        const double score = members_->cells[slot].score;
        return scores.excludes_min ? score <= scores.min : score < scores.min;
    };
    const auto is_not_above = [&](Slot slot) {
        const double score = members_->cells[slot].score;
        return scores.excludes_max ? score < scores.max : score <= scores.max;
    };
    return between(members_->order.partition_point(is_below),
                   members_->order.partition_point(is_not_above));
}

RankRange SortedSet::range(const LexRange& members) const {
    const auto is_below = [&](Slot slot) {
        return is_before(members_->cells[slot].key(), members.min);
    };
    const auto is_not_above = [&](Slot slot) {
        return is_within(members_->cells[slot].key(), members.max);
    };
    return between(members_->order.partition_point(is_below),
                   members_->order.partition_point(is_not_above));
}

void SortedSet::for_each(RankRange range, Direction direction, const Visit& visit) const {
    while (range.count > 0 && direction == Direction::forward) {
        auto run = members_->order.run_from(range.first);
        run = run.first(std::min(run.size(), range.count));
        for (const Slot slot : run) {
            visit(members_->scored(slot));
        }
        range = {range.first + run.size(), range.count - run.size()};
    }
    while (range.count > 0) {
        auto run = members_->order.run_before(range.first + range.count);
        run = run.last(std::min(run.size(), range.count));
        for (auto slot = run.rbegin(); slot != run.rend(); ++slot) {
            visit(members_->scored(*slot));
        }
        range.count -= run.size();
    }
}

std::uint64_t SortedSet::scan(std::uint64_t cursor, std::size_t count, const Visit& visit) const {
    if (is_small()) {
        for_each({0, size()}, Direction::forward, visit);
        return 0;
    }
    return members_->cells.scan(cursor, count,
                                [&](const MemberCell& cell) { visit(cell.scored()); });
}

// Reads the whole effect before the first change, so that a damaged one changes nothing.
Result<void> SortedSet::apply(std::string_view effect) {
    SLUICE_TRY_ASSIGN(const ParsedEffect parsed, parse_effect(effect));
    DocumentReader reader(parsed.items);
    if (parsed.kind == EffectKind::members_set && is_set_effect(parsed.items)) {
        while (!reader.done()) {
            const auto item = read_item(reader);
            set(item->member, item->score);
        }
        return {};
    }
    if (parsed.kind == EffectKind::members_remove && is_remove_effect(parsed.items)) {
        while (!reader.done()) {
            erase(*reader.sized());
        }
        return {};
    }
    return corrupt_effect("not of a sorted set, or it does not parse");
}

void SortedSet::set(std::string_view member, double score) {
    score += 0.0;  // -0 becomes 0
    if (const auto slot = members_->cells.find(member)) {
        // The slot stays: a scan may be on its way.
        const std::size_t position = members_->position_of(members_->scored(*slot));
        members_->order.erase(position);
        members_->cells[*slot].score = score;
        members_->order.insert(members_->position_of(members_->scored(*slot)), *slot);
        return;
    }
    members_->insert(member, score);
    was_large_ |= size() > small_members_max || member.size() > small_bytes_max;
}

void SortedSet::erase(std::string_view member) {
    if (const auto slot = members_->cells.find(member)) members_->erase(*slot);
}

void SortedSet::save(std::string& out) const {
    out.push_back(static_cast<char>(was_large_ ? size_large : size_small));
    for_each({0, size()}, Direction::forward, [&](const ScoredMember& scored) {
        put_sized(out, scored.member);
        put_double(out, scored.score);
    });
}

Result<SortedSet> SortedSet::load(std::string_view snapshot) {
    DocumentReader reader(snapshot);
    const auto flag = reader.byte();
    if (!flag || *flag > size_large) return corrupt_snapshot();
    SortedSet loaded;
    while (!reader.done()) {
        const auto item = read_item(reader);
        if (!item || loaded.score(item->member)) return corrupt_snapshot();
        loaded.set(item->member, item->score);
    }
    if (*flag == size_small && loaded.was_large_) return corrupt_snapshot();
    loaded.was_large_ = *flag == size_large;
    return loaded;
}

}  // namespace sluice
