#include "consume/group_membership.hpp"

#include <utility>

namespace sluice {

Result<void> make_group(const ServerFlags& server, const std::string& stream,
                        const std::string& group) {
    SLUICE_TRY_ASSIGN(Client client, connect_to_server(server, worker_client_options));
    SLUICE_TRY_ASSIGN(Reply reply,
                      client.call({"SLUICE.GROUP", "CREATE", stream, group, "START", "beginning"}));
    if (reply.is_error() && reply.text.starts_with("BUSYGROUP")) return {};
    SLUICE_TRY(as_result(std::move(reply)));
    return {};
}

}  // namespace sluice
