// Alakai's task event: one JSON object, tracked by execution.
#include <array>

#include "event/event_json.hpp"
#include "event/taxonomy_rows.hpp"

namespace sluice {

namespace {

constexpr std::array<std::string_view, 3> statuses = {"in_progress", "success", "error"};

constexpr std::array task_fields = {
    DataField{"eventId", FieldType::text, Need::required, "Becomes event_id."},
    DataField{"occurredAt", FieldType::any, Need::required,
              "When it happened: RFC 3339, or Unix milliseconds; becomes time."},
    DataField{"executionId", FieldType::text, Need::required, "One run of the task."},
    DataField{"taskName", FieldType::text, Need::required, "What is being run."},
    DataField{"status", FieldType::text, Need::required, "Where the run stands.", statuses},
    DataField{"project", FieldType::text, Need::required, "The repository, as owner/repo."},
    DataField{"actor", FieldType::any, Need::optional, "Who started it, on Slack or GitHub."},
    DataField{"prLinks", FieldType::texts, Need::optional, "Pull requests that the run opened."},
    DataField{"visibility", FieldType::object, Need::optional,
              "responsibleUsers: who may see the task beside its creator."},
    DataField{"flow", FieldType::text, Need::optional, "The flow that the run belongs to."},
};

constexpr std::array types = {
    EventType{.name = alakai_type,
              .system = System::alakai,
              .doc = "The state of one automation run changed.",
              .data = task_fields},
};

}  // namespace

std::span<const EventType> alakai_types() {
    return types;
}

}  // namespace sluice
