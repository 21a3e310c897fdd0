// The rows of the commands about tenants.

#include "bus_commands/bus_commands.hpp"

#include "bus_commands/bus_handlers.hpp"
#include "bus_commands/tenant_bus.hpp"

namespace sluice {

namespace {

// --- arguments ---

constexpr ArgumentDocs setting_pair[] = {{"setting", "string"}, {"value", "string"}};
constexpr ArgumentDocs create_arguments[] = {{"tenant", "string"},
                                             {"settings", "block", "", true, true, setting_pair}};
constexpr ArgumentDocs set_arguments[] = {{"tenant", "string"},
                                          {"settings", "block", "", false, true, setting_pair}};
constexpr ArgumentDocs tenant_arguments[] = {{"tenant", "string"}};
constexpr ArgumentDocs list_arguments[] = {{"tenant", "string", "AFTER", true},
                                           {"count", "integer", "COUNT", true}};
constexpr ArgumentDocs drop_arguments[] = {{"tenant", "string"},
                                           {"withstreams", "pure-token", "WITHSTREAMS", true}};
constexpr ArgumentDocs field_pair[] = {{"name", "string"}, {"value", "string"}};
constexpr ArgumentDocs fields_block[] = {{"count", "integer"},
                                         {"field", "block", "", false, true, field_pair}};
constexpr ArgumentDocs event_forms[] = {{"fields", "block", "FIELDS", false, false, fields_block},
                                        {"json", "string", "JSON"}};
constexpr ArgumentDocs publish_arguments[] = {{"tenant", "string"},
                                              {"stream", "string"},
                                              {"key", "string", "KEY", true},
                                              {"at", "unix-time", "AT", true},
                                              {"event", "oneof", "", false, false, event_forms}};
constexpr ArgumentDocs one_of_all[] = {{"stream", "string"},
                                       {"key", "string", "KEY", true},
                                       {"at", "unix-time", "AT", true},
                                       {"event", "oneof", "", false, false, event_forms}};
constexpr ArgumentDocs publish_all_arguments[] = {
    {"tenant", "string"}, {"event", "block", "EVENT", false, true, one_of_all}};

constexpr ArgumentDocs cron_block[] = {{"expression", "string"}, {"zone", "string", "ZONE", true}};
constexpr ArgumentDocs when_forms[] = {{"at", "unix-time", "AT"},
                                       {"cron", "block", "CRON", false, false, cron_block},
                                       {"every", "string", "EVERY"}};
constexpr ArgumentDocs schedule_arguments[] = {{"tenant", "string"},
                                               {"name", "string"},
                                               {"stream", "string"},
                                               {"when", "oneof", "", false, false, when_forms},
                                               {"catchup", "string", "CATCHUP", true},
                                               {"event", "oneof", "", false, false, event_forms}};
constexpr ArgumentDocs named_arguments[] = {{"tenant", "string"}, {"name", "string"}};
constexpr ArgumentDocs show_arguments[] = {
    {"tenant", "string"}, {"name", "string"}, {"count", "integer", "NEXT", true}};
constexpr ArgumentDocs schedules_arguments[] = {
    {"tenant", "string"}, {"name", "string", "AFTER", true}, {"count", "integer", "COUNT", true}};

// clang-format off
constexpr CommandSpec tenant_rows[] = {
    {"sluice.tenant|create", -3, flag_write | flag_denyoom, 0, 0, 0, "tenants", "0.1.0",
     "Makes a tenant.", "O(log N)", run_tenant_create, {}, create_arguments},
    {"sluice.tenant|drop", -3, flag_write, 0, 0, 0, "tenants", "0.1.0",
     "Removes a tenant and its schedules, and its streams when asked to.",
     "O(N) in the streams of the tenant", run_tenant_drop, {}, drop_arguments},
    {"sluice.tenant|list", -2, flag_readonly, 0, 0, 0, "tenants", "0.1.0",
     "The tenants in the order of their names.", "O(N) in their streams", run_tenant_list, {},
     list_arguments},
    {"sluice.tenant|set", -5, flag_write | flag_denyoom, 0, 0, 0, "tenants", "0.1.0",
     "Changes the weight or the quotas of a tenant.", "O(log N)", run_tenant_set, {},
     set_arguments},
    {"sluice.tenant|show", 3, flag_readonly, 0, 0, 0, "tenants", "0.1.0",
     "The settings of a tenant and what it uses.", "O(N) in its streams", run_tenant_show, {},
     tenant_arguments},
};

constexpr CommandSpec schedule_rows[] = {
    {"sluice.schedule|drop", 4, flag_write, 0, 0, 0, "tenants", "0.1.0",
     "Removes a schedule.", "O(log N)", run_schedule_drop, {}, named_arguments},
    {"sluice.schedule|list", -3, flag_readonly, 0, 0, 0, "tenants", "0.1.0",
     "The schedules of a tenant in the order of their names.", "O(N) in what is shown",
     run_schedule_list, {}, schedules_arguments},
    {"sluice.schedule|pause", 4, flag_write, 0, 0, 0, "tenants", "0.1.0",
     "Keeps a schedule from firing.", "O(log N)", run_schedule_pause, {}, named_arguments},
    {"sluice.schedule|resume", 4, flag_write, 0, 0, 0, "tenants", "0.1.0",
     "Lets a paused schedule fire again, from now on.", "O(log N)", run_schedule_resume, {},
     named_arguments},
    {"sluice.schedule|set", -9, flag_write | flag_denyoom, 0, 0, 0, "tenants", "0.1.0",
     "Stores an event when its time comes, once or again and again.", "O(log N)",
     run_schedule_set, {}, schedule_arguments},
    {"sluice.schedule|show", -4, flag_readonly, 0, 0, 0, "tenants", "0.1.0",
     "A schedule, what became of it, and its next times.", "O(N) in the times that are shown",
     run_schedule_show, {}, show_arguments},
};

constexpr CommandSpec rows[] = {
    {"sluice.publish", -5, flag_write | flag_denyoom, 0, 0, 0, "tenants", "0.1.0",
     "Stores an event of a tenant, once for each key.", "O(log N)", run_publish, {},
     publish_arguments},
    {"sluice.publishall", -6, flag_write | flag_denyoom, 0, 0, 0, "tenants", "0.1.0",
     "Stores events in streams of a tenant, all or none.", "O(log N) for each event",
     run_publish_all, {}, publish_all_arguments},
    {"sluice.schedule", -2, 0, 0, 0, 0, "tenants", "0.1.0",
     "A container for commands about events that wait for their time.", "Depends on subcommand.",
     nullptr, schedule_rows},
    {"sluice.tenant", -2, 0, 0, 0, 0, "tenants", "0.1.0",
     "A container for commands about tenants.", "Depends on subcommand.", nullptr, tenant_rows},
};
// clang-format on

}  // namespace

CommandFamily bus_commands() {
    return rows;
}

std::unique_ptr<Resident> make_tenant_bus() {
    return std::make_unique<TenantBus>();
}

std::function<const TenantSettings*(std::string_view)> tenant_settings(const Resident& tenant_bus) {
    const auto& bus = static_cast<const TenantBus&>(tenant_bus);
    return [&bus](std::string_view tenant) -> const TenantSettings* {
        const auto found = bus.tenants.all().find(tenant);
        return found == bus.tenants.all().end() ? nullptr : &found->second.settings;
    };
}

}  // namespace sluice
