// The model's streams: entries, groups, consumers, pending entries.
#include <algorithm>

#include "simulation/model.hpp"

namespace sluice::testing {

using namespace notation;

namespace {

using Keys = std::map<std::string, ModelKey>;

constexpr const char* no_group = "-NOGROUP";

EntryId parse_id(const std::string& text, std::uint64_t seq_if_missing = 0) {
    return EntryId::parse(text, seq_if_missing).value_or(EntryId::min());
}

std::string entry_text(EntryId id, const Arguments& fields) {
    std::vector<std::string> items;
    for (const auto& field : fields)
        items.push_back(bulk(field));
    return list({bulk(id.text()), list(items)});
}

// The words behind COUNT, and the flag words, wherever they stand.
std::size_t count_of(const Arguments& arguments) {
    const auto word = std::ranges::find(arguments, std::string("COUNT"));
    return word == arguments.end() ? SIZE_MAX : std::stoull(*(word + 1));
}

bool has_word(const Arguments& arguments, const std::string& word) {
    return std::ranges::find(arguments, word) != arguments.end();
}

// Removes the oldest entries until `keeps` says that the oldest one may stay.
template <class Keeps>
std::int64_t trim(ModelStream& stream, Keeps keeps) {
    std::int64_t removed = 0;
    while (!stream.entries.empty() && !keeps(stream.entries.begin()->first)) {
        stream.entries.erase(stream.entries.begin());
        ++removed;
    }
    return removed;
}

std::int64_t trim_by(ModelStream& stream, const std::string& strategy, const std::string& limit) {
    if (strategy == "MINID") {
        const auto id = parse_id(limit);
        return trim(stream, [&](EntryId oldest) { return oldest >= id; });
    }
    const auto length = std::stoull(limit);
    return trim(stream, [&](EntryId) { return stream.entries.size() <= length; });
}

// XADD key [NOMKSTREAM] [MAXLEN = n] id field value ...
Outcome execute_add(Keys& keys, const Arguments& arguments, std::int64_t wall_ms) {
    std::size_t at = 2;
    const bool makes_stream = arguments[at] != "NOMKSTREAM";
    if (!makes_stream) ++at;
    std::string length_max;
    if (arguments[at] == "MAXLEN") {
        length_max = arguments[at + 2];
        at += 3;
    }
    const bool is_new = !keys.contains(arguments[1]);
    if (is_new && !makes_stream) return {.reply = "nil"};
    const EntryId last =
        is_new ? EntryId{} : std::get<ModelStream>(keys.at(arguments[1]).value).last_id;
    const auto now = static_cast<std::uint64_t>(wall_ms);
    const EntryId id = arguments[at] != "*" ? parse_id(arguments[at])
                       : now > last.ms      ? EntryId{now, 0}
                                            : last.next().value_or(EntryId::max());
    if (id <= last) return {.reply = "-ERR"};
    auto& key = keys.try_emplace(arguments[1], ModelKey{.value = ModelStream{}, .expires_ms = {}})
                    .first->second;
    auto& stream = std::get<ModelStream>(key.value);
    stream.entries[id] = {arguments.begin() + static_cast<std::ptrdiff_t>(at) + 1, arguments.end()};
    stream.last_id = id;
    ++stream.entries_added;
    if (!length_max.empty()) trim_by(stream, "MAXLEN", length_max);
    return {.reply = bulk(id.text()), .changed = true};
}

Outcome execute_delete(ModelStream& stream, const Arguments& arguments) {
    std::int64_t count = 0;
    for (std::size_t i = 2; i < arguments.size(); ++i) {
        const auto id = parse_id(arguments[i]);
        if (stream.entries.erase(id) == 0) continue;
        stream.max_deleted_id = std::max(stream.max_deleted_id, id);
        ++count;
    }
    return {.reply = integer(count), .changed = count > 0};
}

Outcome execute_range(const ModelStream& stream, const Arguments& arguments) {
    const auto count = count_of(arguments);
    std::vector<std::string> items;
    for (const auto& [id, fields] : stream.entries) {
        if (items.size() == count) break;
        items.push_back(entry_text(id, fields));
    }
    return {.reply = list(items)};
}

std::string one_stream(const std::string& name, const std::vector<std::string>& items) {
    return list({list({bulk(name), list(items)})});
}

// XREAD [COUNT n] STREAMS key id
Outcome execute_read(const ModelStream& stream, const Arguments& arguments) {
    const auto after = parse_id(arguments.back());
    const auto count = count_of(arguments);
    std::vector<std::string> items;
    for (auto entry = stream.entries.upper_bound(after);
         entry != stream.entries.end() && items.size() < count; ++entry) {
        items.push_back(entry_text(entry->first, entry->second));
    }
    if (items.empty()) return {.reply = "nil-array"};
    return {.reply = one_stream(*(arguments.end() - 2), items)};
}

// What this consumer has pending behind an id. It is delivered to it once more.
Outcome read_history(ModelStream& stream, ModelGroup& group, const Arguments& arguments) {
    const auto after = parse_id(arguments.back());
    const auto count = count_of(arguments);
    std::vector<std::string> items;
    for (auto pending = group.pending.upper_bound(after); pending != group.pending.end();
         ++pending) {
        if (items.size() == count) break;
        if (pending->second.consumer != arguments[3]) continue;
        const auto entry = stream.entries.find(pending->first);
        if (entry == stream.entries.end()) {
            items.push_back(list({bulk(pending->first.text()), "nil-array"}));
            continue;
        }
        ++pending->second.deliveries;
        items.push_back(entry_text(entry->first, entry->second));
    }
    return {
        .reply = one_stream(*(arguments.end() - 2), items), .changed = true, .may_be_lost = true};
}

// XREADGROUP GROUP group consumer [COUNT n] [NOACK] STREAMS key >|id
Outcome execute_group_read(ModelStream& stream, const Arguments& arguments) {
    const auto found = stream.groups.find(arguments[2]);
    if (found == stream.groups.end()) return {.reply = no_group};
    auto& group = found->second;
    group.consumers.insert(arguments[3]);
    if (arguments.back() != ">") return read_history(stream, group, arguments);
    const auto count = count_of(arguments);
    std::vector<std::string> items;
    for (auto entry = stream.entries.upper_bound(group.last_delivered);
         entry != stream.entries.end() && items.size() < count; ++entry) {
        items.push_back(entry_text(entry->first, entry->second));
        group.last_delivered = entry->first;
        // XGROUP SETID can go back: an entry that is pending already changes hands.
        if (!has_word(arguments, "NOACK")) {
            group.pending[entry->first] = {.consumer = arguments[3], .deliveries = 1};
        }
    }
    return {.reply = items.empty() ? "nil-array" : one_stream(*(arguments.end() - 2), items),
            .changed = true,
            .may_be_lost = true};
}

Outcome execute_acknowledge(ModelGroup& group, const Arguments& arguments) {
    std::int64_t count = 0;
    for (std::size_t i = 3; i < arguments.size(); ++i) {
        count += static_cast<std::int64_t>(group.pending.erase(parse_id(arguments[i])));
    }
    return {.reply = integer(count), .changed = count > 0};
}

// XCLAIM key group consumer 0 id [JUSTID]
Outcome execute_claim(ModelStream& stream, ModelGroup& group, const Arguments& arguments) {
    const bool is_new = group.consumers.insert(arguments[3]).second;
    const auto id = parse_id(arguments[5]);
    const auto pending = group.pending.find(id);
    if (pending == group.pending.end()) return {.reply = "[]", .changed = is_new};
    const auto entry = stream.entries.find(id);
    if (entry == stream.entries.end()) {
        group.pending.erase(pending);
        return {.reply = "[]", .changed = true};
    }
    const bool just_id = has_word(arguments, "JUSTID");
    pending->second.consumer = arguments[3];
    if (!just_id) ++pending->second.deliveries;
    return {.reply = list({just_id ? bulk(id.text()) : entry_text(id, entry->second)}),
            .changed = true};
}

// XAUTOCLAIM key group consumer 0 0-0: everything that is pending, as it is fewer than 100.
Outcome execute_claim_all(ModelStream& stream, ModelGroup& group, const Arguments& arguments) {
    std::vector<std::string> claimed;
    std::vector<std::string> deleted;
    const bool is_new = group.consumers.insert(arguments[3]).second;
    for (auto pending = group.pending.begin(); pending != group.pending.end();) {
        const auto entry = stream.entries.find(pending->first);
        if (entry == stream.entries.end()) {
            deleted.push_back(bulk(pending->first.text()));
            pending = group.pending.erase(pending);
            continue;
        }
        pending->second.consumer = arguments[3];
        ++pending->second.deliveries;
        claimed.push_back(entry_text(entry->first, entry->second));
        ++pending;
    }
    return {.reply = list({bulk("0-0"), list(claimed), list(deleted)}),
            .changed = is_new || !claimed.empty() || !deleted.empty()};
}

// XPENDING key group
Outcome execute_pending(const ModelGroup& group) {
    if (group.pending.empty()) return {.reply = "[0 nil nil nil-array]"};
    std::map<std::string, std::int64_t> counts;
    for (const auto& [id, pending] : group.pending)
        ++counts[pending.consumer];
    std::vector<std::string> consumers;
    for (const auto& [name, count] : counts) {
        consumers.push_back(list({bulk(name), bulk(std::to_string(count))}));
    }
    return {.reply = list({integer(static_cast<std::int64_t>(group.pending.size())),
                           bulk(group.pending.begin()->first.text()),
                           bulk(group.pending.rbegin()->first.text()), list(consumers)})};
}

Outcome create_group(Keys& keys, const Arguments& arguments) {
    const bool makes_stream = has_word(arguments, "MKSTREAM");
    if (!keys.contains(arguments[2])) {
        if (!makes_stream) return {.reply = "-ERR"};
        keys[arguments[2]] = {.value = ModelStream{}, .expires_ms = {}};
    }
    auto& stream = std::get<ModelStream>(keys.at(arguments[2]).value);
    const auto id = arguments[4] == "$" ? stream.last_id : parse_id(arguments[4]);
    const bool is_new =
        stream.groups
            .try_emplace(arguments[3],
                         ModelGroup{.last_delivered = id, .pending = {}, .consumers = {}})
            .second;
    if (!is_new) return {.reply = "-BUSYGROUP"};
    return {.reply = "+OK", .changed = true};
}

std::int64_t forget_consumer(ModelGroup& group, const std::string& name) {
    group.consumers.erase(name);
    return static_cast<std::int64_t>(std::erase_if(
        group.pending, [&](const auto& pending) { return pending.second.consumer == name; }));
}

// XGROUP subcommand key group ...
Outcome execute_group(Keys& keys, const Arguments& arguments) {
    const auto& subcommand = arguments[1];
    if (subcommand == "CREATE") return create_group(keys, arguments);
    if (!keys.contains(arguments[2])) return {.reply = "-ERR"};
    auto& stream = std::get<ModelStream>(keys.at(arguments[2]).value);
    const auto found = stream.groups.find(arguments[3]);
    if (subcommand == "DESTROY") {
        const bool is_there = found != stream.groups.end();
        if (is_there) stream.groups.erase(found);
        return {.reply = integer(is_there ? 1 : 0), .changed = is_there};
    }
    if (found == stream.groups.end()) return {.reply = no_group};
    auto& group = found->second;
    if (subcommand == "SETID") {
        const auto before = group.last_delivered;
        group.last_delivered = arguments[4] == "$" ? stream.last_id : parse_id(arguments[4]);
        return {.reply = "+OK", .changed = group.last_delivered != before};
    }
    if (subcommand == "CREATECONSUMER") {
        const bool is_new = group.consumers.insert(arguments[4]).second;
        return {.reply = integer(is_new ? 1 : 0), .changed = is_new};
    }
    const bool is_there = group.consumers.contains(arguments[4]);
    return {.reply = integer(forget_consumer(group, arguments[4])), .changed = is_there};
}

Outcome execute_on_group(ModelStream& stream, const Arguments& arguments) {
    const auto& command = arguments[0];
    const auto group = stream.groups.find(arguments[2]);
    if (group == stream.groups.end()) return {.reply = command == "XACK" ? "0" : no_group};
    if (command == "XACK") return execute_acknowledge(group->second, arguments);
    if (command == "XCLAIM") return execute_claim(stream, group->second, arguments);
    if (command == "XAUTOCLAIM") return execute_claim_all(stream, group->second, arguments);
    return execute_pending(group->second);
}

Outcome execute_on_stream(ModelStream& stream, const Arguments& arguments) {
    const auto& command = arguments[0];
    if (command == "XLEN") {
        return {.reply = integer(static_cast<std::int64_t>(stream.entries.size()))};
    }
    if (command == "XDEL") return execute_delete(stream, arguments);
    if (command == "XRANGE") return execute_range(stream, arguments);
    if (command == "XREAD") return execute_read(stream, arguments);
    if (command == "XREADGROUP") return execute_group_read(stream, arguments);
    if (command == "XTRIM") {
        const auto removed = trim_by(stream, arguments[2], arguments[4]);
        return {.reply = integer(removed), .changed = removed > 0};
    }
    if (command == "XSETID") {
        const auto id = parse_id(arguments[2]);
        const bool is_below_entry = !stream.entries.empty() && id < stream.entries.rbegin()->first;
        if (is_below_entry || id < stream.max_deleted_id) return {.reply = "-ERR"};
        const bool changed = id != stream.last_id;
        stream.last_id = id;
        return {.reply = "+OK", .changed = changed};
    }
    return execute_on_group(stream, arguments);
}

std::string reply_without_stream(const std::string& command) {
    if (command == "XRANGE") return "[]";
    if (command == "XREAD") return "nil-array";
    if (command == "XSETID") return "-ERR";
    if (command == "XREADGROUP" || command == "XCLAIM" || command == "XAUTOCLAIM" ||
        command == "XPENDING") {
        return no_group;
    }
    return "0";
}

}  // namespace

std::optional<Outcome> execute_stream(Keys& keys, const Arguments& arguments,
                                      std::int64_t wall_ms) {
    const auto& command = arguments[0];
    if (command[0] != 'X') return std::nullopt;
    const auto name = Model::keys_of(arguments).front();
    const auto key = keys.find(name);
    if (key != keys.end() && !std::holds_alternative<ModelStream>(key->second.value)) {
        return Outcome{.reply = "-WRONGTYPE"};
    }
    if (command == "XADD") return execute_add(keys, arguments, wall_ms);
    if (command == "XGROUP") return execute_group(keys, arguments);
    if (key == keys.end()) return Outcome{.reply = reply_without_stream(command)};
    return execute_on_stream(std::get<ModelStream>(key->second.value), arguments);
}

}  // namespace sluice::testing
