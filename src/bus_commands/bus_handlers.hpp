// The handlers of the commands about tenants; docs/protocol/tenants.md.
#pragma once

#include "server/command.hpp"

namespace sluice {

// tenant_commands.cpp
void run_tenant_create(CommandContext& context);
void run_tenant_set(CommandContext& context);
void run_tenant_show(CommandContext& context);
void run_tenant_list(CommandContext& context);
void run_tenant_drop(CommandContext& context);

// schedule_commands.cpp
void run_schedule_set(CommandContext& context);
void run_schedule_show(CommandContext& context);
void run_schedule_list(CommandContext& context);
void run_schedule_pause(CommandContext& context);
void run_schedule_resume(CommandContext& context);
void run_schedule_drop(CommandContext& context);

// publish.cpp
void run_publish(CommandContext& context);
void run_publish_all(CommandContext& context);

}  // namespace sluice
