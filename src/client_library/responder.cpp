#include "sluice/responder.hpp"

#include "client_library/responder_work.hpp"
#include "io/process_name.hpp"
#include "io/thread_start.hpp"

namespace sluice {

// The consumer ends before the work that its handlers use.
struct RunningResponder::State {
    ~State() { work->request_stop(); }

    std::unique_ptr<ResponderWork> work;
    RunningConsumer consumer;
};

RunningResponder::RunningResponder(std::unique_ptr<State> state) : state_(std::move(state)) {}
RunningResponder::RunningResponder(RunningResponder&&) noexcept = default;
RunningResponder& RunningResponder::operator=(RunningResponder&&) noexcept = default;
RunningResponder::~RunningResponder() = default;

Expected<RunningResponder> respond(std::string_view url, const ResponderOptions& options,
                                   RequestHandler handler) {
    if (!handler) return ClientError{ErrorKind::invalid, "respond: there is no handler"};
    auto parsed = ServerUrl::parse(url);
    if (!parsed) return parsed.error();
    auto answering = connect(url, options.connect);
    if (!answering) return answering.error();
    ResponderOptions complete = options;
    if (complete.responder.empty()) complete.responder = process_name();
    std::unique_ptr<ResponderWork> work;
    const auto started = start_threads("start the thread of a responder", [&] {
        work = std::make_unique<ResponderWork>(ServerLink(std::move(*parsed), options.connect),
                                               std::move(*answering), complete, std::move(handler));
    });
    if (!started) return ClientError{ErrorKind::failed, "respond: " + started.error().message};
    auto consumer = consume(
        url,
        {.stream = complete.stream,
         .group = complete.group,
         .consumer = complete.responder,
         .lease = complete.lease,
         .concurrency = complete.concurrency,
         .create_group = complete.create_group,
         .on_notice = complete.on_notice,
         .connect = complete.connect},
        [work = work.get()](const Delivery& delivery) { return work->on_delivery(delivery); });
    if (!consumer) return consumer.error();
    return RunningResponder(std::unique_ptr<RunningResponder::State>(
        new RunningResponder::State{std::move(work), std::move(*consumer)}));
}

void RunningResponder::stop() {
    request_stop();
    state_->consumer.stop();
}

void RunningResponder::request_stop() {
    state_->work->request_stop();
    state_->consumer.request_stop();
}

Expected<void> RunningResponder::wait() {
    return state_->consumer.wait();
}

Expected<void> RunningResponder::run_until_signal() {
    return state_->consumer.run_until_signal();
}

ResponderCounts RunningResponder::counts() const {
    return state_->work->counts();
}

Expected<void> IncomingRequest::progress(std::string_view progress_body) const {
    if (!progress_) return ClientError{ErrorKind::invalid, "progress: no request runs"};
    return progress_(progress_body);
}

RequestAnswer answer(std::string body) {
    return {.kind = RequestAnswer::Kind::result, .body = std::move(body)};
}

RequestAnswer refuse(std::string code, std::string message) {
    return {
        .kind = RequestAnswer::Kind::error, .code = std::move(code), .message = std::move(message)};
}

RequestAnswer stopped(std::string message) {
    return {.kind = RequestAnswer::Kind::cancelled, .message = std::move(message)};
}

}  // namespace sluice
