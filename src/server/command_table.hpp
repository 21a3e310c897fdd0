// All commands of the RESP door by name: what COMMAND shows is what is run.
//
// Promise    find() is case-insensitive and allocates nothing
// Invariant  Command::number counts from 0 in the order of names, containers before their
//            subcommands; statistics are kept under it
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "server/command.hpp"

namespace sluice {

struct Command {
    const CommandSpec* spec = nullptr;
    const Command* container = nullptr;  // of a subcommand
    std::uint32_t number = 0;
    std::span<const Command> subcommands;
    // "create" of "xgroup|create"; the name itself of a plain command.
    std::string_view short_name;

    bool has(std::uint32_t flags) const { return (spec->flags & flags) != 0; }
    bool is_container() const { return !subcommands.empty(); }
};

class CommandTable {
  public:
    explicit CommandTable(std::span<const CommandFamily> families);
    CommandTable(const CommandTable&) = delete;
    CommandTable& operator=(const CommandTable&) = delete;

    const Command* find(std::string_view name) const;
    static const Command* find_subcommand(const Command& container, std::string_view name);
    // "xgroup|create" as well as "xadd".
    const Command* find_full(std::string_view name) const;

    // Without subcommands, sorted by name.
    std::span<const Command> all() const { return commands_; }
    // With subcommands: the numbers go from 0 to count() - 1.
    std::uint32_t count() const { return count_; }

    static constexpr std::size_t name_size_max = 32;

  private:
    void add_subcommands(Command& container);
    void fill_slots();

    // Open addressing; a power of two, at most a quarter full. 0 is empty, else index + 1.
    static constexpr std::size_t slots_count = 1024;

    std::vector<Command> commands_;
    std::vector<std::vector<Command>> subcommands_;
    std::array<std::uint16_t, slots_count> slots_{};
    std::uint32_t count_ = 0;
};

// What a client may be told of the flags, in Redis's words and order.
std::span<const std::pair<CommandFlag, std::string_view>> command_flag_names();

// Where the keys of this request stand; an error text for a request that cannot have keys found.
struct KeyPositions {
    std::vector<std::size_t> positions;
    bool valid = true;
};
KeyPositions find_keys(const Command& command, const Request& request);

}  // namespace sluice
