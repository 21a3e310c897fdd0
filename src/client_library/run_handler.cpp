#include "client_library/run_handler.hpp"

#include <exception>

namespace sluice {

namespace {

Settlement failure(std::string message) {
    return {.kind = Settlement::Kind::retry, .error = std::move(message)};
}

}  // namespace

Settlement run_handler(const Handler& handler, const Delivery& event) {
    try {
        return handler(event);
    } catch (const std::exception& thrown) {
        const std::string what = thrown.what();
        return failure(what.empty() ? "the handler threw an exception without words" : what);
    } catch (...) {
        return failure("the handler threw something that is not a std::exception");
    }
}

RequestAnswer run_request_handler(const RequestHandler& handler, const IncomingRequest& request) {
    try {
        return handler(request);
    } catch (const std::exception& thrown) {
        const std::string what = thrown.what();
        return refuse("failed",
                      what.empty() ? "the handler threw an exception without words" : what);
    } catch (...) {
        return refuse("failed", "the handler threw something that is not a std::exception");
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
