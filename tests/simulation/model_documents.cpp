// The model's strings, hashes and sorted sets.
#include <algorithm>
#include <charconv>

#include "simulation/model.hpp"

namespace sluice::testing {

using namespace notation;

namespace {

using Keys = std::map<std::string, ModelKey>;

constexpr const char* wrong_type = "-WRONGTYPE";

std::optional<std::int64_t> parse_integer(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (std::to_string(number) != text) return std::nullopt;  // "007" is no integer of Redis's
    return number;
}

// A key's value as T: `wrong` when it holds another type, `value` null when there is no key.
template <class T>
struct Found {
    T* value = nullptr;
    bool wrong = false;
};

template <class T>
Found<T> find(Keys& keys, const std::string& name) {
    const auto key = keys.find(name);
    if (key == keys.end()) return {};
    T* value = std::get_if<T>(&key->second.value);
    return {.value = value, .wrong = value == nullptr};
}

template <class T>
T& find_or_create(Keys& keys, const std::string& name) {
    auto& key = keys.try_emplace(name, ModelKey{.value = T{}, .expires_ms = {}}).first->second;
    return std::get<T>(key.value);
}

Outcome execute_set(Keys& keys, const Arguments& arguments, std::int64_t wall_ms) {
    ModelKey key{.value = arguments[2], .expires_ms = {}};
    if (arguments.size() == 5) key.expires_ms = wall_ms + std::stoll(arguments[4]);  // PX ms
    keys[arguments[1]] = std::move(key);
    return {.reply = "+OK", .changed = true};
}

Outcome execute_increment(Keys& keys, const Arguments& arguments) {
    const auto found = find<std::string>(keys, arguments[1]);
    const auto before =
        found.value == nullptr ? std::optional<std::int64_t>(0) : parse_integer(*found.value);
    if (!before.has_value()) return {.reply = "-ERR"};
    const auto after = *before + std::stoll(arguments[2]);
    find_or_create<std::string>(keys, arguments[1]) = std::to_string(after);
    return {.reply = integer(after), .changed = found.value == nullptr || after != *before};
}

std::optional<Outcome> execute_string(Keys& keys, const Arguments& arguments,
                                      std::int64_t wall_ms) {
    const auto& command = arguments[0];
    if (command == "SET") return execute_set(keys, arguments, wall_ms);
    if (command != "GET" && command != "APPEND" && command != "INCRBY") return std::nullopt;
    const auto found = find<std::string>(keys, arguments[1]);
    if (found.wrong) return Outcome{.reply = wrong_type};
    if (command == "GET") return Outcome{.reply = found.value ? bulk(*found.value) : "nil"};
    if (command == "INCRBY") return execute_increment(keys, arguments);
    auto& value = find_or_create<std::string>(keys, arguments[1]);
    value += arguments[2];
    return Outcome{.reply = integer(static_cast<std::int64_t>(value.size())), .changed = true};
}

std::optional<Outcome> execute_hash(Keys& keys, const Arguments& arguments) {
    const auto& command = arguments[0];
    if (command != "HSET" && command != "HDEL" && command != "HGET") return std::nullopt;
    const auto found = find<ModelKey::Hash>(keys, arguments[1]);
    if (found.wrong) return Outcome{.reply = wrong_type};
    if (command == "HGET") {
        const bool is_there = found.value != nullptr && found.value->contains(arguments[2]);
        return Outcome{.reply = is_there ? bulk(found.value->at(arguments[2])) : "nil"};
    }
    std::int64_t count = 0;
    if (command == "HSET") {
        auto& hash = find_or_create<ModelKey::Hash>(keys, arguments[1]);
        const auto before = hash;
        for (std::size_t i = 2; i + 1 < arguments.size(); i += 2) {
            count += hash.insert_or_assign(arguments[i], arguments[i + 1]).second ? 1 : 0;
        }
        return Outcome{.reply = integer(count), .changed = hash != before};
    }
    if (found.value == nullptr) return Outcome{.reply = "0"};
    for (std::size_t i = 2; i < arguments.size(); ++i) {
        count += static_cast<std::int64_t>(found.value->erase(arguments[i]));
    }
    if (found.value->empty()) keys.erase(arguments[1]);
    return Outcome{.reply = integer(count), .changed = count > 0};
}

std::optional<Outcome> execute_sorted_set(Keys& keys, const Arguments& arguments) {
    const auto& command = arguments[0];
    if (command != "ZADD" && command != "ZREM" && command != "ZSCORE" && command != "ZINCRBY") {
        return std::nullopt;
    }
    const auto found = find<ModelKey::SortedSet>(keys, arguments[1]);
    if (found.wrong) return Outcome{.reply = wrong_type};
    if (command == "ZADD") {
        auto& members = find_or_create<ModelKey::SortedSet>(keys, arguments[1]);
        const auto score = std::stoll(arguments[2]);
        const auto [member, is_new] = members.try_emplace(arguments[3], score);
        const bool changed = is_new || member->second != score;
        member->second = score;
        return Outcome{.reply = integer(is_new ? 1 : 0), .changed = changed};
    }
    if (command == "ZINCRBY") {
        auto& members = find_or_create<ModelKey::SortedSet>(keys, arguments[1]);
        const auto [member, is_new] = members.try_emplace(arguments[3], 0);
        const auto step = std::stoll(arguments[2]);
        member->second += step;
        return Outcome{.reply = bulk(std::to_string(member->second)),
                       .changed = is_new || step != 0};
    }
    const bool is_there = found.value != nullptr && found.value->contains(arguments[2]);
    if (command == "ZSCORE") {
        return Outcome{.reply =
                           is_there ? bulk(std::to_string(found.value->at(arguments[2]))) : "nil"};
    }
    if (is_there) found.value->erase(arguments[2]);
    if (found.value != nullptr && found.value->empty()) keys.erase(arguments[1]);
    return Outcome{.reply = integer(is_there ? 1 : 0), .changed = is_there};
}

}  // namespace

std::optional<Outcome> execute_document(Keys& keys, const Arguments& arguments,
                                        std::int64_t wall_ms) {
    if (auto outcome = execute_string(keys, arguments, wall_ms)) return outcome;
    if (auto outcome = execute_hash(keys, arguments)) return outcome;
    return execute_sorted_set(keys, arguments);
}

}  // namespace sluice::testing
