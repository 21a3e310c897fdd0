#include "demo/demo_agents.hpp"

#include <algorithm>

#include "cli/server_flags.hpp"
#include "event/event_fields.hpp"
#include "event/json_string.hpp"
#include "event/json_text.hpp"
#include "event/money.hpp"

namespace sluice {
namespace {

constexpr double events_of_a_webhook = 6.2;  // itself, its task, two tool calls, usage, result
constexpr std::string_view entries_kept = "50000";
constexpr std::size_t read_max = 200;
constexpr std::string_view left_after_ms = "4000";
constexpr Duration claim_interval = Duration::from_seconds(2);
constexpr Duration billing_interval = Duration::from_seconds(2);
constexpr Duration audit_interval = Duration::from_seconds(7);

struct Seat {
    std::string_view stream;
    std::string_view group;
};
constexpr Seat seats[] = {{DemoStory::github, "triage"},
                          {DemoStory::tasks, "agents"},
                          {DemoStory::usage, "billing"},
                          {DemoStory::results, "audit"}};

std::uint64_t cost_of(const Event& usage) {
    const auto members = split_json_object(usage.data.bytes, payload_json_limits);
    if (!members) return 0;
    for (const JsonMember& member : *members) {
        if (member.raw_name != "cost_dollars" || member.value.size() < 2) continue;
        const auto money = Money::parse(
            unescape_json(member.value.substr(1, member.value.size() - 2)), Currency::usd());
        return money ? static_cast<std::uint64_t>(money->micros) : 0;
    }
    return 0;
}

}  // namespace

DemoAgents::DemoAgents(Client& client, DemoStory& story, double events_per_second,
                       Listener listener)
    : client_(client),
      story_(story),
      listener_(std::move(listener)),
      webhooks_per_second_(events_per_second / events_of_a_webhook) {
    // Together they manage a little more than what comes in.
    const double rate = webhooks_per_second_;
    agents_.push_back({.name = "ada",
                       .tasks_per_second = rate * 0.65,
                       .takes = Duration::from_ms(300),
                       .fails_one_in = 40,
                       .claims_left_tasks = true});
    agents_.push_back(
        {.name = "grace", .tasks_per_second = rate * 0.25, .takes = Duration::from_ms(3500)});
    agents_.push_back({.name = "edsger",
                       .tasks_per_second = rate * 0.25,
                       .takes = Duration::from_ms(900),
                       .fails_one_in = 3});
}

Result<void> DemoAgents::prepare() {
    for (const Seat& seat : seats) {
        SLUICE_TRY_ASSIGN(Reply reply, client_.call({"XGROUP", "CREATE", seat.stream, seat.group,
                                                     "0", "MKSTREAM"}));
        if (reply.is_error() && !reply.text.starts_with("BUSYGROUP")) {
            SLUICE_TRY(as_result(std::move(reply)));
        }
    }
    return {};
}

Result<void> DemoAgents::turn(WallTime wall, MonoTime mono) {
    const double seconds =
        has_begun_ ? static_cast<double>((mono - mono_).microseconds) / 1e6 : 0.0;
    has_begun_ = true;
    wall_ = wall;
    mono_ = mono;
    SLUICE_TRY(feed_webhooks(seconds));
    SLUICE_TRY(triage());
    counts_.tasks_in_hand = 0;
    for (Agent& agent : agents_) {
        SLUICE_TRY(begin_tasks(agent, seconds));
        SLUICE_TRY(claim_left_tasks(agent));
        SLUICE_TRY(end_tasks(agent));
        counts_.tasks_in_hand += agent.jobs.size();
    }
    SLUICE_TRY(add_up_usage());
    return audit();
}

Result<void> DemoAgents::feed_webhooks(double seconds) {
    webhooks_due_ =
        std::min(webhooks_due_ + seconds * webhooks_per_second_, static_cast<double>(read_max));
    std::vector<DemoEvent> events;
    for (; webhooks_due_ >= 1; webhooks_due_ -= 1) {
        events.push_back(story_.webhook(wall_));
    }
    return publish(std::move(events));
}

Result<void> DemoAgents::triage() {
    SLUICE_TRY_ASSIGN(const auto entries, read(DemoStory::github, "triage", "triage", read_max));
    std::vector<DemoEvent> tasks;
    for (const StreamEntry& entry : entries) {
        if (const auto webhook = event_in(entry)) tasks.push_back(story_.task_for(*webhook, wall_));
    }
    SLUICE_TRY(publish(std::move(tasks)));
    return acknowledge(DemoStory::github, "triage", entries);
}

Result<void> DemoAgents::begin_tasks(Agent& agent, double seconds) {
    agent.ready = std::min(agent.ready + seconds * agent.tasks_per_second,
                           std::max(agent.tasks_per_second, 1.0));
    const auto count = std::min(static_cast<std::size_t>(agent.ready), read_max);
    if (count == 0) return {};
    SLUICE_TRY_ASSIGN(const auto entries, read(DemoStory::tasks, "agents", agent.name, count));
    agent.ready -= static_cast<double>(entries.size());
    const std::size_t begun = agent.jobs.size();
    take_jobs(agent, entries);
    std::vector<DemoEvent> steps;
    for (std::size_t i = begun; i < agent.jobs.size(); ++i) {
        std::ranges::move(story_.begin_task(agent.jobs[i].task, agent.name, wall_),
                          std::back_inserter(steps));
    }
    return publish(std::move(steps));
}

void DemoAgents::take_jobs(Agent& agent, const std::vector<StreamEntry>& entries) {
    for (const StreamEntry& entry : entries) {
        const auto task = event_in(entry);
        if (task) agent.jobs.push_back({entry.id, *task, mono_ + agent.takes});
    }
}

// What failed, or belonged to a demo that is gone, is taken over by the quick agent.
Result<void> DemoAgents::claim_left_tasks(Agent& agent) {
    if (!agent.claims_left_tasks || mono_ < agent.claims) return {};
    agent.claims = mono_ + claim_interval;
    SLUICE_TRY_ASSIGN(const Reply reply,
                      ask(client_, {"XAUTOCLAIM", DemoStory::tasks, "agents", agent.name,
                                    left_after_ms, "0", "COUNT", std::to_string(read_max)}));
    if (reply.elements.size() < 2) return {};
    std::vector<StreamEntry> entries = entries_of(reply.elements[1]);
    std::erase_if(entries, [&](const StreamEntry& entry) {
        return std::ranges::any_of(agents_, [&](const Agent& other) {
            return std::ranges::any_of(other.jobs,
                                       [&](const Job& job) { return job.id == entry.id; });
        });
    });
    take_jobs(agent, entries);
    return {};
}

Result<void> DemoAgents::end_tasks(Agent& agent) {
    std::vector<DemoEvent> steps;
    std::vector<StreamEntry> done;
    while (!agent.jobs.empty() && agent.jobs.front().ends <= mono_) {
        const Job& job = agent.jobs.front();
        const bool fails = agent.fails_one_in > 0 && story_.random().one_in(agent.fails_one_in);
        std::ranges::move(story_.end_task(job.task, agent.name, !fails, wall_),
                          std::back_inserter(steps));
        if (!fails) done.push_back({job.id, {}});
        ++(fails ? counts_.tasks_failed : counts_.tasks_done);
        agent.jobs.pop_front();
    }
    SLUICE_TRY(publish(std::move(steps)));
    return acknowledge(DemoStory::tasks, "agents", done);
}

Result<void> DemoAgents::add_up_usage() {
    if (mono_ < next_billing_) return {};
    next_billing_ = mono_ + billing_interval;
    SLUICE_TRY_ASSIGN(const auto entries, read(DemoStory::usage, "billing", "ledger", 10'000));
    for (const StreamEntry& entry : entries) {
        if (const auto event = event_in(entry)) counts_.micro_dollars += cost_of(*event);
    }
    return acknowledge(DemoStory::usage, "billing", entries);
}

Result<void> DemoAgents::audit() {
    if (mono_ < next_audit_) return {};
    next_audit_ = mono_ + audit_interval;
    SLUICE_TRY_ASSIGN(const auto entries, read(DemoStory::results, "audit", "auditor", 10'000));
    return acknowledge(DemoStory::results, "audit", entries);
}

Result<std::vector<StreamEntry>> DemoAgents::read(std::string_view stream, std::string_view group,
                                                  std::string_view consumer, std::size_t count) {
    SLUICE_TRY_ASSIGN(const Reply reply,
                      ask(client_, {"XREADGROUP", "GROUP", group, consumer, "COUNT",
                                    std::to_string(count), "STREAMS", stream, ">"}));
    return entries_of_first_stream(reply);
}

Result<void> DemoAgents::acknowledge(std::string_view stream, std::string_view group,
                                     const std::vector<StreamEntry>& entries) {
    if (entries.empty()) return {};
    std::vector<std::string_view> args = {"XACK", stream, group};
    for (const StreamEntry& entry : entries) {
        args.push_back(entry.id);
    }
    SLUICE_TRY_ASSIGN(Reply reply, client_.call(args));
    SLUICE_TRY(as_result(std::move(reply)));
    return {};
}

Result<void> DemoAgents::publish(std::vector<DemoEvent> events) {
    if (events.empty()) return {};
    for (const DemoEvent& each : events) {
        SLUICE_TRY_ASSIGN(const Fields fields, encode_fields(each.event));
        std::vector<std::string_view> args = {"XADD", each.stream,  "MAXLEN",
                                              "~",    entries_kept, "*"};
        for (const Field& field : fields) {
            args.push_back(field.name);
            args.push_back(field.value);
        }
        client_.queue(args);
    }
    SLUICE_TRY(client_.flush());
    for (const DemoEvent& each : events) {
        SLUICE_TRY_ASSIGN(Reply reply, client_.read());
        SLUICE_TRY(as_result(std::move(reply)));
        ++counts_.events;
        listener_(each);
    }
    return {};
}

}  // namespace sluice
