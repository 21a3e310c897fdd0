#include "stream/group_progress.hpp"

#include "stream/group.hpp"

namespace sluice {

namespace {

constexpr EntryId zero;

// True when an entry at or behind this id was deleted by name.
bool has_deleted_from(const StreamCounters& stream, EntryId id) {
    if (stream.length == 0 || stream.max_deleted_id == zero) return false;
    return id <= stream.max_deleted_id;
}

}  // namespace

std::int64_t entries_before(const StreamCounters& stream, EntryId id) {
    const auto added = static_cast<std::int64_t>(stream.entries_added);
    if (added == 0) return 0;
    if (stream.length == 0 && id <= stream.last_id) return added;
    if (id != zero && id < stream.max_deleted_id) return Group::entries_read_unknown;
    if (id == stream.last_id) return added;
    if (id > stream.last_id) return Group::entries_read_unknown;
    const auto length = static_cast<std::int64_t>(stream.length);
    if (stream.max_deleted_id == zero || stream.max_deleted_id < stream.first_id) {
        if (id < stream.first_id) return added - length;
        if (id == stream.first_id) return added - length + 1;
    }
    return Group::entries_read_unknown;
}

std::int64_t entries_read_after(const StreamCounters& stream, EntryId last,
                                std::int64_t entries_read, EntryId next) {
    const bool is_exact = entries_read != Group::entries_read_unknown && stream.first_id <= last &&
                          !has_deleted_from(stream, last);
    if (is_exact) return entries_read + 1;
    if (stream.entries_added == 0) return entries_read;
    return entries_before(stream, next);
}

std::optional<std::int64_t> group_lag(const StreamCounters& stream, EntryId last,
                                      std::int64_t entries_read) {
    if (stream.entries_added == 0 || stream.length == 0) return 0;
    if (last < stream.first_id && stream.max_deleted_id < stream.first_id) {
        return static_cast<std::int64_t>(stream.length);
    }
    const auto added = static_cast<std::int64_t>(stream.entries_added);
    if (entries_read != Group::entries_read_unknown && !has_deleted_from(stream, last)) {
        return added - entries_read;
    }
    const std::int64_t before = entries_before(stream, last);
    if (before == Group::entries_read_unknown) return std::nullopt;
    return added - before;
}

}  // namespace sluice
