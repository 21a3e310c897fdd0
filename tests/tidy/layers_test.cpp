// Which room may include which: the table of docs/architecture.md, held against every include.
#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>

#include "tidy/tree.hpp"

namespace sluice::tidy {
namespace {

using Rooms = std::set<std::string, std::less<>>;

const std::map<std::string, Rooms, std::less<>> may_include = {
    {"event", {}},
    {"io", {"event"}},
    {"local", {"event"}},
    {"resp", {"event"}},
    {"store", {"event"}},
    {"command_store", {"event", "resp", "store"}},
    {"embedded",
     {"event", "io", "resp", "store", "command_store", "engine", "server", "commands", "net",
      "net_worker"}},
    {"remote_store", {"event", "io", "resp", "store", "command_store", "net", "net_client"}},
    {"stream", {"event"}},
    {"document", {"event"}},
    {"journal", {"event", "io"}},
    {"engine", {"event", "io", "stream", "document", "journal", "store"}},
    {"redis", {"event", "resp", "store"}},
    {"bus", {"event", "store", "local"}},
    {"requests", {"event"}},
    {"track", {"event", "store", "bus"}},
    {"server", {"event", "resp", "engine"}},
    {"stream_commands", {"event", "resp", "stream", "engine", "server"}},
    {"bus_commands",
     {"event", "resp", "stream", "document", "engine", "bus", "server", "stream_commands"}},
    {"retention_commands", {"event", "resp", "stream", "engine", "server", "stream_commands"}},
    {"work_commands", {"event", "resp", "stream", "engine", "bus", "server", "stream_commands"}},
    {"document_commands", {"event", "resp", "document", "engine", "server"}},
    {"key_commands", {"event", "resp", "engine", "server", "stream_commands", "document_commands"}},
    {"admin_commands", {"event", "resp", "engine", "server"}},
    {"commands",
     {"server", "stream_commands", "retention_commands", "bus_commands", "work_commands",
      "document_commands", "key_commands", "admin_commands"}},
    {"http", {"event", "stream", "engine", "server"}},
    {"net", {"event", "io", "resp", "redis", "server", "http", "net_client", "net_worker"}},
    {"cli", {"event", "io", "bus", "requests", "resp", "net"}},
    {"demo", {"event", "io", "net", "cli"}},
    {"consume", {"event", "io", "bus", "requests", "resp", "net", "cli"}},
    // `sluice` is include/sluice.
    {"embedded_bus", {"sluice", "event", "resp", "store", "embedded", "client_library"}},
    {"client_library", {"sluice", "event", "io", "requests", "resp", "net", "net_client"}},
};
// Wiring only, and may see everything.
const Rooms wiring = {"app"};

std::string included_room(const std::string& line) {
    static const std::regex include(R"(^#include "([a-z_]+)/[a-z0-9_]+\.hpp")");
    std::smatch match;
    return std::regex_search(line, match, include) ? match[1].str() : std::string();
}

void check_includes(const SourceFile& file, const Rooms& allowed, Findings& findings) {
    const auto room = room_of(file.path);
    for (const auto& line : file.lines) {
        const auto other = included_room(line);
        if (other.empty() || other == room || allowed.contains(other)) continue;
        findings.add(file.path + " " + other, line);
    }
}

TEST(Layers, a_room_includes_only_what_the_table_allows) {
    Findings findings("layer");
    for (const auto& file : tracked_files()) {
        const auto room = room_of(file.path);
        if (!file.is_cpp() || room.empty() || wiring.contains(room)) continue;
        const auto row = may_include.find(room);
        if (row == may_include.end()) {
            findings.add(file.path, "the room is not in the table");
        } else {
            check_includes(file, row->second, findings);
        }
    }
    findings.report();
}

// The words behind ROOMS in the room's CMakeLists.txt.
Rooms linked_rooms(const SourceFile& file) {
    static const std::regex rooms(R"(\n\s+ROOMS((\s+[a-z_]+)+))");
    static const std::regex word("[a-z_]+");
    std::smatch match;
    if (!std::regex_search(file.text, match, rooms)) return {};
    const std::string list = match[1].str();
    const std::sregex_token_iterator begin(list.begin(), list.end(), word);
    return {begin, std::sregex_token_iterator()};
}

TEST(Layers, a_room_links_only_what_the_table_allows) {
    Findings findings("link");
    for (const auto& file : tracked_files()) {
        const auto row = may_include.find(room_of(file.path));
        if (row == may_include.end() || file.name() != "CMakeLists.txt") continue;
        for (const auto& other : linked_rooms(file)) {
            if (!row->second.contains(other)) findings.add(file.path, other);
        }
    }
    findings.report();
}

TEST(Layers, every_room_is_described_and_holds_no_folders) {
    Findings findings("room");
    for (const auto& file : tracked_files()) {
        const auto room = std::string(room_of(file.path));
        if (room.empty()) continue;
        if (!is_tracked("src/" + room + "/DESIGN.md")) findings.add(room, "has no DESIGN.md");
        if (std::ranges::count(file.path, '/') > 2) findings.add(file.path, "folder in a room");
    }
    findings.report();
}

TEST(Layers, slow_libraries_stay_behind_one_kind_of_file) {
    Findings findings("library");
    const std::regex library(
        R"(^#include <(boost/asio|boost/beast|nlohmann|simdjson|openssl|sqlite3|date))");
    for (const auto& file : tracked_files()) {
        if (!file.is_header() || !file.is_under("src/")) continue;
        for (const auto& line : file.lines) {
            if (std::regex_search(line, library)) findings.add(file.path, line);
        }
    }
    findings.report();
}

TEST(Layers, public_headers_need_nothing_of_src) {
    Findings findings("public-header");
    for (const auto& file : tracked_files()) {
        if (!file.is_under("include/")) continue;
        for (const auto& line : file.lines) {
            const bool is_ours =
                line.starts_with("#include \"") && !line.starts_with("#include \"sluice/");
            if (is_ours) findings.add(file.path, line);
        }
    }
    findings.report();
}

}  // namespace
}  // namespace sluice::tidy
