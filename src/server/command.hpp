// A command of the RESP door: its row in the command table, and what its handler may touch.
//
// A handler parses all arguments, then decides, then applies, then replies; a malformed request
// changes nothing. It writes exactly one reply, or asks to be blocked.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/engine.hpp"
#include "resp/reply_writer.hpp"
#include "resp/request.hpp"

namespace sluice {

class Session;
class Server;

// The flags of Redis that clients read, by Redis's names.
enum CommandFlag : std::uint32_t {
    flag_write = 1u << 0,
    flag_readonly = 1u << 1,
    flag_denyoom = 1u << 2,  // grows the store: refused when the disk is full
    flag_fast = 1u << 3,
    flag_blocking = 1u << 4,
    flag_admin = 1u << 5,
    flag_noscript = 1u << 6,
    flag_loading = 1u << 7,
    flag_stale = 1u << 8,
    flag_no_auth = 1u << 9,
    flag_no_multi = 1u << 10,     // refused inside MULTI
    flag_movablekeys = 1u << 11,  // keys found by the command's own rule (STREAMS, numkeys)
    flag_pubsub = 1u << 12,
    flag_immediate = 1u << 13,  // ours: run inside MULTI, never queued
};

struct CommandContext {
    Server& server;
    Session& session;
    Engine& engine;
    const Request& request;
    ReplyWriter& reply;
    TenantNumber tenant = 0;
};

using CommandHandler = void (*)(CommandContext&);

// Documentation of one argument, for COMMAND DOCS; `type` in Redis's words.
struct ArgumentDocs {
    std::string_view name;
    std::string_view type;  // key, string, integer, double, pattern, unix-time, pure-token, oneof,
                            // block
    std::string_view token = {};  // empty when there is none
    bool optional = false;
    bool multiple = false;
    std::span<const ArgumentDocs> children = {};
};

struct CommandSpec {
    std::string_view name;  // lower case; "xgroup|create" for a subcommand
    int arity = 0;          // as in COMMAND: negative means at least
    std::uint32_t flags = 0;
    int first_key = 0;
    int last_key = 0;
    int key_step = 0;
    std::string_view group;  // generic, string, hash, sorted-set, stream, connection, ...
    std::string_view since;
    std::string_view summary;
    std::string_view complexity;
    CommandHandler handler = nullptr;
    std::span<const CommandSpec> subcommands = {};
    std::span<const ArgumentDocs> arguments = {};
};

// Rows of commands that belong together; a room of commands hands over one or more. They are
// constants and live as long as the program.
using CommandFamily = std::span<const CommandSpec>;

}  // namespace sluice
