#include "cli/event_flags.hpp"

#include <CLI/CLI.hpp>

namespace sluice {

Event EventFlags::example() const {
    Event example = event;
    example.priority = parse_priority(priority).value_or(Priority::normal);
    example.call_chain = call_chain;
    const std::string& agent = event.source_agent_id;
    if (call_chain.empty() && !agent.empty()) example.call_chain = {agent};
    return example;
}

void add_event_flags(CLI::App& command, EventFlags& flags) {
    Event& event = flags.event;
    const auto add = [&](const char* flag, std::string& target, const char* help) {
        return command.add_option(flag, target, help)->group("Parts of events");
    };
    add("--event-type", event.type, "makes events of this type, such as task.created");
    add("--source", event.source, "component that says so");
    add("--agent", event.source_agent_id, "agent that says so");
    command
        .add_option("--call-chain", flags.call_chain,
                    "who called whom, with commas; the agent alone when missing")
        ->delimiter(',')
        ->group("Parts of events");
    add("--task", event.task_id, "task it is about");
    add("--goal", event.goal_id, "goal it is about");
    add("--session", event.session_id, "session it is about");
    add("--correlation", event.correlation_id, "flow it belongs to");
    add("--parent", event.parent_event_id, "id of the event that caused it");
    add("--key", event.partition_key, "events of one key stay in order");
    add("--priority", flags.priority, "how urgent it is")
        ->check(CLI::IsMember({"low", "normal", "high", "critical"}))
        ->capture_default_str();
    add("--content-type", flags.content_type, "of the file of --data");
}

}  // namespace sluice
