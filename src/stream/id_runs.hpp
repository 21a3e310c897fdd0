// Lists of ids inside effects, short for ids that follow one another.
//
// Shape      docs/formats/stream_effects.md, "Grammar": runs to the end of the effect
// Promise    read_id_runs() takes at most ids_per_effect_max ids, whatever the bytes say
#pragma once

#include <cstdint>
#include <string>

#include "event/entry_id.hpp"
#include "stream/byte_codec.hpp"

namespace sluice {

constexpr std::uint64_t ids_per_effect_max = 1ULL << 20;

enum class RunKind : std::uint8_t { plain, counted };

// Appends ids to an effect; finish() must be called after the last.
class IdRunWriter {
  public:
    IdRunWriter(std::string& out, RunKind kind) : out_(&out), kind_(kind) {}

    void add(EntryId id, std::uint32_t deliveries = 0) {
        const bool follows = size_ > 0 && id.ms == first_.ms && id.seq == first_.seq + size_ &&
                             id.seq > first_.seq && deliveries == deliveries_;
        if (!follows) {
            finish();
            first_ = id;
            deliveries_ = deliveries;
        }
        ++size_;
    }

    void finish() {
        if (size_ == 0) return;
        put_varint(*out_, size_ - 1);
        put_varint(*out_, zigzag(first_.ms - previous_.ms));
        const bool same_ms = first_.ms == previous_.ms;
        put_varint(*out_, same_ms ? zigzag(first_.seq - previous_.seq) : first_.seq);
        if (kind_ == RunKind::counted) put_varint(*out_, deliveries_);
        previous_ = {first_.ms, first_.seq + size_ - 1};
        size_ = 0;
    }

  private:
    std::string* out_;
    RunKind kind_;
    EntryId previous_;
    EntryId first_;
    std::uint64_t size_ = 0;
    std::uint32_t deliveries_ = 0;
};

// Calls visit(id, deliveries) for each id to the end of the bytes; false when they are malformed.
template <class Visit>
bool read_id_runs(StreamReader& reader, RunKind kind, Visit&& visit) {
    EntryId id;
    std::uint64_t total = 0;
    while (!reader.at_end()) {
        const std::uint64_t more = reader.varint();
        const std::uint64_t ms_step = unzigzag(reader.varint());
        const std::uint64_t seq = reader.varint();
        const std::uint64_t deliveries = kind == RunKind::counted ? reader.varint() : 0;
        if (reader.failed() || more >= ids_per_effect_max || deliveries > UINT32_MAX) return false;
        total += more + 1;
        id = {id.ms + ms_step, ms_step == 0 ? id.seq + unzigzag(seq) : seq};
        if (total > ids_per_effect_max || id.seq > UINT64_MAX - more) return false;
        for (std::uint64_t i = 0; i <= more; ++i) {
            visit(EntryId{id.ms, id.seq + i}, static_cast<std::uint32_t>(deliveries));
        }
        id.seq += more;
    }
    return !reader.failed();
}

}  // namespace sluice
