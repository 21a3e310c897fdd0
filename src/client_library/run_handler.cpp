#include "client_library/run_handler.hpp"

#include <exception>

namespace sluice {

namespace {

std::string words_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& thrown) {
        const std::string what = thrown.what();
        return what.empty() ? "the handler threw an exception without words" : what;
    } catch (...) {
        return "the handler threw something that is not a std::exception";
    }
}

}  // namespace

Settlement run_handler(const Handler& handler, const Delivery& event) {
    try {
        return handler(event);
    } catch (...) {
        return fail(words_of(std::current_exception()));
    }
}

void run_async_handler(const AsyncHandler& handler, const Delivery& event, const Settler& settle) {
    try {
        handler(event, settle);
    } catch (...) {
        settle(fail(words_of(std::current_exception())));
    }
}

RequestAnswer run_request_handler(const RequestHandler& handler, const IncomingRequest& request) {
    try {
        return handler(request);
    } catch (...) {
        return refuse("failed", words_of(std::current_exception()));
    }
}

void run_guarded(const std::function<void()>& callback) {
    try {
        callback();
    } catch (...) {
        return;
    }
}

void run_notice(const std::function<void(const Notice&)>& on_notice, const Notice& notice) {
    if (on_notice) run_guarded([&] { on_notice(notice); });
}

Settlement ack() {
    return {};
}

Settlement fail(std::string error) {
    if (error.empty()) error = "the handler failed without words";
    return {.kind = Settlement::Kind::retry, .error = std::move(error)};
}

Settlement fail(const std::exception_ptr& thrown) {
    return fail(thrown ? words_of(thrown) : std::string());
}

Settlement retry(std::chrono::milliseconds after, std::string error) {
    if (error.empty()) error = "the handler asked for a retry";
    return {.kind = Settlement::Kind::retry, .after = after, .error = std::move(error)};
}

Settlement dead(std::string reason, std::string error) {
    if (error.empty()) error = reason;
    return {.kind = Settlement::Kind::dead, .reason = std::move(reason), .error = std::move(error)};
}

Settlement release() {
    return {.kind = Settlement::Kind::release};
}

}  // namespace sluice
