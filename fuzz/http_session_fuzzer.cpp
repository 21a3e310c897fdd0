// HTTP: any bytes, cut in any way, give the same requests and the same bytes back; nothing behind
// a refusal is looked at; what is kept stays within its limits.
#include <cstdint>
#include <string>
#include <vector>

#include "event/result.hpp"
#include "net/http_session.hpp"

namespace {

using namespace sluice;

const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";

struct Conversation {
    std::vector<std::string> requests;
    std::string answers;
    bool is_closed = false;
};

std::string describe(const HttpRequest& request) {
    std::string text =
        std::string(name_of(request.method)) + " " + request.path + "?" + request.query + "\n";
    for (const auto& [name, value] : request.headers)
        text += name + ": " + value + "\n";
    return text + request.body;
}

void check_request(const HttpRequest& request) {
    SLUICE_CHECK(request.path.starts_with('/'), "a path begins with a slash");
    SLUICE_CHECK(request.path.find("/../") == std::string::npos, "a path goes nowhere else");
    SLUICE_CHECK(request.path.find('\0') == std::string::npos, "a path has no zero byte");
    SLUICE_CHECK(request.body.size() <= HttpLimits{}.body_max, "the limit of a body");
}

// Feeds `step` bytes at a time; after a refusal the rest must not matter.
Conversation hold(std::string_view bytes, std::size_t step) {
    const MonoTime now = MonoTime::from_ms(1);
    HttpSession session({.limits = {}, .date = date, .is_local = false}, now);
    Conversation conversation;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        session.on_input(bytes.substr(at, step), now);
        while (const HttpRequest* request = session.request()) {
            check_request(*request);
            conversation.requests.push_back(describe(*request));
            session.respond(plain_text("ok"), now);
        }
        conversation.answers += session.output();
        session.on_sent(session.output().size(), now);
    }
    conversation.is_closed = session.wants_close();
    return conversation;
}

// "100 Continue" is said only while the body has not begun to arrive, so it depends on the cuts.
bool asks_to_continue(std::string_view bytes) {
    return bytes.find("100-") != bytes.npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const Conversation whole = hold(bytes, size == 0 ? 1 : size);
    const Conversation pieces = hold(bytes, 7);
    SLUICE_CHECK(whole.requests == pieces.requests, "the cuts change the requests");
    SLUICE_CHECK(whole.is_closed == pieces.is_closed, "the cuts change the end");
    if (!asks_to_continue(bytes)) {
        SLUICE_CHECK(whole.answers == pieces.answers, "the cuts change the answers");
    }
    return 0;
}
