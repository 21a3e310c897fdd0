#include "commands/command_families.hpp"

#include <array>

#include "admin_commands/admin_commands.hpp"
#include "bus_commands/bus_commands.hpp"
#include "document_commands/document_commands.hpp"
#include "key_commands/key_commands.hpp"
#include "retention_commands/retention_commands.hpp"
#include "server/stream_roll.hpp"
#include "server/transaction_commands.hpp"
#include "stream_commands/stream_commands.hpp"
#include "work_commands/work_commands.hpp"

namespace sluice {

std::span<const CommandFamily> command_families() {
    static const std::array families = {
        bus_commands(),    connection_commands(), durability_commands(),  generic_commands(),
        hash_commands(),   retention_commands(),  server_commands(),      sorted_set_commands(),
        stream_commands(), string_commands(),     transaction_commands(), work_commands()};
    return families;
}

CommandSet command_set() {
    CommandSet set{.families = command_families(), .residents = {}};
    set.residents.push_back(std::make_unique<StreamRoll>());
    set.residents.push_back(make_retention_work());
    auto tenants = make_tenant_bus();
    auto dispatch = make_dispatch(tenant_settings(*tenants));
    set.residents.push_back(std::move(tenants));
    set.residents.push_back(std::move(dispatch));
    return set;
}

}  // namespace sluice
