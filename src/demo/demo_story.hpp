// What happens in the demo: webhooks come in, become tasks, and agents work on them.
//
// Theory     webhook -> task.assigned -> tool calls -> LLMUsage -> task.completed or task.failed;
//            each event names its cause, so one flow can be followed through all streams
// Promise    pure: one seed and one sequence of calls give the same story
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "demo/demo_webhooks.hpp"
#include "event/event.hpp"
#include "event/uuid.hpp"
#include "io/random.hpp"

namespace sluice {

// An event, where it goes, and what a person is told about it.
struct DemoEvent {
    std::string stream;
    Event event;
    std::string sentence;
};

class DemoStory {
  public:
    static constexpr std::string_view github = "demo:github";
    static constexpr std::string_view tasks = "demo:tasks";
    static constexpr std::string_view tools = "demo:tools";
    static constexpr std::string_view usage = "demo:usage";
    static constexpr std::string_view results = "demo:results";

    DemoStory(std::vector<Webhook> webhooks, std::uint64_t seed);

    DemoEvent webhook(WallTime now);
    DemoEvent task_for(const Event& webhook, WallTime now);
    // What an agent does with a task, in order; the last one says how it ended.
    std::vector<DemoEvent> begin_task(const Event& task, std::string_view agent, WallTime now);
    std::vector<DemoEvent> end_task(const Event& task, std::string_view agent, bool is_success,
                                    WallTime now);

    Random& random() { return random_; }

  private:
    Event make_event(std::string_view type, WallTime now);
    Event make_step(std::string_view type, const Event& task, std::string_view agent, WallTime now);
    DemoEvent usage_of(const Event& task, std::string_view agent, WallTime now);

    std::vector<Webhook> webhooks_;
    Random random_;
    UuidV7Generator ids_;
    std::uint64_t tasks_made_ = 0;
};

}  // namespace sluice
