// `sluice`: one program, one file per subcommand.

#include <array>

#include "app/cli.hpp"
#include "app/command_serve.hpp"

int main(int argc, char** argv) {
    static constexpr auto commands = std::to_array<sluice::AddCommand>({
        sluice::add_serve,
    });
    return sluice::run_command_line(argc, argv, commands);
}
