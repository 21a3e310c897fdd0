#include "server/blocking.hpp"

#include <algorithm>

#include "event/result.hpp"
#include "server/blocked_command.hpp"
#include "server/server.hpp"

namespace sluice {

namespace {

std::optional<MonoTime> deadline_of(const Server& server, MonoTime now, std::uint64_t timeout_ms) {
    const std::uint64_t cap = server.settings().block_ms_max;
    const bool is_capped = cap > 0 && (timeout_ms == 0 || timeout_ms > cap);
    const std::uint64_t wait_ms = is_capped ? cap : timeout_ms;
    if (wait_ms == 0) return std::nullopt;
    // Longer than any clock runs: for ever.
    constexpr std::uint64_t for_ever_ms = 1ULL << 52;
    if (wait_ms > for_ever_ms) return std::nullopt;
    return now + Duration::from_ms(static_cast<std::int64_t>(wait_ms));
}

const Command* find_command(const Server& server, const Request& request) {
    const Command* command = server.commands().find(request.name());
    if (command->is_container() && request.size() > 1) {
        return CommandTable::find_subcommand(*command, request[1]);
    }
    return command;
}

// A copy of the request that outlives the buffers of the connection.
void keep_request(BlockedCommand& blocked, const Request& request) {
    const std::string_view bytes = request.bulk_bytes(0);
    blocked.bytes.assign(bytes);
    for (const auto arg : request.args()) {
        blocked.args.emplace_back(blocked.bytes.data() + (arg.data() - bytes.data()), arg.size());
    }
}

}  // namespace

bool is_retry(const CommandContext& context) {
    return context.session.blocked != nullptr && context.session.blocked->is_retrying;
}

const BlockedState& blocked_state(const CommandContext& context) {
    SLUICE_CHECK(is_retry(context), "only a retry has a blocked state");
    return context.session.blocked->state;
}

bool may_block(const CommandContext& context) {
    return !context.session.in_exec;
}

void block(CommandContext& context, std::span<const std::string_view> keys,
           std::uint64_t timeout_ms, BlockedState state) {
    Session& session = context.session;
    if (is_retry(context)) {
        session.blocked->blocks_again = true;
        session.blocked->state = std::move(state);
        return;
    }
    Server& server = context.server;
    auto blocked = std::make_unique<BlockedCommand>();
    blocked->command = find_command(server, context.request);
    keep_request(*blocked, context.request);
    for (const auto key : keys) {
        blocked->keys.push_back({context.tenant, std::string(key)});
    }
    const bool waits_for_set = blocked->command->spec->group == "sorted-set";
    blocked->awaited = waits_for_set ? ValueType::sorted_set : ValueType::stream;
    blocked->state = std::move(state);
    blocked->since = server.mono();
    blocked->deadline = deadline_of(server, server.mono(), timeout_ms);
    blocked->place = server.blocking().add(session.id(), blocked->keys);
    session.blocked = std::move(blocked);
    for (const auto key : keys) {
        server.mark_watched(context.tenant, key);
    }
    server.arm_blocked(session);
}

}  // namespace sluice
