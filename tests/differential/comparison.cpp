#include "differential/comparison.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace sluice::testing {

namespace {

using Kind = Reply::Kind;

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return out;
}

bool is_command(const Words& command, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), upper(command[0])) != names.end();
}

bool is_info(const Words& command, std::string_view what) {
    return command.size() > 1 && upper(command[0]) == "XINFO" && upper(command[1]) == what;
}

void mask(Reply& reply, std::string_view name) {
    reply = Reply{};
    reply.kind = Kind::simple;
    reply.text = name;
}

// The value behind a key, in a map or a flat array, for changing.
Reply* field(Reply& reply, std::string_view key) {
    return const_cast<Reply*>(std::as_const(reply).find(key));
}

void mask_field(Reply& reply, std::string_view key) {
    if (Reply* const value = field(reply, key)) mask(*value, "masked");
}

void remove_field(Reply& reply, std::string_view key) {
    std::vector<Reply>& elements = reply.elements;
    for (std::size_t i = 0; i + 1 < elements.size(); i += 2) {
        if (!elements[i].is_text() || elements[i].text != key) continue;
        const auto at = elements.begin() + static_cast<std::ptrdiff_t>(i);
        elements.erase(at, at + 2);
        return;
    }
}

template <class Change>
void for_each_value(Reply& reply, const Change& change) {
    change(reply);
    for (Reply& element : reply.elements) {
        for_each_value(element, change);
    }
}

// --- time ---

constexpr std::int64_t clock_ms_min = 1'500'000'000'000;  // the clock of any day we run on

bool looks_like_clock_id(const Reply& reply) {
    const std::size_t dash = reply.text.find('-');
    const bool has_shape = reply.kind == Kind::bulk && dash == 13;
    return has_shape && std::all_of(reply.text.begin(), reply.text.begin() + 13,
                                    [](char c) { return c >= '0' && c <= '9'; });
}

void normalise_clock(const Words&, Reply& reply) {
    for_each_value(reply, [](Reply& value) {
        if (looks_like_clock_id(value)) mask(value, "id of the clock");
        const bool is_time = value.kind == Kind::integer && value.integer > clock_ms_min &&
                             value.integer < 10 * clock_ms_min;
        if (is_time) mask(value, "time");
    });
}

// Idle times in steps of ten minutes: commands set them to hours or leave them near zero.
void round_idle(Reply& reply) {
    if (reply.kind == Kind::integer) reply.integer /= 600'000;
}

void normalise_pending(const Words&, Reply& reply) {
    for (Reply& entry : reply.elements) {
        const bool is_extended = entry.kind == Kind::array && entry.elements.size() == 4;
        if (is_extended) round_idle(entry.elements[2]);
    }
}

void normalise_consumers(const Words&, Reply& reply) {
    for (Reply& consumer : reply.elements) {
        remove_field(consumer, "inactive");
        if (Reply* const idle = field(consumer, "idle")) round_idle(*idle);
    }
}

// The full form has times in seen-time and in the pending lists.
void mask_pending_times(Reply* pending, std::size_t column) {
    if (pending == nullptr) return;
    for (Reply& entry : pending->elements) {
        if (entry.elements.size() > column) mask(entry.elements[column], "time");
    }
}

void normalise_full(const Words&, Reply& reply) {
    Reply* const groups = field(reply, "groups");
    if (groups == nullptr) return;
    for (Reply& group : groups->elements) {
        mask_pending_times(field(group, "pending"), 2);
        Reply* const consumers = field(group, "consumers");
        if (consumers == nullptr) continue;
        for (Reply& consumer : consumers->elements) {
            mask_field(consumer, "seen-time");
            remove_field(consumer, "active-time");
            mask_pending_times(field(consumer, "pending"), 1);
        }
    }
}

void normalise_ttl(const Words& command, Reply& reply) {
    const std::int64_t step = upper(command[0]) == "PTTL" ? 600'000 : 600;
    if (reply.kind == Kind::integer && reply.integer > 0) {
        reply.integer = (reply.integer + step / 2) / step;
    }
}

// --- order ---

bool prints_before(const Reply& a, const Reply& b) {
    return printed(a) < printed(b);
}

