// The handlers of the SLUICE.* commands about work; docs/protocol/sluice.md.
#pragma once

#include "server/command.hpp"

namespace sluice {

void run_lease(CommandContext& context);
void run_ack(CommandContext& context);
void run_extend(CommandContext& context);
void run_release(CommandContext& context);
void run_withhold(CommandContext& context);
void run_fail(CommandContext& context);
void run_dead(CommandContext& context);
void run_work_group_create(CommandContext& context);
void run_work_group_set(CommandContext& context);
void run_work_group_show(CommandContext& context);
void run_parked(CommandContext& context);
void run_why(CommandContext& context);
void run_dead_letters_list(CommandContext& context);
void run_dead_letters_summary(CommandContext& context);
void run_dead_letters_replay(CommandContext& context);
void run_dead_letters_edit(CommandContext& context);
void run_dead_letters_purge(CommandContext& context);

}  // namespace sluice
