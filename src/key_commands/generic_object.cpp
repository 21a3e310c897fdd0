// OBJECT: how a value is kept, by the names that Redis would give.

#include <array>

#include "document_commands/document_access.hpp"
#include "key_commands/generic_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"

namespace sluice {

namespace {

// Redis's OBJ_ENCODING_EMBSTR_SIZE_LIMIT and the longest integer in text.
constexpr std::size_t embedded_bytes_max = 44;
constexpr std::size_t integer_bytes_max = 20;

std::string_view string_encoding(const std::string& value) {
    if (value.size() <= integer_bytes_max && parse_integer(value)) return "int";
    return value.size() <= embedded_bytes_max ? "embstr" : "raw";
}

std::string_view hash_encoding(const Hash& hash, const ServerSettings& settings) {
    // With an expiry our layout is a table, where Redis stays small.
    const bool may_be_small = hash.is_packed() || hash.next_expiry();
    if (!may_be_small || hash.size() > settings.hash_listpack_entries_max) return "hashtable";
    bool small = true;
    hash.for_each([&](const HashField& field) {
        small &= field.name.size() <= settings.hash_listpack_value_max &&
                 field.value.size() <= settings.hash_listpack_value_max;
    });
    if (!small) return "hashtable";
    return hash.next_expiry() ? "listpackex" : "listpack";
}

std::string_view sorted_set_encoding(const SortedSet& set, const ServerSettings& settings) {
    if (!set.is_small() || set.size() > settings.sorted_set_listpack_entries_max) {
        return "skiplist";
    }
    bool small = true;
    set.for_each({0, set.size()}, Direction::forward, [&](const ScoredMember& member) {
        small &= member.member.size() <= settings.sorted_set_listpack_value_max;
    });
    return small ? "listpack" : "skiplist";
}

std::string_view encoding(Key& key, const ServerSettings& settings) {
    switch (key.type()) {
        case ValueType::string:
            return string_encoding(*key.string());
        case ValueType::hash:
            return hash_encoding(*key.hash(), settings);
        case ValueType::sorted_set:
            return sorted_set_encoding(*key.sorted_set(), settings);
        case ValueType::stream:
            return "stream";
    }
    return "unknown";
}

}  // namespace

void run_object_encoding(CommandContext& context) {
    Key* key = look(context, context.request[2]);
    if (key == nullptr) return context.reply.null();
    context.reply.bulk(encoding(*key, context.server.settings()));
}

void run_object_refcount(CommandContext& context) {
    if (look(context, context.request[2]) == nullptr) return context.reply.null();
    context.reply.integer(1);
}

void run_object_idletime(CommandContext& context) {
    const Key* key = look(context, context.request[2]);
    if (key == nullptr) return context.reply.null();
    context.reply.integer((context.engine.mono() - key->last_access).ms() / 1000);
}

void run_object_freq(CommandContext& context) {
    if (look(context, context.request[2]) == nullptr) return context.reply.null();
    context.reply.error(
        "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note "
        "that when switching between policies at runtime LRU and LFU data will take some time to "
        "adjust.");
}

void run_object_help(CommandContext& context) {
    constexpr std::array<std::string_view, 11> lines = {
        "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "ENCODING <key>",
        "    How the value of the key is kept, by Redis's name for it.",
        "FREQ <key>",
        "    Refused: there is no LFU policy.",
        "IDLETIME <key>",
        "    Seconds since the key was last read or written.",
        "REFCOUNT <key>",
        "    1, for every key.",
        "HELP",
        "    Print this help.",
    };
    context.reply.array(lines.size());
    for (const std::string_view line : lines) {
        context.reply.simple(line);
    }
}

}  // namespace sluice
