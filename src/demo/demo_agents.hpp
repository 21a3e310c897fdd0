// Everybody who takes part in the demo: one who makes webhooks, and the consumers of the groups.
//
// Shape      demo:github   group triage            makes a task of each webhook
//            demo:tasks    group agents            ada is quick, grace is slow, edsger fails often
//            demo:usage    group billing           adds up the cost, every other second
//            demo:results  group audit             falls behind, and catches up now and then
// Promise    an entry is acknowledged when what follows from it is stored; a task that failed stays
//            pending until another agent claims it, so nothing is lost when the demo is killed
// Errors     those of the client
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "cli/entry_text.hpp"
#include "demo/demo_story.hpp"
#include "net/client.hpp"

namespace sluice {

struct DemoCounts {
    std::uint64_t events = 0;
    std::uint64_t tasks_done = 0;
    std::uint64_t tasks_failed = 0;
    std::uint64_t tasks_in_hand = 0;
    std::uint64_t micro_dollars = 0;
};

class DemoAgents {
  public:
    using Listener = std::function<void(const DemoEvent&)>;

    DemoAgents(Client& client, DemoStory& story, double events_per_second, Listener listener);

    // Makes the groups that are not there yet.
    Result<void> prepare();
    // Everything that is due now.
    Result<void> turn(WallTime wall, MonoTime mono);
    const DemoCounts& counts() const { return counts_; }

  private:
    struct Job {
        std::string id;
        Event task;
        MonoTime ends;
    };
    struct Agent {
        std::string name;
        double tasks_per_second = 0;
        Duration takes{};
        std::uint64_t fails_one_in = 0;  // 0: never
        bool claims_left_tasks = false;
        double ready = 0;  // tasks that it may begin now
        std::deque<Job> jobs{};
        MonoTime claims{};  // when it looks for work that others left
    };

    Result<void> feed_webhooks(double seconds);
    Result<void> triage();
    Result<void> begin_tasks(Agent& agent, double seconds);
    Result<void> end_tasks(Agent& agent);
    Result<void> claim_left_tasks(Agent& agent);
    Result<void> add_up_usage();
    Result<void> audit();

    void take_jobs(Agent& agent, const std::vector<StreamEntry>& entries);
    Result<std::vector<StreamEntry>> read(std::string_view stream, std::string_view group,
                                          std::string_view consumer, std::size_t count);
    Result<void> acknowledge(std::string_view stream, std::string_view group,
                             const std::vector<StreamEntry>& entries);
    Result<void> publish(std::vector<DemoEvent> events);

    Client& client_;
    DemoStory& story_;
    Listener listener_;
    double webhooks_per_second_;
    double webhooks_due_ = 0;
    std::vector<Agent> agents_;
    DemoCounts counts_;
    WallTime wall_{};
    MonoTime mono_{};
    MonoTime next_billing_{};
    MonoTime next_audit_{};
    bool has_begun_ = false;
};

}  // namespace sluice
