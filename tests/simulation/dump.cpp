#include "simulation/dump.hpp"

#include <algorithm>
#include <vector>

namespace sluice::testing {

using notation::brief;
using notation::bulk;

namespace {

Error refused(const Arguments& arguments, const Reply& reply) {
    const auto code = reply.text.starts_with("CORRUPT") ? Errc::corrupt : Errc::io;
    return Error{code, arguments[0] + ": " + printed(reply)};
}

Result<Reply> ask(const Call& call, const Arguments& arguments) {
    Reply reply = call(arguments);
    if (reply.is_error()) return refused(arguments, reply);
    return reply;
}

std::string text_of(const Reply& reply, std::string_view field) {
    const auto* value = reply.find(field);
    if (value == nullptr) return "(no " + std::string(field) + ")";
    return value->is_text() ? value->text : std::to_string(value->as_integer().value_or(-1));
}

const std::vector<Reply>& list_of(const Reply& reply, std::string_view field) {
    static const std::vector<Reply> none;
    const auto* value = reply.find(field);
    return value == nullptr ? none : value->elements;
}

std::string sorted_pairs(const Reply& reply, bool values_are_numbers) {
    std::map<std::string, std::string> pairs;
    for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
        const auto& value = reply.elements[i + 1].text;
        pairs[bulk(reply.elements[i].text)] = values_are_numbers ? value : brief(value);
    }
    std::string text;
    for (const auto& [name, value] : pairs)
        text += " " + name + " " + value;
    return text;
}

std::string group_text(const Reply& group) {
    std::string text = "  group " + bulk(text_of(group, "name")) + " at " +
                       text_of(group, "last-delivered-id") + "\n";
    std::vector<std::string> consumers;
    for (const auto& consumer : list_of(group, "consumers")) {
        consumers.push_back("    consumer " + bulk(text_of(consumer, "name")) + "\n");
    }
    std::ranges::sort(consumers);
    for (const auto& consumer : consumers)
        text += consumer;
    // Redis 7 says "pending" where it says "pel" of consumers.
    const bool is_pel = group.find("pel") != nullptr;
    for (const auto& pending : list_of(group, is_pel ? "pel" : "pending")) {
        const auto& parts = pending.elements;  // id, consumer, delivery time, deliveries
        text += "    pending " + parts.at(0).text + " of " + bulk(parts.at(1).text) + " times " +
                std::to_string(parts.at(3).integer) + "\n";
    }
    return text;
}

std::string stream_text(const Reply& stream) {
    std::string text = " last " + text_of(stream, "last-generated-id") + " deleted " +
                       text_of(stream, "max-deleted-entry-id") + " added " +
                       text_of(stream, "entries-added") + "\n";
    for (const auto& entry : list_of(stream, "entries")) {
        text += "  entry " + entry.elements.at(0).text;
        for (const auto& field : entry.elements.at(1).elements)
            text += " " + brief(field.text);
        text += "\n";
    }
    for (const auto& group : list_of(stream, "groups"))
        text += group_text(group);
    return text;
}

Result<std::string> value_text(const Call& call, const std::string& name, const std::string& type) {
    if (type == "string") {
        SLUICE_TRY_ASSIGN(const Reply value, ask(call, {"GET", name}));
        return ": " + brief(value.text) + "\n";
    }
    if (type == "hash") {
        SLUICE_TRY_ASSIGN(const Reply fields, ask(call, {"HGETALL", name}));
        return ":" + sorted_pairs(fields, false) + "\n";
    }
    if (type == "zset") {
        SLUICE_TRY_ASSIGN(const Reply members,
                          ask(call, {"ZRANGE", name, "0", "-1", "WITHSCORES"}));
        return ":" + sorted_pairs(members, true) + "\n";
    }
    SLUICE_TRY_ASSIGN(const Reply stream,
                      ask(call, {"XINFO", "STREAM", name, "FULL", "COUNT", "0"}));
    return stream_text(stream);
}

}  // namespace

Result<Dump> dump_store(const Call& call) {
    Dump dump;
    SLUICE_TRY_ASSIGN(const Reply names, ask(call, {"KEYS", "*"}));
    for (const auto& key : names.elements) {
        const auto& name = key.text;
        SLUICE_TRY_ASSIGN(const Reply type, ask(call, {"TYPE", name}));
        SLUICE_TRY_ASSIGN(const Reply deadline, ask(call, {"PEXPIRETIME", name}));
        SLUICE_TRY_ASSIGN(const std::string value, value_text(call, name, type.text));
        DumpedKey dumped{.text = type.text + " " + bulk(name), .expires_ms = {}};
        if (deadline.integer >= 0) {
            dumped.expires_ms = deadline.integer;
            dumped.text += " until " + std::to_string(deadline.integer);
        }
        dumped.text += value;
        dump[name] = std::move(dumped);
    }
    return dump;
}

Dump dump_model(const Model& model) {
    Dump dump;
    for (const auto& [name, key] : model.keys()) {
        dump[name] = {.text = Model::dump_of(name, key), .expires_ms = key.expires_ms};
    }
    return dump;
}

std::size_t count_differences(const Dump& real, const Dump& expected) {
    std::size_t count = 0;
    for (const auto& [name, key] : expected) {
        const auto found = real.find(name);
        if (found == real.end() || found->second != key) ++count;
    }
    for (const auto& [name, key] : real)
        count += expected.contains(name) ? 0 : 1;
    return count;
}

std::string first_difference(const Dump& real, const Dump& expected) {
    for (const auto& [name, key] : expected) {
        const auto found = real.find(name);
        if (found == real.end()) return "missing: " + key.text;
        if (found->second != key) return "found: " + found->second.text + "expected: " + key.text;
    }
    for (const auto& [name, key] : real) {
        if (!expected.contains(name)) return "not expected: " + key.text;
    }
    return {};
}

}  // namespace sluice::testing
