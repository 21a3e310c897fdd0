// The nine types of the tenant bus. Their data is a small free-form object; large things go into
// context_refs.
#include <array>

#include "event/taxonomy_rows.hpp"

namespace sluice {

namespace {

constexpr EventType agent_event(std::string_view name, std::string_view doc) {
    return {.name = name,
            .system = System::agent_event,
            .doc = doc,
            .attribution = Attribution::required};
}

constexpr std::array types = {
    agent_event("task.assigned", "A supervisor gave a task to an agent."),
    agent_event("task.completed", "An agent finished its task."),
    agent_event("task.failed", "An agent could not finish its task."),
    agent_event("handoff.request", "An agent asks another one to take over."),
    agent_event("handoff.validated", "A hand-off passed its validators."),
    agent_event("handoff.rejected", "A hand-off was refused by a validator."),
    agent_event("context.updated", "The shared context of a flow changed."),
    agent_event("agent.registered", "An agent joined the registry."),
    agent_event("agent.health", "An agent reports how it is."),
};

}  // namespace

std::span<const EventType> agent_event_types() {
    return types;
}

}  // namespace sluice
