#include "cli/server_flags.hpp"

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "cli/cli.hpp"
#include "net/address.hpp"
#include "resp/refusal.hpp"

namespace sluice {
namespace {

constexpr std::size_t password_bytes_max = 4096;

std::atomic<bool> interrupted = false;

void on_signal(int) {
    interrupted.store(true);
}

Result<std::string> password_of(const ServerFlags& flags) {
    if (flags.password_file.empty()) {
        const char* password = std::getenv("SLUICE_PASSWORD");
        return std::string(password == nullptr ? "" : password);
    }
    std::ifstream file(flags.password_file, std::ios::binary);
    if (!file) return Error{Errc::invalid, "--password-file: cannot read " + flags.password_file};
    std::string password(password_bytes_max, '\0');
    file.read(password.data(), static_cast<std::streamsize>(password.size()));
    password.resize(static_cast<std::size_t>(file.gcount()));
    while (password.ends_with('\n') || password.ends_with('\r')) {
        password.pop_back();
    }
    return password;
}

}  // namespace

void add_server_flags(CLI::App& command, ServerFlags& flags) {
    const auto is_address = [](const std::string& text) {
        const auto address = Address::parse(text.starts_with('/') ? "unix:" + text : text);
        return address ? std::string() : address.error().message;
    };
    command
        .add_option("--server", flags.server, "where the server is: HOST:PORT or a socket's path")
        ->envname("SLUICE_SERVER")
        ->check(is_address, "HOST:PORT|PATH")
        ->capture_default_str();
    command.add_option("--password-file", flags.password_file,
                       "file that holds the password; or set SLUICE_PASSWORD");
}

void add_json_flag(CLI::App& command, bool& is_json) {
    command.add_flag("--json", is_json, "one JSON object a line, for programs");
}

Result<Client> connect_to_server(const ServerFlags& flags, const ClientOptions& options) {
    const std::string& text = flags.server;
    SLUICE_TRY_ASSIGN(const Address address,
                      Address::parse(text.starts_with('/') ? "unix:" + text : text));
    auto client = Client::connect(address, options);
    if (!client) {
        Error error = client.error();
        error.message += "; is the server running there? start one with: sluice serve";
        return error;
    }
    SLUICE_TRY_ASSIGN(const std::string password, password_of(flags));
    if (!password.empty()) SLUICE_TRY(ask(*client, {"AUTH", password}));
    return std::move(*client);
}

Result<Reply> as_result(Reply reply) {
    if (!reply.is_error()) return reply;
    std::string text = reply.text;
    if (text.starts_with("NOAUTH")) text += " Set SLUICE_PASSWORD or give --password-file.";
    const bool is_lasting = refusal_of(reply.text) == Refusal::lasting;
    return Error{is_lasting ? Errc::invalid : Errc::unavailable, "the server refused: " + text};
}

Result<Reply> ask(Client& client, std::initializer_list<std::string_view> args) {
    SLUICE_TRY_ASSIGN(Reply reply, client.call(args));
    return as_result(std::move(reply));
}

ExitCode end_with(const Error& error) {
    if (error.code == Errc::io) return fail(ExitCode::io, error.message);
    const bool is_unreachable = error.code == Errc::unavailable || error.code == Errc::timeout ||
                                error.code == Errc::closed;
    return fail(is_unreachable ? ExitCode::unreachable : ExitCode::failed, error.message);
}

bool is_interrupted() {
    static const bool is_watched = [] {
        struct sigaction action{};
        action.sa_handler = on_signal;
        action.sa_flags = static_cast<int>(SA_RESETHAND);  // a second Ctrl-C ends at once
        ::sigaction(SIGINT, &action, nullptr);
        ::sigaction(SIGTERM, &action, nullptr);
        return true;
    }();
    return is_watched && interrupted.load();
}

}  // namespace sluice
