#include "server/command_table.hpp"

#include <algorithm>

#include "event/result.hpp"

namespace sluice {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::size_t hash_of(std::string_view name) {
    std::size_t hash = name.size();
    for (const char c : name) {
        hash = hash * 31 + static_cast<unsigned char>(lower(c));
    }
    return hash ^ (hash >> 7);
}

// `lower_case` has no capitals.
bool equals(std::string_view text, std::string_view lower_case) {
    if (text.size() != lower_case.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (lower(text[i]) != lower_case[i]) return false;
    }
    return true;
}

Command make_command(const CommandSpec& spec, const Command* container) {
    const std::size_t bar = spec.name.find('|');
    return {.spec = &spec,
            .container = container,
            .number = 0,
            .subcommands = {},
            .short_name = bar == spec.name.npos ? spec.name : spec.name.substr(bar + 1)};
}

}  // namespace

CommandTable::CommandTable(std::span<const CommandFamily> families) {
    for (const auto family : families) {
        for (const auto& spec : family) {
            commands_.push_back(make_command(spec, nullptr));
        }
    }
    std::ranges::sort(commands_, {}, [](const Command& command) { return command.spec->name; });
    subcommands_.reserve(commands_.size());  // the spans below stay valid
    for (auto& command : commands_) {
        command.number = count_++;
        if (!command.spec->subcommands.empty()) add_subcommands(command);
    }
    fill_slots();
}

void CommandTable::add_subcommands(Command& container) {
    auto& children = subcommands_.emplace_back();
    for (const auto& spec : container.spec->subcommands) {
        children.push_back(make_command(spec, &container));
    }
    std::ranges::sort(children, {}, &Command::short_name);
    for (auto& child : children) {
        child.number = count_++;
    }
    container.subcommands = children;
}

void CommandTable::fill_slots() {
    SLUICE_CHECK(commands_.size() <= slots_count / 4, "the command table needs more slots");
    for (std::size_t i = 0; i < commands_.size(); ++i) {
        const std::string_view name = commands_[i].spec->name;
        SLUICE_CHECK(name.size() <= name_size_max, "a command name is too long for the table");
        SLUICE_CHECK(find(name) == nullptr, "two commands have one name");
        std::size_t slot = hash_of(name) % slots_count;
        while (slots_[slot] != 0) {
            slot = (slot + 1) % slots_count;
        }
        slots_[slot] = static_cast<std::uint16_t>(i + 1);
    }
}

const Command* CommandTable::find(std::string_view name) const {
    if (name.size() > name_size_max) return nullptr;
    std::size_t slot = hash_of(name) % slots_count;
    while (slots_[slot] != 0) {
        const Command& command = commands_[slots_[slot] - 1U];
        if (equals(name, command.spec->name)) return &command;
        slot = (slot + 1) % slots_count;
    }
    return nullptr;
}

const Command* CommandTable::find_subcommand(const Command& container, std::string_view name) {
    for (const auto& command : container.subcommands) {
        if (equals(name, command.short_name)) return &command;
    }
    return nullptr;
}

const Command* CommandTable::find_full(std::string_view name) const {
    const std::size_t bar = name.find('|');
    const Command* container = find(name.substr(0, bar));
    if (container == nullptr || bar == name.npos) return container;
    return find_subcommand(*container, name.substr(bar + 1));
}

std::span<const std::pair<CommandFlag, std::string_view>> command_flag_names() {
    static constexpr std::array<std::pair<CommandFlag, std::string_view>, 13> names = {{
        {flag_write, "write"},
        {flag_readonly, "readonly"},
        {flag_denyoom, "denyoom"},
        {flag_admin, "admin"},
        {flag_pubsub, "pubsub"},
        {flag_noscript, "noscript"},
        {flag_blocking, "blocking"},
        {flag_loading, "loading"},
        {flag_stale, "stale"},
        {flag_fast, "fast"},
        {flag_no_auth, "no_auth"},
        {flag_no_multi, "no_multi"},
        {flag_movablekeys, "movablekeys"},
    }};
    return names;
}

}  // namespace sluice
