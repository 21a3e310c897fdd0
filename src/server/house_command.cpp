#include "server/house_command.hpp"

#include "server/command_table.hpp"
#include "server/server.hpp"

namespace sluice {

namespace {

constexpr CommandSpec spec{
    .name = "house", .group = "", .since = "", .summary = "", .complexity = ""};
constexpr Command nameless{.spec = &spec, .subcommands = {}, .short_name = {}};

}  // namespace

HouseCommand::HouseCommand()
    : session_(0, Peer{.address = {}, .local_address = {}}, RequestLimits{}),
      reply_(session_.reply()) {
    session_.last_command = &nameless;
}

CommandContext HouseCommand::begin(Server& server) {
    reply_.truncate(0);
    server.engine().begin_command();
    return {server, session_, server.engine(), request_, reply_, 0};
}

std::string HouseCommand::error() const {
    std::string_view text = session_.output_from(0);
    if (!text.starts_with('-')) return {};
    return std::string(text.substr(1, text.find('\r') - 1));
}

}  // namespace sluice
