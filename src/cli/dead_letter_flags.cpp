#include "cli/dead_letter_flags.hpp"

#include <CLI/CLI.hpp>

#include "cli/values.hpp"

namespace sluice {

void add_filter_flags(CLI::App& command, DeadLetterFlags& flags, ReasonFlag reason) {
    const auto add = [&](const char* name, std::string& target, const char* help) {
        return command.add_option(name, target, help)->group("Which dead letters");
    };
    add("--group", flags.group, "of this group");
    if (reason == ReasonFlag::filter) {
        add("--reason", flags.reason,
            "permanent, retries_exhausted, lease_lost, too_old, expired, or your own");
    }
    add("--signature", flags.signature, "with errors of this shape; see: sluice dead summary");
    add("--type", flags.type, "with events of this type");
    add("--agent", flags.agent, "with events of this agent");
    add("--since", flags.since, "that died since then: 2h, or 2026-02-11T12:00:00Z")
        ->check(check_time_back, "TIME");
    add("--until", flags.until, "that died before then")->check(check_time_back, "TIME");
    add("--text", flags.text, "with this text in the error, in an id or in the event");
}

}  // namespace sluice
