#include "simulation/model.hpp"

#include <algorithm>

#include "resp/reply.hpp"
#include "simulation/trace.hpp"

namespace sluice::testing {

namespace notation {

std::string bulk(std::string_view text) {
    return quoted(text);
}

std::string integer(std::int64_t number) {
    return std::to_string(number);
}

std::string list(const std::vector<std::string>& items) {
    std::string text = "[";
    for (const auto& item : items) {
        if (text.size() > 1) text += ' ';
        text += item;
    }
    return text + "]";
}

std::string brief(std::string_view text) {
    constexpr std::size_t shown_max = 32;
    if (text.size() <= shown_max) return quoted(text);
    Trace fingerprint;
    fingerprint.add(text);
    return quoted(text.substr(0, 12)) + "+" + std::to_string(text.size()) + "#" +
           std::to_string(fingerprint.hash());
}

}  // namespace notation

using namespace notation;

namespace {

constexpr const char* type_names[] = {"string", "hash", "zset", "stream"};

bool is_one_of(const std::string& word, std::initializer_list<const char*> words) {
    return std::ranges::find(words, word) != words.end();
}

}  // namespace

std::vector<std::string> Model::keys_of(const Arguments& arguments) {
    const auto& name = arguments[0];
    if (is_one_of(name, {"DEL", "EXISTS", "RENAME"})) {
        return {arguments.begin() + 1, arguments.end()};
    }
    if (is_one_of(name, {"XREAD", "XREADGROUP"})) {
        const auto streams = std::ranges::find(arguments, std::string("STREAMS"));
        return {*(streams + 1)};
    }
    if (name == "XGROUP") return {arguments[2]};
    if (name == "FLUSHDB") return {};
    return {arguments[1]};
}

Outcome Model::execute(const Arguments& arguments, std::int64_t wall_ms) {
    if (auto outcome = execute_stream(keys_, arguments, wall_ms)) return *outcome;
    if (auto outcome = execute_document(keys_, arguments, wall_ms)) return *outcome;
    return execute_generic(arguments, wall_ms);
}

Outcome Model::execute_generic(const Arguments& arguments, std::int64_t wall_ms) {
    const auto& name = arguments[0];
    if (name == "FLUSHDB") {
        const bool changed = !keys_.empty();
        keys_.clear();
        return {.reply = "+OK", .changed = changed};
    }
    if (name == "DEL" || name == "EXISTS") {
        std::int64_t count = 0;
        for (std::size_t i = 1; i < arguments.size(); ++i) {
            count += static_cast<std::int64_t>(name == "DEL" ? keys_.erase(arguments[i])
                                                             : keys_.count(arguments[i]));
        }
        return {.reply = integer(count), .changed = name == "DEL" && count > 0};
    }
    const auto key = keys_.find(arguments[1]);
    const bool is_there = key != keys_.end();
    if (name == "TYPE") {
        return {.reply =
                    is_there ? "+" + std::string(type_names[key->second.value.index()]) : "+none"};
    }
    if (name == "RENAME") {
        if (!is_there) return {.reply = "-ERR"};
        auto moved = std::move(key->second);
        keys_.erase(key);
        keys_[arguments[2]] = std::move(moved);
        return {.reply = "+OK", .changed = arguments[1] != arguments[2]};
    }
    if (name == "PEXPIRE") {
        if (!is_there) return {.reply = "0"};
        const auto before = key->second.expires_ms;
        key->second.expires_ms = wall_ms + std::stoll(arguments[2]);
        return {.reply = "1", .changed = key->second.expires_ms != before};
    }
    if (name == "PERSIST") {
        const bool changes = is_there && key->second.expires_ms.has_value();
        if (changes) key->second.expires_ms.reset();
        return {.reply = integer(changes ? 1 : 0), .changed = changes};
    }
    return {.reply = "(the model does not know " + name + ")"};
}

std::vector<std::string> Model::expire(std::int64_t wall_ms) {
    std::vector<std::string> names;
    std::erase_if(keys_, [&](const auto& key) {
        const auto& deadline = key.second.expires_ms;
        const bool is_over = deadline.has_value() && *deadline <= wall_ms;
        if (is_over) names.push_back(key.first);
        return is_over;
    });
    return names;
}

const ModelStream* Model::find_stream(const std::string& name) const {
    const auto key = keys_.find(name);
    return key == keys_.end() ? nullptr : std::get_if<ModelStream>(&key->second.value);
}

namespace {

std::string dump_stream(const ModelStream& stream) {
    std::string text = " last " + stream.last_id.text() + " deleted " +
                       stream.max_deleted_id.text() + " added " +
                       std::to_string(stream.entries_added) + "\n";
    for (const auto& [id, fields] : stream.entries) {
        text += "  entry " + id.text();
        for (const auto& field : fields)
            text += " " + brief(field);
        text += "\n";
    }
    for (const auto& [name, group] : stream.groups) {
        text += "  group " + bulk(name) + " at " + group.last_delivered.text() + "\n";
        for (const auto& consumer : group.consumers) {
            text += "    consumer " + bulk(consumer) + "\n";
        }
        for (const auto& [id, pending] : group.pending) {
            text += "    pending " + id.text() + " of " + bulk(pending.consumer) + " times " +
                    std::to_string(pending.deliveries) + "\n";
        }
    }
    return text;
}

}  // namespace

std::string Model::dump_of(const std::string& name, const ModelKey& key) {
    std::string text = std::string(type_names[key.value.index()]) + " " + bulk(name);
    if (key.expires_ms.has_value()) text += " until " + std::to_string(*key.expires_ms);
    if (const auto* stream = std::get_if<ModelStream>(&key.value))
        return text + dump_stream(*stream);
    text += ":";
    if (const auto* string = std::get_if<std::string>(&key.value)) text += " " + brief(*string);
    if (const auto* hash = std::get_if<ModelKey::Hash>(&key.value)) {
        for (const auto& [field, value] : *hash)
            text += " " + brief(field) + " " + brief(value);
    }
    if (const auto* members = std::get_if<ModelKey::SortedSet>(&key.value)) {
        for (const auto& [member, score] : *members) {
            text += " " + bulk(member) + " " + std::to_string(score);
        }
    }
    return text + "\n";
}

std::string Model::dump() const {
    std::string text;
    for (const auto& [name, key] : keys_)
        text += dump_of(name, key);
    return text;
}

}  // namespace sluice::testing
