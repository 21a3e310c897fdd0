#include "demo/demo_story.hpp"

#include <array>

#include "event/json_string.hpp"

namespace sluice {
namespace {

constexpr std::array<std::string_view, 4> tool_names = {"github.read_diff", "repository.search",
                                                        "shell.run_tests", "github.comment"};

struct Model {
    std::string_view name;
    std::uint64_t micro_dollars_in;  // for a thousand tokens
    std::uint64_t micro_dollars_out;
};
constexpr std::array<Model, 3> models = {
    {{"large-1", 3000, 15000}, {"small-2", 250, 1250}, {"local-8b", 0, 0}}};

constexpr std::array<std::string_view, 4> failures = {
    "the tests did not pass", "the model refused the answer's form", "the tool took too long",
    "the repository could not be read"};

// {"name":"text",…} from texts that need quotes and numbers that do not.
class JsonObject {
  public:
    JsonObject& text(std::string_view name, std::string_view value) {
        key(name);
        append_json_string(bytes_, value);
        return *this;
    }
    JsonObject& number(std::string_view name, std::uint64_t value) {
        key(name);
        bytes_ += std::to_string(value);
        return *this;
    }
    std::string end() const { return bytes_ + "}"; }

  private:
    void key(std::string_view name) {
        if (bytes_.size() > 1) bytes_ += ',';
        append_json_string(bytes_, name);
        bytes_ += ':';
    }
    std::string bytes_ = "{";
};

// What to do about a webhook.
std::string title_of(const Event& webhook) {
    for (const Field& field : webhook.unknown_fields) {
        if (field.name == "title") return field.value;
    }
    return "Look at " + webhook.type;
}

std::string verb_for(std::string_view name) {
    if (name.starts_with("pull_request")) return "Review";
    if (name.starts_with("issue")) return "Answer";
    if (name.starts_with("discussion")) return "Join";
    if (name.starts_with("push")) return "Check";
    if (name.starts_with("release")) return "Announce";
    return "Look at";
}

std::string title_of(const Webhook& webhook) {
    std::string title = verb_for(webhook.name) + " ";
    title += webhook.subject.empty() ? webhook.name : webhook.subject;
    if (!webhook.repository.empty()) title += " in " + webhook.repository;
    return title;
}

// Millionths as dollars: "0.004210".
std::string dollars(std::uint64_t micro) {
    std::string digits = std::to_string(micro % 1'000'000);
    digits.insert(0, 6 - digits.size(), '0');
    return std::to_string(micro / 1'000'000) + "." + digits;
}

}  // namespace

DemoStory::DemoStory(std::vector<Webhook> webhooks, std::uint64_t seed)
    : webhooks_(std::move(webhooks)), random_(seed) {}

Event DemoStory::make_event(std::string_view type, WallTime now) {
    Event event;
    event.type = type;
    event.time = now;
    const std::uint64_t counter = random_.next();
    event.event_id = ids_.next(now, {counter, random_.next()}).text();
    return event;
}

DemoEvent DemoStory::webhook(WallTime now) {
    const Webhook& chosen = webhooks_[random_.below(webhooks_.size())];
    Event event = make_event("github." + chosen.name, now);
    event.source = "github";
    event.correlation_id = event.event_id;
    event.data.bytes = chosen.payload;
    event.unknown_fields.push_back({"title", title_of(chosen)});
    std::string sentence = chosen.action.empty() ? "arrives" : chosen.action;
    if (!chosen.subject.empty()) sentence += ": " + chosen.subject;
    if (!chosen.repository.empty()) sentence += " (" + chosen.repository + ")";
    return {std::string(github), std::move(event), std::move(sentence)};
}

DemoEvent DemoStory::task_for(const Event& webhook, WallTime now) {
    Event event = make_event("task.assigned", now);
    const std::string title = title_of(webhook);
    event.source = "triage";
    event.source_agent_id = "triage";
    event.call_chain = {"github", "triage"};
    event.task_id = "t-" + std::to_string(++tasks_made_);
    event.correlation_id = webhook.correlation_id;
    event.parent_event_id = webhook.event_id;
    event.priority = random_.one_in(8) ? Priority::high : Priority::normal;
    event.data.bytes = JsonObject().text("task_id", event.task_id).text("title", title).end();
    std::string sentence = event.task_id + ": " + title;
    return {std::string(tasks), std::move(event), std::move(sentence)};
}

Event DemoStory::make_step(std::string_view type, const Event& task, std::string_view agent,
                           WallTime now) {
    Event event = make_event(type, now);
    event.source = agent;
    event.source_agent_id = agent;
    event.agent_id = agent;
    event.call_chain = {"triage", std::string(agent)};
    event.task_id = task.task_id;
    event.correlation_id = task.correlation_id;
    event.parent_event_id = task.event_id;
    return event;
}

std::vector<DemoEvent> DemoStory::begin_task(const Event& task, std::string_view agent,
                                             WallTime now) {
    const std::string_view tool = tool_names[random_.below(tool_names.size())];
    Event called = make_step("ToolExecutionRequested", task, agent, now);
    called.data.bytes = JsonObject().text("task_id", task.task_id).text("tool_name", tool).end();
    std::string sentence =
        std::string(agent) + " calls " + std::string(tool) + " for " + task.task_id;
    std::vector<DemoEvent> steps;
    steps.push_back({std::string(tools), std::move(called), std::move(sentence)});
    return steps;
}

DemoEvent DemoStory::usage_of(const Event& task, std::string_view agent, WallTime now) {
    const Model& model = models[random_.below(models.size())];
    const std::uint64_t tokens_in = 400 + random_.below(6000);
    const std::uint64_t tokens_out = 50 + random_.below(900);
    const std::uint64_t micro =
        (tokens_in * model.micro_dollars_in + tokens_out * model.micro_dollars_out) / 1000;
    Event event = make_step("LLMUsage", task, agent, now);
    event.data.bytes = JsonObject()
                           .text("request_id", event.event_id)
                           .text("agent_id", agent)
                           .text("task_id", task.task_id)
                           .text("model", model.name)
                           .number("tokens_in", tokens_in)
                           .number("tokens_out", tokens_out)
                           .number("latency_ms", 300 + random_.below(4000))
                           .text("cost_dollars", dollars(micro))
                           .end();
    std::string sentence = std::string(agent) + " asks " + std::string(model.name) + ", " +
                           std::to_string(tokens_in + tokens_out) + " tokens, $" + dollars(micro);
    return {std::string(usage), std::move(event), std::move(sentence)};
}

std::vector<DemoEvent> DemoStory::end_task(const Event& task, std::string_view agent,
                                           bool is_success, WallTime now) {
    std::vector<DemoEvent> steps;
    Event returned = make_step("ToolExecutionCompleted", task, agent, now);
    returned.data.bytes = JsonObject()
                              .text("task_id", task.task_id)
                              .text("tool_name", tool_names[random_.below(tool_names.size())])
                              .number("duration_ms", 20 + random_.below(2000))
                              .end();
    steps.push_back({std::string(tools), std::move(returned),
                     std::string(agent) + " has an answer for " + task.task_id});
    steps.push_back(usage_of(task, agent, now));
    Event ended = make_step(is_success ? "task.completed" : "task.failed", task, agent, now);
    const std::string_view reason = failures[random_.below(failures.size())];
    JsonObject data;
    data.text("task_id", task.task_id).text("worker_id", agent);
    if (!is_success) data.text("error", reason);
    ended.data.bytes = data.end();
    std::string sentence = std::string(agent) + (is_success ? " completes " : " fails ");
    sentence += task.task_id;
    if (!is_success) sentence += ": " + std::string(reason) + "; it will be tried again";
    steps.push_back({std::string(results), std::move(ended), std::move(sentence)});
    return steps;
}

}  // namespace sluice
