#include "cli/command_completion.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

namespace sluice {
namespace {

constexpr const char* completion_help = R"(
The script is made from the commands and flags of this very program. Names of streams are asked from
the server at $SLUICE_SERVER while you type; without a server there are none.

Install:
  bash   sluice completion bash > ~/.local/share/bash-completion/completions/sluice
  zsh    sluice completion zsh > "${fpath[1]}/_sluice"
  fish   sluice completion fish > ~/.config/fish/completions/sluice.fish
Or for this shell only:
  source <(sluice completion bash)
)";

// Does the name of a stream come next?
bool takes_stream(const CLI::App& command) {
    return command.get_option_no_throw("stream") != nullptr || command.get_name() == "streams";
}

// Of commands such as `dead list`: what their second word may be.
std::string subcommands_of(const CLI::App& command) {
    std::string words;
    for (const CLI::App* subcommand : command.get_subcommands({})) {
        words += (words.empty() ? "" : " ") + subcommand->get_name();
    }
    return words;
}

struct Flag {
    std::string name;  // "--json"
    std::string help;
};

// Each once, those of its subcommands as well.
void append_flags(std::vector<Flag>& flags, const CLI::App& command) {
    for (const CLI::Option* option : command.get_options()) {
        for (const std::string& name : option->get_lnames()) {
            if (std::ranges::find(flags, "--" + name, &Flag::name) != flags.end()) continue;
            flags.push_back({"--" + name, option->get_description()});
        }
    }
    for (const CLI::App* subcommand : command.get_subcommands({})) {
        append_flags(flags, *subcommand);
    }
}

std::vector<Flag> flags_of(const CLI::App& command) {
    std::vector<Flag> flags;
    append_flags(flags, command);
    return flags;
}

// Inside single quotes of a shell.
std::string quoted_for_shell(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            out += c;
        }
    }
    return out + "'";
}

std::string bash_script(const CLI::App& app) {
    std::string words;
    std::string cases;
    for (const CLI::App* command : app.get_subcommands({})) {
        words += command->get_name() + " ";
        std::string flags;
        for (const Flag& flag : flags_of(*command)) {
            flags += flag.name + " ";
        }
        cases += "        " + command->get_name() + ") flags=\"" + flags + "\"";
        if (takes_stream(*command)) cases += "; stream_at=2";
        const std::string subcommands = subcommands_of(*command);
        if (!subcommands.empty()) cases += "; stream_at=3; commands=\"" + subcommands + "\"";
        cases += " ;;\n";
    }
    return R"sh(# bash completion of sluice; made by: sluice completion bash
_sluice() {
    local word="${COMP_WORDS[COMP_CWORD]}" flags="" commands="" stream_at=""
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W ")sh" +
           words + R"sh(--help --version" -- "$word"))
        return
    fi
    case "${COMP_WORDS[1]}" in
)sh" + cases +
           R"sh(    esac
    if [[ "$word" == -* ]]; then
        COMPREPLY=($(compgen -W "$flags" -- "$word"))
    elif [ "$COMP_CWORD" -eq 2 ] && [ -n "$commands" ]; then
        COMPREPLY=($(compgen -W "$commands" -- "$word"))
    elif [ "$COMP_CWORD" = "$stream_at" ]; then
        # Names come from outside: they are compared and quoted, never expanded.
        local name
        while IFS= read -r name; do
            [[ "$name" == "$word"* ]] && COMPREPLY+=("$(printf '%q' "$name")")
        done < <(sluice streams --names 2>/dev/null)
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}
complete -F _sluice sluice
)sh";
}

std::string zsh_script(const CLI::App& app) {
    std::string commands;
    std::string cases;
    for (const CLI::App* command : app.get_subcommands({})) {
        const std::string& name = command->get_name();
        commands += "        " + quoted_for_shell(name + ":" + command->get_description()) + "\n";
        cases += "        " + name + ")\n            flags=(";
        for (const Flag& flag : flags_of(*command)) {
            cases += quoted_for_shell(flag.name + ":" + flag.help) + " ";
        }
        cases += ")";
        if (takes_stream(*command)) cases += "; stream_at=3";
        const std::string subcommands = subcommands_of(*command);
        if (!subcommands.empty()) cases += "; stream_at=4; subcommands=(" + subcommands + ")";
        cases += " ;;\n";
    }
    return R"sh(#compdef sluice
# zsh completion of sluice; made by: sluice completion zsh
_sluice() {
    local -a commands subcommands flags names
    local stream_at=0
    commands=(
)sh" + commands +
           R"sh(    )
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    case "$words[2]" in
)sh" + cases +
           R"sh(    esac
    if [[ "$words[CURRENT]" == -* ]]; then
        _describe flag flags
    elif (( CURRENT == 3 && $#subcommands )); then
        compadd -a subcommands
    elif (( CURRENT == stream_at )); then
        names=(${(f)"$(sluice streams --names 2>/dev/null)"})
        compadd -a names
    else
        _files
    fi
}
if [ "$funcstack[1]" = "_sluice" ]; then
    _sluice "$@"
else
    compdef _sluice sluice
fi
)sh";
}

std::string fish_script(const CLI::App& app) {
    std::string script = "# fish completion of sluice; made by: sluice completion fish\n";
    for (const CLI::App* command : app.get_subcommands({})) {
        const std::string& name = command->get_name();
        script += "complete -c sluice -n __fish_use_subcommand -f -a " + name + " -d " +
                  quoted_for_shell(command->get_description()) + "\n";
        const std::string within = " -n '__fish_seen_subcommand_from " + name + "'";
        for (const Flag& flag : flags_of(*command)) {
            script += "complete -c sluice" + within + " -l " + flag.name.substr(2) + " -d " +
                      quoted_for_shell(flag.help) + "\n";
        }
        const std::string subcommands = subcommands_of(*command);
        if (!subcommands.empty()) {
            script += "complete -c sluice" + within + " -f -a '" + subcommands + "'\n";
        }
        if (takes_stream(*command) || !subcommands.empty()) {
            script +=
                "complete -c sluice" + within + " -f -a '(sluice streams --names 2>/dev/null)'\n";
        }
    }
    return script;
}

ExitCode run_completion(const CLI::App& app, const std::string& shell) {
    const std::string script = shell == "bash"  ? bash_script(app)
                               : shell == "zsh" ? zsh_script(app)
                                                : fish_script(app);
    std::fputs(script.c_str(), stdout);
    return ExitCode::done;
}

}  // namespace

void add_completion(CLI::App& app, Plan& plan) {
    auto shell = std::make_shared<std::string>();
    auto* command = app.add_subcommand("completion", "Print a completion script for your shell");
    command->add_option("shell", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->footer(completion_help);
    command->callback([&app, &plan, shell] {
        plan.action = [&app, shell] { return run_completion(app, *shell); };
    });
}

}  // namespace sluice
