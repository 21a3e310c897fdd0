// docs/protocol/resp.md tells every command once, with its arity, and no command that there is not.

#include <charconv>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <string>

#include "commands/command_families.hpp"
#include "server/command_table.hpp"

namespace sluice {
namespace {

using Arities = std::map<std::string, int>;

std::string lower_with_bar(std::string_view text) {
    std::string name;
    for (const char c : text) {
        if (c == ' ') name += '|';
        if (c != ' ') name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return name;
}

// Rows look like "| `XGROUP CREATE` | -5 | ...".
Arities arities_of_page() {
    std::ifstream page(SLUICE_RESP_PAGE);
    Arities arities;
    for (std::string line; std::getline(page, line);) {
        if (!line.starts_with("| `")) continue;
        const std::size_t end = line.find("` | ", 3);
        if (end == line.npos) continue;
        int arity = 0;
        const char* const number = line.data() + end + 4;
        const auto parsed = std::from_chars(number, line.data() + line.size(), arity);
        if (parsed.ec != std::errc{} || *parsed.ptr != ' ') continue;
        const std::string name = lower_with_bar(std::string_view(line).substr(3, end - 3));
        EXPECT_FALSE(arities.contains(name)) << name << " stands there twice";
        arities[name] = arity;
    }
    return arities;
}

void add_arities(Arities& arities, std::span<const Command> commands) {
    for (const auto& command : commands) {
        // A container without a handler is nothing that a client can call.
        const bool is_callable = command.spec->handler != nullptr;
        if (is_callable) arities[std::string(command.spec->name)] = command.spec->arity;
        add_arities(arities, command.subcommands);
    }
}

TEST(CommandPage, TellsExactlyTheCommandsThatThereAre) {
    const CommandTable table(command_families());
    Arities of_table;
    add_arities(of_table, table.all());
    const Arities of_page = arities_of_page();
    for (const auto& [name, arity] : of_table) {
        const auto found = of_page.find(name);
        if (found == of_page.end()) {
            ADD_FAILURE() << "the page lacks " << name;
        } else {
            EXPECT_EQ(found->second, arity) << name;
        }
    }
    for (const auto& [name, arity] : of_page) {
        EXPECT_TRUE(of_table.contains(name)) << "the page tells of " << name;
    }
}

TEST(CommandTable, HasASummaryAndSomethingToRunForEveryCommand) {
    const CommandTable table(command_families());
    const auto check = [](const auto& self, std::span<const Command> commands) -> void {
        for (const auto& command : commands) {
            SCOPED_TRACE(command.spec->name);
            EXPECT_FALSE(command.spec->summary.empty());
            EXPECT_FALSE(command.spec->since.empty());
            EXPECT_FALSE(command.spec->group.empty());
            EXPECT_NE(command.spec->arity, 0);
            EXPECT_TRUE(command.spec->handler != nullptr || command.is_container());
            self(self, command.subcommands);
        }
    };
    check(check, table.all());
}

TEST(CommandTable, FindsNamesWhateverTheirCase) {
    const CommandTable table(command_families());
    ASSERT_NE(table.find("xadd"), nullptr);
    EXPECT_EQ(table.find("xadd"), table.find("XAdd"));
    EXPECT_EQ(table.find("xad"), nullptr);
    EXPECT_EQ(table.find(""), nullptr);
    EXPECT_EQ(table.find(std::string(100'000, 'x')), nullptr);
    ASSERT_NE(table.find_full("CLIENT|kill"), nullptr);
    EXPECT_EQ(table.find_full("client|nothing"), nullptr);
}

}  // namespace
}  // namespace sluice