void sort_elements(std::vector<Reply>& elements) {
    std::sort(elements.begin(), elements.end(), prints_before);
}

void sort_pairs(std::vector<Reply>& elements) {
    std::vector<std::pair<std::string, std::pair<Reply, Reply>>> pairs;
    for (std::size_t i = 0; i + 1 < elements.size(); i += 2) {
        pairs.push_back({printed(elements[i]), {elements[i], elements[i + 1]}});
    }
    std::sort(pairs.begin(), pairs.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    elements.clear();
    for (auto& [name, pair] : pairs) {
        elements.push_back(std::move(pair.first));
        elements.push_back(std::move(pair.second));
    }
}

void normalise_order(const Words& command, Reply& reply) {
    const bool is_scan = is_command(command, {"SCAN", "HSCAN", "ZSCAN"});
    if (is_scan && reply.elements.size() == 2) {
        std::vector<Reply>& found = reply.elements[1].elements;
        return is_command(command, {"SCAN"}) ? sort_elements(found) : sort_pairs(found);
    }
    return is_command(command, {"HGETALL"}) ? sort_pairs(reply.elements)
                                            : sort_elements(reply.elements);
}

// --- what Redis 8 says otherwise than Redis 7.0 ---

void normalise_lag(const Words& command, Reply& reply) {
    const auto mask_group = [](Reply& group) {
        mask_field(group, "entries-read");
        mask_field(group, "lag");
    };
    Reply* const groups = is_info(command, "GROUPS") ? &reply : field(reply, "groups");
    if (groups == nullptr) return;
    std::for_each(groups->elements.begin(), groups->elements.end(), mask_group);
}

// Scores and floats: the shortest text that reads back, where Redis 7.0 writes 17 digits.
void normalise_floats(const Words&, Reply& reply) {
    for_each_value(reply, [](Reply& value) {
        const bool may_be = value.kind == Kind::bulk && !value.text.empty() &&
                            value.text.size() < 40 &&
                            value.text.find_first_not_of("0123456789+-.e") == std::string::npos;
        if (!may_be) return;
        char* end = nullptr;
        const double number = std::strtod(value.text.c_str(), &end);
        if (*end != '\0' || !std::isfinite(number)) return;
        value.text = "number " + std::to_string(number);
    });
}

void normalise_controls(const Words&, Reply& reply) {
    if (!reply.is_error()) return;
    std::replace_if(
        reply.text.begin(), reply.text.end(), [](char c) { return c >= 0 && c < 32; }, ' ');
}

void normalise_later_fields(const Words&, Reply& reply) {
    for (const std::string_view name : {"idmp-duration", "idmp-maxsize", "pids-tracked",
                                        "iids-tracked", "iids-added", "iids-duplicates"}) {
        remove_field(reply, name);
    }
    Reply* const groups = field(reply, "groups");
    if (groups == nullptr) return;
    for (Reply& group : groups->elements) {
        remove_field(group, "nacked-count");
    }
}

void normalise_nodes(const Words&, Reply& reply) {
    mask_field(reply, "radix-tree-keys");
    mask_field(reply, "radix-tree-nodes");
}

// Redis ends such an argument at its first NUL byte.
void normalise_unknown_command(const Words&, Reply& reply) {
    constexpr std::string_view end = ", with args beginning with: ";
    const std::size_t at = reply.text.find(end);
    if (reply.is_error() && at != std::string::npos) reply.text.resize(at + end.size());
}

void normalise_hello(const Words&, Reply& reply) {
    if (reply.is_aggregate()) mask(reply, "who I am");
}

void normalise_full_millisecond(const Words&, Reply& reply) {
    if (reply.is_error() && reply.text == "ERR Elements are too large to be stored") {
        reply.text =
            "ERR The ID specified in XADD is equal or smaller than the target stream top item";
    }
}

void normalise_unbalanced(const Words&, Reply& reply) {
    if (reply.is_error() && reply.text.starts_with("ERR Unbalanced ")) reply.text.resize(14);
}

constexpr auto always = [](const Words&) { return true; };

constexpr std::array table = {
    Difference{"clock", "ids and times that come from the clock differ between two servers", always,
               normalise_clock},
    Difference{"idle", "idle times differ by what passes between two commands",
               [](const Words& command) { return is_command(command, {"XPENDING"}); },
               normalise_pending},
    Difference{
        "inactive", "XINFO CONSUMERS tells the inactive time since Redis 7.2; Redis 7.0 does not",
        [](const Words& command) { return is_info(command, "CONSUMERS"); }, normalise_consumers},
    Difference{
        "active-time",
        "XINFO STREAM FULL tells active-time since Redis 7.2; its other times are the clock's",
        [](const Words& command) { return is_info(command, "STREAM"); }, normalise_full},
    Difference{"ttl", "times to live differ by what passes between two commands",
               [](const Words& command) { return is_command(command, {"TTL", "PTTL"}); },
               normalise_ttl},
    Difference{"order", "the order of fields and keys is not promised",
               [](const Words& command) {
                   return is_command(
                       command, {"KEYS", "SCAN", "HSCAN", "ZSCAN", "HGETALL", "HKEYS", "HVALS"});
               },
               normalise_order},
    Difference{"lag",
               "entries-read and lag follow Redis 8, which counts over deleted and trimmed entries "
               "where Redis 7.0 gives other numbers; the story lag.txt has both",
               [](const Words& command) { return is_command(command, {"XINFO"}); }, normalise_lag},
    Difference{"floats", "Redis 8 writes the shortest text that reads back, Redis 7.0 17 digits",
               [](const Words& command) {
                   return upper(command[0]).starts_with("Z") ||
                          is_command(command, {"HINCRBYFLOAT", "INCRBYFLOAT", "GET", "HGETALL"});
               },
               normalise_floats},
    Difference{"idmp and nacked-count",
               "XINFO STREAM tells about IDMP and XNACK, which later versions of Redis have",
               [](const Words& command) { return is_info(command, "STREAM"); },
               normalise_later_fields},
    Difference{"controls in errors",
               "every control byte of a client in an error becomes a space, not CR and LF alone",
               always, normalise_controls},
    Difference{"unknown command", "arguments in the error are not cut at a NUL byte", always,
               normalise_unknown_command},
    Difference{"radix-tree", "entries are not kept in a radix tree; its size is made up",
               [](const Words& command) { return is_info(command, "STREAM"); }, normalise_nodes},
    Difference{"HELLO", "names the program, its version and the connection",
               [](const Words& command) { return is_command(command, {"HELLO"}); },
               normalise_hello},
    Difference{"unbalanced streams", "Redis 8 names the command and the special ids it may have",
               [](const Words& command) { return is_command(command, {"XREAD", "XREADGROUP"}); },
               normalise_unbalanced},
    Difference{
        "full millisecond",
        "XADD ms-* behind the last sequence number: Redis 8 names the id, Redis 7.0 the size",
        [](const Words& command) { return is_command(command, {"XADD"}); },
        normalise_full_millisecond},
};

void normalise(const Words& command, Reply& reply) {
    for (const Difference& difference : table) {
        if (difference.applies(command)) difference.normalise(command, reply);
    }
}

}  // namespace

std::span<const Difference> differences() {
    return table;
}

std::string Comparison::compare(const Words& command, Reply redis, Reply ours) {
    const std::string name = upper(command[0]);
    if (is_queueing_ && redis.kind == Kind::simple && redis.text == "QUEUED") {
        queued_.push_back(command);
    }
    if (name == "EXEC" && redis.elements.size() == queued_.size() &&
        ours.elements.size() == queued_.size()) {
        for (std::size_t i = 0; i < queued_.size(); ++i) {
            normalise(queued_[i], redis.elements[i]);
            normalise(queued_[i], ours.elements[i]);
        }
    }
    const bool ends = name == "EXEC" || name == "DISCARD" || name == "RESET";
    const bool begins = name == "MULTI" && redis.is_ok();
    if (ends || begins) queued_.clear();
    is_queueing_ = begins || (is_queueing_ && !ends);
    normalise(command, redis);
    normalise(command, ours);
    const std::string said = printed(redis);
    const std::string we_said = printed(ours);
    return said == we_said ? std::string() : "redis: " + said + "\n  ours:  " + we_said;
}

}  // namespace sluice::testing
