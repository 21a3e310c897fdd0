// How every client command finds its server, and what it says when it cannot.
//
// Flags      --server HOST:PORT or a path (default 127.0.0.1:7370, or $SLUICE_SERVER),
//            --password-file FILE (or $SLUICE_PASSWORD)
// Errors     unavailable, timeout, closed: exit code 69; what the server refuses: exit code 1, or
//            75 (limit) when it will pass; io: output that cannot be written, 70
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "cli/exit_code.hpp"
#include "net/client.hpp"

namespace CLI {
class App;
}

namespace sluice {

struct ServerFlags {
    std::string server = "127.0.0.1:7370";
    std::string password_file;
};

void add_server_flags(CLI::App& command, ServerFlags& flags);
// --json: one JSON object a line instead of tables and colours.
void add_json_flag(CLI::App& command, bool& is_json);

// Connected, and logged in when there is a password.
Result<Client> connect_to_server(const ServerFlags& flags, const ClientOptions& options = {});

// A call whose error reply is an Error: limit when the same can succeed later, else invalid.
Result<Reply> ask(Client& client, std::initializer_list<std::string_view> args);
Result<Reply> as_result(Reply reply);

// Says why on stderr and answers the exit code.
ExitCode end_with(const Error& error);

// Connects and acts; an error is told.
template <class Options>
ExitCode act_on_server(const Options& options, Result<void> (*action)(Client&, const Options&)) {
    auto client = connect_to_server(options.server);
    if (!client) return end_with(client.error());
    const auto acted = action(*client, options);
    return acted ? ExitCode::done : end_with(acted.error());
}

// True once the person pressed Ctrl-C or the process was asked to end; call it once at the start
// to have it watched.
bool is_interrupted();

}  // namespace sluice
