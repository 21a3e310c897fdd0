#include "sluice/requester.hpp"

#include "client_library/requester_work.hpp"
#include "io/thread_start.hpp"

namespace sluice {
namespace {

Expected<void> check(const RequesterOptions& options) {
    const auto wrong = [](const std::string& option, const std::string& rule) {
        return ClientError{ErrorKind::invalid,
                           "open a requester: RequesterOptions::" + option + " " + rule};
    };
    if (options.worker_id.empty()) return wrong("worker_id", "must not be empty");
    if (options.stream.empty()) return wrong("stream", "must not be empty");
    const std::size_t bytes =
        reply_stream_of(options.reply_stream_prefix, options.worker_id).size();
    if (bytes <= request_name_bytes_max) return {};
    return wrong("worker_id", "is too long: the reply stream has at most " +
                                  std::to_string(request_name_bytes_max) + " bytes");
}

}  // namespace

// Shared with who is sending: the answer may come, and all be taken away, before send() is over.
struct Requester::State {
    explicit State(std::shared_ptr<RequesterWork> begun) : work(std::move(begun)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { work->close(); }

    std::shared_ptr<RequesterWork> work;
};

Requester::Requester(std::unique_ptr<State> state) : state_(std::move(state)) {}
Requester::Requester(Requester&&) noexcept = default;
Requester& Requester::operator=(Requester&&) noexcept = default;
Requester::~Requester() = default;

Expected<Requester> Requester::open(std::string_view url, const RequesterOptions& options) {
    if (auto checked = check(options); !checked) return checked.error();
    auto parsed = ServerUrl::parse(url);
    if (!parsed) return parsed.error();
    auto sending = connect(url, options.connect);
    if (!sending) return sending.error();
    std::unique_ptr<State> state;
    const auto started = start_threads("start the thread of a requester", [&] {
        state = std::make_unique<State>(std::make_shared<RequesterWork>(
            ServerLink(std::move(*parsed), options.connect), std::move(*sending), options));
    });
    if (!started)
        return ClientError{ErrorKind::failed, "open a requester: " + started.error().message};
    return Requester(std::move(state));
}

Expected<RequestEnd> Requester::request(const RequestCall& call,
                                        const OnRequestProgress& on_progress) {
    return state_->work->request(call, on_progress);
}

Expected<std::string> Requester::send(const RequestCall& call, OnRequestEnd on_end,
                                      OnRequestProgress on_progress) {
    const auto work = state_->work;
    return work->send(call, std::move(on_end), std::move(on_progress));
}

Expected<void> Requester::cancel(std::string_view correlation_id, std::string_view reason) {
    return state_->work->cancel(correlation_id, reason);
}

std::size_t Requester::pending() const {
    return state_->work->pending();
}

void Requester::close() {
    state_->work->close();
}

}  // namespace sluice
