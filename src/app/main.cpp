// `sluice`: one program, one file per subcommand.

#include <array>

#include "app/command_check.hpp"
#include "app/command_serve.hpp"
#include "cli/cli.hpp"
#include "cli/command_bench.hpp"
#include "cli/command_completion.hpp"
#include "cli/command_dead.hpp"
#include "cli/command_doctor.hpp"
#include "cli/command_group.hpp"
#include "cli/command_groups.hpp"
#include "cli/command_provision.hpp"
#include "cli/command_publish.hpp"
#include "cli/command_replies.hpp"
#include "cli/command_request.hpp"
#include "cli/command_schedule.hpp"
#include "cli/command_stream.hpp"
#include "cli/command_streams.hpp"
#include "cli/command_tail.hpp"
#include "cli/command_tenant.hpp"
#include "cli/command_why.hpp"
#include "consume/command_consume.hpp"
#include "consume/command_respond.hpp"
#include "demo/command_demo.hpp"

int main(int argc, char** argv) {
    static constexpr auto commands = std::to_array<sluice::AddCommand>({
        sluice::add_serve,      sluice::add_publish,       sluice::add_tail,
        sluice::add_consume,    sluice::add_streams,       sluice::add_stream_command,
        sluice::add_groups,     sluice::add_group_command, sluice::add_dead,
        sluice::add_why,        sluice::add_request,       sluice::add_respond,
        sluice::add_replies,    sluice::add_provision,     sluice::add_tenant,
        sluice::add_schedule,   sluice::add_bench,         sluice::add_check,
        sluice::add_dump,       sluice::add_doctor,        sluice::add_demo,
        sluice::add_completion,
    });
    return sluice::run_command_line(argc, argv, commands);
}
