// `sluice`: one program, one file per subcommand.

#include <array>

#include "app/cli.hpp"
#include "app/command_bench.hpp"
#include "app/command_check.hpp"
#include "app/command_completion.hpp"
#include "app/command_demo.hpp"
#include "app/command_doctor.hpp"
#include "app/command_groups.hpp"
#include "app/command_publish.hpp"
#include "app/command_serve.hpp"
#include "app/command_streams.hpp"
#include "app/command_tail.hpp"

int main(int argc, char** argv) {
    static constexpr auto commands = std::to_array<sluice::AddCommand>({
        sluice::add_serve,
        sluice::add_publish,
        sluice::add_tail,
        sluice::add_streams,
        sluice::add_groups,
        sluice::add_bench,
        sluice::add_check,
        sluice::add_dump,
        sluice::add_doctor,
        sluice::add_demo,
        sluice::add_completion,
    });
    return sluice::run_command_line(argc, argv, commands);
}
