#include "event/taxonomy.hpp"

#include <algorithm>
#include <vector>

#include "event/taxonomy_rows.hpp"

namespace sluice {

namespace {

std::vector<EventType> whole_table() {
    std::vector<EventType> table;
    for (const auto part : {agent_event_types(), astra_types(), alakai_types()}) {
        table.insert(table.end(), part.begin(), part.end());
    }
    return table;
}

}  // namespace

std::string_view name_of(System system) {
    switch (system) {
        case System::agent_event:
            return "AgentEvent";
        case System::astra:
            return "Astra";
        case System::alakai:
            return "Alakai";
        case System::astrid:
            return "astrid-events";
        case System::stargazer:
            return "Stargazer";
    }
    return "unknown";
}

std::span<const EventType> event_types() {
    static const std::vector<EventType> table = whole_table();
    return table;
}

const EventType* find_event_type(std::string_view name) {
    const EventType* newest = nullptr;
    for (const auto& type : event_types()) {
        if (type.name == name) newest = &type;
    }
    return newest;
}

}  // namespace sluice
