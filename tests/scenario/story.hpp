// A story: commands and the exact replies to them, as text that a person can read.
//
// Shape      a file is a header of '#' lines that says what the story proves, then blocks with an
//            empty line between them. A block is commands, a line "----", and one reply for each
//            command in the notation of resp/reply.hpp; an indented line continues the one above.
//
//                XADD orders 1-1 item tea
//                client B: XREAD BLOCK 0 STREAMS orders $
//                ----
//                "1-1"
//                waits
//
//            "client B:" in front of a command sends it from another connection; without a command
//            it waits for the reply to the one before. "waits" says that the client is blocked.
//            "advance 5s" (or ms, m, h) moves time and has no reply. "@redis7 reply" under a reply
//            is what Redis 7 says in its place; "@ours-only" in front of a block leaves it out for
//            Redis.
//            In a reply <n> stands for a number, <id> for an entry id, <any> for anything.
// Errors     invalid, with the line number
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice::testing {

struct StoryCommand {
    std::size_t line = 0;
    std::string client;             // empty for the one that needs no name
    std::vector<std::string> args;  // empty: wait for the reply to the command before
    Duration advance{};             // not zero: no command, move time
};

struct StoryReply {
    std::string ours;
    std::optional<std::string> redis7;  // where it differs
};

struct StoryBlock {
    std::size_t line = 0;
    bool is_ours_only = false;
    std::vector<StoryCommand> commands;
    std::vector<StoryReply> replies;
};

struct Story {
    std::string header;
    std::vector<StoryBlock> blocks;
};

Result<Story> parse_story(std::string_view text);

// True when a reply, printed, is what the story expects.
bool matches(std::string_view expected, std::string_view printed);

// The words of a command line; "..." with \n \r \t \\ \" \xHH, and '...' as they stand.
Result<std::vector<std::string>> split_words(std::string_view line);

}  // namespace sluice::testing
