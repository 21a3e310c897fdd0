#include "sluice/consumer.hpp"

#include "client_library/consumer_start.hpp"
#include "client_library/consumer_threads.hpp"
#include "client_library/group_setup.hpp"
#include "client_library/signal_wait.hpp"
#include "io/process_name.hpp"

namespace sluice {
namespace {

constexpr std::chrono::milliseconds lease_max = std::chrono::hours(24);  // the server's limit

ClientError out_of_range(const std::string& option, const std::string& rule) {
    return {ErrorKind::invalid, "consume: ConsumerOptions::" + option + " is " + rule};
}

Expected<void> check(const ConsumerOptions& options) {
    if (options.lease < ConsumerOptions::lease_min || options.lease > lease_max) {
        return out_of_range("lease", "from " + std::to_string(ConsumerOptions::lease_min.count()) +
                                         " ms to a day: it must be extended in time, each third "
                                         "of it");
    }
    if (options.concurrency == 0 || options.concurrency > ConsumerOptions::concurrency_max) {
        return out_of_range("concurrency",
                            "from 1 to " + std::to_string(ConsumerOptions::concurrency_max));
    }
    if (options.lease_ahead > ConsumerOptions::lease_ahead_max) {
        return out_of_range("lease_ahead",
                            "from 0 to " + std::to_string(ConsumerOptions::lease_ahead_max));
    }
    return {};
}

}  // namespace

struct RunningConsumer::State {
    explicit State(std::shared_ptr<ConsumerThreads> begun) : threads(std::move(begun)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { threads->stop(); }

    std::shared_ptr<ConsumerThreads> threads;  // held events hold them too
};

RunningConsumer::RunningConsumer(std::unique_ptr<State> state) : state_(std::move(state)) {}
RunningConsumer::RunningConsumer(RunningConsumer&&) noexcept = default;
RunningConsumer& RunningConsumer::operator=(RunningConsumer&&) noexcept = default;
RunningConsumer::~RunningConsumer() = default;

Expected<RunningConsumer> ConsumerStart::run(ServerLink link, const ConsumerOptions& options,
                                             EventHandler handler) {
    if (auto checked = check(options); !checked) return checked.error();
    if (!handler.run) return ClientError{ErrorKind::invalid, "consume: there is no handler"};
    const auto group = set_up_group(link, {options.stream, options.group},
                                    {.create = options.create_group, .retry = options.retry});
    if (!group) return group.error();
    ConsumerOptions complete = options;
    if (complete.consumer.empty()) complete.consumer = process_name();
    auto threads =
        std::make_shared<ConsumerThreads>(std::move(link), std::move(complete), std::move(handler));
    if (auto started = threads->start(); !started) {
        return ClientError{ErrorKind::failed, "consume: " + started.error().message};
    }
    return RunningConsumer(std::make_unique<RunningConsumer::State>(std::move(threads)));
}

namespace {

Expected<RunningConsumer> consume_at(std::string_view url, const ConsumerOptions& options,
                                     EventHandler handler) {
    auto parsed = ServerUrl::parse(url);
    if (!parsed) return parsed.error();
    return ConsumerStart::run(ServerLink(std::move(*parsed), options.connect), options,
                              std::move(handler));
}

}  // namespace

Expected<RunningConsumer> consume(std::string_view url, const ConsumerOptions& options,
                                  Handler handler) {
    return consume_at(url, options, in_threads(std::move(handler), options.concurrency));
}

Expected<RunningConsumer> consume_async(std::string_view url, const ConsumerOptions& options,
                                        AsyncHandler handler) {
    return consume_at(url, options, begun_in_turn(std::move(handler)));
}

void RunningConsumer::stop() {
    state_->threads->stop();
}

void RunningConsumer::request_stop() {
    state_->threads->request_stop();
}

Expected<void> RunningConsumer::wait() {
    state_->threads->wait();
    if (auto error = state_->threads->fatal_error()) return std::move(*error);
    return {};
}

Expected<void> RunningConsumer::run_until_signal() {
    auto signals = SignalWait::begin();
    if (!signals) return signals.error();
    while (!state_->threads->has_ended() && !(*signals)->wait(std::chrono::milliseconds(200)))
        continue;
    stop();
    return wait();
}

ConsumerCounts RunningConsumer::counts() const {
    return state_->threads->counts();
}

}  // namespace sluice
