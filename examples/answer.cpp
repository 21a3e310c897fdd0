// Answers requests that come over a stream, until Ctrl-C: answer [URL]
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <sluice/sluice.hpp>
#include <stdexcept>
#include <string>

void rest(std::chrono::milliseconds time) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable().wait_for(lock, time);
}

// Counts as far as it is told, ten a second, and stops when nobody waits any more.
sluice::RequestAnswer count_slowly(const sluice::IncomingRequest& request) {
    const int last = std::atoi(sluice::unpacked_text(request.body).value_or("10").c_str());
    for (int number = 1; number <= last; ++number) {
        if (request.is_cancelled()) return sluice::stopped("at " + std::to_string(number));
        const auto told = request.progress(sluice::packed_text(std::to_string(number)));
        if (!told) throw std::runtime_error(told.error().message);
        rest(std::chrono::milliseconds(100));
    }
    return sluice::answer(sluice::packed_text("counted"));
}

sluice::RequestAnswer handle(const sluice::IncomingRequest& request) {
    if (request.operation == "count") return count_slowly(request);
    if (request.operation == "echo") return sluice::answer(request.body);
    const auto text = sluice::unpacked_text(request.body);
    if (!text) throw std::invalid_argument("the body is no text");
    if (request.operation != "shout") return sluice::refuse("unknown", "shout, echo or count");
    std::string loud;
    for (const char letter : *text)
        loud += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    return sluice::answer(sluice::packed_text(loud));
}

int main(int argc, char** argv) {
    auto responder =
        sluice::respond(argc > 1 ? argv[1] : "redis://127.0.0.1:7370",
                        {.concurrency = 4, .create_group = sluice::GroupStart::beginning}, handle);
    if (!responder) return std::fprintf(stderr, "%s\n", responder.error().message.c_str()), 1;
    std::puts("answering");
    std::fflush(stdout);
    const auto ended = responder->run_until_signal();
    if (!ended) return std::fprintf(stderr, "%s\n", ended.error().message.c_str()), 1;
}
